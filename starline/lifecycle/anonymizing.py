"""A copy of the database in which nobody can be recognised: for development, training and reports of errors.

Every row stays and every reference holds; what tells of a person is replaced (`classification` says by what). It works
in place, so it refuses wherever the database could be the real one.
"""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import Column, LargeBinary
from sqlalchemy import text as sql

from config import settings
from starline.core import crypto, db
from starline.core.db import session
from starline.core.errors import NotAllowed
from starline.lifecycle.classification import CLEARED, Kind, kinds_of
from starline.lifecycle.connections import as_owner
from starline.lifecycle.exporting import BATCH, Progress
from starline.lifecycle.masking import ENDING_LENGTH, Masker
from starline.lifecycle.tables import TenantTable, tenant_tables

READ = "SELECT row_to_json(line)::text FROM (SELECT {columns} FROM {table} WHERE {owner} = :id) AS line"


def anonymize(database: str, *, seed: str, tell: Progress = lambda sentence: None) -> int:
    """Mask every organisation of the connected database, each in one transaction; how many there were.

    `database` must be the name of the connected database, given by somebody who knows that it is a copy. The copy's
    files stay behind: photographs and documents are no longer referred to.
    """
    _refuse_the_real_one(database)
    with db.transaction():
        ids = list(session.scalars(sql("SELECT app.audited_organizations()")))
    for organization_id in ids:
        with as_owner(organization_id, "Masking of a copy"):
            _clear(organization_id)
            session.info.clear()  # the keys that were known are gone
            for table in tenant_tables():
                if table.name not in CLEARED and kinds_of(table.name):
                    db.apply_context()
                    tell(f"{table.name}: {_mask_table(table, organization_id, seed)}")
            session.execute(sql("SELECT app.rebuild_search()"))
    return len(ids)


def _refuse_the_real_one(database: str) -> None:
    if settings().is_production:
        raise NotAllowed("This is production: a copy is masked where it is used, never here.")
    with db.transaction():
        name = session.scalar(sql("SELECT current_database()"))
    if name != database:
        raise NotAllowed(f"The connected database is {name}, not {database}. Nothing was changed.")


def _clear(organization_id: UUID) -> None:
    for table in reversed(tenant_tables()):
        if table.name in CLEARED:
            session.execute(sql(f"DELETE FROM {table.name} WHERE {table.owner} = :id"), {"id": organization_id})


def _mask_table(table: TenantTable, organization_id: UUID, seed: str) -> int:
    """Replace the table's classified columns; how many rows there were."""
    kinds: dict[str, Kind] = {name: kind for name, kind in kinds_of(table.name).items() if kind != Kind.KEPT}
    if not kinds:
        return 0
    names = ", ".join(f'"{name}"' for name in dict.fromkeys((*table.key, *kinds)))
    query = READ.format(columns=names, table=table.name, owner=table.owner)
    lines = session.scalars(sql(query), {"id": organization_id}).all()
    for start in range(0, len(lines), BATCH):
        rows = [_masked(table, json.loads(line), kinds, seed) for line in lines[start : start + BATCH]]
        _write(table, rows, list(kinds))
    return len(lines)


def _masked(table: TenantTable, row: dict[str, Any], kinds: dict[str, Kind], seed: str) -> dict[str, Any]:
    name = "|".join(str(row[part]) for part in table.key)
    masker = Masker(seed, f"{table.name}|{name}")
    masked = {column: _value(table, masker, column, kind, row) for column, kind in kinds.items()}
    return {**{part: row[part] for part in table.key}, **masked}


def _value(table: TenantTable, masker: Masker, name: str, kind: Kind, row: dict[str, Any]) -> Any:
    """What stands in the column from now on; what was empty stays empty."""
    value, column = row[name], table.table.c[name]
    if kind is Kind.NOTHING:
        return None if column.nullable else _empty(column)
    if value is None:
        return None
    if kind is Kind.SEALED:
        sealed = crypto.encrypt(masker.sealed(name), table=table.name, column=name, row_id=row["id"])
        return "\\x" + sealed.hex()
    if kind is Kind.ENDING:
        return masker.sealed(name.replace("_last4", "_encrypted"))[-ENDING_LENGTH:]
    if kind is Kind.BIRTH:
        return masker.birth(name, value)
    if kind is Kind.PLACE:
        return masker.place(value)
    return masker.mask(kind, name, value, getattr(column.type, "length", None))


def _empty(column: Column[Any]) -> Any:
    return {} if "JSON" in str(column.type) else "" if not isinstance(column.type, LargeBinary) else "\\x"


def _write(table: TenantTable, rows: list[dict[str, Any]], names: list[str]) -> None:
    changes = ", ".join(f'"{name}" = p."{name}"' for name in names)
    is_row = " AND ".join(f't."{part}" = p."{part}"' for part in table.key)
    statement = (
        f"UPDATE {table.name} AS t SET {changes} FROM json_populate_recordset(NULL::{table.name}, CAST(:rows AS json))"
        f" AS p WHERE {is_row}"
    )
    session.execute(sql(statement), {"rows": json.dumps(rows)})


__all__ = ["anonymize"]
