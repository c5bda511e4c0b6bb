"""People and roles have plain numbers, unique over all organisations: where a restored one is taken, a new one is given
everywhere it is named, in the audit trail too.
"""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Integer
from sqlalchemy import text as sql

from starline.core.audit import sealing
from starline.core.db import session
from starline.core.errors import Conflict
from starline.lifecycle.archive import Archive
from starline.lifecycle.tables import TenantTable, tenant_tables

_CHANGES = sql(
    "UPDATE audit_events SET changes = jsonb_set(changes, ARRAY[:column], ("
    " SELECT jsonb_agg(coalesce(to_jsonb(CAST(CAST(:numbers AS jsonb) ->> (one #>> '{}') AS int)), one) ORDER BY place)"
    " FROM jsonb_array_elements(changes -> :column) WITH ORDINALITY AS pair(one, place)))"
    " WHERE organization_id = :id AND subject = :table AND jsonb_typeof(changes -> :column) = 'array'"
)
_SUBJECTS = sql(
    "UPDATE audit_events SET subject_id = CAST(:numbers AS jsonb) ->> subject_id"
    " WHERE organization_id = :id AND subject = :table AND CAST(:numbers AS jsonb) ->> subject_id IS NOT NULL"
)
_READ = sql(
    "UPDATE audit_events SET changes = jsonb_set(changes, '{ids}', ("
    " SELECT jsonb_agg(coalesce(CAST(:numbers AS jsonb) -> one, to_jsonb(one)) ORDER BY place)"
    " FROM jsonb_array_elements_text(changes -> 'ids') WITH ORDINALITY AS list(one, place)))"
    " WHERE organization_id = :id AND subject = :table AND action = 'read' AND jsonb_typeof(changes -> 'ids') = 'array'"
)


@dataclass(frozen=True, slots=True)
class Numbers:
    """New numbers by table: {"ab_user": {old: new}}; a number that isn't named stays."""

    by_table: dict[str, dict[int, int]] = field(default_factory=dict)

    def parameters(self) -> dict[str, str]:
        """The maps as JSON texts, by the names that `value` uses."""
        return {f"new_{table}": json.dumps(numbers) for table, numbers in self.by_table.items()}

    def value(self, table: TenantTable, name: str) -> str:
        """The column of the record `p`, with its new number where it has one."""
        target = _references(table).get(name)
        if target not in self.by_table:
            return f'p."{name}"'
        return f'coalesce(CAST(CAST(:new_{target} AS jsonb) ->> CAST(p."{name}" AS text) AS int), p."{name}")'


def new_numbers(backup: Connection, archive: Archive, is_allowed: bool) -> Numbers:
    """What has to change so that nothing collides. Raises `Conflict` where something has to and may not."""
    found: dict[str, dict[int, int]] = {}
    for table in _numbered():
        used = [row["id"] for rows in archive.rows(table.name) for row in json.loads(rows)]
        taken = list(
            backup.scalars(sql(f"SELECT id FROM {table.name} WHERE id = ANY(:ids) ORDER BY id"), {"ids": used})
        )
        if taken:
            start = max(*used, 0, backup.scalar(sql(f"SELECT max(id) FROM {table.name}")) or 0) + 1
            found[table.name] = {number: start + place for place, number in enumerate(taken)}
    if found and not is_allowed:
        raise Conflict(
            "Other agencies here use some of the archive's numbers of people and roles. Restore with --renumber to give"
            " new ones; the audit trail follows, and its seals of before can then be checked in the archive alone."
        )
    return Numbers(found)


def renumber_audit(organization_id: UUID, numbers: Numbers) -> None:
    """Let the audit trail name people and roles as they are called now. Old seals no longer fit and are left out."""
    if not numbers.by_table:
        return
    for table in tenant_tables():
        for column, target in _references(table).items():
            if target in numbers.by_table:
                facts = {"id": organization_id, "table": table.name, "numbers": json.dumps(numbers.by_table[target])}
                session.execute(_CHANGES, {**facts, "column": column})
    for name, changed in numbers.by_table.items():
        facts = {"id": organization_id, "table": name, "numbers": json.dumps({k: str(v) for k, v in changed.items()})}
        session.execute(_SUBJECTS, facts)
        session.execute(_READ, facts)
    sealing.start_anew()


def _numbered() -> list[TenantTable]:
    """The tables whose rows have a number that is unique over all organisations."""
    return [table for table in tenant_tables() if table.key == ("id",) and isinstance(table.table.c.id.type, Integer)]


def _references(table: TenantTable) -> dict[str, str]:
    own: dict[str, Any] = {"id": table.name} if table in _numbered() else {}
    return {**table.references(), **own}
