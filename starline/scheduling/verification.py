"""Whether a visit is proven: what is out of the ordinary is opened, decided, and settled when its cause has gone.

`review` is asked after whatever may change the answer. It may run as often as one likes: a second run changes nothing.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from starline.clients.models import Client, ServiceAddress
from starline.core import clock, events
from starline.core.db import session
from starline.core.errors import Conflict, NotAllowed
from starline.core.language import N_
from starline.notifications.service import notify_all
from starline.organizations.settings import policy
from starline.scheduling.evv_vocabulary import (
    UNDECIDED,
    Clash,
    ClockKind,
    ClockMethod,
    Element,
    ExceptionKind,
    ExceptionStatus,
    ReasonCode,
    Standing,
    TaskOutcome,
)
from starline.scheduling.models import ClockEvent, EvvTolerance, UnplannedCall, Visit, VisitException, VisitTask
from starline.scheduling.rules.evv import Course, Found, Patience, Stamp, Tolerance, findings, missing_elements
from starline.scheduling.vocabulary import VisitStatus

REVIEWED_AT_ONCE = 200
OLDEST_REVIEWED = timedelta(days=92)
ANY_ZONE = timedelta(hours=14)
"""By so much a day begins earlier somewhere than in UTC."""

RETURNED = N_("The office asks about your visit of %(day)s: look at its verification.")


def review(visit: Visit) -> list[VisitException]:
    """Open, reopen and settle the exceptions of the visit and say whether it is verified; what is undecided."""
    if visit.status == VisitStatus.BILLED:
        return undecided_of(visit)
    found = [] if visit.is_void else _findings(visit)
    there: dict[ExceptionKind, VisitException] = {one.kind: one for one in exceptions_of(visit) if one.clash is None}
    for one in found:
        _open(visit, there.pop(one.kind, None), one)
    for gone in there.values():
        if gone.status != ExceptionStatus.SETTLED:
            gone.status = ExceptionStatus.SETTLED
    session.flush()
    undecided = undecided_of(visit)
    _verify(visit, undecided)
    return undecided


def review_clocked(since: date, *, after: UUID | None = None) -> UUID | None:
    """Review some hundred of the visits that were clocked from a day on, in the order of their ids.

    Returns the last one's id where there may be more `after` it. What was billed stays as it is, and what lies further
    back than `OLDEST_REVIEWED` too: nobody would look at it again.
    """
    begin = datetime.combine(max(since, clock.today() - OLDEST_REVIEWED), time.min, UTC) - ANY_ZONE
    query = select(Visit).where(Visit.starts_at >= begin, Visit.starts_at <= clock.now())
    query = query.where(or_(Visit.clocked_in_at.is_not(None), Visit.clocked_out_at.is_not(None)))
    query = query.where(Visit.status != VisitStatus.BILLED)
    if after is not None:
        query = query.where(Visit.id > after)
    found = session.scalars(query.order_by(Visit.id).limit(REVIEWED_AT_ONCE).with_for_update(of=Visit)).all()
    for visit in found:
        review(visit)
    return found[-1].id if len(found) == REVIEWED_AT_ONCE else None


def raise_conflict(visit: Visit, clash: Clash, event: ClockEvent | None = None) -> VisitException:
    """Have somebody look at what a caregiver told while the office had done something else."""
    same = select(VisitException).where(
        VisitException.visit_id == visit.id,
        VisitException.clash == clash,
        VisitException.clock_event_id.is_not_distinct_from(event.id if event else None),
    )
    known = session.scalars(same).first()
    if known is not None:
        return known
    made = VisitException(**_whose(visit), kind=ExceptionKind.CONFLICT, clash=clash)
    if event is not None:
        made.clock_event_id, made.staff_member_id = event.id, event.staff_member_id
    session.add(made)
    session.flush()
    events.record("visit:conflict", visit)
    return made


def approve(
    exception: VisitException, *, by: int | None, note: str | None = None, reason_code: ReasonCode | None = None
) -> VisitException:
    """Accept it as it is. Nobody approves an entry of their own where those need approval."""
    _lock_undecided(exception)
    if exception.kind == ExceptionKind.MANUAL and by is not None and by in _hands(exception.visit_id):
        raise NotAllowed("You entered this time yourself; ask a colleague to approve it.")
    _decide(exception, ExceptionStatus.APPROVED, by, note, reason_code)
    events.record("visit_exception:approved", exception)
    review(exception.visit)
    return exception


def send_back(
    exception: VisitException, *, by: int | None, note: str | None = None, reason_code: ReasonCode | None = None
) -> VisitException:
    """Ask whoever gave or entered the visit for what is missing; it stays undecided."""
    _lock_undecided(exception)
    if exception.status == ExceptionStatus.RETURNED:
        raise Conflict("This was sent back already; approve it once it is answered.")
    _decide(exception, ExceptionStatus.RETURNED, by, note, reason_code)
    events.record("visit_exception:returned", exception)
    review(exception.visit)
    people = _hands(exception.visit_id)
    if exception.staff_member is not None and exception.staff_member.user_id is not None:
        people.add(exception.staff_member.user_id)
    day = exception.visit.local_start.date()
    notify_all(people, "visit:returned", RETURNED, link=f"/visits/show/{exception.visit_id}?tab=evv", day=day)
    return exception


def exceptions_of(visit: Visit) -> list[VisitException]:
    """Every exception of the visit, also those decided and settled, in the order they arose."""
    query = select(VisitException).where(VisitException.visit_id == visit.id)
    return list(session.scalars(query.order_by(VisitException.raised_at, VisitException.id)))


def undecided_of(visit: Visit) -> list[VisitException]:
    return [one for one in exceptions_of(visit) if one.is_undecided]


def events_of(visit: Visit) -> list[ClockEvent]:
    """Every clock event of the visit, corrected ones and those kept beside included."""
    query = select(ClockEvent).where(ClockEvent.visit_id == visit.id)
    return list(session.scalars(query.order_by(ClockEvent.happened_at, ClockEvent.id)))


def counting(visit: Visit) -> dict[ClockKind, ClockEvent]:
    """The event that tells the begin, and the one that tells the end."""
    query = select(ClockEvent).where(ClockEvent.visit_id == visit.id, ClockEvent.standing == Standing.COUNTS)
    return {one.kind: one for one in session.scalars(query)}


def lacking(visit: Visit) -> list[Element]:
    """Of the six elements, those that the visit lacks."""
    return missing_elements(
        begun_at=visit.clocked_in_at,
        ended_at=visit.clocked_out_at,
        has_address=visit.service_address_id is not None,
        has_caregiver=visit.staff_member_id is not None,
    )


def tolerance_of(visit: Visit) -> Tolerance:
    """What holds on the visit's day in the client's branch; the address may have a geofence of its own."""
    branch_id = session.scalar(select(Client.branch_id).where(Client.id == visit.client_id))
    row = tolerance_on(visit.local_start.date(), branch_id)
    address = session.get(ServiceAddress, visit.service_address_id) if visit.service_address_id else None
    own = address.geofence_metres if address is not None else None
    if row is None:
        return Tolerance() if own is None else Tolerance(geofence_metres=own)
    return Tolerance(own or row.geofence_metres, row.early_minutes, row.late_minutes, row.manual_needs_approval)


def tolerance_on(day: date, branch_id: UUID | None) -> EvvTolerance | None:
    """The newest row that is valid on the day: one of the branch's own before one of the whole agency."""
    of_branch = or_(EvvTolerance.branch_id.is_(None), EvvTolerance.branch_id == branch_id)
    query = select(EvvTolerance).where(of_branch, EvvTolerance.valid_from <= day)
    query = query.order_by(EvvTolerance.branch_id.is_(None), EvvTolerance.valid_from.desc(), EvvTolerance.id.desc())
    return session.scalars(query.limit(1)).first()


