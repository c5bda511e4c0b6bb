"""What a reference can be set to: type-ahead over the related table, within the viewer's scope and with an index."""

from typing import Any

import sqlalchemy as sa

from app.core.access import may_pick
from app.core.fields import Kind, describe, label_expression
from app.core.parameters import prefix_range
from app.core.profile import current_profile
from app.core.resource import Resource, resource_of
from app.core.security import confirm_viewer, required_viewer
from starline.core import audit, search
from starline.core.db import TenantModel, session
from starline.core.errors import NotAllowed, NotFound
from starline.core.language import gettext as _

OFFERED = 20
MOST_IN_A_SELECT = 100


def choices(resource: Resource, name: str, typed: str, *, limit: int = OFFERED) -> list[dict[str, Any]]:
    """`[{id, label}]` of the rows that the field `name` may refer to, by prefix of what they are searched by.

    Raises `NotAllowed` where the viewer may neither read those rows nor fill the field in.
    """
    one = next(
        (field for field in resource.fields.values() if name in (field.name, field.key)),
        None,
    )
    if one is None or one.kind is not Kind.RELATION:
        raise NotFound(_("There is no reference called this."))
    confirm_viewer()
    if not may_pick(resource, one):
        raise NotAllowed(_("You may not do this."))
    table, known = one.target.__table__, resource_of(one.target)
    client = table.c[known.client_column] if known and known.client_column else sa.null()
    query = sa.select(table.c.id, label_expression(one.target, table).label("label"), client.label("client"))
    query = query.where(table.c.organization_id == required_viewer().organization_id)
    if "active" in table.c:
        query = query.where(table.c.active)
    scope = one.target.visible_to(required_viewer()) if hasattr(one.target, "visible_to") else None
    if scope is not None:
        query = query.where(scope)
    if typed.strip():
        query = query.where(_matches(one.target, typed.strip()))
    rows = session.execute(query.order_by("label").limit(limit)).all()
    clients = [row.client for row in rows if row.client is not None]
    if clients:
        audit.record_read(table.name, [row.id for row in rows], clients)
    display = current_profile().display
    return [{"id": str(row.id), "label": display.called(one.target, str(row.label or ""))} for row in rows]


def label_of(target: Any, key: Any) -> str:
    """What people call the row `key` of `target`; empty where the viewer may not see it."""
    table = target.__table__
    query = sa.select(label_expression(target, table)).where(
        table.c.id == key, table.c.organization_id == required_viewer().organization_id
    )
    scope = target.visible_to(required_viewer()) if hasattr(target, "visible_to") else None
    if scope is not None:
        query = query.where(scope)
    try:
        with session.begin_nested():
            return current_profile().display.called(target, str(session.scalar(query) or ""))
    except (sa.exc.DataError, sa.exc.StatementError):
        return ""  # a key that no row could have


def name_of(row: Any) -> str:
    """What people call a row that is at hand."""
    model: Any = type(row)
    names: tuple[str, ...] = getattr(row, "__label__", ())
    if hasattr(model, "named_in"):
        return label_of(model, row.id) or str(row)
    is_plain = model.__str__ is TenantModel.__str__ and len(names) == 1
    return current_profile().display.called(model, str(row)) if is_plain else str(row)


def _matches(target: Any, typed: str) -> Any:
    """A range per searched column: under row-level security only ranges can use an index."""
    known = resource_of(target)
    names = (
        known.search.split()
        if known and known.search
        else list(getattr(target, "__label__", ("first_name", "last_name")))
    )
    conditions = []
    for name in names:
        column = sa.collate(_as_text(target.__table__.c[name]), "C")
        spellings = {typed.lower(), typed.capitalize(), typed} if not name.startswith("search") else {typed.lower()}
        for spelling in spellings:
            low, high = prefix_range(spelling)
            conditions.append(sa.and_(column >= low, column < high))
    for name in getattr(target, "found_by", ()):  # whose name begins what the row is called
        whom = describe(target, name)
        people = whom.target.__table__
        own = people.c.organization_id == required_viewer().organization_id
        named = sa.select(people.c.id).where(own, _matches(whom.target, typed))
        conditions.append(target.__table__.c[whom.key].in_(named))
    if search.is_searched(target):
        found = search.find_ids(target, typed, viewer=required_viewer(), limit=OFFERED)
        conditions.append(target.__table__.c.id.in_(found))
    return sa.or_(*conditions)


def _as_text(column: Any) -> Any:
    """A row may be called by a day or a word of a closed list; what is typed is text."""
    is_text = isinstance(column.type, sa.String) and not isinstance(column.type, sa.Enum)
    return column if is_text else sa.cast(column, sa.Text)
