"""PostgreSQL as its roles see it, for tests that look past the application."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from uuid import UUID

import psycopg2

from app.platform.local import databases
from config import settings
from starline.core import tenancy
from tests import database as test_database

Row = tuple[Any, ...]


@contextmanager
def connected(url: str) -> Iterator[Any]:
    """A psycopg2 cursor in a transaction that is rolled back. `url` may be written for SQLAlchemy."""
    with closing(psycopg2.connect(url.replace("+psycopg2", ""))) as connection:
        with connection.cursor() as cursor:
            yield cursor
        connection.rollback()


def as_runtime() -> Any:
    """A cursor as the role that web and workers use."""
    return connected(settings().database_url)


def as_owner() -> Any:
    """A cursor as the role that owns the tables."""
    return connected(settings().owner_database_url)


def rows(cursor: Any, query: str, *parameters: Any) -> list[Row]:
    cursor.execute(query, parameters or None)
    found: list[Row] = cursor.fetchall()
    return found


def enter(cursor: Any, organization_id: UUID, user_id: int | None = None) -> None:
    """Act for the organisation until the transaction ends, as a request does."""
    set_context(cursor, tenancy.Context(organization_id, user_id).signed())


def set_context(cursor: Any, context: str) -> None:
    cursor.execute("SELECT set_config('app.context', %s, true), set_config('app.request_id', 'test', true)", (context,))


def sign_up(cursor: Any, organization_id: UUID, slug: str) -> None:
    """An organisation, made by itself as onboarding does; the cursor goes on acting for it."""
    enter(cursor, organization_id)
    cursor.execute(
        "INSERT INTO organizations (id, name, slug, status, subscription_tier, data_retention_years, created_on,"
        " changed_on, version) VALUES (%s, %s, %s, 'active', 'standard', 10, now(), now(), 1)",
        (str(organization_id), slug, slug),
    )


@contextmanager
def scratch_database(copy: Any, suffix: str) -> Iterator[dict[str, str]]:
    """The environment of one more copy of the template (`copy` is the fixture `_copy`), dropped afterwards."""
    name = f"{copy.name}_{suffix}"
    test_database.copy_template(copy.server, copy.template, name)
    try:
        yield test_database.addresses(copy.server, name)
    finally:
        with databases.superuser(copy.server) as run:
            run.execute(f"DROP DATABASE {name} WITH (FORCE)")
