"""Tasks: functions that workers run for one organisation, once, in one transaction.

A worker is told an outbox message's organisation and id, never arguments. The effect and the message's done-mark
share a transaction, so that a second delivery finds the work done. A failed attempt waits in the outbox, not in the
broker, until it is due again.
"""

import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from time import perf_counter
from typing import Any
from uuid import UUID

from celery import Task
from psycopg2.errors import LockNotAvailable
from sqlalchemy import text as sql
from sqlalchemy.exc import OperationalError

from starline.core import clock, tenancy
from starline.core.broker import ForgivingRequest, celery
from starline.core.db import session, transaction
from starline.core.errors import DomainError, Unavailable
from starline.core.outbox import OutboxMessage

TaskFunction = Callable[..., object]

MOST_ATTEMPTS = 20
"""The last one comes about twelve hours after the first; a longer outage needs a person anyway."""

FIRST_DELAY_SECONDS, LONGEST_DELAY_SECONDS = 5, 3600
CELERY_TASK = "starline.run"

LOCK_SECONDS = 10
"""Longer than a broker may keep the dispatcher waiting."""

_WAIT_FOR_LOCK = sql(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
_IS_SHUT = sql("SELECT status IN ('suspended', 'closed') FROM organizations WHERE id = :organization_id")

log = logging.getLogger(__name__)
_functions: dict[str, TaskFunction] = {}
_running: ContextVar[UUID | None] = ContextVar("running_message", default=None)


def task(name: str) -> Callable[[TaskFunction], TaskFunction]:
    """Make the decorated function the task `name` ("identity.send_mail"); its parameters are the outbox arguments."""

    def register(function: TaskFunction) -> TaskFunction:
        known = _functions.setdefault(name, function)
        if known is not function:
            raise ValueError(f"Two tasks are called {name}: {known.__module__} and {function.__module__}.")
        return function

    return register


def registered() -> dict[str, TaskFunction]:
    """Every task by its name."""
    return dict(_functions)


def running_message_id() -> UUID | None:
    """The outbox message at work here: the same at every attempt, so outside systems can recognise a repetition."""
    return _running.get()


def send(organization_id: UUID, message_id: UUID) -> None:
    """Tell the broker that an outbox message is due. Raises the transport's error where it can't be reached."""
    arguments = (str(organization_id), str(message_id))
    celery().send_task(CELERY_TASK, args=arguments, retry=False, ignore_result=True)


class TenantTask(Task):  # type: ignore[misc]
    """The one Celery task. It refuses to run without an organisation and never raises: the outbox keeps failures."""

    name = CELERY_TASK
    Request = ForgivingRequest

    def run(self, organization_id: str, message_id: str) -> None:
        perform(UUID(organization_id), UUID(message_id))


def perform(organization_id: UUID, message_id: UUID) -> bool:
    """Attempt an outbox message. Returns whether it was done by this attempt; a finished one is left alone."""
    with tenancy.acting(organization_id):
        started = _start(message_id)
    if started is None:
        return False
    with tenancy.acting(organization_id, started.user_id, started.request_id, f"task {started.task}"):
        began = perf_counter()
        try:
            with _marked_running(message_id):
                is_done = _work(message_id)
        except Exception as error:  # a task's boundary: whatever failed, the outbox remembers
            _log(
                started,
                began,
                logging.WARNING,
                outcome="failed",
                error=type(error).__name__,
            )
            with transaction():
                _fail(message_id, error)
            return False
        _log(started, began, logging.INFO, outcome="done" if is_done else "already done")
        return is_done


def _start(message_id: UUID) -> OutboxMessage | None:
    """Count the attempt before the work, so that a message which kills its worker is given up some day.

    The dispatcher holds the row for an instant after it has sent the message; whoever holds it for longer is a worker
    with an earlier delivery, and this one is superfluous: None. A suspended organisation's messages wait in the outbox,
    which sends them again some minutes after it was opened.
    """
    try:
        with transaction():
            session.execute(_WAIT_FOR_LOCK)
            if session.scalar(_IS_SHUT, {"organization_id": tenancy.current_organization_id()}):
                return None
            message = _locked(message_id)
            if message is None or message.done_at is not None or message.attempts >= MOST_ATTEMPTS:
                return None
            message.attempts += 1
            message.failed_at = None
            message.dispatched_at = clock.now()
            return message
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            return None
        raise


def _work(message_id: UUID) -> bool:
    with transaction():
        message = _locked(message_id)
        if message is None or message.done_at is not None:
            return False
        function = _functions.get(message.task)
        if function is None:
            raise Unavailable(f"This worker knows no task {message.task}.", code="unknown_task")
        function(**message.arguments)
        message.done_at = clock.now()
        message.failure = None
        return True


def _fail(message_id: UUID, error: Exception) -> None:
    message = _locked(message_id)
    if message is None or message.done_at is not None:
        return
    message.failed_at = clock.now()
    message.failure = failure_sentence(error)
    message.dispatched_at = None
    message.due_at = clock.now() + delay_after(message.attempts)
    if isinstance(error, DomainError) and not isinstance(error, Unavailable):
        # A refusal stays a refusal however often it is asked for.
        message.attempts = MOST_ATTEMPTS


def delay_after(attempts: int) -> timedelta:
    """How long a message waits after its `attempts`-th failure: 5 s, doubled each time, an hour at most."""
    return timedelta(seconds=min(FIRST_DELAY_SECONDS * 2 ** min(attempts - 1, 20), LONGEST_DELAY_SECONDS))


def failure_sentence(error: Exception) -> str:
    """What failed and where, without the exception's message: that may quote values of records."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {frames[-1].name}, line {frames[-1].lineno}" if frames else ""
    code = f" ({error.code})" if isinstance(error, DomainError) else ""
    return f"{type(error).__name__}{code}{place}."


def _locked(message_id: UUID) -> OutboxMessage | None:
    key = (tenancy.current_organization_id(), message_id)
    message: OutboxMessage | None = session.get(OutboxMessage, key, with_for_update=True, populate_existing=True)
    return message


@contextmanager
def _marked_running(message_id: UUID) -> Iterator[None]:
    token = _running.set(message_id)
    try:
        yield
    finally:
        _running.reset(token)


def _log(message: OutboxMessage, began: float, level: int, **facts: Any) -> None:
    milliseconds = round((perf_counter() - began) * 1000, 1)
    facts |= {
        "task": message.task,
        "message_id": str(message.id),
        "attempt": message.attempts,
    }
    log.log(level, "task", extra=facts | {"duration_ms": milliseconds})
