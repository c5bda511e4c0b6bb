"""What a new agency begins with, theirs to change: service types and the catalogue of care tasks."""

from typing import TYPE_CHECKING

from starline.core.db import session
from starline.core.events import subscribe
from starline.services.models import CareTask, ServiceType
from starline.services.vocabulary import ServiceUnit, TaskCategory
from starline.staff.vocabulary import Discipline

if TYPE_CHECKING:
    from starline.organizations.founding import Founding

QUARTER, VISIT = ServiceUnit.QUARTER_HOUR, ServiceUnit.VISIT
TYPES: tuple[tuple[str, str | None, ServiceUnit, Discipline, str], ...] = (
    ("Personal care", "T1019", QUARTER, Discipline.PCA, "#0f7c6c"),
    ("Homemaker", "S5130", QUARTER, Discipline.PCA, "#b45309"),
    ("Companion", "S5135", QUARTER, Discipline.COMPANION, "#7c3aed"),
    ("Respite", "T1005", QUARTER, Discipline.PCA, "#be185d"),
    ("Nursing visit (RN)", "G0299", QUARTER, Discipline.RN, "#1d4ed8"),
    ("Nursing visit (LPN)", "G0300", QUARTER, Discipline.LPN, "#0369a1"),
    ("Supervision visit", None, VISIT, Discipline.RN, "#475569"),
)
"""Name, HCPCS code, unit, who gives it, colour on the schedule. Payers may ask for other codes."""

CARE, MOBILITY, FOOD = TaskCategory.PERSONAL_CARE, TaskCategory.MOBILITY, TaskCategory.NUTRITION
HEALTH, HOUSE = TaskCategory.HEALTH, TaskCategory.HOUSEHOLD
TASKS: tuple[tuple[str, TaskCategory, str | None], ...] = (
    ("Bath or shower", CARE, "Check the water by hand first. Never leave the client alone in the tub."),
    ("Bed bath", CARE, None),
    ("Hair care", CARE, None),
    ("Oral care", CARE, "Dentures: clean over a folded towel."),
    ("Dressing", CARE, "The weaker side first when dressing, last when undressing."),
    ("Toileting", CARE, None),
    ("Incontinence care", CARE, "Front to back; look at the skin and say what you saw."),
    ("Skin care", CARE, "Report redness, sores and tears."),
    ("Nail care", CARE, "File only; never cut the nails of a client with diabetes."),
    ("Transfer bed to chair", MOBILITY, "Brakes on, belt where the plan says so."),
    ("Walk with the client", MOBILITY, None),
    ("Range-of-motion exercises", MOBILITY, "As the therapist has shown."),
    ("Turn and position", MOBILITY, "At least every two hours in bed."),
    ("Prepare a meal", FOOD, "Mind the diet of the plan."),
    ("Help with eating", FOOD, "Upright, small bites, no hurry."),
    ("Offer fluids", FOOD, None),
    ("Remind of medication", HEALTH, "Remind only; handing out is for nurses and for aides who may."),
    ("Take vital signs", HEALTH, None),
    ("Light housekeeping", HOUSE, "The rooms that the client uses."),
    ("Laundry", HOUSE, None),
    ("Change bed linen", HOUSE, None),
    ("Wash dishes", HOUSE, None),
    ("Take out the trash", HOUSE, None),
    ("Shopping", TaskCategory.COMMUNITY, "Keep the receipts."),
    ("Go along to an appointment", TaskCategory.COMMUNITY, None),
    ("Conversation and company", TaskCategory.COMPANIONSHIP, None),
    ("Read aloud, games, hobbies", TaskCategory.COMPANIONSHIP, None),
)
"""Task, category, instructions."""


@subscribe("organization:created")
def add_services_catalogue(founding: "Founding") -> None:
    """Fill the catalogues of a new agency, inside the transaction that makes it."""
    if founding.is_platform:
        return
    session.add_all(
        ServiceType(name=name, hcpcs=code, unit=unit, discipline=who, color=color, requires_evv=code is not None)
        for name, code, unit, who, color in TYPES
    )
    session.add_all(CareTask(name=name, category=of, instructions=how) for name, of, how in TASKS)
    session.flush()
