"""The closed lists of words that services and plans use."""

from enum import StrEnum


class ServiceUnit(StrEnum):
    QUARTER_HOUR = "quarter_hour"
    HOUR = "hour"
    VISIT = "visit"
    DAY = "day"


class TaskCategory(StrEnum):
    PERSONAL_CARE = "personal_care"
    MOBILITY = "mobility"
    NUTRITION = "nutrition"
    HEALTH = "health"
    HOUSEHOLD = "household"
    COMPANIONSHIP = "companionship"
    COMMUNITY = "community"


class TimeOfDay(StrEnum):
    ANY = "any"
    MORNING = "morning"
    MIDDAY = "midday"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    NIGHT = "night"


class PlanStatus(StrEnum):
    DRAFT = "draft"
    PENDING_APPROVAL = "pending_approval"
    ACTIVE = "active"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
