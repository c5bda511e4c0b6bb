"""A visit that is about to begin at a known place, and what its caregiver's phone tells."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from starline.clients.models import Client
from starline.core.db import User, session
from starline.core.identifiers import uuid7
from starline.scheduling import evv
from starline.scheduling.evv import Reading
from starline.scheduling.evv_vocabulary import ClockKind
from starline.scheduling.models import ClockEvent, Visit
from starline.scheduling.verification import undecided_of
from starline.services import plans
from starline.staff.models import StaffMember
from tests.clients.factories import an_active_client
from tests.organizations.factories import a_staff_member, a_user, today
from tests.scheduling.factories import a_visit, at
from tests.services.factories import a_plan, a_service, a_service_of, a_task_of

DOOR = (45.5231, -122.6765)
NEARBY = (45.5235, -122.6765)
"""44 metres north of the door."""
DOWNTOWN = (45.5331, -122.6765)
"""1,112 metres north of the door."""


@dataclass
class Shift:
    """A visit of yesterday, nine to eleven, with its caregiver, who can sign in."""

    visit: Visit
    member: StaffMember
    user: User
    client: Client

    def tell(self, kind: ClockKind = ClockKind.IN, *, late: int = 0, place: Any = NEARBY, **more: Any) -> Reading:
        planned = self.visit.starts_at if kind == ClockKind.IN else self.visit.ends_at
        latitude, longitude = place or (None, None)
        given = {"accuracy_metres": 10, "event_id": uuid7(), "latitude": latitude, "longitude": longitude, **more}
        given.setdefault("happened_at", planned + timedelta(minutes=late))
        return Reading(kind=kind, **given)

    def clock(self, kind: ClockKind = ClockKind.IN, *, late: int = 0, place: Any = NEARBY, **more: Any) -> ClockEvent:
        return evv.clock(self.visit, self.tell(kind, late=late, place=place, **more), by=self.user.id)

    def clock_both(self) -> None:
        self.clock(ClockKind.IN)
        self.clock(ClockKind.OUT)


def a_shift(name: str = "maria", *, tasks: tuple[str, ...] = (), day: int = -1, **values: Any) -> Shift:
    client = an_active_client()
    service = a_service()
    if tasks:
        _agree(client, service.id, tasks, name)
    user = a_user(name)
    member = a_staff_member(first_name=name.capitalize(), last_name="Reyes", user_id=user.id)
    starts_at = at(day, 9)
    given = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2), "service_type_id": service.id, **values}
    visit = a_visit(client, staff_member_id=member.id, override_reason="As agreed", **given)
    visit.service_address.latitude, visit.service_address.longitude = map(Decimal, map(str, DOOR))
    session.flush()
    return Shift(visit, member, user, client)


def kinds_of(visit: Visit) -> set[str]:
    """The undecided exceptions, by their kind."""
    return {one.kind.value for one in undecided_of(visit)}


def _agree(client: Client, service_id: Any, tasks: tuple[str, ...], name: str) -> None:
    plan = a_plan(client, starts_on=today() - timedelta(days=30))
    a_service_of(plan, service_type_id=service_id)
    for number, task in enumerate(tasks, 1):
        a_task_of(plan, name=task, position=number)
    plans.ask_for_approval(plan, by=a_user(f"{name}-author", "Nurse").id)
    plans.approve(plan, by=a_user(f"{name}-decider", "Administrator").id)
