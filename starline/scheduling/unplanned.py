"""Calls where no visit is planned: the office plans the visit from the call, and the told times go with it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, or_, select

from starline.clients.models import Client
from starline.clients.service import locked_client
from starline.core import clock, events
from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.problems import invalid
from starline.scheduling import evv, visits
from starline.scheduling.evv import Reading
from starline.scheduling.evv_vocabulary import ClockKind, ClockMethod, ReasonCode, Standing
from starline.scheduling.models import ClockEvent, UnplannedCall, Visit
from starline.scheduling.visits import LONGEST
from starline.staff.models import StaffMember

LAST_DIGITS = 10
"""Numbers are compared without the country's code."""
USUAL = timedelta(hours=1)
"""So long is proposed where only one of the two times was told."""
APART = timedelta(hours=1)
"""Whoever plans a visit that begins or ends so far from what the other call tells means another visit than it does."""


def keep(member: StaffMember, *, kind: ClockKind, called_at: datetime, phone: str, event_id: UUID) -> UnplannedCall:
    """Note the call; the same one again is known already."""
    known = session.scalars(select(UnplannedCall).where(UnplannedCall.event_id == event_id)).first()
    if known is not None:
        return known
    told = {"kind": kind, "called_at": called_at, "phone": phone[:30], "event_id": event_id}
    call = UnplannedCall(staff_member_id=member.id, client_id=_client_with(phone), **told)
    session.add(call)
    session.flush()
    events.record("unplanned_call:kept", call)
    return call


def other_of(call: UnplannedCall) -> UnplannedCall | None:
    """The call that tells the other time of the same visit: the nearest one from the same telephone.

    Where the caregiver told of anything else between the two, they are of two visits.
    """
    is_begin = call.kind == ClockKind.IN
    first, last = (call.called_at, call.called_at + LONGEST) if is_begin else (call.called_at - LONGEST, call.called_at)
    query = select(UnplannedCall).where(
        UnplannedCall.staff_member_id == call.staff_member_id,
        UnplannedCall.kind == (ClockKind.OUT if is_begin else ClockKind.IN),
        UnplannedCall.settled_at.is_(None),
        UnplannedCall.called_at.between(first, last),
    )
    near = [one for one in session.scalars(query) if digits_of(one.phone) == digits_of(call.phone)]
    other = min(near, key=lambda one: abs(one.called_at - call.called_at), default=None)
    return None if other is None or _told_between(call, other) else other


def hours_of(call: UnplannedCall, other: UnplannedCall | None) -> tuple[datetime, datetime]:
    """The hours that the calls tell; where they tell one end alone, a usual length from there."""
    told = {one.kind: one.called_at for one in (call, other) if one is not None}
    begun, ended = told.get(ClockKind.IN), told.get(ClockKind.OUT)
    if begun is None:
        assert ended is not None
        return ended - USUAL, ended
    return begun, ended or begun + USUAL


def plan_visit(
    call: UnplannedCall,
    values: Mapping[str, Any],
    *,
    other: UnplannedCall | None = None,
    reason_code: ReasonCode,
    reason: str | None = None,
    by: int | None,
) -> Visit:
    """Plan the visit that the caregiver called about, by the usual rules, and let what they told be its times.

    `other` is the call that tells its other time; left out, that time is told or entered later. The visit's exception
    "unscheduled" is open from then on: somebody looks at it before the visit is verified.
    """
    if reason_code == ReasonCode.OTHER and not (reason or "").strip():
        raise invalid("reason", "Say in words what happened.")
    calls = hold(call, other, client_id=values["client_id"])
    _check_open(call)
    if other is not None:
        _check_of_one_visit(call, other, values)
    member = call.staff_member
    visit = visits.add_visit({**values, "staff_member_id": member.id}, by=by)
    for one in calls:
        one.visit_id, one.client_id, one.settled_at = visit.id, visit.client_id, clock.now()
    session.flush()
    for one in calls:
        why = {"reason_code": reason_code, "reason": (reason or "").strip() or None}
        told = Reading(one.kind, one.called_at, one.event_id, ClockMethod.TELEPHONY, phone=one.phone, **why)  # type: ignore[arg-type]
        evv.clock(visit, told, by=by, caregiver=member)
        events.record("unplanned_call:planned", one)
    return visit


def hold(call: UnplannedCall, other: UnplannedCall | None, *, client_id: UUID) -> list[UnplannedCall]:
    """The calls as they are now, in the order of their times, held until the transaction ends.

    The client is held first, as by whoever makes one client of two, and the calls in one order: of two who plan from
    either call of a visit, one waits.
    """
    locked_client(client_id)
    wanted = [one.id for one in (call, other) if one is not None]
    query = select(UnplannedCall).where(UnplannedCall.id.in_(wanted)).order_by(UnplannedCall.id)
    held = session.scalars(query.with_for_update(of=UnplannedCall).execution_options(populate_existing=True))
    return sorted(held, key=lambda one: (one.called_at, one.kind))


def set_aside(call: UnplannedCall, *, by: int | None) -> UnplannedCall:
    """Say that no visit took place. The call stays on record."""
    session.refresh(call, with_for_update={"of": UnplannedCall})
    _check_open(call)
    call.settled_at = clock.now()
    session.flush()
    events.record("unplanned_call:set_aside", call)
    return call


def digits_of(number: str) -> str:
    """The last digits of a telephone number, by which numbers are compared."""
    return "".join(one for one in number if one.isdigit())[-LAST_DIGITS:]


def _check_open(call: UnplannedCall) -> None:
    if call.settled_at is not None:
        raise Conflict("This call is settled already.")


def _check_of_one_visit(call: UnplannedCall, other: UnplannedCall, values: Mapping[str, Any]) -> None:
    if other.settled_at is not None:
        raise Conflict("The other call is settled already.")
    proposed = other_of(call)
    if proposed is None or proposed.id != other.id:
        raise invalid("other_call_id", "These two calls are not of one visit.")
    planned = values["starts_at"] if other.kind == ClockKind.IN else values["ends_at"]
    if abs(planned - other.called_at) > APART:
        raise invalid(
            "other_call_id",
            "This call is more than an hour away from the hours given: leave it out, or give the hours it tells.",
        )


def _told_between(call: UnplannedCall, other: UnplannedCall) -> bool:
    """Whether the caregiver called or clocked between the two calls. What was set aside or corrected doesn't count."""
    first, last = sorted((call.called_at, other.called_at))
    of_caregiver = UnplannedCall.staff_member_id == call.staff_member_id, UnplannedCall.settled_at.is_(None)
    called = exists().where(*of_caregiver, UnplannedCall.called_at > first, UnplannedCall.called_at < last)
    clocked = exists().where(
        ClockEvent.staff_member_id == call.staff_member_id,
        ClockEvent.standing != Standing.CORRECTED,
        ClockEvent.happened_at > first,
        ClockEvent.happened_at < last,
    )
    return bool(session.scalar(select(or_(called, clocked))))


def _client_with(phone: str) -> UUID | None:
    """The one client whose telephone it is; nobody where it is several's, as in a house with one phone."""
    wanted = digits_of(phone)
    if len(wanted) < LAST_DIGITS:
        return None
    numbers = (Client.phone, Client.mobile_phone)
    same = [func.right(func.regexp_replace(one, "[^0-9]", "", "g"), LAST_DIGITS) == wanted for one in numbers]
    query = select(Client.id).where(Client.merged_into_id.is_(None), same[0] | same[1]).limit(2)
    found = session.scalars(query).all()
    return found[0] if len(found) == 1 else None
