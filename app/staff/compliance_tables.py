"""What the compliance screens ask for, and how a cell of the matrix is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from werkzeug.datastructures import MultiDict

from app.core.display import choice_label
from app.core.profile import current_profile
from starline.core import audit
from starline.core.db import session
from starline.core.identifiers import parse_uuid
from starline.core.language import gettext as _
from starline.identity.viewer import Viewer
from starline.organizations.calendar import today
from starline.staff import compliance
from starline.staff.compliance import Cell, Line
from starline.staff.models import StaffMember
from starline.staff.rules.clearance import Demand
from starline.staff.vocabulary import Answer, CredentialState, Discipline, StaffStatus

TONES = {
    CredentialState.OK: "good",
    CredentialState.EXPIRING: "warn",
    CredentialState.UNVERIFIED: "info",
    CredentialState.EXPIRED: "bad",
    CredentialState.MISSING: "bad",
}
BLOCKED, LACKING = "blocked", "lacking"
LONGEST_SEARCH = 80


@dataclass(frozen=True, slots=True)
class LineOfWork:
    """One credential of one person that somebody should do something about."""

    line: Line
    cell: Cell
    kind: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of the address. `state` is a state of a credential, or `blocked` or `lacking`."""

    branch: UUID | None = None
    discipline: str = ""
    state: str = ""
    search: str = ""
    page: int = 1

    def url(self, **changes: Any) -> str:
        """The query of this page with `changes`."""
        asked = replace(self, **{"page": 1, **changes})
        pairs = {"branch": asked.branch, "discipline": asked.discipline, "state": asked.state, "search": asked.search}
        kept = {name: str(value) for name, value in pairs.items() if value}
        return "?" + urlencode(kept | ({"page": str(asked.page)} if asked.page > 1 else {}))

    def conditions(self, viewer: Viewer) -> list[Any]:
        """Whom the filters leave, within the viewer's scope: people who work here."""
        found = [StaffMember.status != StaffStatus.TERMINATED]
        scope = StaffMember.visible_to(viewer)
        found += [scope] if scope is not None else []
        found += [StaffMember.branch_id == self.branch] if self.branch else []
        found += [StaffMember.discipline == self.discipline] if self.discipline else []
        if self.search:
            start = self.search.lower()
            names = (StaffMember.search_name, StaffMember.search_first_name)
            found.append(names[0].startswith(start, autoescape=True) | names[1].startswith(start, autoescape=True))
        return found

    def members(self, viewer: Viewer) -> list[StaffMember]:
        query = session.query(StaffMember).filter(*self.conditions(viewer))
        return query.order_by(StaffMember.last_name, StaffMember.first_name).all()


def asked_from(given: MultiDict[str, str]) -> Asked:
    """What the address asks for; what is no filter is none."""
    discipline, state, page = given.get("discipline", ""), given.get("state", ""), given.get("page", "1")
    return Asked(
        branch=parse_uuid(given.get("branch", "")),
        discipline=discipline if discipline in list(Discipline) else "",
        state=state if state in dict(states()) else "",
        search=given.get("search", "").strip().replace("\x00", "")[:LONGEST_SEARCH],
        page=int(page) if page.isascii() and page.isdecimal() and 0 < int(page[:6]) < 10_000 else 1,
    )


def states() -> list[tuple[str, str]]:
    own = [(BLOCKED, _("Kept off the schedule")), (LACKING, _("Something is lacking"))]
    return own + [(state.value, choice_label(state)) for state in CredentialState if state != CredentialState.OK]


def lines_of(asked: Asked, viewer: Viewer, demands: Mapping[UUID, Demand]) -> list[Line]:
    """The people that the filters leave. Looking at them is audited."""
    found = compliance.matrix(today(), *asked.conditions(viewer), asked=demands)
    lines = [line for line in found if _is_wanted(line, asked.state)]
    audit.record_read("staff_members", [line.id for line in lines], [])
    return lines


def _is_wanted(line: Line, state: str) -> bool:
    if not state:
        return True
    if state == BLOCKED:
        return line.clearance.answer == Answer.NO
    if state == LACKING:
        return any(cell.is_lacking for cell in line.cells.values())
    return any(cell.state == state for cell in line.cells.values())


def chips_of(asked: Asked, branches: Mapping[UUID, str]) -> list[dict[str, str]]:
    """The filters as sentences that can be taken away."""
    chips = []
    if asked.branch:
        chips.append((_("Branch is"), branches.get(asked.branch, "?"), asked.url(branch=None)))
    if asked.discipline:
        chips.append((_("Discipline is"), asked.discipline.upper(), asked.url(discipline="")))
    if asked.state:
        chips.append((_("State is"), dict(states())[asked.state], asked.url(state="")))
    if asked.search:
        chips.append((_("Name begins with"), asked.search, asked.url(search="")))
    return [{"words": words, "said": said, "url": url} for words, said, url in chips]


def cells_of(line: Line, demands: Mapping[UUID, Demand], viewer: Viewer, asked: Asked) -> list[dict[str, Any]]:
    """A line of the matrix, ready to be drawn: what stands in each cell and where it leads."""
    return [_cell(line, key, line.cells.get(key), viewer, asked) for key in demands]


def _cell(line: Line, key: UUID, cell: Cell | None, viewer: Viewer, asked: Asked) -> dict[str, Any]:
    if cell is None:
        return {"text": "", "tone": "", "url": None, "said": _("Not asked for")}
    text, tone = label_of_state(cell), TONES[cell.state]
    if not cell.is_required and cell.state != CredentialState.OK:
        tone = "plain"
    is_to_add = cell.state in (CredentialState.MISSING, CredentialState.EXPIRED) and viewer.can("add", "Credentials")
    back = {"back": f"/compliance/{asked.url()}"}
    add = urlencode({"staff_member_id": line.id, "credential_type_id": key, **back})
    url = f"/credentials/add?{add}" if is_to_add else f"/staff/show/{line.id}?tab=compliance"
    return {"text": text, "tone": tone, "url": url, "said": choice_label(cell.state), "blocks": cell.keeps_off_schedule}


def label_of_state(cell: Cell) -> str:
    """The shortest that tells it: the day it ends or ended, else the word."""
    if cell.state == CredentialState.MISSING:
        return _("Missing")
    if cell.state == CredentialState.UNVERIFIED:
        return _("To verify")
    if cell.expires_on is None:
        return _("No end")
    return day_label(cell.expires_on)


def day_label(day: date | None) -> str:
    """A day in the agency's way of writing it; a dash for none."""
    return day.strftime(current_profile().display.date_format) if day else "–"
