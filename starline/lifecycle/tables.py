"""Every table that holds rows of organisations, in foreign-key order, and how a row travels as a line of JSON."""

from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Column, Table
from sqlalchemy.dialects.postgresql import JSONB

import starline.models  # noqa: F401  (fills the metadata)
from starline.core.db import metadata

COUNTED = "organization_versions"
"""Counted up by triggers while other tables are written: restored after them."""

PEOPLE, ROLES = "ab_user", "ab_role"
LOOSE_REFERENCES = {
    ("audit_events", "actor_id"): PEOPLE,
    ("audit_sightings", "actor_id"): PEOPLE,
    ("idempotent_requests", "user_id"): PEOPLE,
    ("outbox_messages", "user_id"): PEOPLE,
}
"""Columns that name a person without a foreign key, because the row outlives the person."""


@dataclass(frozen=True, slots=True)
class TenantTable:
    """`owner`: the column that holds the organisation. `late`: references to rows that come later in the order."""

    name: str
    table: Table
    owner: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    json: frozenset[str]
    late: tuple[str, ...]

    @property
    def is_partitioned(self) -> bool:
        """Whether its rows lie in a partition for each month of `at`."""
        return bool(self.table.dialect_options["postgresql"]["partition_by"])

    @property
    def is_derived(self) -> bool:
        """Whether triggers make its rows of other tables': they stay out of an archive and come back by themselves."""
        return bool(self.table.info.get("derived"))

    def reading(self) -> str:
        """A query for the organisation `:organization_id`: each row one line of JSON, always in the same order.

        A JSON column travels as the text of its JSON: its null would be lost among the row's own.
        """
        parts = [f'"{name}"::text AS "{name}"' if name in self.json else f'"{name}"' for name in self.columns]
        order = ", ".join(f'"{name}"' for name in self.key)
        rows = f"SELECT {', '.join(parts)} FROM {self.name} WHERE {self.owner} = :organization_id ORDER BY {order}"
        return f"SELECT row_to_json(line)::text FROM ({rows}) AS line"

    def counting(self) -> str:
        return f"SELECT count(*) FROM {self.name} WHERE {self.owner} = :organization_id"

    def references(self) -> dict[str, str]:
        """The columns that name a person or a role by number, with the table they point at."""
        found = {column: target for (table, column), target in LOOSE_REFERENCES.items() if table == self.name}
        for key in self.table.foreign_key_constraints:
            if key.referred_table.name in (PEOPLE, ROLES):
                found |= {one.name: key.referred_table.name for one in key.columns if one.name != self.owner}
        if self.name in (PEOPLE, ROLES):
            found["id"] = self.name
        return found


@lru_cache(maxsize=1)
def tenant_tables() -> tuple[TenantTable, ...]:
    """All of them, each after the tables its rows point at; the organisation itself comes first."""
    found = [table for table in metadata.sorted_tables if _owner(table)]
    found.sort(key=lambda table: (table.name != "organizations", table.name == COUNTED))
    position = {table: number for number, table in enumerate(found)}
    return tuple(_tenant_table(table, position) for table in found)


def archived_tables() -> tuple[TenantTable, ...]:
    """Those whose rows an archive holds."""
    return tuple(table for table in tenant_tables() if not table.is_derived)


def table_named(name: str) -> TenantTable:
    return next(one for one in tenant_tables() if one.name == name)


def _tenant_table(table: Table, position: dict[Table, int]) -> TenantTable:
    owner = _owner(table)
    stored = [column for column in table.columns if column.computed is None]
    late = {
        column.name
        for key in table.foreign_key_constraints
        if position.get(key.referred_table, -1) >= position[table]
        for column in key.columns
        if column.name != owner
    }
    names = [column.name for column in table.primary_key.columns]
    return TenantTable(
        table.name,
        table,
        owner,
        tuple(column.name for column in stored),
        tuple(sorted(names, key=lambda name: name != owner)),
        frozenset(column.name for column in stored if _is_json(column)),
        tuple(sorted(late)),
    )


def _owner(table: Table) -> str:
    return "id" if table.name == "organizations" else "organization_id" if "organization_id" in table.columns else ""


def _is_json(column: Column[object]) -> bool:
    return isinstance(column.type, JSONB)
