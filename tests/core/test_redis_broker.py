"""With Redis between them: whatever happens to it, no work is lost or doubled, and nobody has to restart anything."""

import os
import shutil
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from starline.core import clock, dispatch, tenancy
from starline.core.db import session, transaction
from starline.core.outbox import OutboxMessage
from tests.core.jobs import (
    HARBOR,
    count_of,
    other_broker,
    process,
    promise,
    started_attempts,
    undone,
    wait_until,
)
from tests.core.redis_server import RedisServer

pytestmark = pytest.mark.skipif(not shutil.which("redis-server"), reason="NO redis-server HERE: its faults go untested")


@pytest.fixture
def server(tmp_path: Path, no_jobs: None) -> Iterator[RedisServer]:
    started = RedisServer(tmp_path)
    with other_broker(f"redis://127.0.0.1:{started.port}/0"):
        yield started
    started.client.close()
    started.kill()


def test_a_redis_that_dies_while_a_task_runs_costs_seconds(server: RedisServer) -> None:
    with process("scheduler"), process("worker"):
        promise("visits", seconds=3)
        wait_until(lambda: started_attempts() == 1, 40)
        server.kill()
        promise("visits", times=3)
        wait_until(lambda: undone() == 3, 40)  # the running task ends, and its delivery can't be acknowledged
        server.start()
        wait_until(lambda: undone() == 0, 30)
    assert count_of("visits") == 4


def test_a_worker_killed_at_work_is_replaced_within_seconds(server: RedisServer) -> None:
    with process("scheduler"):
        with process("worker") as worker:
            promise("visits", seconds=2)
            wait_until(lambda: started_attempts() == 1, 40)
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
        with process("worker"):
            wait_until(lambda: undone() == 0, 30)
    assert count_of("visits") == 1


def test_what_an_emptied_redis_forgot_is_handed_over_again(server: RedisServer) -> None:
    promise("visits", times=3)
    assert dispatch.dispatch_due() == 3
    server.client.flushall()
    assert dispatch.sweep() == 0
    with tenancy.acting(HARBOR), transaction():
        session.query(OutboxMessage).update({"dispatched_at": clock.now() - timedelta(seconds=61)})
    assert dispatch.sweep() == 3
    with process("worker"):
        wait_until(lambda: undone() == 0, 40)
    assert count_of("visits") == 3
