"""What a deletion does besides: which records go along, which stay without it, and which don't let it go."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.core.resource import Resource, registry
from app.core.security import required_viewer
from starline.core.db import metadata, session
from starline.core.language import gettext as _
from starline.core.language import ngettext

MOST_COUNTED = 1_000
STANDARD = frozenset({"created_by_fk", "changed_by_fk"})
"""Who wrote a row is no bond that anybody thinks of."""


@dataclass(frozen=True)
class Consequence:
    """So many rows of one table. `kind`: goes (deleted too), stays (without it), holds (forbids it)."""

    kind: str
    number: int
    sentence: str


def consequences(resource: Resource, row: Any) -> list[Consequence]:
    """What refers to the row, those that forbid its deletion first."""
    found = [_consequence(resource, column, number) for column, number in _referring(resource, row) if number]
    return sorted(found, key=lambda one: ("holds", "goes", "stays").index(one.kind))


def _referring(resource: Resource, row: Any) -> Iterator[tuple[Any, int]]:
    organization = required_viewer().organization_id
    for table in metadata.sorted_tables:
        for column in table.c:
            if column.info.get("belongs_to") != resource.model.__tablename__ or column.name in STANDARD:
                continue
            rows: sa.Select[Any] = sa.select(sa.literal_column("1")).where(
                table.c.organization_id == organization, column == row.id
            )
            counted = sa.select(sa.func.count()).select_from(rows.limit(MOST_COUNTED).subquery())
            yield column, session.scalar(counted) or 0


def _consequence(resource: Resource, column: Any, number: int) -> Consequence:
    known = next((one for one in registry.values() if one.model.__tablename__ == column.table.name), None)
    title = _(known.title) if known else _(column.table.name.replace("_", " ").capitalize())
    label = column.info.get("label") or column.name.removesuffix("_id").replace("_", " ")
    what = {"title": title, "label": _(label)}
    on_delete = column.info.get("on_delete", "RESTRICT")
    if on_delete == "CASCADE" or column.table.name in resource.takes_along.split():
        sentence = ngettext(
            "%(title)s: %(num)d record is deleted with it.",
            "%(title)s: %(num)d records are deleted with it.",
            number,
            **what,
        )
        return Consequence("goes", number, sentence)
    if on_delete == "SET NULL":
        sentence = ngettext(
            "%(title)s: %(num)d record stays, and loses its %(label)s.",
            "%(title)s: %(num)d records stay, and lose their %(label)s.",
            number,
            **what,
        )
        return Consequence("stays", number, sentence)
    sentence = ngettext(
        "%(title)s: %(num)d record still names it as %(label)s.",
        "%(title)s: %(num)d records still name it as %(label)s.",
        number,
        **what,
    )
    return Consequence("holds", number, sentence)
