"""The walk one floor below: every tenant table, asked by the runtime role past the application."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg2

from tests.isolation.cast import Cast
from tests.isolation.roles import enter, rows

REFUSED = "42501"
"""PostgreSQL's code for what a role or a policy doesn't allow."""


@dataclass
class TableWalk:
    """What was found under the application. A table without a row to steal is a finding: it would prove nothing."""

    tables: int = 0
    cases: int = 0
    controls: int = 0
    findings: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.tables} tables, {self.cases} cases, {self.controls} positive controls, {len(self.findings)} findings"

    def expect(self, holds: bool, what: str, *, control: bool = False) -> None:
        self.controls += control
        self.cases += not control
        if not holds:
            self.findings.append(what)


def tenant_tables(cursor: Any) -> dict[str, str]:
    """Every table under the tenants' policy, with the column that names the organisation."""
    query = "SELECT tablename FROM pg_policies WHERE policyname = 'tenant' AND schemaname = 'public' ORDER BY 1"
    return {table: "id" if table == "organizations" else "organization_id" for (table,) in rows(cursor, query)}


def walk_tables(cursor: Any, cast: Cast, tables: dict[str, str]) -> TableWalk:
    """Try to see, write, change, take and move Summit's rows as Harbor and as nobody. The cursor may be a superuser's.

    Nothing stays: each attempt is rolled back.
    """
    found = TableWalk()
    with _undone(cursor):
        cursor.execute("SET LOCAL ROLE starline_app")
        for table, key in tables.items():
            found.tables += 1
            _walk_table(found, cursor, cast, table, key)
    return found


def _walk_table(found: TableWalk, cursor: Any, cast: Cast, table: str, key: str) -> None:
    harbor, summit = cast.harbor.id, cast.summit.id
    theirs = f"FROM {table} WHERE {key} = '{summit}'"
    taken = _as(cursor, summit, f"SELECT row_to_json(t) FROM {table} t WHERE {key} = '{summit}' LIMIT 1")
    found.expect(bool(taken), f"{table}: Summit has no row of its own, or doesn't see it", control=True)
    found.expect(_as(cursor, harbor, f"SELECT 1 {theirs}") == [], f"{table}: Harbor sees Summit's rows")
    found.expect(_as(cursor, None, f"SELECT 1 FROM {table}") == [], f"{table}: without an organisation there are rows")
    if not taken:
        return
    for right, statement in {
        "UPDATE": f"UPDATE {table} SET {key} = {key} WHERE {key} = '{summit}'",
        "DELETE": f"DELETE {theirs}",
    }.items():
        outcome = _as(cursor, harbor, statement)
        found.expect(outcome in (0, REFUSED), f"{table}: Harbor's {right} reaches Summit's rows: {outcome}")
    columns = _written_columns(cursor, table)
    insertion = (
        f"INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE"
        f" SELECT {columns} FROM json_populate_record(NULL::{table}, %s)"
    )
    outcome = _as(cursor, harbor, insertion, json.dumps(taken[0][0]))
    found.expect(outcome == REFUSED, f"{table}: Harbor writes a row of Summit's: {outcome}")
    outcome = _as(cursor, harbor, f"UPDATE {table} SET {key} = '{summit}' WHERE {key} = '{harbor}'")
    found.expect(outcome == REFUSED, f"{table}: Harbor moves its rows to Summit: {outcome}")
    if rows(cursor, "SELECT has_table_privilege(%s, 'INSERT')", table)[0][0]:
        outcome = _as(cursor, summit, insertion, json.dumps(taken[0][0]))
        found.expect(outcome != REFUSED, f"{table}: Summit can't write its own row", control=True)


def _as(cursor: Any, organization_id: UUID | None, statement: str, *parameters: Any) -> Any:
    """The rows, the number of rows changed, or the code of the refusal."""
    with _undone(cursor):
        if organization_id is None:
            cursor.execute("SELECT set_config('app.context', '', true)")
        else:
            enter(cursor, organization_id)
        try:
            cursor.execute(statement, parameters or None)
        except psycopg2.Error as problem:
            return problem.pgcode
        return cursor.fetchall() if cursor.description else cursor.rowcount


def _written_columns(cursor: Any, table: str) -> str:
    query = (
        "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"
    )
    return str(rows(cursor, query, table)[0][0])


@contextmanager
def _undone(cursor: Any) -> Iterator[None]:
    """A savepoint that is always rolled back to."""
    cursor.execute("SAVEPOINT undone")
    yield
    cursor.execute("ROLLBACK TO SAVEPOINT undone; RELEASE SAVEPOINT undone")
