"""The parent of web, worker and scheduler: what dies is started again, and nothing is left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.platform.local.supervisor import Child, Supervisor

SLEEPER = [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(60)"]
FAILING = [sys.executable, "-c", "raise SystemExit('no use')"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True); time.sleep(60)",
]
PARENT = """
import sys
from pathlib import Path
from app.platform.local.supervisor import Child, Supervisor
supervisor = Supervisor([Child("sleeper", [sys.executable, "-c", "import time; time.sleep(60)"], Path(sys.argv[1]))])
supervisor.start()
print(supervisor.children[0].process.pid, flush=True)
supervisor.run()
"""


def until(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.02)


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def told():
    return []


@pytest.fixture
def supervise(tmp_path, told):
    """A supervisor of the given programs, started without taking over the signals of the test."""
    made = []

    def supervise(*programs):
        children = [Child(f"child{i}", program, tmp_path / f"{i}.log") for i, program in enumerate(programs)]
        made.append(Supervisor(children, say=told.append))
        for child in children:
            child.start()
        return made[-1]

    yield supervise
    for supervisor in made:
        supervisor.stop()


def test_a_killed_process_is_started_again(supervise, told):
    supervisor = supervise(SLEEPER)
    child = supervisor.children[0]
    first = child.process.pid
    os.kill(first, signal.SIGKILL)
    until(lambda: not child.is_alive)
    supervisor.watch()
    assert "child0 ended with status -9" in told[0]
    until(lambda: supervisor.watch() or child.is_alive)
    assert child.process.pid != first


def test_what_keeps_failing_is_tried_ever_more_slowly(supervise):
    supervisor = supervise(FAILING)
    child = supervisor.children[0]
    pauses = []
    for _ in range(7):
        until(lambda: not child.is_alive)
        supervisor.watch()
        pauses.append(round(child.due_at - time.monotonic()))
        child.start()
    assert pauses == [1, 2, 4, 8, 16, 30, 30]
    assert "no use" in child.last_lines(5)


def test_stopping_ends_every_process_even_one_that_will_not(supervise, monkeypatch):
    monkeypatch.setattr("app.platform.local.supervisor.STOP_SECONDS", 0.5)
    supervisor = supervise(SLEEPER, STUBBORN)
    until(lambda: all(child.last_lines(1) == "here" for child in supervisor.children))
    pids = [child.process.pid for child in supervisor.children]
    supervisor.stop()
    assert not any(is_running(pid) for pid in pids)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_outlives_the_parent(number, tmp_path):
    arguments = [sys.executable, "-c", PARENT, str(tmp_path / "log")]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as parent:
        child = int(parent.stdout.readline())
        assert is_running(child)
        parent.send_signal(number)
        parent.wait(10)
        until(lambda: not is_running(child))
