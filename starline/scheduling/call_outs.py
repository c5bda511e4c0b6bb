"""A caregiver can't come: their visits of some days are opened, offered or given to others; all of it can be undone."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from starline.core import clock, events
from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.language import _
from starline.core.problems import invalid
from starline.core.rows import assign
from starline.scheduling import offers, visits
from starline.scheduling.guard import Elsewhere, attempt
from starline.scheduling.matching import Match, match
from starline.scheduling.models import CalledOutVisit, CallOut, Offer, Visit
from starline.scheduling.offer_words import CallOutReason
from starline.scheduling.vocabulary import PLANNED, OpenReason, VisitStatus
from starline.staff.models import StaffMember
from starline.staff.service import locked_staff_member
from starline.staff.vocabulary import StaffStatus

LONGEST_DAYS = 14
LONGEST_NOTE = 300
USUALLY_ASKED = 3
"""So many of the best are asked unless somebody chooses."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the visits that were opened: offered, given to somebody, or left open with the reason."""

    offered: list[Offer] = field(default_factory=list)
    given: list[Visit] = field(default_factory=list)
    left: list[tuple[Visit, str]] = field(default_factory=list)


def call_out(
    member: StaffMember,
    *,
    first_on: date,
    by: int | None,
    last_on: date | None = None,
    reason: CallOutReason = CallOutReason.SICK,
    note: str | None = None,
) -> CallOut:
    """Open every visit of the days that has not begun."""
    last = last_on or first_on
    check_days(first_on, last)
    if note is not None and len(note) > LONGEST_NOTE:
        raise invalid("note", _("Send a note of at most %(most)d characters, or nothing.", most=LONGEST_NOTE))
    locked_staff_member(member.id)
    found = visits_of_days(member, first_on, last, lock=True)
    if not found:
        raise Conflict(_("%(who)s has no visits to come on these days.", who=member))
    made = CallOut(staff_member_id=member.id, first_on=first_on, last_on=last, reason=reason, note=note or None)
    session.add(made)
    session.flush()
    for visit in found:
        _open(visit, made)
    session.flush()
    for visit in found:
        events.record("visit:opened", visit)
    events.record("call_out:made", made)
    return made


def visits_of_days(member: StaffMember, first_on: date, last_on: date, *, lock: bool = False) -> list[Visit]:
    """The member's visits of these days, by the clocks where they take place, that have not begun."""
    query = select(Visit).where(
        Visit.staff_member_id == member.id,
        Visit.status.in_(PLANNED),
        Visit.ends_at > clock.now(),
        Visit.starts_at.between(_midnight(first_on) - _A_DAY, _midnight(last_on) + 2 * _A_DAY),
    )
    query = query.order_by(Visit.starts_at, Visit.id)
    found = session.scalars(offers.newest(query) if lock else query)
    return [one for one in found if first_on <= visits.local_day(one.starts_at, one.time_zone) <= last_on]


def opened_by(made: CallOut) -> list[Visit]:
    """The visits that the call-out opened, in order."""
    query = select(Visit).join(CalledOutVisit, CalledOutVisit.visit_id == Visit.id)
    return list(session.scalars(query.where(CalledOutVisit.call_out_id == made.id).order_by(Visit.starts_at, Visit.id)))


def replacements(found: Sequence[Visit], *, within: ColumnElement[bool] | None = None) -> dict[UUID, Match]:
    """For each of the visits whoever could take it."""
    return {visit.id: match(visit, within=within) for visit in found}


def offer_each(made: CallOut, chosen: Mapping[UUID, Sequence[UUID]], *, by: int | None) -> Outcome:
    """Offer each visit to the caregivers chosen for it; one that nobody was chosen for stays open."""
    done = Outcome()
    for visit in opened_by(made):
        try:
            with session.begin_nested():
                done.offered.append(offers.offer(visit, to=_chosen(visit, chosen), by=by))
        except Conflict as refusal:
            done.left.append((visit, refusal.message))
    return done


