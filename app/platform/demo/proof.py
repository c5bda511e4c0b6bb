"""What proves the demo's visits: clock events, tasks, notes, and what was out of the ordinary, by the product's rules.

Rows go in together: hundreds of visits would take their verbs a minute.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from app.platform.demo.people import Fiction
from starline.clients.models import ServiceAddress
from starline.core import clock, crypto
from starline.core.db import session
from starline.core.identifiers import uuid7
from starline.scheduling.evv_vocabulary import (
    Clash,
    ClockKind,
    ClockMethod,
    ExceptionKind,
    ExceptionStatus,
    ReasonCode,
    Standing,
    TaskOutcome,
)
from starline.scheduling.models import ClockEvent, Visit, VisitException, VisitRecord, VisitTask
from starline.scheduling.rules.evv import Course, Patience, Stamp, Tolerance, findings, is_inside, metres_between
from starline.scheduling.visit_tasks import facts_of
from starline.scheduling.vocabulary import VisitStatus, VoidReason
from starline.services.models import PlanTask, ServicePlan, ServiceType
from starline.services.vocabulary import PlanStatus
from starline.staff.vocabulary import Weekday

LOOKED_AT = timedelta(days=3)
"""What was out of the ordinary earlier than this, somebody has decided."""
CLOCKED = (VisitStatus.COMPLETED, VisitStatus.VERIFIED, VisitStatus.IN_PROGRESS)
REFUSALS = ("Had just eaten", "Preferred to rest", "Asked to leave it for tomorrow", "Did not feel well")
NOTES = (
    "Good spirits today. Ate all of the lunch and drank two glasses of water.",
    "A little tired. Walked to the mailbox and back with the walker, no pain.",
    "Daughter was visiting. Reminded of the evening medication.",
    "Skin looks fine. Changed the bed linen and did one load of laundry.",
    "Talked about the garden. The left shoe is worn out; please tell the family.",
)
DEVICES = ("Android, Chrome 141", "iPhone, Safari 19", "Android, Firefox 144")
METRES_A_DEGREE = 111_195


@dataclass
class Rows:
    """What is to be written, by table, and the patience and tolerance that an agency begins with."""

    by_model: dict[Any, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    tolerance: Tolerance = field(default_factory=Tolerance)

    def add(self, model: Any, **values: Any) -> dict[str, Any]:
        row = {"id": uuid7(), "version": 1, **values}
        self.by_model[model].append(row)
        return row

    def write(self) -> None:
        for model in (ClockEvent, VisitTask, VisitRecord, VisitException):
            if self.by_model[model]:
                session.execute(insert(model.__table__), _alike(self.by_model[model]))


def prove(fiction: Fiction) -> None:
    """Clock what has begun, settle its tasks, and open what is out of the ordinary."""
    now, rows = clock.now(), Rows()
    query = select(Visit, ServiceAddress).outerjoin(ServiceAddress, ServiceAddress.id == Visit.service_address_id)
    query = query.where(Visit.status.in_(CLOCKED), Visit.staff_member_id.is_not(None))
    needing = set(session.scalars(select(ServiceType.id).where(ServiceType.requires_evv)))
    tasks = _tasks()
    for visit, address in session.execute(query.order_by(Visit.starts_at, Visit.id)):
        if visit.status == VisitStatus.IN_PROGRESS and fiction.chance(12):
            visit.status = VisitStatus.CONFIRMED  # nobody has come yet: the watch will find it
            continue
        if visit.status != VisitStatus.IN_PROGRESS and now - visit.ends_at < LOOKED_AT and fiction.chance(1):
            visit.status = VisitStatus.CONFIRMED
            rows.add(
                VisitException,
                **_whose(visit),
                kind=ExceptionKind.MISSING,
                status=ExceptionStatus.OPEN,
                raised_at=visit.ends_at,
            )
            continue
        _happened(fiction, rows, visit, address, tasks[visit.client_id], visit.service_type_id in needing, now)
    for visit in _called_off(now):
        _came_all_the_same(fiction, rows, visit)
    session.flush()
    rows.write()


def _happened(
    fiction: Fiction,
    rows: Rows,
    visit: Visit,
    address: ServiceAddress | None,
    tasks: Sequence[PlanTask],
    needs_evv: bool,
    now: datetime,
) -> None:
    begun = _clocked(fiction, rows, visit, address, ClockKind.IN)
    visit.clocked_in_at = begun.at
    ended = None
    if visit.ends_at <= now and not (needs_evv and fiction.chance(1)):
        ended = _clocked(fiction, rows, visit, address, ClockKind.OUT)
        visit.clocked_out_at = ended.at
    undone = _settled(fiction, rows, visit, tasks, is_over=ended is not None)
    if ended is not None:
        _recorded(fiction, rows, visit)
    course = Course(visit.starts_at, visit.ends_at, begun, ended, open_tasks=undone, needs_evv=needs_evv)
    undecided = 0
    for one in findings(course, rows.tolerance, Patience(), now):
        undecided += _opened(fiction, rows, visit, one.kind, one.amount, now)
    if ended is not None:
        visit.status = VisitStatus.COMPLETED if undecided else VisitStatus.VERIFIED
    else:
        visit.status = VisitStatus.IN_PROGRESS


def _clocked(fiction: Fiction, rows: Rows, visit: Visit, address: ServiceAddress | None, kind: ClockKind) -> Stamp:
    """An event as most are: some minutes off, near the door, by phone. Some are late, far away, or by hand."""
    planned = visit.starts_at if kind == ClockKind.IN else visit.ends_at
    offset = fiction.random.randint(20, 55) if fiction.chance(4) else fiction.random.randint(-8, 11)
    at = planned + timedelta(minutes=offset, seconds=fiction.random.randint(0, 59))
    if at > clock.now():
        at = min(planned, clock.now())
    told = {"kind": kind, "happened_at": at, "received_at": at + timedelta(seconds=3), "event_id": uuid7()}
    if fiction.chance(3):
        before = _wrong(fiction, rows, visit, told) if kind == ClockKind.IN and fiction.chance(50) else None
        why = fiction.pick((ReasonCode.FORGOT, ReasonCode.DEVICE_FAILED, ReasonCode.NO_SIGNAL))
        rows.add(
            ClockEvent,
            **_whose(visit),
            **told,
            method=ClockMethod.MANUAL,
            standing=Standing.COUNTS,
            replaces_id=before,
            reason_code=why,
        )
        return Stamp(at, ClockMethod.MANUAL, has_position=False)
    far = fiction.random.randint(300, 900) if fiction.chance(3) else fiction.random.randint(3, 60)
    accuracy = fiction.random.randint(5, 35)
    place = _place(address, far)
    distance = metres_between(_of(address), place) if place and address else None
    rows.add(
        ClockEvent,
        **_whose(visit),
        **told,
        method=ClockMethod.MOBILE,
        standing=Standing.COUNTS,
        latitude=Decimal(f"{place[0]:.6f}") if place else None,
        longitude=Decimal(f"{place[1]:.6f}") if place else None,
        accuracy_metres=accuracy if place else None,
        distance_metres=distance,
        is_inside=is_inside(distance, accuracy, rows.tolerance.geofence_metres),
        device=fiction.pick(DEVICES),
    )
    return Stamp(at, ClockMethod.MOBILE, place is not None, distance, accuracy)


def _wrong(fiction: Fiction, rows: Rows, visit: Visit, right: Mapping[str, Any]) -> UUID:
    """The event that was corrected: somebody remembered the clock half an hour late."""
    at = min(right["happened_at"] + timedelta(minutes=fiction.random.randint(25, 40)), clock.now())
    told = {**right, "happened_at": at, "received_at": at, "event_id": uuid7(), "standing": Standing.CORRECTED}
    key: UUID = rows.add(ClockEvent, **_whose(visit), **told, method=ClockMethod.MOBILE, device=DEVICES[0])["id"]
    return key


def _called_off(now: datetime) -> Sequence[Visit]:
    """Two visits of the last days that the client called off."""
    query = select(Visit).where(Visit.void_reason == VoidReason.CLIENT_REQUEST, Visit.staff_member_id.is_not(None))
    query = query.where(Visit.ends_at.between(now - timedelta(days=7), now))
    return list(session.scalars(query.order_by(Visit.starts_at.desc(), Visit.id).limit(2)))


def _came_all_the_same(fiction: Fiction, rows: Rows, visit: Visit) -> None:
    """Without signal the caregiver had not heard of it: the office decides which of the two counts."""
    at = visit.starts_at + timedelta(minutes=fiction.random.randint(-5, 5))
    told = {"kind": ClockKind.IN, "method": ClockMethod.MOBILE, "happened_at": at, "event_id": uuid7()}
    kept = {"received_at": at + timedelta(hours=2), "standing": Standing.BESIDE, "clash": Clash.CALLED_OFF}
    event = rows.add(ClockEvent, **_whose(visit), **told, **kept, device=DEVICES[0])
    rows.add(
        VisitException,
        **_whose(visit),
        kind=ExceptionKind.CONFLICT,
        clash=Clash.CALLED_OFF,
        clock_event_id=event["id"],
        status=ExceptionStatus.OPEN,
        raised_at=kept["received_at"],
    )


def _settled(fiction: Fiction, rows: Rows, visit: Visit, tasks: Sequence[PlanTask], *, is_over: bool) -> int:
    """The tasks of that day, mostly done; how many required ones were left open."""
    weekday, open_ones = list(Weekday)[visit.local_start.weekday()], 0
    for one in tasks:
        if one.weekdays and weekday not in one.weekdays:
            continue
        outcome, reason = TaskOutcome.DONE, None
        if not is_over:
            outcome = TaskOutcome.DONE if fiction.chance(40) else TaskOutcome.OPEN
        elif fiction.chance(3):
            outcome, reason = TaskOutcome.REFUSED, fiction.pick(REFUSALS)
        elif fiction.chance(2):
            outcome = TaskOutcome.NOT_NEEDED
        elif fiction.chance(1):
            outcome = TaskOutcome.OPEN
        open_ones += one.is_required and outcome == TaskOutcome.OPEN
        when = visit.starts_at + timedelta(minutes=fiction.random.randint(5, 50))
        rows.add(
            VisitTask,
            **facts_of(visit, one),
            outcome=outcome,
            reason=reason,
            settled_at=None if outcome == TaskOutcome.OPEN else when,
        )
    return open_ones if is_over else 0


def _recorded(fiction: Fiction, rows: Rows, visit: Visit) -> None:
    row = rows.add(VisitRecord, visit_id=visit.id, client_id=visit.client_id)
    if fiction.chance(45):
        place = {"table": "visit_records", "column": "note_encrypted", "row_id": row["id"]}
        row |= {"note_encrypted": crypto.encrypt(fiction.pick(NOTES), **place), "noted_at": visit.ends_at}
    if fiction.chance(15):
        row |= {"miles": Decimal(fiction.random.randint(10, 180)) / 10, "driven_at": visit.ends_at}
    if fiction.chance(80):
        row |= {"signed_by_name": str(visit.client), "signed_at": visit.ends_at}


def _opened(fiction: Fiction, rows: Rows, visit: Visit, kind: ExceptionKind, amount: int | None, now: datetime) -> bool:
    """An exception, decided where it is old; whether it still waits."""
    decided = now - visit.ends_at > LOOKED_AT and kind != ExceptionKind.MISSING_OUT and not fiction.chance(6)
    more: dict[str, Any] = {}
    if decided:
        why = fiction.pick((ReasonCode.TRAFFIC_OR_WEATHER, ReasonCode.CLIENT_NEED, ReasonCode.PREVIOUS_VISIT_RAN_OVER))
        more = {"decided_at": visit.ends_at + timedelta(hours=fiction.random.randint(2, 30)), "reason_code": why}
    status = ExceptionStatus.APPROVED if decided else ExceptionStatus.OPEN
    at = min(visit.ends_at, now)
    rows.add(VisitException, **_whose(visit), kind=kind, amount=amount, status=status, raised_at=at, **more)
    return not decided


def _tasks() -> Mapping[UUID, Sequence[PlanTask]]:
    """The tasks of every active plan, by its client."""
    query = select(PlanTask, ServicePlan.client_id).join(ServicePlan, ServicePlan.id == PlanTask.plan_id)
    found: dict[UUID, list[PlanTask]] = defaultdict(list)
    for one, client_id in session.execute(
        query.where(ServicePlan.status == PlanStatus.ACTIVE).order_by(PlanTask.position)
    ):
        found[client_id].append(one)
    return found


def _place(address: ServiceAddress | None, metres: int) -> tuple[float, float] | None:
    if address is None or address.latitude is None:
        return None
    latitude, longitude = _of(address)
    return latitude + metres / METRES_A_DEGREE, longitude


def _of(address: ServiceAddress | None) -> tuple[float, float]:
    assert address is not None and address.latitude is not None and address.longitude is not None
    return float(address.latitude), float(address.longitude)


def _whose(visit: Visit) -> dict[str, Any]:
    return {"visit_id": visit.id, "client_id": visit.client_id, "staff_member_id": visit.staff_member_id}


def _alike(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with the same columns each: one statement takes them together."""
    names = dict.fromkeys(name for row in rows for name in row)
    return [{name: row.get(name) for name in names} for row in rows]
