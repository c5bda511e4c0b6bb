"""What a phone carries: a caregiver's visits of two weeks, and all that is needed at those of these days.

Plain values with the words ready to be shown, so that the pages of the server and the page without signal say the same.
Addresses, alerts and tasks travel for yesterday, today and tomorrow only: what isn't on a phone can't be lost with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from babel.dates import format_interval, format_skeleton
from flask_babel import format_date

from app.core.display import choice_label
from app.core.profile import current_profile
from app.portal.seen import last_note_of, record_of, tasks_of
from starline.clients.models import Client, ServiceAddress
from starline.clients.vocabulary import CodeStatus, FallRisk
from starline.core import audit, clock
from starline.core.language import gettext as _
from starline.organizations.calendar import zone_of
from starline.scheduling import own
from starline.scheduling.models import Visit
from starline.scheduling.vocabulary import VOID, VisitStatus
from starline.staff.models import StaffMember

DAYS_AHEAD = 14
NEAR_DAYS = 1
"""Yesterday, today and tomorrow: the days on which a visit is carried whole."""

SOON = timedelta(hours=12)
"""So long before its start a visit can be clocked in; whether that is early is for the office to judge."""

DONE = (VisitStatus.COMPLETED, VisitStatus.VERIFIED, VisitStatus.BILLED)


@dataclass(frozen=True, slots=True)
class Days:
    """The visits of somebody's days, as a phone shows them."""

    member: StaffMember
    today: date
    visits: list[dict[str, Any]]

    @property
    def of_today(self) -> list[dict[str, Any]]:
        """Those of today, and one of another day that is going on."""
        return [one for one in self.visits if one["is_today"] or one["is_running"]]

    @property
    def next(self) -> dict[str, Any] | None:
        """The visit to act on: the one that goes on, else the first of today that is still to come."""
        running = [one for one in self.visits if one["is_running"]]
        return next(iter([*running, *(one for one in self.of_today if one["can_clock_in"])]), None)

    @property
    def later(self) -> list[dict[str, Any]]:
        return [one for one in self.of_today if one is not self.next]

    @property
    def by_day(self) -> list[dict[str, Any]]:
        """Every day from today on, with its visits."""
        days = [self.today + timedelta(days=number) for number in range(DAYS_AHEAD)]
        return [
            {
                "label": day_label(day, self.today),
                "visits": [one for one in self.visits if one["day"] == day.isoformat()],
            }
            for day in days
        ]


def days_of(member: StaffMember) -> Days:
    """The member's days around today. The reading is on record, naming the clients."""
    zone = ZoneInfo(zone_of(member.branch_id))
    today = clock.now().astimezone(zone).date()
    since = datetime.combine(today - timedelta(days=NEAR_DAYS), time(), zone)
    found = own.own_visits(member, since, since + timedelta(days=DAYS_AHEAD + NEAR_DAYS))
    if found:
        audit.record_read("visits", [one.id for one in found], [one.client_id for one in found])
    return Days(member, today, [seen(one, today) for one in found])


def one_of(visit: Visit, member: StaffMember) -> dict[str, Any]:
    """One visit for its page; the reading is on record."""
    audit.record_read("visits", [visit.id], [visit.client_id])
    today = clock.now().astimezone(ZoneInfo(zone_of(member.branch_id))).date()
    return seen(visit, today)


def seen(visit: Visit, today: date) -> dict[str, Any]:
    """The visit as a phone shows it."""
    day = visit.local_start.date()
    shown = _brief(visit, today)
    if abs((day - today).days) > NEAR_DAYS and not shown["is_running"]:
        return {**blank(), **shown}
    return {**shown, **_whole(visit, is_today=day == today or shown["is_running"])}


def blank() -> dict[str, Any]:
    """A visit without anything: what the page without signal fills in."""
    texts = """id client phone call_url service when starts_at starts_time length badge tone day_label address route_url
        note instructions last_note last_note_by clocked_in clocked_out page_url acts_url door_url door_code
        written_note miles signed_by"""
    flags = """can_clock_in can_clock_out is_running is_done is_today is_void is_whole may_write has_door_code"""
    empty: dict[str, Any] = {**dict.fromkeys(texts.split(), ""), **dict.fromkeys(flags.split(), False)}
    return {**empty, "alerts": [], "tasks": [], "photos": 0}


def blank_task() -> dict[str, Any]:
    """A task without anything, as the page without signal needs it."""
    texts = ("id", "name", "instructions", "reason", "outcome", "outcome_label", "acts_url")
    return {**dict.fromkeys(texts, ""), "is_open": True, "is_done": False, "is_left": False, "is_required": False}


def day_label(day: date, today: date) -> str:
    """Today, Tomorrow, or the weekday with its date."""
    names = {today: _("Today"), today + timedelta(days=1): _("Tomorrow"), today - timedelta(days=1): _("Yesterday")}
    return names.get(day) or date_label(day)


def date_label(day: date) -> str:
    """Tuesday, Nov 24; each language has its own order of month and day."""
    return f"{format_date(day, 'EEEE')}, {format_skeleton('MMMd', day, locale=current_profile().display.locale)}"


def time_label(visit: Visit, at: datetime) -> str:
    """The time of day on the clocks where the visit is."""
    there = replace(current_profile(), time_zone=visit.time_zone).display
    return there.time(at.astimezone(ZoneInfo(visit.time_zone)).time())


