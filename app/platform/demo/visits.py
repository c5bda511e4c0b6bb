"""The demo's schedule: some weeks of visits around today, made by the plans, with what happens to visits."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select

from app.platform.demo.people import Fiction
from app.platform.demo.proof import prove
from starline.clients.models import Client
from starline.clients.vocabulary import ClientStatus
from starline.core import clock
from starline.core.db import session
from starline.organizations import preferences
from starline.scheduling import holidays, series
from starline.scheduling.models import Visit
from starline.scheduling.vocabulary import OpenReason, VisitStatus, VoidReason
from starline.services.models import PlanService, ServicePlan, ServiceType
from starline.services.rules import may_give
from starline.services.vocabulary import PlanStatus
from starline.staff.compliance import clearances
from starline.staff.models import StaffMember
from starline.staff.rules import ServiceFacts
from starline.staff.vocabulary import StaffStatus

WEEKS_BEFORE, WEEKS_AFTER = 2, 4
DAYS = {1: "WE", 2: "TU,TH", 3: "MO,WE,FR", 5: "MO,TU,WE,TH,FR", 7: "MO,TU,WE,TH,FR,SA,SU"}
HOURS = (7, 8, 9, 10, 12, 13, 15, 16, 17, 18)
FESTIVE = (("New Year's Day", 1, 1), ("Independence Day", 7, 4), ("Christmas Day", 12, 25))
WENT_WRONG = (
    (VisitStatus.CANCELLED, VoidReason.CLIENT_REQUEST, "Away with family"),
    (VisitStatus.CANCELLED, VoidReason.CAREGIVER_CALLED_OUT, "Sick; nobody else was found in time"),
    (VisitStatus.MISSED, VoidReason.CAREGIVER_DID_NOT_COME, None),
    (VisitStatus.CANCELLED, VoidReason.CLIENT_NOT_HOME, "Nobody answered the door"),
)


class Diary:
    """Who is where, by weekday: a caregiver is given what fits between what they have."""

    def __init__(self, members: Sequence[StaffMember], today: date) -> None:
        self.members, self.today = [one for one in members if one.status == StaffStatus.ACTIVE], today
        self._taken: dict[tuple[UUID, str], list[tuple[int, int]]] = defaultdict(list)
        self._minutes: dict[UUID, int] = defaultdict(int)
        self._known: dict[UUID, set[UUID]] = {}

    def give(self, service: ServiceType, days: str, start: int, minutes: int) -> UUID | None:
        """The least busy person who may do it and is free then, within forty hours a week."""
        may, weekly, names = self._cleared(service), minutes * len(days.split(",")), days.split(",")
        for one in sorted(self.members, key=lambda one: (self._minutes[one.id], one.id)):
            if one.id not in may or self._minutes[one.id] + weekly > 40 * 60:
                continue
            if any(self._meets(one.id, name, start, minutes) for name in names):
                continue
            for name in names:
                self._taken[one.id, name].append((start, start + minutes))
            self._minutes[one.id] += weekly
            return one.id
        return None

    def _cleared(self, service: ServiceType) -> set[UUID]:
        if service.id not in self._known:
            facts = ServiceFacts(name=service.name, disciplines=may_give(service.discipline))
            found = clearances([one.id for one in self.members], facts, self.today)
            self._known[service.id] = {who for who, clearance in found.items() if not clearance.is_blocked}
        return self._known[service.id]

    def _meets(self, who: UUID, day: str, start: int, minutes: int) -> bool:
        return any(start < end and begin < start + minutes for begin, end in self._taken[who, day])


def load_visits(fiction: Fiction, clients: Sequence[Client], members: Sequence[StaffMember]) -> None:
    """A series for every service of an active plan, and the visits of some weeks."""
    preferences.update_settings({"scheduling_policy": {"weeks_ahead": WEEKS_AFTER}}, by=None)
    for name, month, day in FESTIVE:
        year = fiction.today.year + (date(fiction.today.year, month, day) < fiction.today)
        holidays.add_holiday({"name": name, "held_on": date(year, month, day)}, by=None)
    services = {one.id: one for one in session.scalars(select(ServiceType))}
    diary = Diary(members, fiction.today)
    lines = select(PlanService, ServicePlan).join(ServicePlan, ServicePlan.id == PlanService.plan_id)
    agreed: dict[UUID, list[PlanService]] = defaultdict(list)
    for line, plan in session.execute(lines.where(ServicePlan.status == PlanStatus.ACTIVE).order_by(PlanService.id)):
        agreed[plan.client_id].append(line)
    for client in clients:
        if client.status != ClientStatus.ACTIVE:
            continue
        free = list(HOURS)
        fiction.random.shuffle(free)
        for line in agreed[client.id]:
            _series(fiction, client, line, services[line.service_type_id], diary, free.pop())
    _happen(fiction)
    prove(fiction)


def _series(fiction: Fiction, client: Client, line: PlanService, service: ServiceType, diary: Diary, hour: int) -> None:
    count = line.visits_per_week or 1
    minutes, days = int(line.hours_per_week * 60 / count), DAYS[count]
    starts = datetime.combine(fiction.today, time(hour))
    series.add_series(
        {
            "client_id": client.id,
            "service_type_id": service.id,
            "staff_member_id": diary.give(service, days, hour * 60, minutes),
            "rule": f"FREQ=WEEKLY;BYDAY={days}",
            "starts_on": fiction.today - timedelta(weeks=WEEKS_BEFORE),
            "starts_time": starts.time(),
            "ends_time": (starts + timedelta(minutes=minutes)).time(),
        },
        by=None,
    )


def _happen(fiction: Fiction) -> None:
    """Let the past take place, today go on, and a few things go wrong."""
    now, soon = clock.now(), clock.now() + timedelta(days=3)
    for visit in session.scalars(select(Visit).order_by(Visit.starts_at, Visit.id)):
        if visit.ends_at <= now:
            if visit.staff_member_id is None:
                visit.status, visit.void_reason = VisitStatus.CANCELLED, VoidReason.NO_CAREGIVER_FOUND
            elif fiction.chance(4):
                visit.status, visit.void_reason, visit.void_note = fiction.pick(WENT_WRONG)
            else:
                is_checked = visit.ends_at < now - timedelta(days=3)
                visit.status = VisitStatus.VERIFIED if is_checked else VisitStatus.COMPLETED
        elif visit.staff_member_id is None:
            continue
        elif visit.starts_at <= now:
            visit.status = VisitStatus.IN_PROGRESS
        elif fiction.chance(3):
            visit.staff_member_id, visit.open_reason, visit.is_changed = None, OpenReason.CALLED_OUT, True
        elif visit.starts_at < soon and fiction.chance(60):
            visit.status = VisitStatus.CONFIRMED
    session.flush()
