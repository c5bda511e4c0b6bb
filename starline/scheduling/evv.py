"""Clocking: a caregiver's begin and end of a visit, entries by hand, corrections, and what to do about conflicts.

Nothing that a caregiver tells is thrown away. What the office has decided otherwise meanwhile is kept beside and opened
for review; a correction is an event of its own and leaves the one that it corrects.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from starline.clients.models import ServiceAddress
from starline.core import clock as time
from starline.core import events
from starline.core.db import session
from starline.core.errors import Conflict, NotAllowed
from starline.core.identifiers import uuid7
from starline.core.language import N_, _
from starline.core.problems import Problems, invalid
from starline.scheduling.evv_vocabulary import (
    Clash,
    ClockKind,
    ClockMethod,
    ExceptionKind,
    ExceptionStatus,
    ReasonCode,
    Standing,
)
from starline.scheduling.guard import Elsewhere, attempt, taken
from starline.scheduling.holders import OLDEST, was_of
from starline.scheduling.models import ClockEvent, Visit, VisitException
from starline.scheduling.rules.evv import is_inside, metres_between
from starline.scheduling.verification import counting, raise_conflict, review, tolerance_of
from starline.scheduling.visit_tasks import tasks_of
from starline.scheduling.vocabulary import VisitStatus, VoidReason
from starline.staff.models import StaffMember
from starline.staff.service import member_of

AHEAD = timedelta(minutes=5)
"""A device's clock may be ahead by so much."""
SENTENCES = {
    Clash.CALLED_OFF: N_(
        "The office called this visit off meanwhile. What you sent is kept, and the office looks at it."
    ),
    Clash.REASSIGNED: N_("This visit was given to somebody else meanwhile. What you sent is kept for the office."),
    Clash.MOVED: N_("The office moved this visit meanwhile. Your time counts, and the office looks at it."),
    Clash.CLOCKED_ALREADY: N_("This was clocked already. Your time is kept beside it, and the office decides."),
    Clash.OUT_OF_ORDER: N_("The end lies before the begin. Your time is kept, and the office looks at it."),
    Clash.BILLED: N_("This visit is billed already. What you sent is kept for the office."),
    Clash.CLOCK_AHEAD: N_("The clock of your device is ahead. Your time is kept, and the office looks at it."),
}
STILL_COUNTS = frozenset({Clash.MOVED, Clash.CLOCK_AHEAD})
"""Clashes that the office should know of, although the time is what it is."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a device, a call or a person tells. `event_id` is made by the teller: the same one counts once.

    `seen_starts_at` is the planned start as the teller knew it, so that a visit moved meanwhile is noticed.
    """

    kind: ClockKind
    happened_at: datetime
    event_id: UUID
    method: ClockMethod = ClockMethod.MOBILE
    latitude: float | None = None
    longitude: float | None = None
    accuracy_metres: int | None = None
    device: str | None = None
    sequence: int | None = None
    phone: str | None = None
    seen_starts_at: datetime | None = None
    reason_code: ReasonCode | None = None
    reason: str | None = None


def clock(visit: Visit, reading: Reading, *, by: int | None, caregiver: StaffMember | None = None) -> ClockEvent:
    """Keep the begin or the end of the visit. The same event again answers what the first one made.

    `caregiver` is who clocks; left out, whoever is signed in by `by`, and for an entry by hand the visit's own.
    """
    problems_of(reading).refuse()
    session.refresh(visit, with_for_update={"of": Visit})
    known = _known(visit, reading.event_id)
    if known is not None:
        return known
    member = caregiver or _clocker(visit, reading, by)
    clash = _clash(visit, reading, member)
    counts = clash is None or clash in STILL_COUNTS
    event = _written(visit, reading, member, clash, Standing.COUNTS if counts else Standing.BESIDE)
    if counts:
        _apply(visit)
    if clash is not None:
        raise_conflict(visit, clash, event)
    review(visit)
    return event


def clock_by_hand(
    visit: Visit,
    *,
    kind: ClockKind,
    happened_at: datetime,
    reason_code: ReasonCode,
    reason: str | None = None,
    event_id: UUID | None = None,
    by: int | None,
) -> ClockEvent:
    """Enter a time for a caregiver who could not clock. Refused where one counts already: that one is corrected."""
    known = _known(visit, event_id) if event_id else None
    if known is not None:
        return known
    session.refresh(visit, with_for_update={"of": Visit})
    _check_by_hand(visit, happened_at, reason_code, reason)
    there = counting(visit)
    if kind in there:
        raise Conflict("This time is known already; correct it instead.")
    _check_order(kind, happened_at, there)
    return clock(visit, _by_hand(kind, happened_at, event_id, reason_code, reason), by=by)