def give_each(made: CallOut, chosen: Mapping[UUID, Sequence[UUID]], *, by: int | None) -> Outcome:
    """Give each visit to the first of those chosen who can take it: who takes one may be busy for the next."""
    done = Outcome()
    for visit in opened_by(made):
        try:
            done.given.append(_give(visit, _chosen(visit, chosen), by=by))
        except Conflict as refusal:
            done.left.append((visit, refusal.message))
    return done


def best_of(found: Mapping[UUID, Match], number: int = USUALLY_ASKED) -> dict[UUID, list[UUID]]:
    """The best few of each visit."""
    return {key: [one.prospect.id for one in matched.candidates[:number]] for key, matched in found.items()}


def undo(made: CallOut, *, by: int | None) -> CallOut:
    """The caregiver comes after all: give back the visits that are open still; their offers are withdrawn."""
    member = locked_staff_member(made.staff_member_id)
    session.execute(offers.newest(select(CallOut).where(CallOut.id == made.id)))
    if made.undone_at is not None:
        raise Conflict("This call-out was undone already.")
    if member.status == StaffStatus.TERMINATED:
        raise Conflict(_("%(who)s does not work here any more.", who=member))
    query = (
        select(Visit, CalledOutVisit.is_confirmed)
        .join(CalledOutVisit, CalledOutVisit.visit_id == Visit.id)
        .where(CalledOutVisit.call_out_id == made.id, Visit.staff_member_id.is_(None), Visit.status.in_(PLANNED))
        .where(Visit.ends_at > clock.now())
        .order_by(Visit.id)
        .with_for_update(of=Visit)
    )
    for visit, was_confirmed in session.execute(query).all():
        _give_back(visit, member, was_confirmed=was_confirmed)
    made.undone_at = clock.now()
    session.flush()
    events.record("call_out:undone", made)
    return made


def check_days(first_on: date, last_on: date) -> None:
    """Refuse days that can't be meant."""
    if last_on < first_on:
        raise invalid("last_on", "The last day can't come before the first.")
    if (last_on - first_on).days >= LONGEST_DAYS:
        raise invalid("last_on", _("At most %(most)d days at once; enter time off for longer.", most=LONGEST_DAYS))


_A_DAY = timedelta(days=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), clock.now().tzinfo)


def _open(visit: Visit, made: CallOut) -> None:
    was_confirmed = visit.status == VisitStatus.CONFIRMED
    day = visits.local_day(visit.starts_at, visit.time_zone)
    session.add(CalledOutVisit(call_out_id=made.id, visit_id=visit.id, occurs_on=day, is_confirmed=was_confirmed))
    changes: dict[str, Any] = {"staff_member_id": None, "open_reason": OpenReason.CALLED_OUT}
    assign(visit, {**changes, "status": VisitStatus.SCHEDULED, "is_changed": visit.series_id is not None})


def _chosen(visit: Visit, chosen: Mapping[UUID, Sequence[UUID]]) -> Sequence[UUID]:
    found = chosen.get(visit.id, ())
    if not found:
        raise Conflict("Nobody was chosen for it.")
    return found


def _give(visit: Visit, ranked: Sequence[UUID], *, by: int | None) -> Visit:
    refusal = None
    for key in ranked:
        try:
            with session.begin_nested():
                return visits.update_visit(visit, {"staff_member_id": key}, by=by)
        except Conflict as problem:
            refusal = refusal or problem
    assert refusal is not None, "somebody was chosen"
    raise refusal


def _give_back(visit: Visit, member: StaffMember, *, was_confirmed: bool) -> None:
    status = VisitStatus.CONFIRMED if was_confirmed else VisitStatus.SCHEDULED
    values = {"staff_member_id": member.id, "open_reason": None, "status": status}
    with suppress(Elsewhere):  # they have other work by now, and the visit stays open
        attempt(partial(assign, visit, values), of=[member.id])
        events.record("visit:changed", visit)
