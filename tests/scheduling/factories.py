"""Visits and series, by their verbs."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from starline import subscribers
from starline.clients.models import Client
from starline.core.db import session
from starline.organizations.calendar import zone_of
from starline.scheduling import series, visits
from starline.scheduling.models import Visit, VisitSeries
from starline.staff import credentials
from starline.staff.models import Credential, CredentialType, StaffMember
from tests.clients.factories import an_active_client
from tests.organizations.factories import today
from tests.services.factories import a_service

assert subscribers  # what the schedule does when clients and caregivers leave


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """The instant, so many days from today, when the agency's clocks show the hour."""
    return datetime.combine(today() + timedelta(days=day), time(hour, minute), ZoneInfo(zone_of()))


def a_visit(client: Client | None = None, *, day: int = 1, hours: tuple[int, int] = (9, 11), **values: Any) -> Visit:
    of = client or an_active_client()
    starts_at = at(day, hours[0])
    given = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=hours[1] - hours[0]), **values}
    given.setdefault("service_type_id", a_service().id)
    return visits.add_visit({"client_id": of.id, **given}, by=None)


def a_series(client: Client | None = None, *, rule: str = "FREQ=DAILY", **values: Any) -> VisitSeries:
    """Every day from tomorrow on, nine to eleven."""
    of = client or an_active_client()
    given = {"rule": rule, "starts_on": today() + timedelta(days=1), **values}
    given.setdefault("starts_time", time(9))
    given.setdefault("ends_time", time(11))
    given.setdefault("service_type_id", a_service().id)
    return series.add_series({"client_id": of.id, **given}, by=None)


def visits_of(one: VisitSeries) -> list[Visit]:
    return list(session.scalars(select(Visit).where(Visit.series_id == one.id).order_by(Visit.occurs_on)))


def certify(member: StaffMember, *, by: int) -> None:
    """Every paper that the agency asks of the staff member, looked at by somebody."""
    held = {one.credential_type_id for one in session.query(Credential).filter_by(staff_member_id=member.id)}
    for kind in session.query(CredentialType).filter_by(is_active=True):
        asked = {*kind.required_disciplines, *kind.required_positions}
        if kind.id in held or not {member.discipline, member.position} & asked:
            continue
        values = {"staff_member_id": member.id, "credential_type_id": kind.id, "issued_on": today()}
        made = credentials.add_credential({**values, "expires_on": today() + timedelta(days=300)}, by=None)
        credentials.verify_credential(made, by=by)
