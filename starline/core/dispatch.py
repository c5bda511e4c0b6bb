"""Hands due outbox messages to the broker, and again those that the broker or a worker lost."""

import logging
import select
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Event
from time import monotonic
from uuid import UUID

import psycopg2
from psycopg2.extensions import connection
from sqlalchemy import text as sql

from starline.core import broker, tasks
from starline.core.db import session, transaction

BATCH = 100
STALE_MINUTES = 10
"""A message the broker took and no worker started within this time is handed over again."""

STALE_MINUTES_WHEN_EMPTY = 1
"""The same while the broker has nothing to offer: then it lost the message, or a worker died on receiving it."""

SWEEP_SECONDS = 10.0

LOST_SECONDS = 10
"""A started message whose row nobody holds any more was in a dead worker's hands; times its attempts, so that one
which kills its worker comes back ever more slowly."""

POLL_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 5.0
CHANNEL = "outbox"

log = logging.getLogger(__name__)


def dispatch_due(limit: int = BATCH, stale_minutes: int = STALE_MINUTES) -> int:
    """Hand at most `limit` due messages of all organisations to the broker; returns how many.

    They are sent before the claim commits: an interruption in between sends twice, which is harmless, where the
    other order would delay. Raises the broker's error where it can't be reached; nothing is claimed then.
    """
    with transaction():
        claimed = _claim(limit, stale_minutes)
        for organization_id, message_id in claimed:
            tasks.send(organization_id, message_id)
    return len(claimed)


def run_dispatcher(stopping: Event) -> None:
    """Dispatch until `stopping` is set: at once when a transaction wrote to the outbox, else every second.

    The loss of the database or of the broker is waited out.
    """
    pause = POLL_SECONDS
    while not stopping.is_set():
        try:
            with _listening() as wakeups:
                for is_sweep_due in wakeups:
                    _dispatch_all(stopping)
                    if is_sweep_due:
                        sweep()
                    pause = POLL_SECONDS
                    if stopping.is_set():
                        return
        except Exception as error:  # each broker has its own family of errors; none may end the loop
            log.warning("dispatcher waits", extra={"error": type(error).__name__, "pause_seconds": pause})
            stopping.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


def _dispatch_all(stopping: Event) -> None:
    while not stopping.is_set() and dispatch_due() == BATCH:
        pass


def sweep() -> int:
    """Hand over again what waits in no queue any more, if no queue is there to wait in; returns how many."""
    return dispatch_due(stale_minutes=STALE_MINUTES_WHEN_EMPTY) if broker.has_nothing_to_offer() else 0


def _claim(limit: int, stale_minutes: int) -> list[tuple[UUID, UUID]]:
    statement = sql(
        "SELECT organization_id, id FROM app.claim_outbox(:row_limit, :stale_minutes, :lost_seconds, :most_attempts)"
    )
    bounds = {
        "row_limit": limit,
        "stale_minutes": stale_minutes,
        "lost_seconds": LOST_SECONDS,
        "most_attempts": tasks.MOST_ATTEMPTS,
    }
    return [(row.organization_id, row.id) for row in session.execute(statement, bounds)]


@contextmanager
def _listening() -> Iterator[Iterator[bool]]:
    """A stream that yields at once, then at every notification or poll interval, over a connection of its own;
    True now and then, when it is time to sweep.
    """
    with closing(psycopg2.connect(broker.libpq_address())) as listener:
        listener.autocommit = True
        with listener.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
        yield _wakeups(listener)


def _wakeups(listener: connection) -> Iterator[bool]:
    swept_at = monotonic()
    while True:
        is_sweep_due = monotonic() - swept_at > SWEEP_SECONDS
        swept_at = monotonic() if is_sweep_due else swept_at
        yield is_sweep_due
        select.select([listener], [], [], POLL_SECONDS)
        listener.poll()
        listener.notifies.clear()