def _brief(visit: Visit, today: date) -> dict[str, Any]:
    zone, locale = ZoneInfo(visit.time_zone), current_profile().display.locale
    span = format_interval(visit.starts_at, visit.ends_at, skeleton="hm", tzinfo=zone, locale=locale)
    badge, tone = _badge(visit)
    return {
        "id": str(visit.id),
        "version": visit.version,
        "client": str(visit.client),
        "service": str(visit.service_type),
        "starts_at": visit.starts_at.isoformat(),
        "ends_at": visit.ends_at.isoformat(),
        "zone": visit.time_zone,
        "day": visit.local_start.date().isoformat(),
        "day_label": day_label(visit.local_start.date(), today),
        "is_today": visit.local_start.date() == today,
        "when": span.replace("\u202f", "\u00a0").replace("\u2009", " "),
        "starts_time": time_label(visit, visit.starts_at),
        "length": length_label(visit.minutes),
        "badge": badge,
        "tone": tone,
        "page_url": f"/my/visits/{visit.id}",
        "acts_url": f"/my/visits/{visit.id}/acts",
        **_state(visit),
    }


def _state(visit: Visit) -> dict[str, Any]:
    """How far it has come."""
    now, came, left = clock.now(), visit.clocked_in_at, visit.clocked_out_at
    is_void, is_done = visit.status in VOID, left is not None or visit.status in DONE
    is_running = came is not None and not is_done and not is_void
    return {
        "is_void": is_void,
        "is_done": is_done and not is_void,
        "is_running": is_running,
        "can_clock_in": came is None and not is_done and not is_void and now >= visit.starts_at - SOON,
        "can_clock_out": is_running,
        "clocked_in": time_label(visit, came) if came else "",
        "clocked_out": time_label(visit, left) if left else "",
    }


def length_label(minutes: int) -> str:
    """2 h, 45 min, 1 h 30 min."""
    hours, rest = divmod(minutes, 60)
    parts = [_("%(number)s h", number=hours)] if hours else []
    return " ".join([*parts, *([_("%(number)s min", number=rest)] if rest or not hours else [])])


def _badge(visit: Visit) -> tuple[str, str]:
    """What one must know of it at a glance, and how grave that is. The start is counted down by the page."""
    if visit.status in VOID:
        return _("Called off") if visit.status == VisitStatus.CANCELLED else _("Missed"), "bad"
    if visit.clocked_out_at is not None or visit.status in DONE:
        return _("Done"), "good"
    if visit.clocked_in_at is not None:
        return _("In progress"), "info"
    return start_label(visit.starts_at - clock.now())


def start_label(left: timedelta) -> tuple[str, str]:
    """When it starts, counted from now."""
    minutes = round(left.total_seconds() / 60)
    if minutes < 0:
        return _("Should have begun %(number)s min ago", number=-minutes), "bad"
    if minutes <= 60:
        return _("Starts in %(number)s min", number=minutes), "warn"
    return "", "plain"


def _whole(visit: Visit, *, is_today: bool) -> dict[str, Any]:
    """What is needed on the way and at the door."""
    client, place = visit.client, visit.service_address
    phone = client.mobile_phone or client.phone or ""
    has_code = place is not None and place.door_code_encrypted is not None and is_today
    note, note_by = last_note_of(visit)
    return {
        "is_whole": True,
        "phone": phone,
        "call_url": f"tel:{phone}" if phone else "",
        "address": _address(place),
        "route_url": route_of(place),
        "instructions": (place.access_instructions if place else None) or "",
        "has_door_code": has_code,
        "door_url": f"/my/visits/{visit.id}/door" if has_code else "",
        "door_code": "",
        "alerts": list(_alerts(client)),
        "note": "\n".join(part for part in (visit.note, client.caregiver_notes) if part),
        "last_note": note,
        "last_note_by": note_by,
        "tasks": tasks_of(visit),
        "may_write": visit.status not in VOID and visit.clocked_in_at is not None,
        **record_of(visit),
    }


def _address(place: ServiceAddress | None) -> str:
    if place is None:
        return ""
    street = ", ".join(part for part in (place.line1, place.line2) if part)
    return f"{street}, {place.city}"


def route_of(place: ServiceAddress | None) -> str:
    """An address that the phone's own map program opens; nothing is asked of anybody before it is pressed."""
    if place is None:
        return ""
    words = quote(f"{place.line1}, {place.city}, {place.state} {place.postal_code}")
    point = f"{place.latitude},{place.longitude}" if place.latitude is not None else "0,0"
    return f"geo:{point}?q={words}"


def _alerts(client: Client) -> Iterator[str]:
    """What nobody may overlook at the door, the gravest first."""
    if client.code_status in (CodeStatus.DNR, CodeStatus.POLST):
        yield _("Do not resuscitate") if client.code_status == CodeStatus.DNR else _("POLST form in the home")
    if client.allergies_note:
        yield _("Allergies: %(what)s", what=client.allergies_note)
    if client.fall_risk == FallRisk.HIGH:
        yield _("High fall risk")
    elif client.fall_risk == FallRisk.MODERATE:
        yield _("Fall risk")
    if client.is_elopement_risk:
        yield _("May wander off")
    if client.mobility:
        yield choice_label(client.mobility)
    if client.diet:
        yield _("Diet: %(what)s", what=client.diet)
    if client.has_pets:
        yield _("Pets in the home")
    if client.is_smoking_home:
        yield _("Smoking in the home")
