"""The words that fictional people, places and payers are made of. Nobody here is real."""

_FEMALE = """
Ruth Margaret Dolores Beatrice Harriet Eleanor Gloria Yolanda Mercedes Imani Latoya Keisha Mei Ling Hana
Yuki Priya Anjali Fatima Leila Svetlana Olga Ingrid Astrid Siobhan Maeve Rosa Lucia Carmen Guadalupe Thuy
Linh Malia Leilani Winona Esther Miriam Naomi Adaeze Ngozi Amara Zofia Elena Ioana Sunita Pauline Vera Joyce
Agnes Mabel
"""
_MALE = """
Walter Harold Eugene Clarence Raymond Ernesto Rafael Luis Hector Jamal Darnell Tyrone Wei Jun Hiroshi Kenji
Arjun Vikram Omar Karim Dmitri Nikolai Lars Anders Declan Cormac Mateo Diego Tomas Minh Duc Kai Keoni Elan
Isaac Reuben Chidi Emeka Kwame Piotr Andrei Rajesh Leonard Stanley Vernon Alvin Otis Floyd Gilbert Marvin
"""
_LAST = """
Abernathy Alvarez Anand Aoki Bakare Balogh Barrios Beaumont Benally Bergstrom Birdsong Brannigan Caldera
Calloway Castellanos Chaudhry Chen Cho Contreras Dasgupta Delacroix Dembele Dimitrov Dvorak Eriksen Esposito
Fairweather Farouk Fontaine Fujimoto Galloway Garrido Gebre Goldfarb Gutierrez Haddad Halvorsen Hargrove
Hernandez Hollis Huang Ibarra Ibrahim Iwasaki Jankowski Jimenez Johansson Kapoor Kealoha Keller Kim
Kowalczyk Kozlov Laramie Lindqvist Lopez Maddox Mahmoud Marchetti Mbeki McAllister Mendoza Mikkelsen Moreau
Nakamura Navarro Nguyen Nielsen Oduya Okafor Olawale Ortega Osei Ozturk Pacheco Park Patel Petrov Pham
Quintero Rahman Ramirez Redfeather Rosales Rutherford Salazar Sandoval Santangelo Sato Sepulveda Shapiro
Silva Singh Soto Stavros Sullivan Takahashi Tanaka Tesfaye Thibodeaux Torres Tran Underhill Valdez
Vandermeer Vargas Vasquez Villanueva Wainwright Washington Weiss Whitefeather Winslow Xiong Yamamoto Yazzie
Yilmaz Zamora Zielinski
"""
_STREETS = """
SE Larkspur St, SE Heron Ave, NE Thimbleberry St, NE Madrona Ct, SE Quarry Rd, NE Osprey Ln, SE Tamarack Dr,
NE Clover St, SE Wren Way, NE Huckleberry Ave, SE Basalt St, NE Fern Hollow Rd, SE Mill Race Ct, NE
Salmonberry St, SE Old Ferry Rd, NE Juniper Pl, SE Kingfisher Ave, NE Sorrel St, SE Hollyhock Ln, NE Vine
Maple Dr
"""
FEMALE, MALE, LAST = tuple(_FEMALE.split()), tuple(_MALE.split()), tuple(_LAST.split())
STREETS = tuple(name.strip() for name in _STREETS.replace("\n", " ").split(","))

PLACES = {
    "Eastside": (
        ("Portland", "97214", 45.514, -122.642),
        ("Portland", "97232", 45.529, -122.643),
        ("Portland", "97206", 45.483, -122.600),
    ),
    "Gresham": (
        ("Gresham", "97030", 45.500, -122.430),
        ("Gresham", "97080", 45.478, -122.400),
        ("Troutdale", "97060", 45.540, -122.387),
    ),
    "Salem": (
        ("Salem", "97301", 44.943, -123.020),
        ("Salem", "97302", 44.915, -123.050),
        ("Keizer", "97303", 44.993, -123.027),
    ),
    "Boise": (
        ("Boise", "83702", 43.622, -116.205),
        ("Boise", "83705", 43.588, -116.220),
        ("Meridian", "83642", 43.612, -116.392),
    ),
}
"""By branch: city, ZIP code, and the middle of its area; homes lie within about two kilometres of it."""

