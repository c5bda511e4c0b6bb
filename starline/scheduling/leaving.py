"""What becomes of the schedule when a client is not looked after any more, or a caregiver leaves."""

from datetime import date

from sqlalchemy import select

from starline.clients.consequences import foresees
from starline.clients.models import Client, ClientStatusChange
from starline.clients.rules import ENDED
from starline.clients.vocabulary import ClientStatus
from starline.core import clock, events
from starline.core.db import session
from starline.core.language import _
from starline.organizations.calendar import today
from starline.scheduling.models import Visit, VisitSeries
from starline.scheduling.visits import local_day
from starline.scheduling.vocabulary import PLANNED, OpenReason, VisitStatus, VoidReason
from starline.staff.models import StaffMember
from starline.staff.vocabulary import StaffStatus


@events.subscribe("client:status_changed")
def end_with_client(client: Client) -> None:
    """Call off what is planned after the client's last day, and let no series go on."""
    if client.status not in ENDED:
        return
    last_day = _last_day(client)
    for visit in _planned_after(last_day, Visit.client_id == client.id):
        visit.status, visit.void_reason = VisitStatus.CANCELLED, VoidReason.CLIENT_LEFT
        events.record("visit:cancelled", visit)
    for series in session.scalars(select(VisitSeries).where(VisitSeries.client_id == client.id)):
        if series.ends_on is None or series.ends_on > last_day:
            series.ends_on = max(last_day, series.starts_on)
    session.flush()


@events.subscribe("staff_member:updated")
def open_with_caregiver(member: StaffMember) -> None:
    """Open what somebody who leaves would have done after their last day, and let their series go on without them."""
    if member.status != StaffStatus.TERMINATED:
        return
    for visit in _planned_after(member.terminated_on or today(), Visit.staff_member_id == member.id):
        visit.staff_member_id, visit.open_reason = None, OpenReason.CAREGIVER_LEFT
        visit.status = VisitStatus.SCHEDULED
        events.record("visit:opened", visit)
    for series in session.scalars(select(VisitSeries).where(VisitSeries.staff_member_id == member.id)):
        series.staff_member_id = None
    session.flush()


@foresees
def visits_called_off(client: Client, to: ClientStatus) -> list[str]:
    """The sentence to show before a client leaves."""
    if to not in ENDED:
        return []
    count = len(_planned_after(today(client.branch_id), Visit.client_id == client.id))
    return [_("Planned visits that are called off: %(count)d.", count=count)] if count else []


def _last_day(client: Client) -> date:
    query = select(ClientStatusChange.changed_status_on).where(ClientStatusChange.client_id == client.id)
    found = session.scalar(query.order_by(ClientStatusChange.id.desc()).limit(1))
    return found or today(client.branch_id)


def _planned_after(last_day: date, condition: object) -> list[Visit]:
    query = select(Visit).where(condition, Visit.status.in_(PLANNED), Visit.starts_at > clock.now())  # type: ignore[arg-type]
    found = session.scalars(query.order_by(Visit.starts_at).with_for_update())
    return [one for one in found if local_day(one.starts_at, one.time_zone) > last_day]