def correct(
    event: ClockEvent,
    *,
    happened_at: datetime,
    reason_code: ReasonCode,
    reason: str | None = None,
    event_id: UUID | None = None,
    by: int | None,
) -> ClockEvent:
    """Put another time in the place of one that is wrong. The wrong one stays on record, marked as corrected."""
    visit = event.visit
    session.refresh(visit, with_for_update={"of": Visit})
    known = _known(visit, event_id) if event_id else None
    if known is not None:
        return known
    session.refresh(event)
    _check_by_hand(visit, happened_at, reason_code, reason)
    if not event.counts:
        raise Conflict("Another time counts instead of this one; correct that.")
    _check_order(event.kind, happened_at, counting(visit))
    event.standing = Standing.CORRECTED
    session.flush()
    reading = _by_hand(event.kind, happened_at, event_id, reason_code, reason)
    made = _written(visit, reading, event.staff_member, None, Standing.COUNTS, replaces_id=event.id)
    _apply(visit)
    review(visit)
    return made


def accept(event: ClockEvent, *, by: int | None) -> ClockEvent:
    """Let a time that was kept beside count: the caregiver was right. The visit takes place, and it was theirs."""
    visit = event.visit
    session.refresh(visit, with_for_update={"of": Visit})
    session.refresh(event)
    if event.standing != Standing.BESIDE:
        raise Conflict("This time is not kept beside another; there is nothing to choose.")
    if visit.status == VisitStatus.BILLED:
        raise Conflict("This visit is billed; take the claim back first.")
    there = counting(visit)
    _check_order(event.kind, event.happened_at, there)
    try:
        attempt(lambda: _give_back(visit, event, there.get(event.kind)), of=[event.staff_member_id])
    except Elsewhere:
        raise taken(
            event.staff_member_id, visit.starts_at, visit.ends_at, zone=visit.time_zone, except_for=visit.id
        ) from None
    _settle_conflicts(event, by)
    _apply(visit)
    review(visit)
    return event


def miss(visit: Visit, *, reason: VoidReason, note: str | None = None, by: int | None) -> Visit:
    """Say that a visit that should have begun did not take place."""
    session.refresh(visit, with_for_update={"of": Visit})
    if not visit.is_planned:
        raise Conflict(_("This visit is %(status)s; only a planned one can be missed.", status=visit.status))
    if visit.starts_at > time.now():
        raise Conflict("This visit has not begun yet; call it off instead.")
    visit.status, visit.void_reason, visit.void_note = VisitStatus.MISSED, reason, note
    session.flush()
    events.record("visit:missed", visit)
    review(visit)
    return visit


def sentence_of(clash: Clash | None) -> str:
    """What a caregiver is told of what they sent; empty where all is well."""
    return _(SENTENCES[clash]) if clash is not None else ""


def problems_of(reading: Reading) -> Problems:
    """What is wrong with a reading as such."""
    problems = Problems()
    if reading.happened_at.tzinfo is None:
        problems.add("happened_at", "Give the time with its offset, such as 2026-11-30T09:00:00-05:00.")
    elif not time.now() - OLDEST <= reading.happened_at <= time.now() + timedelta(days=1):
        problems.add("happened_at", "This time is too far away; have the office enter it by hand.")
    if (reading.latitude is None) != (reading.longitude is None):
        problems.add("latitude", "Give latitude and longitude together, or neither.")
    elif not -90 <= (reading.latitude or 0) <= 90 or not -180 <= (reading.longitude or 0) <= 180:
        problems.add("latitude", "This is no place on Earth: latitude is up to 90 degrees, longitude up to 180.")
    if reading.accuracy_metres is not None and not 0 <= reading.accuracy_metres <= 10_000_000:
        problems.add("accuracy_metres", "The accuracy is a number of metres.")
    return problems


def _by_hand(
    kind: ClockKind, happened_at: datetime, event_id: UUID | None, reason_code: ReasonCode, reason: str | None
) -> Reading:
    words = (reason or "").strip() or None
    made_as = event_id or uuid7()
    return Reading(kind, happened_at, made_as, ClockMethod.MANUAL, reason_code=reason_code, reason=words)


def _known(visit: Visit, event_id: UUID) -> ClockEvent | None:
    known = session.scalars(select(ClockEvent).where(ClockEvent.event_id == event_id)).first()
    if known is not None and known.visit_id != visit.id:
        raise Conflict("This event was sent for another visit; make a new one for this visit.", code="event_reused")
    return known


def _clocker(visit: Visit, reading: Reading, by: int | None) -> StaffMember:
    if reading.method == ClockMethod.MANUAL:
        if visit.staff_member is None:
            raise Conflict("This visit is open: give it to whoever was there first.")
        return visit.staff_member
    member = member_of(by)
    if member is None or not was_of(visit, member.id):
        raise NotAllowed("Only the caregiver of a visit clocks it; the office enters a time by hand.")
    return member


