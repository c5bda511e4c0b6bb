"""The one fact that the database itself guards: no caregiver is in two places at once."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError

from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.language import _
from starline.scheduling.models import Visit
from starline.scheduling.models.visits import ONE_PLACE
from starline.scheduling.vocabulary import VOID
from starline.staff.models import StaffMember


class Elsewhere(Exception):
    """A caregiver would be in two places at once; what was tried has been undone."""


def attempt(work: Callable[[], Any], *, of: Iterable[UUID | None]) -> Any:
    """Do `work` and write it, all or nothing; raises `Elsewhere`. Visits may pass through each other meanwhile.

    Whoever gives visits to the caregivers `of` waits for whoever else does: two that wrote overlapping visits at the
    same time would each wait for the other to be gone, and the database would end one with an error that tells nothing.
    """
    _lock(of)
    try:
        with session.begin_nested():
            session.execute(sql(f"SET CONSTRAINTS {ONE_PLACE} DEFERRED"))
            done = work()
            session.flush()
            session.execute(sql(f"SET CONSTRAINTS {ONE_PLACE} IMMEDIATE"))
            return done
    except IntegrityError as error:
        if _constraint(error) != ONE_PLACE:
            raise
        raise Elsewhere from None


def taken(
    staff_member_id: UUID, starts_at: datetime, ends_at: datetime, *, zone: str, except_for: UUID | None = None
) -> Conflict:
    """The refusal that says when the caregiver is elsewhere, without saying with whom."""
    sentence = elsewhere(staff_member_id, starts_at, ends_at, zone=zone, except_for=except_for)
    if sentence is None:  # a colleague has just moved it away again, or the same change wants the person twice
        who = session.get(StaffMember, staff_member_id)
        return Conflict(_("%(who)s can't be in two places at once.", who=who), code="double_booked")
    return Conflict(sentence, errors={"staff_member_id": [sentence]}, code="double_booked")


def elsewhere(
    staff_member_id: UUID, starts_at: datetime, ends_at: datetime, *, zone: str, except_for: UUID | None = None
) -> str | None:
    """A sentence that says when the caregiver is elsewhere; None where they are free."""
    other = session.scalars(
        select(Visit)
        .where(Visit.staff_member_id == staff_member_id, Visit.status.not_in(VOID))
        .where(Visit.starts_at < ends_at, Visit.ends_at > starts_at, Visit.id.is_distinct_from(except_for))
        .order_by(Visit.starts_at)
        .limit(1)
    ).first()
    if other is None:
        return None
    begin, end = (one.astimezone(ZoneInfo(zone)) for one in (other.starts_at, other.ends_at))
    return _(
        "%(who)s has another visit then: %(day)s, %(from)s to %(to)s. Choose another time or somebody else.",
        who=session.get(StaffMember, staff_member_id),
        day=begin.date(),
        **{"from": begin.time(), "to": end.time()},
    )


def _lock(staff_ids: Iterable[UUID | None]) -> None:
    wanted = sorted({one for one in staff_ids if one is not None})
    if wanted:
        query = select(StaffMember.id).where(StaffMember.id.in_(wanted)).order_by(StaffMember.id)
        session.execute(query.with_for_update(key_share=True))


def _constraint(error: IntegrityError) -> str | None:
    return getattr(getattr(error.orig, "diag", None), "constraint_name", None)
