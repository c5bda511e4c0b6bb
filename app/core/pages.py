"""The ready values that the templates of a resource draw: form, conflict, deletion. A record's page is in `details`."""

from typing import Any
from urllib.parse import urlencode

from flask import request
from flask_babel import gettext as _

from app.core.access import may
from app.core.display import Display
from app.core.fields import Field, Kind
from app.core.own_fields import expanded
from app.core.profile import current_profile
from app.core.redirects import local_path
from app.core.related import label_of
from app.core.resource import Resource
from app.core.undoing import can_return
from starline.core import audit
from starline.core.db import User, session


def address(resource: Resource, action: str, key: Any = None, **query: Any) -> str:
    """The address of one of the resource's screens."""
    path = {"list": f"/{resource.name}/list/", "add": f"/{resource.name}/add"}.get(
        action, f"/{resource.name}/{action}/{key}"
    )
    return f"{path}?{urlencode(query)}" if query else path


def offers(method: str, resource: Resource) -> bool:
    """Whether the resource offers the method (add, edit, delete) and the viewer may use it."""
    return method in resource.methods and may(f"can_{method}", resource)


def form_page(resource: Resource, form: Any, action: str, row: Any, **more: Any) -> dict[str, Any]:
    """Everything that `resource/form.html` draws."""
    sections = [
        {
            "title": _(title) if title else "",
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
        theirs, mine = one.of(row), yours[one.key]
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
    gone = (
        _("Right after it you can take it back with Undo. The history of changes is kept.")
        if can_return(resource, row) and not consequences
        else _("This can't be undone. The history of changes is kept.")
    )
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
            "who": people.get(event.actor_id, _("The system")) if event.actor_id else _("The system"),
            "action": {
                "insert": _("Added"),
                "update": _("Changed"),
                "delete": _("Deleted"),
            }.get(event.action, event.action),
            "changes": _changes(resource, event) if event.action == "update" else [],
        }
        for event in events
    ]


def _changes(resource: Resource, event: Any) -> list[dict[str, str]]:
    display = current_profile().display
    by_key = {one.key: one for one in resource.fields.values()}
    changes = []
    for name, (old, new) in expanded(resource, event.changes or {}).items():
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
