"""The code of a client's door: for who goes there, on that day, on record, and never kept by the browser."""

from datetime import datetime
from zoneinfo import ZoneInfo

from starline.core import audit, clock
from starline.core.errors import Conflict, NotFound
from starline.core.identifiers import parse_uuid
from starline.core.language import gettext as _
from starline.scheduling import own
from starline.scheduling.models import Visit
from starline.scheduling.vocabulary import VOID
from starline.staff.models import StaffMember


def reveal_code(member: StaffMember, visit_id: str) -> str:
    """The door code of an own visit of today. Raises `NotFound` for others' visits, `Conflict` on other days."""
    key = parse_uuid(visit_id)
    visit = own.own_visit(member, key) if key is not None else None
    place = visit.service_address if visit is not None else None
    if visit is None or visit.status in VOID or place is None or place.door_code_encrypted is None:
        raise NotFound(_("There is nothing here, or you may not see it."))
    if not _is_on(visit, clock.now()):
        raise Conflict(_("The door code is shown on the day of the visit only."))
    audit.record(
        "reveal",
        "service_addresses",
        subject_id=str(place.id),
        client_ids=[visit.client_id],
        changes={"field": "door_code"},
        reason="On the day of a visit",
    )
    return place.door_code or ""


def _is_on(visit: Visit, now: datetime) -> bool:
    """Whether the day of the visit has come and the visit is not over, by the clocks where it is."""
    zone = ZoneInfo(visit.time_zone)
    first, last = visit.local_start.date(), visit.ends_at.astimezone(zone).date()
    return first <= now.astimezone(zone).date() <= last
