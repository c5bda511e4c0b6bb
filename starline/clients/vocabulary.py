"""The closed lists of words that client records use."""

from enum import StrEnum


class ClientStatus(StrEnum):
    INQUIRY = "inquiry"
    ASSESSMENT = "assessment"
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    HOSPITALISED = "hospitalised"
    DISCHARGED = "discharged"
    DECEASED = "deceased"


class Sex(StrEnum):
    """As a payer's claim knows it (X12 DMG03)."""

    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


class MaritalStatus(StrEnum):
    SINGLE = "single"
    MARRIED = "married"
    PARTNERED = "partnered"
    SEPARATED = "separated"
    DIVORCED = "divorced"
    WIDOWED = "widowed"


class VeteranStatus(StrEnum):
    NOT_VETERAN = "not_veteran"
    VETERAN = "veteran"
    SPOUSE_OF_VETERAN = "spouse_of_veteran"


class CodeStatus(StrEnum):
    """What to do when the heart stops. POLST: the signed form in the home decides."""

    FULL = "full"
    DNR = "dnr"
    POLST = "polst"


class Mobility(StrEnum):
    INDEPENDENT = "independent"
    CANE = "cane"
    WALKER = "walker"
    WHEELCHAIR = "wheelchair"
    TRANSFER_ASSIST = "transfer_assist"
    BEDBOUND = "bedbound"


class FallRisk(StrEnum):
    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


class TriageLevel(StrEnum):
    """How soon somebody must reach the client in a disaster."""

    IMMEDIATE = "immediate"
    WITHIN_24_HOURS = "within_24_hours"
    WITHIN_72_HOURS = "within_72_hours"
    CAN_WAIT = "can_wait"


class Relationship(StrEnum):
    SPOUSE = "spouse"
    PARTNER = "partner"
    DAUGHTER = "daughter"
    SON = "son"
    PARENT = "parent"
    SIBLING = "sibling"
    GRANDCHILD = "grandchild"
    OTHER_FAMILY = "other_family"
    FRIEND = "friend"
    NEIGHBOR = "neighbor"
    GUARDIAN = "guardian"
    PHYSICIAN = "physician"
    CASE_MANAGER = "case_manager"
    OTHER = "other"


class CoveragePriority(StrEnum):
    PRIMARY = "primary"
    SECONDARY = "secondary"
    TERTIARY = "tertiary"


class Subscriber(StrEnum):
    """Whose insurance it is, seen from the client."""

    SELF = "self"
    SPOUSE = "spouse"
    CHILD = "child"
    OTHER = "other"


class PreferenceKind(StrEnum):
    WANTED_CAREGIVER = "wanted_caregiver"
    EXCLUDED_CAREGIVER = "excluded_caregiver"
    LANGUAGE = "language"
    GENDER = "gender"
    SKILL = "skill"


class NoteKind(StrEnum):
    GENERAL = "general"
    PHONE_CALL = "phone_call"
    COORDINATION = "coordination"
    COMPLAINT = "complaint"
    CLINICAL = "clinical"
    BILLING = "billing"


class NoteVisibility(StrEnum):
    OFFICE = "office"
    CARE_TEAM = "care_team"
    FAMILY = "family"


class CareRole(StrEnum):
    CAREGIVER = "caregiver"
    NURSE = "nurse"
    SUPERVISOR = "supervisor"
    THERAPIST = "therapist"
    COORDINATOR = "coordinator"


class ReferralSource(StrEnum):
    """Who sent the person to the agency."""

    HOSPITAL = "hospital"
    PHYSICIAN = "physician"
    FACILITY = "facility"
    PAYER = "payer"
    COMMUNITY = "community"
    CLIENT = "client"
    FAMILY = "family"
    SELF = "self"
    WEBSITE = "website"
    OTHER = "other"


class ReferralStage(StrEnum):
    """The columns of the intake board, in their order; the last two are ends."""

    NEW = "new"
    CONTACTED = "contacted"
    ASSESSMENT_SCHEDULED = "assessment_scheduled"
    ASSESSED = "assessed"
    WON = "won"
    LOST = "lost"


class LostReason(StrEnum):
    CHOSE_ANOTHER_AGENCY = "chose_another_agency"
    TOO_EXPENSIVE = "too_expensive"
    NOT_COVERED = "not_covered"
    OUTSIDE_AREA = "outside_area"
    NO_STAFF = "no_staff"
    NOT_REACHED = "not_reached"
    NO_LONGER_NEEDED = "no_longer_needed"
    WENT_TO_FACILITY = "went_to_facility"
    DECEASED = "deceased"
    OTHER = "other"


class IncidentKind(StrEnum):
    FALL = "fall"
    INJURY = "injury"
    MEDICATION_ERROR = "medication_error"
    SKIN_BREAKDOWN = "skin_breakdown"
    INFECTION = "infection"
    WANDERED_OFF = "wandered_off"
    ABUSE_OR_NEGLECT = "abuse_or_neglect"
    BEHAVIOR = "behavior"
    MISSED_CARE = "missed_care"
    THEFT_OR_LOSS = "theft_or_loss"
    PROPERTY_DAMAGE = "property_damage"
    DEATH = "death"
    OTHER = "other"


class IncidentSeverity(StrEnum):
    NEAR_MISS = "near_miss"
    MINOR = "minor"
    MODERATE = "moderate"
    SERIOUS = "serious"
    CRITICAL = "critical"


class IncidentStatus(StrEnum):
    REPORTED = "reported"
    INVESTIGATING = "investigating"
    CLOSED = "closed"


class NotifiedParty(StrEnum):
    FAMILY = "family"
    PHYSICIAN = "physician"
    SUPERVISOR = "supervisor"
    CASE_MANAGER = "case_manager"
    STATE = "state"
    PROTECTIVE_SERVICES = "protective_services"
    POLICE = "police"
    PAYER = "payer"
    OTHER = "other"


class NotifiedBy(StrEnum):
    PHONE = "phone"
    IN_PERSON = "in_person"
    EMAIL = "email"
    FAX = "fax"
    STATE_PORTAL = "state_portal"
    LETTER = "letter"


class PairDecision(StrEnum):
    """What people made of two clients that look alike."""

    OPEN = "open"
    NOT_DUPLICATE = "not_duplicate"
    MERGED = "merged"
