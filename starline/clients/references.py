"""Every row that belongs to a client, found from the metadata: what later domains add is moved by a merge too."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Table, func, select, update
from sqlalchemy.exc import DBAPIError

from starline.core.db import metadata, session

OWN = frozenset({"match_keys", "client_merges", "duplicate_pairs"})
"""Tables that tell of records, not of the person: a merge leaves them."""

AUDIT = ("changed_on", "changed_by_fk", "version")


@dataclass(frozen=True, slots=True)
class Reference:
    """One column by which rows of a table belong to a client."""

    table: Table
    column: str

    @property
    def name(self) -> str:
        return f"{self.table.name}.{self.column}"


Settle = Callable[[UUID, UUID], dict[str, dict[str, Any]]]
"""(kept, merged) → values that rows about to move had before it changed them, by their id."""

_settlers: dict[str, Settle] = {}


def settles(table: str) -> Callable[[Settle], Settle]:
    """Have the decorated function make rows of `table` fit before they are moved: two can't both be the primary one."""

    def register(settle: Settle) -> Settle:
        _settlers[table] = settle
        return settle

    return register


def references() -> Iterator[Reference]:
    """Every reference to a client, in the order of the tables' names."""
    for name in sorted(metadata.tables):
        table = metadata.tables[name]
        if name in OWN:
            continue
        keys = [one for one in table.constraints if isinstance(one, ForeignKeyConstraint)]
        columns = {
            element.parent.name
            for key in keys
            for element in key.elements
            if key.referred_table.name == "clients" and element.parent.name != "organization_id"
        }
        yield from (Reference(table, column) for column in sorted(columns))


def count(reference: Reference, client_id: UUID) -> int:
    """How many rows of the table belong to the client."""
    column = reference.table.c[reference.column]
    return session.scalar(select(func.count()).select_from(reference.table).where(column == client_id)) or 0


def move(reference: Reference, *, kept: UUID, merged: UUID) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Let the rows of `merged` belong to `kept`.

    Returns what the moved rows held before, by id, and the ids of those that can't have two owners alike and stay.
    """
    settle = _settlers.get(reference.table.name)
    before = settle(kept, merged) if settle else {}
    table, column = reference.table, reference.table.c[reference.column]
    ids = list(session.scalars(select(table.c.id).where(column == merged)))
    if not ids:
        return {}, []
    moved = ids if _moves(table, column, ids, kept) else [one for one in ids if _moves(table, column, [one], kept)]
    held = {str(one): {**before.get(str(one), {}), reference.column: str(merged)} for one in moved}
    held |= {one: values for one, values in before.items() if one not in held}
    return held, [str(one) for one in ids if one not in moved]


def put_back(table: Table, held: dict[str, dict[str, Any]]) -> int:
    """Give rows what they held before; one that is gone in the meantime stays gone. How many were given it."""
    count = 0
    for identifier, values in held.items():
        typed = {name: _typed(table, name, value) for name, value in values.items()}
        statement = update(table).where(table.c.id == _typed(table, "id", identifier)).values(**_still(table, typed))
        count += session.execute(statement).rowcount  # type: ignore[attr-defined]
    return count


def set_directly(table: Table, identifier: Any, values: dict[str, Any]) -> None:
    """Change a row and nothing that tells who changed it when: a merge that is undone leaves no trace in the row."""
    session.execute(update(table).where(table.c.id == identifier).values(**_still(table, values)))


def _moves(table: Table, column: Any, ids: list[Any], kept: UUID) -> bool:
    """Whether these rows could be given the other owner; what the database refuses is left as it was."""
    try:
        with session.begin_nested():
            statement = update(table).where(table.c.id.in_(ids)).values(**_still(table, {column.name: kept}))
            session.execute(statement)
    except DBAPIError:
        return False
    return True


def _still(table: Table, values: dict[str, Any]) -> dict[str, Any]:
    """The values, and those columns as they are that an update would otherwise write by itself."""
    return {**{name: table.c[name] for name in AUDIT if name in table.c}, **values}


def _typed(table: Table, name: str, value: Any) -> Any:
    kind = table.c[name].type.python_type
    return UUID(value) if kind is UUID and value is not None else value
