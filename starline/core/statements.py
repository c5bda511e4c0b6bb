"""Statements that are asked all day: prepared once per connection, answered in one round trip.

The acting context and the statement travel as one simple query, which PostgreSQL runs as one transaction. Planning is
half of what a page of rows costs the database, so the plan is kept. Where a pooler hands the connection on between
transactions the prepared name may be missing: then the plain text is run.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

import psycopg2
from sqlalchemy.engine import Connection

from config import settings
from starline.core import db

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
MOST_PREPARED = 200
"""Statements kept per connection; beyond it all are forgotten and prepared again as they come."""

NOT_PREPARED = ("26000", "42P05", "0A000")
"""PostgreSQL's codes for: no such name, a name that is taken, a plan that a migration has outdated."""

_CONTEXT = "set_config('app.context', %(context)s, true), set_config('app.request_id', %(request_id)s, true)"
_REASON = "set_config('app.reason', %(reason)s, true)"
_NOT_DURABLE = "set_config('synchronous_commit', 'off', true)"


@dataclass(frozen=True)
class Statement:
    """SQL with psycopg2's named placeholders, and the parameters that are the same whenever it runs."""

    text: str
    constants: Mapping[str, Any]

    @cached_property
    def names(self) -> list[str]:
        """Its parameters in the order of their first appearance."""
        return list(dict.fromkeys(PLACEHOLDER.findall(self.text)))

    @cached_property
    def name(self) -> str:
        return "s_" + sha256(self.text.encode()).hexdigest()[:20]

    @cached_property
    def preparation(self) -> str:
        positions = {name: f"${number}" for number, name in enumerate(self.names, 1)}
        body = PLACEHOLDER.sub(lambda found: positions[found.group(1)], self.text).replace("%%", "%")
        return f"PREPARE {self.name} AS {body}"

    @cached_property
    def execution(self) -> str:
        arguments = ", ".join(f"%({name})s" for name in self.names)
        return f"EXECUTE {self.name}({arguments})" if arguments else f"EXECUTE {self.name}"


def answer(statement: Statement, parameters: Mapping[str, Any], *, is_durable: bool = True) -> tuple[Any, ...]:
    """The one row of `statement`, run for the acting context in a transaction of its own, or in the one that is open.

    Not durable: an answer whose audit row may be lost with the server in the second before it crashes.
    """
    if db.is_begun():
        # A second connection beside the session's would let threads that hold one each wait for one another.
        return answer_within(statement, parameters)
    context = db.context_settings() or db.NO_CONTEXT
    values = {**statement.constants, **parameters, **context}
    settled = [_CONTEXT, *([_REASON] if context["reason"] else []), *([] if is_durable else [_NOT_DURABLE])]
    preface = f"SELECT {', '.join(settled)};\n"
    bound = db.session.session_factory.kw.get("bind")
    if isinstance(bound, Connection):  # a test's transaction
        return _fetch(bound.connection.dbapi_connection, preface + statement.text, values)
    pooled = db.engine().raw_connection()
    connection: Any = pooled.dbapi_connection
    try:
        connection.autocommit = True
        return _fetch_prepared(connection, pooled.info.setdefault("prepared", set()), statement, preface, values)
    finally:
        if not connection.closed:
            connection.autocommit = False
        pooled.close()


def answer_within(statement: Statement, parameters: Mapping[str, Any]) -> tuple[Any, ...]:
    """The one row of `statement`, as the session's open transaction sees it."""
    pooled = db.session.connection().connection
    values = {**statement.constants, **parameters}
    if settings().has_pooler:  # a prepared name that is missing there would end the transaction
        return _fetch(pooled.dbapi_connection, statement.text, values)
    known = pooled.info.setdefault("prepared", set())
    if statement.name not in known:
        _prepare(pooled.dbapi_connection, known, statement)
    return _fetch(pooled.dbapi_connection, statement.execution, values)


def _fetch_prepared(
    connection: Any, known: set[str], statement: Statement, preface: str, values: dict[str, Any]
) -> tuple[Any, ...]:
    try:
        if statement.name not in known:
            _prepare(connection, known, statement)
        return _fetch(connection, preface + statement.execution, values)
    except psycopg2.Error as error:
        if error.pgcode not in NOT_PREPARED:
            raise
        known.clear()
        return _fetch(connection, preface + statement.text, values)


def _prepare(connection: Any, known: set[str], statement: Statement) -> None:
    with connection.cursor() as cursor:
        if len(known) >= MOST_PREPARED:
            cursor.execute("DEALLOCATE ALL")
            known.clear()
        cursor.execute(statement.preparation)
    known.add(statement.name)


def _fetch(connection: Any, text: str, values: dict[str, Any]) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        row: tuple[Any, ...] = cursor.fetchone()
        return row
