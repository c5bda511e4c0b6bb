"""The credential types that a new agency begins with; theirs to change."""

from typing import TYPE_CHECKING

from starline.core.db import session
from starline.core.events import subscribe
from starline.staff.models import CredentialType
from starline.staff.vocabulary import Discipline

if TYPE_CHECKING:
    from starline.organizations.founding import Founding

HANDS_ON = (Discipline.PCA, Discipline.HHA, Discipline.CNA, Discipline.LPN, Discipline.RN)
NURSES = (Discipline.LPN, Discipline.RN)
THERAPISTS = (Discipline.PT, Discipline.OT, Discipline.ST)
IN_HOMES = (*HANDS_ON, *THERAPISTS, Discipline.MSW, Discipline.COMPANION)

TYPES: tuple[tuple[str, tuple[Discipline, ...], int | None, bool], ...] = (
    ("Background check", IN_HOMES, 24, True),
    ("Exclusion list check", IN_HOMES, 1, True),
    ("CPR and first aid", HANDS_ON, 24, True),
    ("Tuberculosis screening", IN_HOMES, 12, True),
    ("Driver's license", (), 96, False),
    ("Automobile insurance", (), 6, False),
    ("Home health aide certificate", (Discipline.HHA,), None, True),
    ("Nursing assistant certification", (Discipline.CNA,), 24, True),
    ("Practical nurse license", (Discipline.LPN,), 24, True),
    ("Registered nurse license", (Discipline.RN,), 24, True),
    ("Therapist license", THERAPISTS, 24, True),
    ("Social worker license", (Discipline.MSW,), 24, True),
    ("Dementia care training", (), 24, False),
)
"""Name, disciplines that must have it, months it is valid, whether its expiry keeps off the schedule."""

REMINDER_DAYS = (60, 30, 14, 7, 1)
"""Used as far as they fall into the last third of the validity: a monthly check isn't expiring on its first day."""


@subscribe("organization:created")
def add_default_credential_types(founding: "Founding") -> None:
    """Fill the catalogue of a new agency, inside the transaction that makes it."""
    if founding.is_platform:
        return
    for name, disciplines, months, blocks in TYPES:
        session.add(
            CredentialType(
                name=name,
                required_disciplines=list(disciplines),
                validity_months=months,
                blocks_scheduling=blocks,
                reminder_days=[str(days) for days in REMINDER_DAYS if days <= (months or 24) * 10],
            )
        )
    session.flush()
