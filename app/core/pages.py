"""The ready values that the templates of a resource draw: form, conflict, deletion. A record's page is in `details`."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import request

from app.core import documents, sent_once
from app.core.consequences import consequences
from app.core.fields import MASK, Kind, Look
from app.core.own_fields import expanded
from app.core.profile import current_profile
from app.core.redirects import local_path
from app.core.related import label_of, name_of
from app.core.resource import Resource
from app.core.trail_words import action_word, is_secret
from app.core.undoing import can_return
from starline.core import audit
from starline.core.db import User, session
from starline.core.language import gettext as _

END_OF_ADDRESS = ("city", "state", "postal_code")


def address(resource: Resource, action: str, key: Any = None, **query: Any) -> str:
    """The address of one of the resource's screens."""
    path = {"list": f"/{resource.name}/list/", "add": f"/{resource.name}/add"}.get(
        action, f"/{resource.name}/{action}/{key}"
    )
    return f"{path}?{urlencode(query)}" if query else path


def form_page(resource: Resource, form: Any, action: str, row: Any, **more: Any) -> dict[str, Any]:
    """Everything that `resource/form.html` draws."""
    sections = [
        {
            "title": _(title) if title else "",
            "lines": lines(form, [resource.fields[name].key for name in names.split()]),
        }
        for title, names in resource.form.items()
    ]
    version = more.pop("version", None)
    return {
        "title": name_of(row) if row is not None else title_of_new(resource),
        "action": action,
        "sections": sections,
        "version": version if version is not None else getattr(row, "version", None),
        "form_key": sent_once.form_key() if action == "add" else "",
        "cancel_url": address(resource, "show", row.id) if row is not None else address(resource, "list"),
        "conflict": None,
        "files_again": documents.to_be_chosen_again(resource),
        "multipart": any(one.look is Look.FILE for one in resource.own.values()),
        "history": history(resource, row.id) if row is not None else None,
        "errors_summary": [],
        **more,
    }


def title_of_new(resource: Resource) -> str:
    """The heading of the form for a new row: "Add service address"."""
    word = str(_(resource.singular))
    return str(_("Add %(what)s", what=word[:1].lower() + word[1:] if word[1:2].islower() else word))


def lines(form: Any, keys: list[str]) -> list[dict[str, Any]]:
    """The controls of a section, one a line; what ends an address stands on one line together."""
    found, rest = [], list(keys)
    while rest:
        together = tuple(rest[: len(END_OF_ADDRESS)]) == END_OF_ADDRESS
        taken = [rest.pop(0) for _key in (END_OF_ADDRESS if together else (1,))]
        kind, label = ("address", _("City, state, ZIP")) if together else ("", "")
        found.append({"kind": kind, "label": label, "fields": [form[key] for key in taken]})
    return found


def delete_page(resource: Resource, row: Any) -> dict[str, Any]:
    """The question before a deletion, with what goes along."""
    found = [] if resource.voids else consequences(resource, row)
    back, name = local_path(request.args.get("back", ""), otherwise=""), name_of(row)
    kept = _("It leaves the lists and stays on record as voided, with your name. It can't be brought back.")
    gone = (
        _("Right after it you can take it back with Undo. The history of changes is kept.")
        if can_return(resource, row) and not found
        else _("This can't be undone. The history of changes is kept.")
    )
    return {
        "title": _("Void %(what)s?", what=name) if resource.voids else _("Delete %(what)s?", what=name),
        "sentence": kept if resource.voids else gone,
        "confirm_label": _(resource.removal),
        "holds": [one.sentence for one in found if one.kind == "holds"],
        "consequences": [one.sentence for one in found if one.kind != "holds"],
        "is_possible": all(one.kind != "holds" for one in found),
        "confirm_url": address(resource, "delete", row.id, **({"back": back} if back else {})),
        "cancel_url": back or address(resource, "show", row.id),
    }


def history(resource: Resource, key: Any) -> list[dict[str, Any]]:
    """Who changed what, newest first; what only the system's own columns tell of is left to the trail."""
    events = audit.history(resource.model.__tablename__, key)
    told = audit.told(events)
    found = [(one, changes_of(resource, one.action, told[one.id])) for one in events]
    found = [(one, changes) for one, changes in found if changes or one.action != "update"]
    people = {
        one.id: one.get_full_name()
        for one in session.query(User).filter(User.id.in_({one.actor_id for one, _changes in found}))
    }
    display = current_profile().display
    return [
        {
            "at": display.instant(event.at),
            "who": people.get(event.actor_id, _("The system")) if event.actor_id else _("The system"),
            "action": action_word(event.action),
            "changes": changes,
        }
        for event, changes in found
    ]


def _label_of_column(resource: Resource, name: str) -> str:
    """What a column that the resource doesn't show is called; nothing where it is the system's own."""
    column = resource.model.__table__.c.get(name)
    if column is None or name.startswith("search_") or is_secret(name):
        return ""
    label = column.info.get("label")
    return _(label) if label else ""


def changes_of(resource: Resource, action: str, told: Mapping[str, Any]) -> list[dict[str, str]]:
    """What an event of the audit changed: field by field of what the resource shows, and by name what has a label.

    `told`: its changes in words.
    """
    if action != "update":
        return []
    display = current_profile().display
    by_key = {one.key: one for one in resource.fields.values()}
    changes = []
    for name, (old, new) in expanded(resource, told).items():
        one = by_key.get(name) or by_key.get(name.removesuffix("_encrypted"))
        if one is None:
            label = _label_of_column(resource, name)
            if label:
                changes.append({"label": label, "old": "", "new": ""})
            continue
        if one.kind is Kind.RELATION:
            old, new = (label_of(one.target, value) if value else "" for value in (old, new))
        elif one.kind is Kind.SECRET:
            old, new = (MASK.strip() if value else "" for value in (old, new))
        else:
            old, new = display.text(one, old), display.text(one, new)
        changes.append({"label": _(one.label), "old": old, "new": new})
    return changes
