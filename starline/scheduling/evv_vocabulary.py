"""The closed lists of words of electronic visit verification and of the visit's record."""

from enum import StrEnum


class ClockKind(StrEnum):
    IN = "in"
    OUT = "out"


class ClockMethod(StrEnum):
    MOBILE = "mobile"
    TELEPHONY = "telephony"
    MANUAL = "manual"


class Standing(StrEnum):
    """Whether an event tells the visit's time, was corrected by a later one, or is kept beside for review."""

    COUNTS = "counts"
    CORRECTED = "corrected"
    BESIDE = "beside"


class Clash(StrEnum):
    """What the office had done meanwhile, or why an event can't be taken as it is."""

    CALLED_OFF = "called_off"
    REASSIGNED = "reassigned"
    MOVED = "moved"
    CLOCKED_ALREADY = "clocked_already"
    OUT_OF_ORDER = "out_of_order"
    BILLED = "billed"
    CLOCK_AHEAD = "clock_ahead"


class ReasonCode(StrEnum):
    """Why a time was entered or corrected by hand, or an exception is all right. States number them on export."""

    FORGOT = "forgot"
    NO_SIGNAL = "no_signal"
    DEVICE_FAILED = "device_failed"
    PHONE_UNAVAILABLE = "phone_unavailable"
    WRONG_TIME = "wrong_time"
    SERVICE_ELSEWHERE = "service_elsewhere"
    CLIENT_ASKED = "client_asked"
    CLIENT_NEED = "client_need"
    TRAFFIC_OR_WEATHER = "traffic_or_weather"
    PREVIOUS_VISIT_RAN_OVER = "previous_visit_ran_over"
    WRONG_ADDRESS = "wrong_address"
    OTHER = "other"


class ExceptionKind(StrEnum):
    LATE_IN = "late_in"
    EARLY_IN = "early_in"
    LATE_OUT = "late_out"
    EARLY_OUT = "early_out"
    OUTSIDE = "outside"
    NO_POSITION = "no_position"
    UNSCHEDULED = "unscheduled"
    MANUAL = "manual"
    TASK_UNDONE = "task_undone"
    MISSING_IN = "missing_in"
    MISSING_OUT = "missing_out"
    MISSING = "missing"
    CONFLICT = "conflict"


class ExceptionStatus(StrEnum):
    """`settled`: its cause has gone, by a correction or because the missing event came."""

    OPEN = "open"
    RETURNED = "returned"
    APPROVED = "approved"
    SETTLED = "settled"


UNDECIDED = (ExceptionStatus.OPEN, ExceptionStatus.RETURNED)
"""Keeps its visit from being verified."""


class TaskOutcome(StrEnum):
    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"
    NOT_NEEDED = "not_needed"


class ActKind(StrEnum):
    """What a caregiver's phone tells of a visit beside the clock."""

    TASK = "task"
    NOTE = "note"
    MILEAGE = "mileage"
    SIGNATURE = "signature"
    PHOTO = "photo"


class Element(StrEnum):
    """What federal law asks of every visit (21st Century Cures Act, section 12006)."""

    SERVICE = "service"
    RECEIVER = "receiver"
    DATE = "date"
    LOCATION = "location"
    PROVIDER = "provider"
    TIMES = "times"
