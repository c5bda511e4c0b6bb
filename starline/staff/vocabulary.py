"""The closed lists of words that staff records use."""

from enum import StrEnum


class StaffStatus(StrEnum):
    ACTIVE = "active"
    LEAVE = "leave"
    TERMINATED = "terminated"


class EmploymentType(StrEnum):
    W2 = "w2"
    CONTRACTOR_1099 = "contractor_1099"
    AGENCY = "agency"


class Discipline(StrEnum):
    PCA = "pca"
    HHA = "hha"
    CNA = "cna"
    LPN = "lpn"
    RN = "rn"
    PT = "pt"
    OT = "ot"
    ST = "st"
    MSW = "msw"
    COMPANION = "companion"
    OFFICE = "office"


class Gender(StrEnum):
    FEMALE = "female"
    MALE = "male"
    NONBINARY = "nonbinary"


class TransportMode(StrEnum):
    CAR = "car"
    PUBLIC_TRANSPORT = "public_transport"
    BICYCLE = "bicycle"
    WALKING = "walking"


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @classmethod
    def of(cls, number: int) -> "Weekday":
        """The weekday that Python's `date.weekday()` numbers from Monday, 0."""
        return list(cls)[number]


class TimeOffKind(StrEnum):
    VACATION = "vacation"
    SICK = "sick"
    FAMILY = "family"
    BEREAVEMENT = "bereavement"
    JURY_DUTY = "jury_duty"
    UNPAID = "unpaid"
    OTHER = "other"


class TimeOffStatus(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class PayUnit(StrEnum):
    HOUR = "hour"
    VISIT = "visit"
    DAY = "day"
    MILE = "mile"


class CredentialState(StrEnum):
    """What a credential is worth on a given day. `unverified`: in date, but nobody has checked it."""

    OK = "ok"
    UNVERIFIED = "unverified"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    MISSING = "missing"