def patience() -> Patience:
    chosen = policy("scheduling_policy")
    return Patience(in_minutes=chosen["late_alert_minutes"], out_minutes=chosen["missing_out_minutes"])


def _findings(visit: Visit) -> Sequence[Found]:
    there = counting(visit)
    stamps = {kind: _stamp(one) for kind, one in there.items()}
    open_tasks = select(func.count()).where(
        VisitTask.visit_id == visit.id, VisitTask.is_required, VisitTask.outcome == TaskOutcome.OPEN
    )
    course = Course(
        visit.starts_at,
        visit.ends_at,
        stamps.get(ClockKind.IN),
        stamps.get(ClockKind.OUT),
        heard_at=max((one.received_at for one in there.values()), default=None),
        open_tasks=session.scalar(open_tasks) or 0,
        needs_evv=visit.service_type.requires_evv,
        was_unplanned=bool(there) and _is_of_a_call(visit),
    )
    return findings(course, tolerance_of(visit), patience(), clock.now())


def _is_of_a_call(visit: Visit) -> bool:
    """Whether it was planned only because a caregiver had called."""
    query = select(UnplannedCall.id).where(UnplannedCall.visit_id == visit.id).limit(1)
    return session.scalar(query) is not None


def _stamp(event: ClockEvent) -> Stamp:
    return Stamp(
        event.happened_at,
        event.method,
        has_position=event.latitude is not None,
        distance_metres=event.distance_metres,
        accuracy_metres=event.accuracy_metres,
    )


