"""Exact look-up of a number that is kept sealed, by its blind index: for whoever may reveal it, and on record."""

from typing import Any

import sqlalchemy as sa

from app.core.access import may
from app.core.profile import current_profile
from app.core.resource import Resource, registry
from app.core.reveal import REVEAL
from app.core.searching import Hit, said_of
from starline.core import audit
from starline.core.crypto import index_of
from starline.core.db import session
from starline.core.errors import Invalid
from starline.core.language import gettext as _
from starline.identity.viewer import Viewer

LONGEST_NUMBER, MOST = 60, 50


def numbers_of(resource: Resource) -> list[str]:
    """The sealed numbers of a resource that equal ones are found by."""
    return [name for name in resource.secrets if f"{name}_hash" in resource.model.__table__.c]


def looked_through() -> list[Resource]:
    """The resources whose numbers the viewer may look up: those that they may read and reveal."""
    return [one for one in registry.values() if numbers_of(one) and may("can_read", one) and may(REVEAL, one)]


def find_number(viewer: Viewer, number: str) -> list[Hit]:
    """The records within the viewer's scope that have exactly this number, however it is spelled.

    That somebody looked, where, and what was shown is kept; the number is not. Raises `Invalid`.
    """
    index = index_of(number) if len(number) <= LONGEST_NUMBER else None
    if index is None:
        sentence = _("Give the whole number, of %(most)d characters at most.", most=LONGEST_NUMBER)
        raise Invalid(sentence, errors={"number": [sentence]})
    return [_hit(resource, row) for resource in looked_through() for row in _rows(resource, viewer, index)]


def _rows(resource: Resource, viewer: Viewer, index: str) -> list[Any]:
    model, names = resource.model, numbers_of(resource)
    table = model.__table__
    query = sa.select(model).where(table.c.organization_id == viewer.organization_id)
    query = query.where(sa.or_(*(table.c[f"{name}_hash"] == index for name in names)))
    scope = model.visible_to(viewer) if hasattr(model, "visible_to") else None
    found = list(session.scalars((query if scope is None else query.where(scope)).order_by(table.c.id).limit(MOST)))
    clients = [getattr(row, resource.client_column) for row in found] if resource.client_column else []
    told = {"fields": ", ".join(names), "found": len(found)}
    audit.record("looked_up", table.name, client_ids=sorted(set(clients)) or None, changes=told)
    if found:
        audit.record_read(table.name, [row.id for row in found], clients)
    return found


def _hit(resource: Resource, row: Any) -> Hit:
    display = current_profile().display
    whose = [str(row.client)] if resource.client_column == "client_id" else []
    said = [said_of(one, one.of(row), display) for one in resource.hint_fields]
    return Hit(
        type=resource.name,
        type_label=_(resource.title),
        icon=resource.icon,
        id=str(row.id),
        label=display.called(resource.model, str(row)),
        sentence=" · ".join(filter(None, [*whose, *said])),
        url=f"/{resource.name}/show/{row.id}",
        cost=0,
    )
