"""The closed lists of words that schedules use."""

from enum import StrEnum


class VisitStatus(StrEnum):
    SCHEDULED = "scheduled"
    CONFIRMED = "confirmed"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    VERIFIED = "verified"
    BILLED = "billed"
    CANCELLED = "cancelled"
    MISSED = "missed"


PLANNED = (VisitStatus.SCHEDULED, VisitStatus.CONFIRMED)
"""Not begun: everything about the visit can still be changed."""

VOID = (VisitStatus.CANCELLED, VisitStatus.MISSED)
"""Did not take place: the caregiver is free at that time."""


class VoidReason(StrEnum):
    CLIENT_REQUEST = "client_request"
    CLIENT_IN_HOSPITAL = "client_in_hospital"
    CLIENT_NOT_HOME = "client_not_home"
    CAREGIVER_CALLED_OUT = "caregiver_called_out"
    CAREGIVER_DID_NOT_COME = "caregiver_did_not_come"
    NO_CAREGIVER_FOUND = "no_caregiver_found"
    WEATHER = "weather"
    CLIENT_LEFT = "client_left"
    PLAN_CHANGED = "plan_changed"
    ENTERED_IN_ERROR = "entered_in_error"
    OTHER = "other"


class OpenReason(StrEnum):
    """Why a visit lost its caregiver."""

    ELSEWHERE = "elsewhere"
    CALLED_OUT = "called_out"
    TAKEN_OFF = "taken_off"
    CAREGIVER_LEFT = "caregiver_left"


class OnHolidays(StrEnum):
    VISIT = "visit"
    SKIP = "skip"


class Reach(StrEnum):
    """How far a change goes that begins at one visit of a series."""

    FOLLOWING = "following"
    ALL = "all"
    ALL_UNCHANGED = "all_unchanged"
