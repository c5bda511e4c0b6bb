"""Changing rows by plain values."""

from collections.abc import Collection, Mapping
from typing import Any

from starline.core.crypto import sealed_texts


def assign(row: Any, values: Mapping[str, Any]) -> None:
    """Set what differs, so that an unchanged row is not written again."""
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)


def copied(row: Any, *, without: Collection[str] = ()) -> dict[str, Any]:
    """What the row says, for another row like it: without what makes it this one, and without what is named."""
    own = {"id", "organization_id", "version", "created_on", "created_by_fk", "changed_on", "changed_by_fk", *without}
    return {one.name: getattr(row, one.name) for one in row.__table__.columns if one.name not in own}


def proposed(row: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """The row's fields as they will be once `values` are set: what a rule over several of them looks at."""
    texts = {part.name: getattr(row, part.name) for part in sealed_texts(type(row))}
    return {**{column.name: getattr(row, column.name) for column in row.__table__.columns}, **texts, **values}
