"""Search over the records of all resources whose model says what it is found by, as far as the viewer may read."""

from dataclasses import dataclass
from typing import Any

from app.core.access import is_on
from app.core.display import Display
from app.core.fields import Field, Kind, label_expression
from app.core.profile import current_profile
from app.core.resource import Resource, registry
from starline.core import audit, search
from starline.core.language import gettext as _
from starline.identity.viewer import Viewer

MOST = 100
"""Records of one kind that one search answers at most."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that fits. `type` is the resource's name in addresses; the lower the `cost`, the better it fits."""

    type: str
    type_label: str
    icon: str
    id: str
    label: str
    sentence: str
    url: str
    cost: int


def searchable(viewer: Viewer) -> list[Resource]:
    """The resources whose records the viewer may search, in the order of the rail."""
    return [
        one
        for one in registry.values()
        if search.is_searched(one.model) and viewer.can("read", one.permission) and is_on(one)
    ]


def search_records(viewer: Viewer, text: str, types: list[str] | None = None, limit: int = 8) -> list[Hit]:
    """Whatever fits `text` best, of all kinds or of `types` (names of resources): at most `limit` of each.

    Within the viewer's permissions and record scope. What is shown is audited as read.
    """
    asked = [one for one in searchable(viewer) if types is None or one.name in types]
    by_model = {one.model: one for one in asked}
    shown = {model: _columns(one) for model, one in by_model.items()}
    found = search.find(by_model, text, viewer=viewer, limit=min(limit, MOST), columns=shown)
    hits = []
    for model, rows in found.items():
        if rows:
            _note(by_model[model], rows)
            hits += [_hit(by_model[model], one) for one in rows]
    return sorted(hits, key=lambda hit: (hit.cost, hit.label))


def _columns(resource: Resource) -> list[Any]:
    table = resource.model.__table__
    client = table.c[resource.client_column].label("client") if resource.client_column else None
    label = label_expression(resource.model, table).label("label")
    return [label, *([client] if client is not None else []), *(one.column for one in resource.hint_fields)]


def _note(resource: Resource, rows: list[search.Found]) -> None:
    clients = [one.row.client for one in rows] if resource.client_column else []
    audit.record_read(resource.model.__tablename__, [one.id for one in rows], clients)


def _hit(resource: Resource, found: search.Found) -> Hit:
    display = current_profile().display
    said = [said_of(one, getattr(found.row, one.key), display) for one in resource.hint_fields]
    return Hit(
        type=resource.name,
        type_label=_(resource.title),
        icon=resource.icon,
        id=str(found.id),
        label=display.called(resource.model, str(found.row.label or "")),
        sentence=" · ".join(filter(None, said)),
        url=f"/{resource.name}/show/{found.id}",
        cost=found.cost,
    )


def said_of(one: Field, value: Any, display: Display) -> str:
    """What one field of a record says beside its name."""
    if value is None:
        return ""
    if one.kind is Kind.INTEGER:
        return f"#{value}"
    plain = value.isoformat() if hasattr(value, "isoformat") else getattr(value, "value", value)
    text = display.text(one, plain)
    return str(_("born %(date)s", date=text)) if one.key == "birth_date" else text
