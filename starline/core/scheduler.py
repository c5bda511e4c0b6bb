"""The scheduler's process: one leader on all machines starts scheduled work; every one of them dispatches."""

import logging
from contextlib import closing
from datetime import UTC
from threading import Event, Thread
from typing import Any

import psycopg2
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.background import BackgroundScheduler

from starline.core import clock, schedules
from starline.core.broker import libpq_address
from starline.core.dispatch import run_dispatcher

LEADER_LOCK = 0x5374_6172_6C69_6E65
"""The advisory lock's number: "Starline" in ASCII."""

HEARTBEAT_SECONDS = 2.0

log = logging.getLogger(__name__)


def run_until(stopping: Event) -> None:
    """Dispatch, and schedule while leading, until `stopping` is set. The loss of the database is waited out."""
    dispatcher = Thread(target=run_dispatcher, args=(stopping,), name="dispatcher")
    dispatcher.start()
    try:
        while not stopping.is_set():
            try:
                _contend(stopping)
            except psycopg2.Error as error:
                log.warning("scheduler lost the database", extra={"error": type(error).__name__})
                stopping.wait(HEARTBEAT_SECONDS)
            if not dispatcher.is_alive() and not stopping.is_set():
                # The parent process starts us again, whole.
                raise RuntimeError("The dispatcher ended unexpectedly.")
    finally:
        stopping.set()
        dispatcher.join()


def _contend(stopping: Event) -> None:
    """Wait for the lock on a connection of our own and lead while that connection lives."""
    with closing(psycopg2.connect(libpq_address())) as connection:
        connection.autocommit = True
        while not stopping.is_set():
            if _asked(connection, "SELECT pg_try_advisory_lock(%s)"):
                _lead(connection, stopping)
                return
            stopping.wait(HEARTBEAT_SECONDS)


def _lead(connection: Any, stopping: Event) -> None:
    log.info("scheduler leads", extra={"schedules": len(schedules.declared())})
    running = _started()
    try:
        while not stopping.wait(HEARTBEAT_SECONDS):
            if not _asked(connection, _STILL_MINE):
                return
    finally:
        running.shutdown(wait=stopping.is_set())
        log.info("scheduler leads no more")


def _started() -> BackgroundScheduler:
    """APScheduler with every schedule, each run at once as well: what fell due while nobody led is caught up."""
    logging.getLogger("apscheduler.executors").setLevel(logging.CRITICAL)  # `_report` says it with the job's name
    scheduler = BackgroundScheduler(timezone=UTC)
    scheduler.add_listener(_report, EVENT_JOB_ERROR)
    for number, schedule in enumerate(schedules.declared()):
        scheduler.add_job(
            schedule.run_latest,
            schedule.trigger,
            id=f"{number}:{schedule.job}",
            next_run_time=clock.now(),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    scheduler.start()
    return scheduler


def _report(event: JobExecutionEvent) -> None:
    log.error("schedule failed", exc_info=event.exception, extra={"job": event.job_id})


_STILL_MINE = (
    "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
    " AND (classid::bigint << 32) + objid::bigint = %s)"
)


def _asked(connection: Any, question: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(question, (LEADER_LOCK,))
        return bool(cursor.fetchone()[0])