def _open(visit: Visit, known: VisitException | None, found: Found) -> None:
    """A new one; or the known one again, where its cause came back or has another size than what was approved."""
    if known is None:
        session.add(VisitException(**_whose(visit), kind=found.kind, amount=found.amount))
    elif known.status == ExceptionStatus.SETTLED or known.amount != found.amount:
        known.status, known.amount, known.raised_at = ExceptionStatus.OPEN, found.amount, clock.now()
        known.decided_at = known.decided_by_id = known.told_at = known.escalated_at = None
        known.staff_member_id = visit.staff_member_id


def _verify(visit: Visit, undecided: Sequence[VisitException]) -> None:
    if visit.status not in (VisitStatus.COMPLETED, VisitStatus.VERIFIED):
        return
    is_proven = not undecided and not lacking(visit)
    wanted = VisitStatus.VERIFIED if is_proven else VisitStatus.COMPLETED
    if visit.status == wanted:
        return
    visit.status = wanted
    session.flush()
    events.record("visit:verified" if is_proven else "visit:unverified", visit)


def _decide(
    exception: VisitException, status: ExceptionStatus, by: int | None, note: str | None, code: ReasonCode | None
) -> None:
    exception.status, exception.decided_by_id, exception.decided_at = status, by, clock.now()
    exception.note, exception.reason_code = note or exception.note, code or exception.reason_code
    session.flush()


def _lock_undecided(exception: VisitException) -> None:
    session.refresh(exception.visit, with_for_update={"of": Visit})
    session.refresh(exception)
    if exception.visit.status == VisitStatus.BILLED:
        raise Conflict("This visit is billed; take the claim back first.")
    if exception.status not in UNDECIDED:
        raise Conflict("Nothing is to be decided here any more.")


def _hands(visit_id: UUID) -> set[int]:
    """The people who entered or corrected the visit's times by hand."""
    query = select(ClockEvent.created_by_fk).where(
        ClockEvent.visit_id == visit_id,
        ClockEvent.standing == Standing.COUNTS,
        ClockEvent.method == ClockMethod.MANUAL,
        ClockEvent.created_by_fk.is_not(None),
    )
    return {one for one in session.scalars(query) if one is not None}


def _whose(visit: Visit) -> dict[str, Any]:
    return {"visit_id": visit.id, "client_id": visit.client_id, "staff_member_id": visit.staff_member_id}
