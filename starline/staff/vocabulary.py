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


class LapseEffect(StrEnum):
    """What it does to somebody's schedule that a required credential is missing, expired or unverified."""

    NOTHING = "nothing"
    WARN = "warn"
    BLOCK = "block"


class Answer(StrEnum):
    """Whether somebody may be sent."""

    YES = "yes"
    WARN = "warn"
    NO = "no"


class ExclusionList(StrEnum):
    """Who publishes a list of people that public money may not pay for."""

    OIG = "oig"
    SAM = "sam"
    STATE = "state"


class ExclusionResult(StrEnum):
    CLEAR = "clear"
    POSSIBLE_MATCH = "possible_match"
    EXCLUDED = "excluded"


class InServiceYear(StrEnum):
    """From when the twelve months of required training count."""

    CALENDAR = "calendar"
    EMPLOYMENT = "employment"


class ReviewStatus(StrEnum):
    OPEN = "open"
    SIGNED = "signed"


class Responsible(StrEnum):
    """Who sees to a step of the onboarding."""

    HUMAN_RESOURCES = "human_resources"
    SUPERVISOR = "supervisor"
    NEW_COLLEAGUE = "new_colleague"


class OnboardingStatus(StrEnum):
    OPEN = "open"
    DONE = "done"
    WAIVED = "waived"


class ApplicantStage(StrEnum):
    APPLIED = "applied"
    SCREENING = "screening"
    INTERVIEW = "interview"
    OFFER = "offer"
    HIRED = "hired"
    REJECTED = "rejected"


class ApplicantSource(StrEnum):
    WEBSITE = "website"
    COLLEAGUE = "colleague"
    JOB_BOARD = "job_board"
    SCHOOL = "school"
    WALK_IN = "walk_in"
    OTHER = "other"


class RejectionReason(StrEnum):
    WITHDREW = "withdrew"
    NO_ANSWER = "no_answer"
    NOT_QUALIFIED = "not_qualified"
    BACKGROUND = "background"
    AVAILABILITY = "availability"
    PAY = "pay"
    OTHER = "other"
