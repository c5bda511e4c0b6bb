"""What a record's page shows beyond its own fields: tabs, and the photo, alerts, facts and buttons of its header.

Any face adds to the page of another one's resource by name, so that none imports the other:

    add_tab("Clients", Tab("schedule", "Schedule", "calendar-event", draw=week_of, permission=("can_read", "Visits")))
    add_list_tab("Clients", "vital_signs")            # the rows of that resource that belong to the client
    extend_header("Clients", photo=photo_of, alerts=alerts_of, facts=facts_of)

    def week_of(record: Record) -> str:               # HTML: render_template(...) of a template without a layout
        return render_template("scheduling/week.html", visits=visits_of(record.key))

    def alerts_of(record: Record) -> list[Alert]:     # called with the record that the viewer may see
        return [Alert(_("Do not resuscitate"), tone="bad", icon="heart")] if record.row.code_status == "dnr" else []

Labels are written in English and looked up in the catalogue when the page is drawn. A tab's address is
`/clients/show/<id>?tab=schedule`; `draw` runs only while its tab is open and may read `request.args` for its paging.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from app.core.profile import current_profile
from app.core.resource import Resource
from app.core.security import required_viewer
from app.core.writing import find_row

OVERVIEW, CHANGES, ALL = "overview", "changes", "all"
"""Names of the tabs that every record has: its fields, what was changed of it, and everything on one page."""

TIMELINE = "timeline"
"""Of those that some have: the course of what the record is about, in the words of its domain."""

FIRST, USUAL, LAST = 10, 50, 90
"""Places of tabs: nearer to the overview, among the related records, just before the changes."""


@dataclass(frozen=True)
class Record:
    """The record whose page is open. `values` are as REST shows them; `row` is the ORM row."""

    resource: Resource
    key: Any
    values: dict[str, Any]

    @property
    def url(self) -> str:
        return f"/{self.resource.name}/show/{self.key}"

    @cached_property
    def row(self) -> Any:
        return find_row(self.resource, str(self.key))


@dataclass(frozen=True)
class Tab:
    """`draw` answers the HTML of the panel; `count`, where there is one, the figure beside the label."""

    name: str
    label: str
    icon: str
    draw: Callable[[Record], str]
    permission: tuple[str, str] | None = None
    count: Callable[[Record], int | None] | None = None
    feature: str | None = None
    place: int = USUAL


@dataclass(frozen=True)
class Alert:
    """What nobody who opens the record may overlook. `tone` is bad, warn, info, good or plain."""

    text: str
    tone: str = "warn"
    icon: str = "alert-triangle"
    url: str | None = None


@dataclass(frozen=True)
class Fact:
    """One short fact of the line under the name; `label` says to screen readers what it is."""

    text: str
    label: str = ""
    icon: str = ""
    url: str | None = None


@dataclass(frozen=True)
class Button:
    """A way from the record to what is done with it most, where a menu would be a press too many."""

    label: str
    url: str
    icon: str = ""
    is_primary: bool = False


@dataclass
class _Additions:
    tabs: list[Tab] = field(default_factory=list)
    lists: list[tuple[str, str, int]] = field(default_factory=list)
    photo: Callable[[Record], str | None] | None = None
    alerts: list[Callable[[Record], Sequence[Alert]]] = field(default_factory=list)
    facts: list[Callable[[Record], Sequence[Fact]]] = field(default_factory=list)
    buttons: list[Callable[[Record], Sequence[Button]]] = field(default_factory=list)


_added: dict[str, _Additions] = {}


def add_tab(resource: str, tab: Tab) -> None:
    """Give the page of a record of `resource` (the declaration's class name) one more tab."""
    _of(resource).tabs.append(tab)


def add_list_tab(resource: str, child: str, *, label: str = "", place: int = USUAL) -> None:
    """A tab with the rows of the resource named `child` ("vital_signs") that belong to the record, and a way to add."""
    _of(resource).lists.append((child, label, place))


def extend_header(
    resource: str,
    *,
    photo: Callable[[Record], str | None] | None = None,
    alerts: Callable[[Record], Sequence[Alert]] | None = None,
    facts: Callable[[Record], Sequence[Fact]] | None = None,
    buttons: Callable[[Record], Sequence[Button]] | None = None,
) -> None:
    """Give the header of a record more to say. Where `photo` answers None, the initials stand in its place."""
    known = _of(resource)
    known.photo = photo or known.photo
    known.alerts += [alerts] if alerts else []
    known.facts += [facts] if facts else []
    known.buttons += [buttons] if buttons else []


def added_tabs(resource: Resource) -> list[Tab]:
    """The tabs that were added and that the viewer may open."""
    permissions, profile = required_viewer().permissions, current_profile()
    return [
        tab
        for tab in _of(resource.permission).tabs
        if (tab.permission is None or tab.permission in permissions)
        and (tab.feature is None or profile.has_feature(tab.feature))
    ]


def added_lists(resource: Resource) -> list[tuple[str, str, int]]:
    """The lists that were added: the child resource's name, its label if it has another one here, its place."""
    return list(_of(resource.permission).lists)


def added_names() -> list[str]:
    """The resources whose pages were added to."""
    return list(_added)


def header_of(record: Record) -> dict[str, Any]:
    """What was added to the header: `has_photo`, `photo_url`, `alerts`, `facts`, `buttons`."""
    known = _of(record.resource.permission)
    return {
        "has_photo": known.photo is not None,
        "photo_url": known.photo(record) if known.photo else None,
        "alerts": [alert for ask in known.alerts for alert in ask(record)],
        "facts": [fact for ask in known.facts for fact in ask(record)],
        "buttons": [button for ask in known.buttons for button in ask(record)],
    }


def _of(name: str) -> _Additions:
    return _added.setdefault(name, _Additions())
