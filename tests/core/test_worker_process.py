"""A real worker and a real scheduler, under the runtime role: whatever happens to them, no work is lost or doubled."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import psutil
import pytest

from starline.core import tenancy
from starline.core.db import session, transaction
from starline.core.outbox import OutboxMessage, enqueue
from tests.core.jobs import HARBOR, count_of, cut_connections

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = (
    "import sys; from starline import processes;"
    " processes.TASK_MODULES += ('tests.core.job_probe',);"
    " sys.exit(processes.run_{}())"
)


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


@pytest.fixture
def scheduler(no_jobs: None) -> Iterator[None]:
    with process("scheduler"):
        yield


def promise(name: str, times: int = 1, seconds: float = 0) -> None:
    with tenancy.acting(HARBOR), transaction():
        for _ in range(times):
            enqueue("probe.count", name=name, seconds=seconds)


def undone() -> int:
    with tenancy.acting(HARBOR), transaction():
        return (
            session.query(OutboxMessage)
            .filter(OutboxMessage.task == "probe.count", OutboxMessage.done_at.is_(None))
            .count()
        )


def started_attempts() -> int:
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


@pytest.mark.usefixtures("scheduler")
def test_work_is_done_soon_after_the_commit_and_stopping_finishes_it() -> None:
    with process("worker") as worker:
        promise("quick", times=5)
        wait_until(lambda: undone() == 0, 10)
        promise("quick")
        assert wait_until(lambda: undone() == 0, 5) < 2
        promise("slow", seconds=2)
        wait_until(lambda: started_attempts() == 7, 5)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0
    assert undone() == 0
    assert (count_of("quick"), count_of("slow")) == (6, 1)


@pytest.mark.usefixtures("scheduler")
@pytest.mark.parametrize("victim", ["the worker", "its child"])
def test_a_killed_workers_task_is_done_once_within_seconds(victim: str) -> None:
    with process("worker") as worker:
        promise("visits", seconds=3)
        wait_until(lambda: started_attempts() == 1, 10)
        children = psutil.Process(worker.pid).children()
        os.kill(worker.pid if victim == "the worker" else children[0].pid, signal.SIGKILL)
        promise("visits", times=3)
        if victim == "its child":
            wait_until(lambda: undone() == 0, 40)
        else:
            worker.wait()
            with process("worker"):
                wait_until(lambda: undone() == 0, 40)
    assert count_of("visits") == 4


@pytest.mark.usefixtures("scheduler")
def test_a_database_that_cuts_every_connection_costs_delay_and_no_work() -> None:
    with process("worker"):
        promise("visits", seconds=2)
        wait_until(lambda: started_attempts() == 1, 10)
        cut_connections()
        promise("visits", times=3)
        wait_until(lambda: undone() == 0, 40)
    assert count_of("visits") == 4