LANGUAGES = ("English", "English", "English", "Spanish", "Vietnamese", "Russian", "Mandarin", "Somali", "Tagalog")
RELIGIONS = ("Catholic", "Lutheran", "Baptist", "Jewish", "Muslim", "Buddhist", "Methodist", "Orthodox")
REFERRALS = (
    "Hospital discharge planner",
    "Daughter searched online",
    "County aging services",
    "Primary care physician",
    "Former client",
    "Assisted living community",
    "Veterans service officer",
    "Neighbor",
)
DIETS = (
    "Low sodium",
    "Diabetic, carbohydrate counted",
    "Soft, cut small",
    "Vegetarian",
    "Kosher",
    "Halal",
    "Low potassium",
)
ALLERGIES = ("Penicillin", "Latex gloves", "Sulfa drugs", "Shellfish", "Adhesive tape", "Peanuts", "Codeine")
EQUIPMENT = (
    "Walker, raised toilet seat",
    "Wheelchair, ramp at the back door",
    "Hospital bed, Hoyer lift",
    "Shower chair",
    "Oxygen concentrator",
    "Stair lift",
    "Grab bars, cane",
)
PAYERS = (
    "Cascade Health Plan",
    "Oregon Medicaid",
    "Willamette Advantage",
    "Veterans Community Care",
    "Private pay",
    "Evergreen Long-Term Care",
)
ACCESS = (
    "Ring twice, she is slow to the door.",
    "Key in the lock box to the left of the garage.",
    "Side entrance, mind the step.",
    "Call from the lobby; the buzzer is broken.",
    "Park on the street, never in the neighbor's drive.",
    "Dog barks but is friendly.",
)
NOTES = (
    ("general", "Prefers tea in the morning and the radio on.", "care_team"),
    ("phone_call", "Daughter called: please come fifteen minutes later on Thursdays.", "care_team"),
    ("coordination", "Physical therapist will visit on Tuesdays; keep the hallway clear.", "care_team"),
    ("general", "Enjoys the garden; a short walk lifts the mood.", "family"),
    ("complaint", "Was unhappy with a late arrival last week; supervisor apologized.", "office"),
    ("billing", "Statement goes to the son, not to the home.", "office"),
    ("general", "Hearing is better on the left side; speak slowly.", "care_team"),
    ("phone_call", "Left a message about the new schedule; wife confirmed.", "office"),
    ("coordination", "New glasses arrive next week; reading needs help until then.", "family"),
)
CAREGIVER_NOTES = (
    "Two-person transfer after 18:00.",
    "Likes to choose her own clothes.",
    "Remind gently about the walker.",
    "Do not move papers on the dining table.",
    "Offer water every hour.",
    "Falls asleep after lunch; check every 20 minutes.",
)
EMERGENCY_PLANS = (
    "Neighbor in 4B has a key and a car. Oxygen lasts six hours without power.",
    "Son picks up within the hour; go-bag beside the front door.",
    "Shelter with medical support at the community college.",
    "Can stay at home for three days with food and medication in stock.",
)
WISHES = (
    ("language", "Spanish"),
    ("language", "Vietnamese"),
    ("language", "Russian"),
    ("gender", "female"),
    ("gender", "male"),
    ("skill", "Hoyer lift"),
    ("skill", "Dementia care"),
    ("skill", "Cooking"),
)
EXCLUSIONS = (
    "Personal conflict reported in March",
    "Client is afraid of cats on clothing",
    "Family asked for a change",
)
SKILLS = (
    "Dementia care",
    "Hoyer lift",
    "Cooking",
    "Catheter care",
    "Diabetes support",
    "Hospice",
    "Driving",
    "Medication reminders",
)
ISSUERS = {
    "Registered nurse license": "State Board of Nursing",
    "Practical nurse license": "State Board of Nursing",
    "Nursing assistant certification": "State Board of Nursing",
    "CPR and first aid": "Cascade Safety Training",
    "Background check": "State Background Unit",
    "Exclusion list check": "Federal exclusion list",
    "Tuberculosis screening": "Riverbend Occupational Health",
}
