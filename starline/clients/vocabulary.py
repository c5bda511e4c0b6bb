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
