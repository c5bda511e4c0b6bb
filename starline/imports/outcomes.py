"""What became of rows, written in one statement for many of them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text as sql
from sqlalchemy import update

from starline.core import clock, tenancy
from starline.core.db import session
from starline.imports.models import Import, ImportRow, RowState

COLUMNS = {
    "state": "text",
    "errors": "jsonb",
    "match_hash": "text",
    "twin_id": "uuid",
    "record_id": "uuid",
    "record_version": "integer",
}
"""What an outcome may set, and as what PostgreSQL reads it."""


def write(told: Sequence[tuple[ImportRow, Mapping[str, Any]]], *columns: str) -> None:
    """Set `columns` of each row to what is told of it."""
    lines = [{"id": row.id, **{name: values[name] for name in columns}} for row, values in told]
    if not lines:
        return
    session.flush()
    sets = ", ".join(f"{name} = told.{name}" for name in columns)
    kinds = ", ".join(f"{name} {COLUMNS[name]}" for name in columns)
    statement = sql(
        f"UPDATE import_rows AS line SET {sets}, version = line.version + 1, changed_on = :now, changed_by_fk = :by"
        f" FROM jsonb_to_recordset(CAST(:told AS jsonb)) AS told(id uuid, {kinds})"
        " WHERE line.organization_id = :organization_id AND line.id = told.id"
    )
    context = tenancy.current()
    session.execute(
        statement,
        {
            "told": json.dumps(lines, default=str),
            "now": clock.now(),
            "by": context.user_id,
            "organization_id": context.organization_id,
        },
    )
    for row, _values in told:
        session.expire(row)


def forget(one: Import) -> None:
    """Let every row be as it came from the sheet."""
    rows = update(ImportRow).where(ImportRow.import_id == one.id, ImportRow.state != RowState.NEW)
    session.execute(rows.values(state=RowState.NEW, errors={}, match_hash=None, twin_id=None))


def leave_out(one: Import, lines: set[int]) -> None:
    """Mark the rows of these lines, and no others, as not wanted."""
    is_one = ImportRow.number.in_(lines)
    rows = update(ImportRow).where(ImportRow.import_id == one.id, ImportRow.is_left_out != is_one)
    session.execute(rows.values(is_left_out=is_one), execution_options={"synchronize_session": False})
