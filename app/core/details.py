"""The ready values of a record's page: `resource/show.html` draws the header, the tabs and the one that is open."""

from collections.abc import Callable
from typing import Any

import orjson
import sqlalchemy as sa
from flask import render_template, request
from werkzeug.datastructures import MultiDict

from app.core import tabs
from app.core.access import may, offers
from app.core.changes import changes_tab
from app.core.crumbs import parents
from app.core.display import Display, in_sentence
from app.core.fields import Field, Kind
from app.core.lists import rows
from app.core.own_fields import tailored
from app.core.pages import address, history
from app.core.parameters import ListRequest, read_list_request
from app.core.person_names import is_sorted_by, joined, ordering
from app.core.profile import current_profile
from app.core.reading import detail_columns, read_one, read_page
from app.core.related import label_of
from app.core.resource import Resource, label_of_action, registry
from app.core.security import required_viewer
from app.core.tabs import ALL, OVERVIEW, Record, Tab
from app.core.writing import find_row
from starline.core.db import session
from starline.core.errors import NotFound
from starline.core.language import gettext as _

ROWS = 25
MOST_COUNTED = 100

REACH: dict[Kind, Callable[[str], str]] = {
    Kind.PHONE: lambda text: f"tel:{dialled(text)}",
    Kind.EMAIL: lambda text: f"mailto:{text}",
}
"""Where a press on the value of such a field leads."""


def show_page(resource: Resource, pk: str) -> dict[str, Any]:
    """Everything that `resource/show.html` draws."""
    record = _read(resource, pk)
    offered = [*_lists(record), *tabs.added_tabs(resource), changes_tab()]
    offered.sort(key=lambda tab: tab.place)
    open_tab = _open_tab(offered)
    title = label_of(resource.model, record.values["id"]) or _(resource.title)
    return {
        "title": title,
        "initials": "".join(part[0] for part in title.split()[:2]).upper(),
        "parents": parents(resource, record.values),
        "pills": _pills(record),
        "header": tabs.header_of(record),
        "edit_url": address(resource, "edit", record.key) if offers("edit", resource) else None,
        "delete_url": address(resource, "delete", record.key) if offers("delete", resource) else None,
        "delete_label": _(resource.removal),
        "actions": _actions(resource, pk),
        "links": [{"label": _(label), "url": url.format(id=record.key)} for label, url in resource.links.items()],
        "back_url": address(resource, "list"),
        "tabs": _strip(record, offered, open_tab) if offered else [],
        "tab": open_tab,
        "all_url": f"{record.url}?tab={ALL}",
        "sections": _sections(record) if open_tab in (OVERVIEW, ALL) else [],
        "panels": [_panel(record, tab) for tab in offered if open_tab in (tab.name, ALL)],
        "history": history(resource, record.key) if open_tab == OVERVIEW else None,
    }


def _read(resource: Resource, pk: str) -> Record:
    values = orjson.loads(read_one(resource, pk, detail_columns(resource)))
    return Record(resource, resource.key_of(str(values["id"])), values)


def _open_tab(offered: list[Tab]) -> str:
    name = request.args.get("tab", OVERVIEW)
    if name not in {OVERVIEW, ALL, *(tab.name for tab in offered)}:
        raise NotFound(_("There is nothing here, or you may not see it."))
    return name


def _lists(record: Record) -> list[Tab]:
    """A tab for each list of related records that the viewer may read."""
    by_name = {one.name: one for one in registry.values()}
    asked = [(name, "", tabs.USUAL) for name in record.resource.related.split()]
    asked += tabs.added_lists(record.resource)
    return [
        _list_tab(tailored(by_name[name]), label, place)
        for name, label, place in asked
        if may("can_read", by_name[name])
    ]


def _list_tab(child: Resource, label: str, place: int) -> Tab:
    def draw(record: Record) -> str:
        return render_template("resource/related.html", list=_related(record, child))

    return Tab(child.name, label or child.title, child.icon, draw, place=place)


def _strip(record: Record, offered: list[Tab], open_tab: str) -> list[dict[str, Any]]:
    """The tabs in their order, each with its address and figure."""
    counted = _counts(record)
    strip: list[dict[str, Any]] = [
        {"name": OVERVIEW, "label": _("Overview"), "icon": record.resource.icon, "url": record.url, "count": None}
    ]
    for tab in offered:
        count = tab.count(record) if tab.count else counted.get(tab.name)
        strip.append(
            {
                "name": tab.name,
                "label": _(tab.label),
                "icon": tab.icon,
                "url": f"{record.url}?tab={tab.name}",
                "count": f"{MOST_COUNTED - 1}+" if count is not None and count >= MOST_COUNTED else count,
            }
        )
    return [{**one, "is_open": one["name"] == open_tab} for one in strip]


