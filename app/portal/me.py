"""What stands under Me, and whom to call."""

from dataclasses import dataclass

from app.core.access import may
from app.core.resource import registry
from app.core.security import required_viewer
from app.portal.person import OFFERS
from starline.core.language import LANGUAGES
from starline.core.language import gettext as _
from starline.organizations.calendar import today
from starline.staff import compliance
from starline.staff.models import StaffMember


@dataclass(frozen=True, slots=True)
class Place:
    """A page of one's own, with a word on how things stand there."""

    label: str
    url: str
    icon: str
    note: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Office:
    """Whom to call."""

    name: str
    phone: str


def office_of(member: StaffMember) -> Office | None:
    """The member's branch, if it can be called."""
    phone = member.branch.phone
    return Office(member.branch.name, phone) if phone else None


def places_of(member: StaffMember) -> list[Place]:
    """The pages of one's own file and account that the person may open."""
    found = []
    if ("can_read", "OwnCredentials") in required_viewer().permissions:
        note, tone = _state_of_credentials(member)
        found.append(Place(_("My credentials"), "/me/credentials", "certificate", note, tone))
    if ("can_read", OFFERS) in required_viewer().permissions:
        found.append(Place(_("Visits offered to me"), "/my/offers", "send"))
    if (time_off := time_off_url(member)) is not None:
        found.append(Place(_("Ask for time off"), time_off, "calendar-off"))
    if (availability := availability_url(member)) is not None:
        found.append(Place(_("When I can work"), availability, "calendar-week"))
    return [
        *found,
        Place(_("Profile"), "/me", "user-circle"),
        Place(_("Password"), "/me/password", "key"),
        Place(_("Second factor"), "/me/second-factor", "shield-check"),
        Place(_("Where you are signed in"), "/me/sessions", "devices"),
    ]


def time_off_url(member: StaffMember) -> str | None:
    """Where one asks for time off."""
    return f"/time_off/add?staff_member_id={member.id}" if may("can_add", registry["TimeOffRequests"]) else None


def availability_url(member: StaffMember) -> str | None:
    """Where one sees the hours that the office plans with."""
    return f"/availability_slots/list/?staff_member={member.id}" if may("can_read", registry["Availability"]) else None


def languages_offered() -> list[tuple[str, str]]:
    return list(LANGUAGES.items())


def _state_of_credentials(member: StaffMember) -> tuple[str, str]:
    """How many are lacking or end soon."""
    cells = compliance.line_of(member, today(member.branch_id)).cells.values()
    lacking = sum(1 for cell in cells if cell.is_lacking)
    if lacking:
        return _("%(number)s missing or ended", number=lacking), "bad"
    soon = sum(1 for cell in cells if cell.state == "expiring")
    return (_("%(number)s end soon", number=soon), "warn") if soon else (_("All in order"), "good")
