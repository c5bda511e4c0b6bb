"""What can be done with many rows of a list at once, and the bar that offers it."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from app.core.access import may
from app.core.resource import Resource, label_of_action
from starline.core.language import gettext as _

MOST_SELECTED = 500
"""Rows that one step may change: a transaction that people wait for, and a page that names its conflicts."""

SET, DELETE = "set", "delete"
EXPORTS = {"csv": "CSV", "xlsx": "Excel"}
ACTION = "do-"
"""Begins the name of a verb that is one of the resource's own."""


@dataclass(frozen=True, slots=True)
class BulkVerb:
    """One button of the bar. `permission` is the action that it takes on the resource."""

    name: str
    label: str
    permission: str
    icon: str = ""
    is_danger: bool = False


def verbs_of(resource: Resource) -> list[BulkVerb]:
    """What the viewer may do with many rows, in the order of the bar."""
    verbs = []
    if resource.bulk_fields:
        verbs.append(BulkVerb(SET, _("Change a field"), "can_edit", "pencil"))
    verbs += [BulkVerb(ACTION + name, _(label_of_action(name)), "can_edit", "check") for name in resource.actions]
    verbs += [BulkVerb(name, _(label), "can_export", "download") for name, label in EXPORTS.items()]
    if "delete" in resource.methods:
        verbs.append(BulkVerb(DELETE, _(resource.removal), "can_delete", "trash", is_danger=True))
    return [one for one in verbs if may(one.permission, resource)]


def bulk_of(resource: Resource, kept: list[tuple[str, str]], count: int) -> dict[str, Any] | None:
    """What the bar under the list draws; None where there is nothing to do with many rows."""
    verbs = verbs_of(resource)
    if not verbs:
        return None
    query = urlencode(kept)
    return {
        "url": f"/{resource.name}/selected" + (f"?{query}" if query else ""),
        "verbs": verbs,
        "all_label": _("Select all %(count)s that match", count=f"{count:,}") if count <= MOST_SELECTED else None,
        "count": count,
    }
