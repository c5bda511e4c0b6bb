"""A web process that is told to stop answers whom it let in, and lets nobody in whom it won't answer."""

import http.client
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import pytest

SLOW = """
from time import sleep

def application(environ, start):
    sleep(3 if environ["PATH_INFO"] == "/slow" else 0)
    start("200 OK", [("Content-Length", "2")])
    return [b"ok"]
"""


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def web(tmp_path: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    (tmp_path / "slow.py").write_text(SLOW)
    worker = ("--worker-class", "app.platform.web_worker.Worker", "--threads", "4", "--graceful-timeout", "10")
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", *worker, "--pythonpath", str(tmp_path)]
    process = subprocess.Popen([*command, "--no-control-socket", "slow:application"], cwd=Path(__file__).parents[2])
    limit = monotonic() + 60
    while ask(port, "/") != 200:
        assert monotonic() < limit and process.poll() is None, "gunicorn didn't start"
        sleep(0.1)
    yield process
    process.kill()
    process.wait()


def ask(port: int, path: str) -> int | None:
    """The status, or None where nobody took the call; raises where somebody took it and didn't answer."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        line.connect()
    except ConnectionRefusedError:
        return None
    try:
        line.request("GET", path)
        return line.getresponse().status
    finally:
        line.close()


def test_who_calls_while_it_stops_is_answered_or_refused(web: "subprocess.Popen[bytes]", port: int) -> None:
    answers: list[int | None] = []
    slow = Thread(target=lambda: answers.append(ask(port, "/slow")))
    slow.start()
    sleep(0.5)
    web.send_signal(signal.SIGTERM)
    later: list[int | None] = []
    while slow.is_alive():
        later.append(ask(port, "/"))
        sleep(0.05)
    slow.join()
    assert answers == [200], "what was begun is finished"
    assert later[-1] is None and set(later) <= {200, None}
    assert web.wait(15) == 0
