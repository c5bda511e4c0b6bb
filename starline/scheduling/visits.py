"""Single visits: planned, changed, given to a caregiver, confirmed, called off."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from starline.clients.models import Client, ServiceAddress
from starline.clients.rules import ENDED
from starline.clients.service import locked_client
from starline.core import events
from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.language import _
from starline.core.problems import Problems, invalid
from starline.core.rows import assign, proposed
from starline.organizations.calendar import zone_of
from starline.scheduling.conflicts import check, proposal_of, refuse_blocked
from starline.scheduling.guard import Elsewhere, attempt, taken
from starline.scheduling.models import Visit
from starline.scheduling.vocabulary import OpenReason, VisitStatus, VoidReason
from starline.services.models import ServiceType
from starline.staff.models import StaffMember
from starline.staff.vocabulary import StaffStatus

LONGEST = timedelta(hours=24)
ASKED_AGAIN = frozenset({"starts_at", "ends_at", "staff_member_id", "service_type_id", "service_address_id"})
"""A change of these is held against the rules; a note is not."""


def add_visit(values: Mapping[str, Any], *, by: int | None) -> Visit:
    client = locked_client(values["client_id"])
    check_wishes(client, values).refuse()
    _check_length(values["starts_at"], values["ends_at"])
    visit = Visit(**values, time_zone=zone_of(client.branch_id))
    visit.occurs_on = visit.local_start.date()
    visit.service_address_id = visit.service_address_id or primary_address(client.id)
    visit.overridden = refuse_blocked(check(proposal_of(visit, {})), visit.override_reason)
    _write(lambda: session.add(visit), visit, dict(values))
    events.record("visit:added", visit)
    return visit


def update_visit(visit: Visit, values: Mapping[str, Any], *, by: int | None) -> Visit:
    """Change this visit alone; its series will leave it as it is from now on."""
    if values.get("client_id", visit.client_id) != visit.client_id:
        raise invalid("client_id", "A visit stays with its client; call it off and plan one for the other client.")
    client = locked_client(visit.client_id)
    session.refresh(visit)
    check_planned(visit)
    new = proposed(visit, values)
    check_wishes(client, {name: new[name] for name in values if name in new} | {"client_id": client.id}).refuse()
    if (new["starts_at"], new["ends_at"]) != (visit.starts_at, visit.ends_at):
        _check_length(new["starts_at"], new["ends_at"])
    if values.keys() & ASKED_AGAIN and any(getattr(visit, name) != new[name] for name in ASKED_AGAIN):
        findings = check(proposal_of(visit, values))
        values = {**values, "overridden": refuse_blocked(findings, new["override_reason"])}
    _write(lambda: _change(visit, values), visit, new)
    events.record("visit:changed", visit)
    return visit


def take_off(visit: Visit, *, by: int | None) -> Visit:
    """Take the caregiver off; the visit is open until somebody else has it."""
    session.refresh(visit)
    check_planned(visit)
    if visit.staff_member_id is None:
        raise Conflict("This visit is open already.")
    visit.staff_member_id, visit.open_reason, visit.status = None, OpenReason.TAKEN_OFF, VisitStatus.SCHEDULED
    visit.is_changed = visit.series_id is not None
    session.flush()
    events.record("visit:opened", visit)
    return visit


def confirm(visit: Visit, *, by: int | None) -> Visit:
    """Say that caregiver and client both know of it."""
    session.refresh(visit)
    if visit.status != VisitStatus.SCHEDULED:
        raise Conflict(_("This visit is %(status)s; only a scheduled one is confirmed.", status=visit.status))
    if visit.staff_member_id is None:
        raise Conflict("This visit is open: give it to somebody first.")
    visit.status = VisitStatus.CONFIRMED
    session.flush()
    events.record("visit:confirmed", visit)
    return visit


def cancel(visit: Visit, *, by: int | None, reason: VoidReason = VoidReason.OTHER, note: str | None = None) -> Visit:
    """Call the visit off. It stays on record, and its series does not make it again."""
    session.refresh(visit)
    check_planned(visit)
    visit.status, visit.void_reason, visit.void_note = VisitStatus.CANCELLED, reason, note
    session.flush()
    events.record("visit:cancelled", visit)
    return visit


def reinstate(visit: Visit, *, by: int | None) -> Visit:
    """Undo a cancellation: the visit comes back as it was, also where its series was changed since.

    Where its caregiver has other work by now, or has left, it comes back open.
    """
    session.refresh(visit)
    if not visit.is_void:
        raise Conflict("This visit was not called off.")
    client = locked_client(visit.client_id)
    if client.status in ENDED:
        raise Conflict(_("%(client)s is not looked after any more; reopen the record first.", client=client))
    planned: dict[str, Any] = {"status": VisitStatus.SCHEDULED, "void_reason": None, "void_note": None}
    planned["is_changed"] = visit.series_id is not None
    if visit.staff_member is not None and visit.staff_member.status == StaffStatus.TERMINATED:
        planned |= {"staff_member_id": None, "open_reason": OpenReason.CAREGIVER_LEFT}
    try:
        attempt(lambda: assign(visit, planned), of=[visit.staff_member_id])
    except Elsewhere:
        assign(visit, {**planned, "staff_member_id": None, "open_reason": OpenReason.ELSEWHERE})
        session.flush()
    events.record("visit:reinstated", visit)
    return visit


def check_planned(visit: Visit) -> None:
    """Refuse to change what has begun or was called off."""
    if not visit.is_planned:
        raise Conflict(_("This visit is %(status)s; only a planned one can be changed.", status=visit.status))


def check_wishes(client: Client, values: Mapping[str, Any]) -> Problems:
    """What is wrong with client, service, address and caregiver of a visit or a series."""
    problems = Problems()
    if client.status in ENDED:
        problems.add("client_id", _("%(client)s is not looked after any more; reopen the record first.", client=client))
    if values.get("service_type_id"):
        service = session.get(ServiceType, values["service_type_id"])
        if service is None:
            problems.add("service_type_id", "Choose a service from the list.")
        elif not service.is_active:
            problems.add("service_type_id", _("%(service)s is out of use; choose another service.", service=service))
    if values.get("service_address_id"):
        address = session.get(ServiceAddress, values["service_address_id"])
        if address is None or address.client_id != client.id:
            problems.add("service_address_id", "Choose one of the client's own addresses.")
    if values.get("staff_member_id"):
        person = session.get(StaffMember, values["staff_member_id"])
        if person is None:
            problems.add("staff_member_id", "Choose a staff member from the list.")
        elif person.status == StaffStatus.TERMINATED:
            problems.add("staff_member_id", _("%(who)s does not work here any more.", who=person))
    return problems


def primary_address(client_id: UUID) -> UUID | None:
    query = select(ServiceAddress.id).where(ServiceAddress.client_id == client_id, ServiceAddress.is_primary)
    return session.scalar(query)


def local_day(at: datetime, zone: str) -> date:
    """The day on which the instant falls by the clocks of `zone`."""
    return at.astimezone(ZoneInfo(zone)).date()


def _check_length(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise invalid("ends_at", "The visit ends after it starts.")
    if ends_at - starts_at > LONGEST:
        raise invalid("ends_at", "A visit lasts at most 24 hours; plan the next one from there.")


def _change(visit: Visit, values: Mapping[str, Any]) -> None:
    before = (visit.starts_at, visit.staff_member_id)
    assign(visit, values)
    if visit.staff_member_id is not None:
        visit.open_reason = None
    elif before[1] is not None:
        visit.open_reason = OpenReason.TAKEN_OFF
    if visit.series_id is None:
        visit.occurs_on = visit.local_start.date()
    elif session.is_modified(visit):
        visit.is_changed = True
    if (visit.starts_at, visit.staff_member_id) != before:
        visit.status = VisitStatus.SCHEDULED  # whoever confirmed it confirmed something else


def _write(work: Callable[[], Any], visit: Visit, new: Mapping[str, Any]) -> None:
    """Do `work` on the visit, which makes it `new`; refused where its caregiver is elsewhere then."""
    visit_id, zone = visit.id, visit.time_zone
    try:
        attempt(work, of=[new.get("staff_member_id")])
    except Elsewhere:
        raise taken(new["staff_member_id"], new["starts_at"], new["ends_at"], zone=zone, except_for=visit_id) from None
