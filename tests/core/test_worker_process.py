"""A real worker and a real scheduler, under the runtime role: whatever happens to them, no work is lost or doubled."""

import os
import signal

import psutil
import pytest

from tests.core.jobs import count_of, cut_connections, process, promise, started_attempts, undone, wait_until


@pytest.mark.usefixtures("scheduler")
def test_work_is_done_soon_after_the_commit_and_stopping_finishes_it() -> None:
    with process("worker") as worker:
        promise("quick", times=5)
        wait_until(lambda: undone() == 0, 40)
        promise("quick")
        wait_until(lambda: undone() == 0, 8)  # sooner than a sweep
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
        wait_until(lambda: started_attempts() == 1, 40)
        children = psutil.Process(worker.pid).children()
        os.kill(worker.pid if victim == "the worker" else children[0].pid, signal.SIGKILL)
        promise("visits", times=3)
        worker.wait()  # without its child it ends too, and its parent starts it anew
        with process("worker"):
            wait_until(lambda: undone() == 0, 40)
    assert count_of("visits") == 4


@pytest.mark.usefixtures("scheduler")
def test_a_database_that_cuts_every_connection_costs_delay_and_no_work() -> None:
    with process("worker"):
        promise("visits", seconds=2)
        wait_until(lambda: started_attempts() == 1, 40)
        cut_connections()
        promise("visits", times=3)
        wait_until(lambda: undone() == 0, 40)
    assert count_of("visits") == 4
