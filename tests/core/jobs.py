"""What the tests of jobs share: three agencies, a look into the broker, and real processes to do the work."""

import os
import subprocess
import sys
from ast import literal_eval
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from time import monotonic, sleep
from typing import Any
from uuid import UUID

import psycopg2
from sqlalchemy import text as sql

from config import ROOT, settings
from starline.core import broker, db, tenancy
from starline.core.db import session, transaction
from starline.core.outbox import OutboxMessage, enqueue
from starline.organizations.models import Organization, OrganizationStatus

HARBOR = UUID("00000000-0000-7000-8000-0000000000a1")
SUMMIT = UUID("00000000-0000-7000-8000-0000000000b2")
CLOSED = UUID("00000000-0000-7000-8000-0000000000c3")
PROGRAM = (
    "import sys; from starline import processes;"
    " processes.TASK_MODULES += ('tests.core.job_probe',);"
    " sys.exit(processes.run_{}())"
)


def found_agencies() -> None:
    """Two that are open and one that is closed."""
    for number, organization_id in enumerate((HARBOR, SUMMIT, CLOSED)):
        status = OrganizationStatus.CLOSED if organization_id == CLOSED else OrganizationStatus.ACTIVE
        with tenancy.acting(organization_id), transaction():
            named = {"name": f"Agency {number}", "slug": f"jobs-{number}"}
            session.add(Organization(id=organization_id, status=status, **named))


def clear_jobs() -> None:
    """Nothing to do, nothing done, and nothing in the broker."""
    with connected(settings().owner_database_url) as run:
        run.execute("TRUNCATE outbox_messages, job_runs, organization_counters")
    with connected(settings().database_url) as run:
        run.execute("DELETE FROM pgmq.q_celery")


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """A cursor that commits by itself, outside of the application's pool."""
    with closing(psycopg2.connect(address.replace("+psycopg2", ""))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor


def end_connections() -> None:
    """End every connection of the runtime role, as a restart of the database would."""
    with connected(settings().database_url) as run:
        run.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )


def cut_connections() -> None:
    """End every connection, and forget those of this process."""
    end_connections()
    session.remove()
    db.engine().dispose()


@contextmanager
def other_broker(address: str) -> Iterator[None]:
    """This process with the Redis at `address` as its broker."""
    os.environ["STARLINE_REDIS_URL"] = address
    forget_broker()
    try:
        yield
    finally:
        os.environ.pop("STARLINE_REDIS_URL")
        forget_broker()


def forget_broker() -> None:
    """Close what leads to the broker, so that the next use asks the settings again."""
    if broker.celery.cache_info().currsize:
        broker.celery().close()
    broker.celery.cache_clear()
    settings.cache_clear()


def waiting_in_broker() -> list[tuple[str, ...]]:
    """The (organisation, message) pairs that the broker holds, in order."""
    with connected(settings().database_url) as run:
        run.execute("SELECT message->'headers'->>'argsrepr' FROM pgmq.q_celery ORDER BY msg_id")
        return [tuple(literal_eval(arguments)) for (arguments,) in run.fetchall()]


def count_of(name: str, organization_id: UUID = HARBOR) -> int:
    """What the probe tasks counted under `name`."""
    with tenancy.acting(organization_id), transaction():
        query = sql("SELECT value FROM organization_counters WHERE name = :name")
        return session.execute(query, {"name": name}).scalar() or 0


@contextmanager
def process(name: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker or a scheduler in the background; stopped by SIGTERM, which must succeed, at the end."""
    started = subprocess.Popen([sys.executable, "-c", PROGRAM.format(name)], cwd=ROOT)
    try:
        yield started
        if started.poll() is None:
            started.terminate()
            assert started.wait(20) == 0
    finally:
        started.kill()
        started.wait()


def promise(name: str, times: int = 1, seconds: float = 0) -> None:
    """Messages that count under `name` and take `seconds` each."""
    with tenancy.acting(HARBOR), transaction():
        for _ in range(times):
            enqueue("probe.count", name=name, seconds=seconds)


def undone() -> int:
    """How many of them are still to be done."""
    with tenancy.acting(HARBOR), transaction():
        return (
            session.query(OutboxMessage)
            .filter(OutboxMessage.task == "probe.count", OutboxMessage.done_at.is_(None))
            .count()
        )


def started_attempts() -> int:
    """How often a worker has begun one."""
    with tenancy.acting(HARBOR), transaction():
        return sum(message.attempts for message in session.query(OutboxMessage).filter_by(task="probe.count"))


def wait_until(condition: Callable[[], bool], seconds: float) -> float:
    """Seconds it took until the condition held."""
    began = monotonic()
    while monotonic() - began < seconds:
        if condition():
            return monotonic() - began
        sleep(0.1)
    raise AssertionError(f"It didn't happen within {seconds} seconds.")
