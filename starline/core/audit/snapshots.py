"""Reading much of the trail on a connection of its own: one snapshot, row by row, writing nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, CursorResult
from sqlalchemy import text as sql

from starline.core import tenancy
from starline.core.db import engine

CHUNK = 1_000


@contextmanager
def snapshot(organization_id: UUID) -> Iterator["Snapshot"]:
    """The organisation's rows as they are at the first question, however long the reading takes."""
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine().connect().execution_options(**options) as connection, connection.begin():
        yield Snapshot(connection, organization_id)


class Snapshot:
    """Questions to one snapshot. `organization_id` is a parameter of each."""

    def __init__(self, connection: Connection, organization_id: UUID) -> None:
        self._connection, self._organization_id = connection, organization_id

    def stream(self, query: str, **parameters: Any) -> CursorResult[Any]:
        """The rows of `query`, fetched as they are asked for."""
        # Signed anew each time: a long reading outlives a signature.
        context = tenancy.Context(self._organization_id).signed()
        self._connection.execute(sql("SELECT set_config('app.context', :context, true)"), {"context": context})
        given = {"organization_id": self._organization_id, **parameters}
        return self._connection.execute(sql(query), given, execution_options={"yield_per": CHUNK})
