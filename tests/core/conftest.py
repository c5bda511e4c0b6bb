"""A database that keeps what is committed: jobs are about what several processes see."""

import os
from ast import literal_eval
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from sqlalchemy import text as sql

from app.platform.local import databases, postgres
from config import settings
from starline.core import broker, db, tenancy
from starline.core.db import session, transaction
from starline.core.release import migrate
from starline.organizations.models import Organization, OrganizationStatus

DATABASE = "starline_jobs_test"
HARBOR = UUID("00000000-0000-7000-8000-0000000000a1")
SUMMIT = UUID("00000000-0000-7000-8000-0000000000b2")
CLOSED = UUID("00000000-0000-7000-8000-0000000000c3")


@pytest.fixture(scope="module")
def migrated_jobs_database() -> Iterator[dict[str, str]]:
    """A fresh database of its own with three organisations; yields the environment that leads to it."""
    server = postgres.test_server()
    server.start()
    databases.prepare_server(server)
    with databases.superuser(server) as run:
        run.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    databases.ensure_database(server, DATABASE)
    environment = databases.addresses(server, DATABASE)
    with settings_from(environment):
        migrate()
        for number, organization_id in enumerate((HARBOR, SUMMIT, CLOSED)):
            status = OrganizationStatus.CLOSED if organization_id == CLOSED else OrganizationStatus.ACTIVE
            with tenancy.acting(organization_id), transaction():
                session.add(
                    Organization(id=organization_id, name=f"Agency {number}", slug=f"agency-{number}", status=status)
                )
        yield environment


@pytest.fixture
def jobs_database(migrated_jobs_database: dict[str, str]) -> dict[str, str]:
    """The same, with no job in it and nothing in the broker."""
    with databases.superuser(postgres.test_server(), DATABASE) as run:
        run.execute("TRUNCATE outbox_messages, job_runs, organization_counters")
        run.execute("DELETE FROM pgmq.q_celery")
    return migrated_jobs_database


@contextmanager
def settings_from(environment: dict[str, str]) -> Iterator[None]:
    """Point this process at another database, and back."""
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    _forget()
    try:
        yield
    finally:
        _forget()
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
        settings.cache_clear()


def _forget() -> None:
    session.remove()
    if db.engine.cache_info().currsize:
        db.engine().dispose()
    if broker.celery.cache_info().currsize:
        broker.celery().close()
    for cached in (settings, db.engine, broker.celery):
        cached.cache_clear()


def waiting_in_broker() -> list[tuple[str, str]]:
    """The (organisation, message) pairs that the broker holds, in order."""
    with databases.superuser(postgres.test_server(), DATABASE) as run:
        run.execute("SELECT message->'headers'->>'argsrepr' FROM pgmq.q_celery ORDER BY msg_id")
        return [tuple(literal_eval(arguments)) for (arguments,) in run.fetchall()]


def count_of(name: str, organization_id: UUID = HARBOR) -> int:
    """What the probe tasks counted under `name`."""
    with tenancy.acting(organization_id), transaction():
        query = sql("SELECT value FROM organization_counters WHERE name = :name")
        return session.execute(query, {"name": name}).scalar() or 0
