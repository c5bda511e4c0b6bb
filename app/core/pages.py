"""The ready values that the templates of a resource draw: detail, form, conflict, deletion. Lists are in `lists`."""

from typing import Any
from urllib.parse import urlencode

import orjson
from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.core.access import may
from app.core.display import Display
from app.core.fields import Field, Kind
from app.core.lists import rows
from app.core.parameters import read_list_request
from app.core.profile import current_profile
from app.core.reading import detail_columns, read_one, read_page
from app.core.redirects import local_path
from app.core.related import label_of
from app.core.resource import Resource, label_of_action
from app.core.security import required_viewer
from app.core.writing import find_row
from starline.core import audit
from starline.core.db import User, session

RELATED_ROWS = 10


def address(resource: Resource, action: str, key: Any = None, **query: Any) -> str:
    """The address of one of the resource's screens."""
    path = {"list": f"/{resource.name}/list/", "add": f"/{resource.name}/add"}.get(
        action, f"/{resource.name}/{action}/{key}"
    )
    return f"{path}?{urlencode(query)}" if query else path


def show_page(resource: Resource, pk: str) -> dict[str, Any]:
    """Everything that `resource/show.html` draws."""
    record = orjson.loads(read_one(resource, pk, detail_columns(resource)))
    display = current_profile().display
    sections = (resource.show or resource.form).items()
    return {
        "title": label_of(resource.model, record["id"]) or _(resource.title),
        "subtitle": _(resource.title),
        "edit_url": address(resource, "edit", record["id"]) if _offers("edit", resource) else None,
        "delete_url": address(resource, "delete", record["id"]) if _offers("delete", resource) else None,
        "delete_label": _(resource.removal),
        "actions": _actions(resource, pk),
        "links": [{"label": _(label), "url": url.format(id=record["id"])} for label, url in resource.links.items()],
        "back_url": address(resource, "list"),
        "sections": [
            {
                "title": _(title),
                "rows": [_fact(resource, name, record, display) for name in names.split()],
            }
            for title, names in sections
        ],
        "related": [_related(resource, child, record["id"]) for child in resource.children if may("can_read", child)],
        "history": history(resource, record["id"]),
    }


def form_page(resource: Resource, form: Any, action: str, row: Any, **more: Any) -> dict[str, Any]:
    """Everything that `resource/form.html` draws."""
    sections = [
        {
            "title": _(title),
            "fields": [form[resource.fields[name].key] for name in names.split()],
        }
        for title, names in resource.form.items()
    ]
    version = more.pop("version", None)
    return {
        "title": str(row) if row is not None else _("New: %(title)s", title=_(resource.title)),
        "action": action,
        "sections": sections,
        "version": version if version is not None else getattr(row, "version", None),
        "cancel_url": address(resource, "show", row.id) if row is not None else address(resource, "list"),
        "conflict": None,
        "history": history(resource, row.id) if row is not None else None,
        "errors_summary": [],
        **more,
    }


def conflict(resource: Resource, row: Any, yours: dict[str, Any]) -> dict[str, Any]:
    """Both versions of what differs, for the person to choose."""
    display = current_profile().display
    differing = []
    for one in resource.form_fields:
        if one.key not in yours or one.kind is Kind.SECRET:
            continue
        theirs, mine = getattr(row, one.key), yours[one.key]
        if theirs != mine:
            differing.append(
                {
                    "label": _(one.label),
                    "theirs": _readable(one, theirs, display),
                    "yours": _readable(one, mine, display),
                }
            )
    return {
        "sentence": _("Compare the two versions and choose which one to keep."),
        "rows": differing,
    }


def delete_page(resource: Resource, row: Any) -> dict[str, Any]:
    """The question before a deletion, with what goes along."""
    consequences = []
    for child in resource.children:
        column = child.model.__table__.c[child.parent_key(resource)]
        number = session.query(child.model).filter(column == row.id).count()
        if number:
            consequences.append(f"{number} × {_(child.title)}")
    back = local_path(request.args.get("back", ""), otherwise="")
    kept = _("It leaves the lists and stays on record as voided, with your name. It can't be brought back.")
    gone = _("This can't be undone. The history of changes is kept.")
    return {
        "title": _("Void %(what)s?", what=str(row)) if resource.voids else _("Delete %(what)s?", what=str(row)),
        "sentence": kept if resource.voids else gone,
        "confirm_label": _(resource.removal),
        "consequences": consequences,
        "confirm_url": address(resource, "delete", row.id, **({"back": back} if back else {})),
        "cancel_url": back or address(resource, "show", row.id),
    }


def history(resource: Resource, key: Any) -> list[dict[str, Any]]:
    """Who changed what, newest first."""
    events = audit.history(resource.model.__tablename__, key)
    people = {
        one.id: one.get_full_name() for one in session.query(User).filter(User.id.in_({e.actor_id for e in events}))
    }
    display = current_profile().display
    return [
        {
            "at": display.instant(event.at),
            "who": people.get(event.actor_id, _("Starline")) if event.actor_id else _("Starline"),
            "action": {
                "insert": _("Added"),
                "update": _("Changed"),
                "delete": _("Deleted"),
            }.get(event.action, event.action),
            "changes": _changes(resource, event) if event.action == "update" else [],
        }
        for event in events
    ]


def _related(parent: Resource, child: Resource, key: str) -> dict[str, Any]:
    """The first rows of a child resource, read as its own list would."""
    column = child.parent_key(parent)
    fields = [one for one in child.table_fields if one.key != column]
    names = ",".join(one.name for one in fields)
    if column in child.filter_fields:
        asked = read_list_request(
            child,
            MultiDict({column: key, "columns": names, "page_size": str(RELATED_ROWS)}),
            scope=required_viewer().scope,
        )
        found = orjson.loads(read_page(child, asked)[0])
    else:
        found = {"count": 0, "result": []}
    back = address(parent, "show", key)
    return {
        "title": _(child.title),
        "columns": [{"label": _(one.label), "numeric": one.is_numeric} for one in fields],
        "rows": rows(child, fields, found["result"], current_profile().display),
        "count_label": str(found["count"]) if found["count"] else "",
        "new_url": address(child, "add", **{column: key, "back": back}) if _offers("add", child) else None,
        "all_url": address(child, "list", **{column: key}) if found["count"] > RELATED_ROWS else None,
    }


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
    return fact


def _changes(resource: Resource, event: Any) -> list[dict[str, str]]:
    display = current_profile().display
    by_key = {one.key: one for one in resource.fields.values()}
    changes = []
    for name, (old, new) in (event.changes or {}).items():
        one = by_key.get(name) or by_key.get(name.removesuffix("_encrypted"))
        if one is None or name.startswith("search_"):
            continue
        if one.kind is Kind.RELATION:
            old, new = (label_of(one.target, value) if value else "" for value in (old, new))
        elif one.kind is not Kind.SECRET:
            old, new = display.text(one, old), display.text(one, new)
        changes.append({"label": _(one.label), "old": old, "new": new})
    return changes


def _readable(one: Field, value: Any, display: Display) -> str:
    if value is None or value == "":
        return ""
    if one.kind is Kind.RELATION:
        return label_of(one.target, value)
    value = getattr(value, "value", value)
    return display.text(
        one,
        value
        if isinstance(value, (str, int, bool, list, dict))
        else value.isoformat()
        if hasattr(value, "isoformat")
        else str(value),
    )


def _offers(method: str, resource: Resource) -> bool:
    return method in resource.methods and may(f"can_{method}", resource)
