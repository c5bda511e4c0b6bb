"""A database that falls silent: nobody waits for it for longer than a few seconds.

A server that dies says so. One that a network has swallowed, or that has frozen, doesn't: whoever asked it would wait
for minutes. So each connection in use for a while is a reason to ask the server something on a new connection; if that
isn't answered either, the connections in use are cut, and who waits on them gets an error at once. A server that
answers is only slow, and is left alone.
"""

import logging
import os
import select
import socket
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any

import psycopg2
from psycopg2.extensions import POLL_OK, POLL_READ, connection
from sqlalchemy import Engine, event

log = logging.getLogger(__name__)

CONNECT_SECONDS = 3
LONG_SECONDS = 2.5
"""A connection in use for longer is worth a question."""

ANSWER_SECONDS = 2.5
TICK_SECONDS = 0.5
STEP_SECONDS = 0.25

ALIVE = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""libpq's settings by which the kernel notices, where it can, that the other side has gone."""

LEAVE = {
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "3",
    "tcp_keepalives_count": "3",
    "client_connection_check_interval": "5s",
}
"""The server's settings by which it notices that we have gone, and lets go of our locks."""


class Watch:
    """Watches the connections that `engine` has handed out. `address` is libpq's, for the question."""

    def __init__(self, engine: Engine, address: str) -> None:
        self._engine, self._address = engine, address
        self._in_use: dict[Any, tuple[int, float]] = {}
        self._lock = Lock()
        self._thread: Thread | None = None
        self._ended = Event()
        event.listen(engine, "checkout", self._begin)
        event.listen(engine, "checkin", self._end)
        event.listen(engine, "close", self._end)
        # The parent's connections are not the child's to cut, and its thread isn't there.
        os.register_at_fork(after_in_child=self._start_over)

    def look(self) -> bool:
        """Ask the server if somebody has waited for long; returns whether connections were cut."""
        before = monotonic() - LONG_SECONDS
        if not self._used_since(before) or answers(self._address, ANSWER_SECONDS):
            return False
        with self._lock:
            in_use = self._used_since(before)
            for descriptor in in_use:
                _cut(descriptor)
        log.error("the database is silent", extra={"connections_cut": len(in_use)})
        # Those that wait in the pool lead to the same place.
        self._engine.dispose()
        return True

    def _used_since(self, before: float) -> list[int]:
        return [descriptor for descriptor, since in list(self._in_use.values()) if since < before]

    def _begin(self, dbapi: Any, record: Any, proxy: Any) -> None:
        with self._lock:
            self._in_use[record] = (dbapi.fileno(), monotonic())
            if self._thread is None:
                self._thread = Thread(target=self._run, name="database-watch", daemon=True)
                self._thread.start()

    def _end(self, dbapi: Any, record: Any) -> None:
        with self._lock:
            self._in_use.pop(record, None)

    def _run(self) -> None:
        while not self._ended.wait(TICK_SECONDS):
            self.look()

    def _start_over(self) -> None:
        self._in_use, self._lock, self._thread = {}, Lock(), None


def answers(address: str, seconds: float) -> bool:
    """Whether the server says anything on a new connection within `seconds`; a refusal is an answer too."""
    patience = Patience(seconds)
    try:
        asked = psycopg2.connect(address, async_=True)
    except psycopg2.Error:
        return True
    try:
        if not _finished(asked, patience):
            return False
        with asked.cursor() as cursor:
            cursor.execute("SELECT 1")
            return _finished(asked, patience)
    except psycopg2.Error:
        return True
    finally:
        asked.close()


class Patience:
    """Waits for `seconds` in all, in steps: a machine that was paused for long meanwhile has taken one step."""

    def __init__(self, seconds: float) -> None:
        self._steps = max(1, round(seconds / STEP_SECONDS))

    def has_news(self, descriptor: int, readiness: int) -> bool:
        """Whether the descriptor became ready before the patience ran out."""
        line = select.poll()
        line.register(descriptor, readiness)
        while self._steps and not line.poll(STEP_SECONDS * 1000):
            self._steps -= 1
        return self._steps > 0


def _finished(asked: connection, patience: Patience) -> bool:
    """Whether what was asked came to its end while there was patience. Raises psycopg2's errors."""
    while (state := asked.poll()) != POLL_OK:
        if not patience.has_news(asked.fileno(), select.POLLIN if state == POLL_READ else select.POLLOUT):
            return False
    return True


def _cut(descriptor: int) -> None:
    """End the conversation on a socket; who reads from it wakes up and finds it closed."""
    try:
        with socket.socket(fileno=os.dup(descriptor)) as line:
            line.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it has ended by itself
