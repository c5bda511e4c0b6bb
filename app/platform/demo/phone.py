"""The days of whoever tries the phone: visits from today on, the first of them about to begin."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.platform.demo.people import Fiction
from starline.clients.models import CareTeamMember, Client, ServiceAddress
from starline.clients.vocabulary import ClientStatus
from starline.core import clock
from starline.core.db import session
from starline.organizations.calendar import zone_of
from starline.scheduling import visits
from starline.scheduling.guard import elsewhere
from starline.services.models import PlanService, ServicePlan
from starline.services.vocabulary import PlanStatus
from starline.staff.service import member_of

DAYS = 14
FIRST_IN = timedelta(minutes=25)
HOURS = (9, 12, 15)
LENGTHS = (120, 90, 60)
DOOR_CODE = "4-1-7 and the bell"


def load_own_days(fiction: Fiction, user_id: int) -> None:
    """Give the person of the sign-in visits at clients whose care team they are in, beside whoever goes there too."""
    member = member_of(user_id)
    lines = _lines(user_id)
    if member is None or not lines:
        return
    for number, starts_at in enumerate(_begins(ZoneInfo(zone_of(member.branch_id)))):
        client, line = lines[number % len(lines)]
        ends_at = starts_at + timedelta(minutes=LENGTHS[number % len(LENGTHS)])
        if elsewhere(member.id, starts_at, ends_at, zone=zone_of(member.branch_id)):
            continue
        values = {
            "client_id": client.id,
            "service_type_id": line.service_type_id,
            "staff_member_id": member.id,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "override_reason": "Asked for by the client",
        }
        visits.add_visit(values, by=None)
        _add_door_code(client)


def _lines(user_id: int) -> list[tuple[Client, PlanService]]:
    """Their active clients, each with a service that the plan has."""
    query = (
        select(Client, PlanService)
        .join(CareTeamMember, CareTeamMember.client_id == Client.id)
        .join(ServicePlan, ServicePlan.client_id == Client.id)
        .join(PlanService, PlanService.plan_id == ServicePlan.id)
        .where(CareTeamMember.user_id == user_id, Client.status == ClientStatus.ACTIVE)
        .where(ServicePlan.status == PlanStatus.ACTIVE)
        .order_by(Client.client_number, PlanService.id)
    )
    found: dict[object, tuple[Client, PlanService]] = {}
    for client, line in session.execute(query):
        found.setdefault(client.id, (client, line))
    return list(found.values())


def _begins(zone: ZoneInfo) -> Iterator[datetime]:
    """Today's begin soon and later while it is today; those of the next days at usual hours, Sundays off."""
    now = clock.now().astimezone(zone)
    first = (now + FIRST_IN).replace(minute=(now + FIRST_IN).minute // 5 * 5, second=0, microsecond=0)
    yield first
    for hours in (3, 6):
        if (first + timedelta(hours=hours + 2)).date() == now.date():
            yield first + timedelta(hours=hours)
    for day in range(1, DAYS):
        on = now.date() + timedelta(days=day)
        if on.weekday() != 6:
            for hour in HOURS[: 1 + day % 3]:
                yield datetime.combine(on, time(hour), zone)


def _add_door_code(client: Client) -> None:
    place = session.scalars(select(ServiceAddress).where(ServiceAddress.client_id == client.id)).first()
    if place is not None and place.door_code is None:
        place.door_code = DOOR_CODE
        session.flush()
