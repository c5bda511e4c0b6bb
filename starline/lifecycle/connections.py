"""The connections that taking an organisation out, in and away needs, besides the one that requests use."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import Connection, create_engine
from sqlalchemy import text as sql
from sqlalchemy.pool import NullPool

from config import settings
from starline.core import db, tenancy
from starline.core.errors import Unavailable

CONTEXT = sql("SELECT set_config('app.context', :context, true)")


@contextmanager
def snapshot(organization_id: UUID) -> Iterator[tuple[Connection, Connection]]:
    """One instant of the database, seen twice: as the runtime role under the organisation's policy, and as the backup
    role, which no policy holds back. Neither can write.
    """
    engine = create_engine(settings().direct_database_url, poolclass=NullPool, connect_args=_UTC)
    past = create_engine(_url("backup_database_url"), poolclass=NullPool, connect_args=_UTC)
    level = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with (
        engine.connect().execution_options(**level) as own,
        past.connect().execution_options(**level) as backup,
        own.begin(),
        backup.begin(),
    ):
        name = own.scalar(sql("SELECT pg_export_snapshot()"))
        backup.exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{name}'")
        enter(own, organization_id)
        yield own, backup


@contextmanager
def past_the_policies() -> Iterator[Connection]:
    """The backup role: reads the rows of all organisations and writes none."""
    engine = create_engine(_url("backup_database_url"), poolclass=NullPool, connect_args=_UTC)
    with engine.connect() as connection:
        yield connection


@contextmanager
def as_owner(organization_id: UUID, reason: str) -> Iterator[None]:
    """The session as the owner of the tables, acting for the organisation in one transaction that leaves the audit of
    single rows out. Row-level security holds for the owner too.
    """
    engine = create_engine(_url("owner_database_url"), poolclass=NullPool, connect_args=_UTC)
    db.bind(engine)
    try:
        with tenancy.acting(organization_id, reason=reason), db.transaction():
            leave_rows_unaudited(True)
            yield
    finally:
        db.bind(None)


def leave_rows_unaudited(answer: bool) -> None:
    db.session.execute(sql("SELECT set_config('app.unaudited', :answer, true)"), {"answer": "on" if answer else ""})


def enter(connection: Connection, organization_id: UUID) -> None:
    """Sign the context anew: a large table may take longer than a signature lasts."""
    connection.execute(CONTEXT, {"context": tenancy.Context(organization_id).signed()})


_UTC = {"options": "-c timezone=UTC"}


def _url(name: str) -> str:
    found: str = getattr(settings(), name)
    if not found:
        raise Unavailable(f"STARLINE_{name.upper()} is missing: this command needs it.")
    return found
