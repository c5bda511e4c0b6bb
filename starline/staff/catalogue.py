"""What a new agency begins with, theirs to change: credential types, trainings, and the steps of an onboarding."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from starline.core.db import session
from starline.core.events import subscribe
from starline.staff.models import CredentialType, InServiceRule, OnboardingChecklist, OnboardingStep, TrainingCourse
from starline.staff.vocabulary import Discipline, LapseEffect, Responsible

if TYPE_CHECKING:
    from starline.organizations.founding import Founding

HANDS_ON = (Discipline.PCA, Discipline.HHA, Discipline.CNA, Discipline.LPN, Discipline.RN)
NURSES = (Discipline.LPN, Discipline.RN)
THERAPISTS = (Discipline.PT, Discipline.OT, Discipline.ST)
IN_HOMES = (*HANDS_ON, *THERAPISTS, Discipline.MSW, Discipline.COMPANION)

BLOCK, WARN, NOTHING = LapseEffect.BLOCK, LapseEffect.WARN, LapseEffect.NOTHING
TYPES: tuple[tuple[str, tuple[Discipline, ...], int | None, LapseEffect], ...] = (
    ("Background check", IN_HOMES, 24, BLOCK),
    ("CPR and first aid", HANDS_ON, 24, BLOCK),
    ("Tuberculosis screening", IN_HOMES, 12, WARN),
    ("Driver's license", (), 96, NOTHING),
    ("Automobile insurance", (), 6, NOTHING),
    ("Home health aide certificate", (Discipline.HHA,), None, BLOCK),
    ("Nursing assistant certification", (Discipline.CNA,), 24, BLOCK),
    ("Practical nurse license", (Discipline.LPN,), 24, BLOCK),
    ("Registered nurse license", (Discipline.RN,), 24, BLOCK),
    ("Therapist license", THERAPISTS, 24, BLOCK),
    ("Social worker license", (Discipline.MSW,), 24, BLOCK),
    ("Dementia care training", (), 24, NOTHING),
)
"""Name, disciplines that must have it, months it is valid, what its lapse does."""

COURSES: tuple[tuple[str, str, int | None, int | None, tuple[Discipline, ...]], ...] = (
    ("Infection control", "2", 12, 80, HANDS_ON),
    ("Client rights and confidentiality", "1.5", 12, 80, IN_HOMES),
    ("Safe transfers and body mechanics", "3", 24, None, (Discipline.PCA, Discipline.HHA, Discipline.CNA)),
    ("Recognising abuse and neglect", "1", 12, 80, IN_HOMES),
    ("Emergency preparedness", "1", 12, None, IN_HOMES),
    ("Caring for people with dementia", "4", None, 75, ()),
    ("Nutrition and hydration", "2", None, None, ()),
)
"""Name, hours, months it is valid, percent to pass, disciplines that must have had it."""

YEARLY_HOURS = {Discipline.HHA: 12, Discipline.CNA: 12, Discipline.PCA: 8}
"""Twelve for home health aides are federal (42 CFR 484.80(d)); the rest is a beginning."""

EVER = date(2000, 1, 1)

HR, SUPERVISOR, PERSON = Responsible.HUMAN_RESOURCES, Responsible.SUPERVISOR, Responsible.NEW_COLLEAGUE
STEPS: tuple[tuple[str, Responsible, int, str | None, str | None], ...] = (
    ("Sign the offer letter and the handbook", PERSON, -7, None, None),
    ("Form I-9 and identity documents", HR, 3, None, None),
    ("Form W-4 and direct deposit", PERSON, 3, None, None),
    ("Background check", HR, 0, "Background check", None),
    ("Check against the exclusion lists", HR, 0, None, None),
    ("CPR and first aid card", PERSON, 0, "CPR and first aid", None),
    ("Tuberculosis screening", PERSON, 7, "Tuberculosis screening", None),
    ("Training: client rights and confidentiality", PERSON, 7, None, "Client rights and confidentiality"),
    ("Training: infection control", PERSON, 14, None, "Infection control"),
    ("Phone, badge and sign-in", HR, 1, None, None),
    ("Shadow a colleague on a visit", SUPERVISOR, 5, None, None),
    ("Competency seen by a nurse", SUPERVISOR, 14, None, None),
    ("Talk after the first month", SUPERVISOR, 30, None, None),
)
"""Title, who sees to it, days after the hire, and the credential or the training that ticks it by itself."""

REMINDER_DAYS = (60, 30, 14, 7, 1)
"""Used as far as they fall into the last third of the validity: a monthly check isn't expiring on its first day."""


@subscribe("organization:created")
def add_staff_catalogue(founding: "Founding") -> None:
    """Fill the catalogues of a new agency, inside the transaction that makes it."""
    if founding.is_platform:
        return
    kinds = {row[0]: _credential_type(*row) for row in TYPES}
    courses = {row[0]: _course(*row) for row in COURSES}
    checklist = OnboardingChecklist(name="Everybody who visits clients", disciplines=list(IN_HOMES))
    session.add_all([*kinds.values(), *courses.values(), checklist])
    session.add_all(
        InServiceRule(discipline=who, hours=Decimal(hours), starts_on=EVER) for who, hours in YEARLY_HOURS.items()
    )
    for title, responsible, due_days, kind, course in STEPS:
        step = OnboardingStep(checklist_id=checklist.id, title=title, responsible=responsible, due_days=due_days)
        step.credential_type_id = kinds[kind].id if kind else None
        step.course_id = courses[course].id if course else None
        session.add(step)
    session.flush()


def _credential_type(
    name: str, disciplines: tuple[Discipline, ...], months: int | None, on_lapse: LapseEffect
) -> CredentialType:
    return CredentialType(
        name=name,
        required_disciplines=list(disciplines),
        validity_months=months,
        on_lapse=on_lapse,
        reminder_days=[str(days) for days in REMINDER_DAYS if days <= (months or 24) * 10],
    )


def _course(
    name: str, hours: str, months: int | None, pass_score: int | None, disciplines: tuple[Discipline, ...]
) -> TrainingCourse:
    return TrainingCourse(
        name=name,
        hours=Decimal(hours),
        validity_months=months,
        pass_score=pass_score,
        required_disciplines=list(disciplines),
    )