def _counts(record: Record) -> dict[str, int]:
    """How many rows stand in each list, in one statement. A figure names nobody, so it is not audited."""
    viewer, by_name = required_viewer(), {one.name: one for one in registry.values()}
    selected = []
    for tab in _lists(record):
        child = by_name[tab.name]
        table = child.model.__table__
        found: sa.Select[Any] = sa.select(sa.literal_column("1")).where(
            table.c.organization_id == viewer.organization_id, table.c[child.parent_key(record.resource)] == record.key
        )
        scope = child.model.visible_to(viewer) if hasattr(child.model, "visible_to") else None
        found = (found if scope is None else found.where(scope)).limit(MOST_COUNTED)
        selected.append(sa.select(sa.func.count()).select_from(found.subquery()).scalar_subquery().label(tab.name))
    return dict(session.execute(sa.select(*selected)).mappings().one()) if selected else {}


def _panel(record: Record, tab: Tab) -> dict[str, Any]:
    return {"name": tab.name, "label": _(tab.label), "html": tab.draw(record)}


def _sections(record: Record) -> list[dict[str, Any]]:
    """The fields under their headings. Those that stand before the first heading begin the first section."""
    resource, display = record.resource, current_profile().display
    declared = dict(resource.show or resource.form)
    before, found = declared.pop("", ""), []
    for title, names in declared.items() or [("", "")]:
        shown = [_fact(resource, name, record.values, display) for name in f"{before} {names}".split()]
        found.append({"title": _(title) if title else "", "rows": shown})
        before = ""
    return found


def _pills(record: Record) -> list[dict[str, Any]]:
    """The state of the record, beside its name: the first of its pills."""
    resource, display = record.resource, current_profile().display
    name = next((name for name in resource.pills if record.values.get(name)), None)
    return [display.cell(resource, resource.fields[name], record.values)] if name else []


def _related(record: Record, child: Resource) -> dict[str, Any]:
    """A page of a child resource's rows, read as its own list would."""
    parent, key = record.resource, record.key
    column = child.parent_key(parent)
    fields = [one for one in child.table_fields if one.key != column]
    asked = _asked(child, column, str(key), fields)
    found = orjson.loads(read_page(child, asked)[0])
    here = f"{record.url}?tab={child.name}"
    is_more = found["count"] > asked.page * asked.page_size
    return {
        "name": child.name,
        "title": _(child.title),
        "empty_title": _("No %(title)s yet", title=in_sentence(_(child.title))),
        "columns": [_column(one, asked, here) for one in joined(fields)],
        "rows": rows(child, fields, found["result"], current_profile().display),
        "back": here,
        "count": found["count"],
        "new_url": address(child, "add", **{column: key, "back": here}) if offers("add", child) else None,
        "all_url": address(child, "list", **{column: key}) if found["count"] else None,
        "prev_url": f"{here}&page={asked.page - 1}" if asked.page > 1 else None,
        "next_url": f"{here}&page={asked.page + 1}" if is_more else None,
    }


def _asked(child: Resource, column: str, key: str, fields: list[Field]) -> ListRequest:
    """The page of the list that the address names; on a page with every list, each shows its first."""
    given = {column: key, "columns": ",".join(one.name for one in fields), "page_size": str(ROWS)}
    if request.args.get("tab") == child.name:
        given |= {name: request.args[name] for name in ("page", "order") if name in request.args}
    return read_list_request(child, MultiDict(given), scope=required_viewer().scope)


def _column(one: Field, asked: ListRequest, here: str) -> dict[str, Any]:
    sorted_by = asked.shape.order[0] if asked.shape.order else ""
    is_sorted = is_sorted_by(one, sorted_by)
    order = ordering(one, descending=is_sorted and not sorted_by.startswith("-"))
    return {
        "label": _(one.label),
        "numeric": one.is_numeric,
        "sorted": ("desc" if sorted_by.startswith("-") else "asc") if is_sorted else "",
        "sort_url": f"{here}&order={order}" if one.is_sortable else None,
    }


def dialled(text: str) -> str:
    """The number as a telephone dials it; ten digits are the United States'."""
    digits = "".join(one for one in text.partition("x")[0] if one.isdigit())
    return (
        f"+1{digits}"
        if len(digits) == 10
        else f"+{digits}"
        if text.strip().startswith("+") or len(digits) == 11
        else digits
    )


def _actions(resource: Resource, pk: str) -> list[dict[str, str]]:
    """A button for each verb that the row's state allows, where the viewer may edit."""
    if not resource.actions or not may("can_edit", resource):
        return []
    row = find_row(resource, pk)
    possible = getattr(row, "possible_actions", tuple(resource.actions))
    return [{"label": _(label_of_action(name)), "url": f"/{resource.name}/{row.id}/{name}"} for name in possible]


def _fact(resource: Resource, name: str, record: dict[str, Any], display: Display) -> dict[str, Any]:
    one = resource.fields[name]
    fact = {"label": _(one.label), **display.cell(resource, one, record)}
    if name in resource.secrets and may("can_reveal", resource):
        fact["url"] = f"/{resource.name}/{record['id']}/reveal/{name}"
    elif one.kind in REACH and fact["text"]:
        fact["url"] = REACH[one.kind](fact["text"])
    return fact