def _clash(visit: Visit, reading: Reading, member: StaffMember) -> Clash | None:
    """What the office has done meanwhile that the event doesn't fit."""
    there = counting(visit)
    if visit.status == VisitStatus.BILLED:
        return Clash.BILLED
    if visit.is_void:
        return Clash.CALLED_OFF
    if visit.staff_member_id != member.id:
        return Clash.REASSIGNED
    if reading.kind in there:
        return Clash.CLOCKED_ALREADY
    if not _is_in_order(reading.kind, reading.happened_at, there):
        return Clash.OUT_OF_ORDER
    if reading.happened_at > time.now() + AHEAD:
        return Clash.CLOCK_AHEAD
    if reading.seen_starts_at is not None and reading.seen_starts_at != visit.starts_at:
        return Clash.MOVED
    return None


def _is_in_order(kind: ClockKind, at: datetime, there: dict[ClockKind, ClockEvent]) -> bool:
    begun = at if kind == ClockKind.IN else there[ClockKind.IN].happened_at if ClockKind.IN in there else None
    ended = at if kind == ClockKind.OUT else there[ClockKind.OUT].happened_at if ClockKind.OUT in there else None
    return begun is None or ended is None or begun <= ended


def _check_order(kind: ClockKind, at: datetime, there: dict[ClockKind, ClockEvent]) -> None:
    if not _is_in_order(kind, at, there):
        raise invalid("happened_at", "The visit ends after it begins; look at its other time.")


def _check_by_hand(visit: Visit, happened_at: datetime, reason_code: ReasonCode, reason: str | None) -> None:
    if visit.status == VisitStatus.BILLED:
        raise Conflict("This visit is billed; take the claim back first.")
    if visit.is_void:
        raise Conflict(_("This visit is %(status)s; reinstate it first.", status=visit.status))
    problems = Problems()
    if happened_at > time.now():
        problems.add("happened_at", "This time is still to come.")
    if reason_code == ReasonCode.OTHER and not (reason or "").strip():
        problems.add("reason", "Say in words what happened.")
    problems.refuse()


def _written(
    visit: Visit, reading: Reading, member: StaffMember, clash: Clash | None, standing: Standing, **more: Any
) -> ClockEvent:
    distance = _distance(visit, reading)
    names = ("kind", "happened_at", "method", "latitude", "longitude", "accuracy_metres", "phone", "device")
    event = ClockEvent(
        **{name: getattr(reading, name) for name in (*names, "sequence", "event_id", "reason_code", "reason")},
        visit_id=visit.id,
        client_id=visit.client_id,
        staff_member_id=member.id,
        received_at=time.now(),
        distance_metres=distance,
        is_inside=is_inside(distance, reading.accuracy_metres, tolerance_of(visit).geofence_metres),
        standing=standing,
        clash=clash,
        **more,
    )
    session.add(event)
    session.flush()
    events.record(f"clock_event:{reading.kind}", event)
    return event


def _distance(visit: Visit, reading: Reading) -> int | None:
    address = session.get(ServiceAddress, visit.service_address_id) if visit.service_address_id else None
    if address is None or address.latitude is None or address.longitude is None:
        return None
    if reading.latitude is None or reading.longitude is None:
        return None
    home = float(address.latitude), float(address.longitude)
    return metres_between(home, (reading.latitude, reading.longitude))


def _apply(visit: Visit) -> None:
    """Make the visit's times and status what the events that count say."""
    there = counting(visit)
    before = visit.status
    begun, ended = there.get(ClockKind.IN), there.get(ClockKind.OUT)
    visit.clocked_in_at = begun.happened_at if begun else None
    visit.clocked_out_at = ended.happened_at if ended else None
    if ended is not None and before != VisitStatus.VERIFIED:
        visit.status = VisitStatus.COMPLETED
    elif begun is not None and ended is None:
        visit.status = VisitStatus.IN_PROGRESS
    session.flush()
    tasks_of(visit)
    if visit.status != before:
        events.record("visit:completed" if visit.status == VisitStatus.COMPLETED else "visit:begun", visit)


def _give_back(visit: Visit, event: ClockEvent, other: ClockEvent | None) -> None:
    if other is not None:
        other.standing = Standing.CORRECTED
        session.flush()
    event.standing = Standing.COUNTS
    visit.staff_member_id, visit.open_reason = event.staff_member_id, None
    if visit.is_void:
        visit.status, visit.void_reason, visit.void_note = VisitStatus.SCHEDULED, None, None
        visit.is_changed = visit.series_id is not None


def _settle_conflicts(event: ClockEvent, by: int | None) -> None:
    query = select(VisitException).where(
        VisitException.clock_event_id == event.id, VisitException.kind == ExceptionKind.CONFLICT
    )
    for one in session.scalars(query):
        one.status, one.decided_by_id, one.decided_at = ExceptionStatus.SETTLED, by, time.now()
    session.flush()
