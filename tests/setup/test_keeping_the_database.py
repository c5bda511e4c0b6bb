"""The parent of `make run` starts the embedded database again when it dies, and only then."""

import os
import signal
import time
from contextlib import closing

import psycopg2
import pytest

from app.platform.local import postgres, processes


@pytest.fixture
def server(tmp_path):
    made = postgres.Server(tmp_path, "postgres", is_durable=True)
    made.start()
    yield made
    postgres.remove(made)


def answers(server):
    try:
        with closing(psycopg2.connect(server.url("postgres", "postgres", scheme="postgresql"))):
            return True
    except psycopg2.OperationalError:
        return False


def kept_alive(server):
    processes.keep_alive(server)
    return answers(server)


def test_a_killed_server_comes_back_at_its_address_and_a_stopped_one_stays_away(server):
    port = server.port
    os.kill(int((server.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    deadline = time.monotonic() + 30
    while not (not server.has_died and kept_alive(server)):
        processes.keep_alive(server)
        assert time.monotonic() < deadline
    assert server.port == port
    server.stop()
    assert not server.has_died
    processes.keep_alive(server)
    assert not server.is_running
