"""Each request leaves one line: which rule answered whom, how, and in what time; never an address with an id in it."""

import io
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from urllib.error import HTTPError, URLError
from uuid import uuid4

import pytest

from config import ROOT
from starline.core.logs import configure_logging
from tests.canaries import log_of_child
from tests.core.jobs import wait_until
from tests.identity.factories import HARBOR, PASSWORD, a_person, an_agency, committed

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """What the web process would print; logging is as before afterwards."""
    root, found = logging.getLogger(), io.StringIO()
    before = root.handlers[:], root.level, sys.excepthook, threading.excepthook
    configure_logging("web", found)
    yield found
    root.handlers[:], sys.excepthook, threading.excepthook = before[0], before[2], before[3]
    root.setLevel(before[1])
    logging.captureWarnings(False)


@pytest.fixture(scope="module")
def harbor(database: str) -> int:
    """The id of Harbor's administrator."""
    with committed(HARBOR):
        an_agency(HARBOR, "harbor")
        return int(a_person("admin", "Administrator").id)


def requests_in(text: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in text.splitlines()]
    return [line for line in lines if line["message"] == "request"]


def test_a_request_is_one_line_with_its_rule_status_duration_and_whom_it_was_for(
    app: Any, harbor: int, stream: io.StringIO
) -> None:
    client, base, key = app.test_client(), "http://harbor.localhost", uuid4()
    login = {"email": "admin@harbor.example", "password": PASSWORD}
    token = client.post("/api/v1/auth/login", json=login, base_url=base).json["access_token"]
    headers = {"Authorization": f"Bearer {token}", "X-Request-ID": "asked-by-test"}
    client.get(f"/api/v1/clients/{key}?search=canary", headers=headers, base_url=base)
    signed_in, asked = requests_in(stream.getvalue())
    assert (signed_in["route"], signed_in["status"]) == ("/api/v1/auth/login", 200)
    assert {
        name: asked[name] for name in ("route", "method", "status", "request_id", "organization_id", "user_id")
    } == {
        "route": "/api/v1/clients/<row:pk>",
        "method": "GET",
        "status": 404,
        "request_id": "asked-by-test",
        "organization_id": str(HARBOR),
        "user_id": harbor,
    }
    assert asked["duration_ms"] >= 0 and asked["process"] == "web"
    for secret in (str(key), "canary", token, "admin@harbor.example"):
        assert secret not in stream.getvalue()


def test_an_address_that_is_none_of_ours_is_not_repeated(app: Any, harbor: int, stream: io.StringIO) -> None:
    app.test_client().get("/canary/path", base_url="http://harbor.localhost")
    (line,) = requests_in(stream.getvalue())
    assert (line["route"], line["status"]) == ("-", 404) and "canary" not in stream.getvalue()


def test_files_and_the_health_check_are_left_out(app: Any, harbor: int, stream: io.StringIO) -> None:
    for path in ("/static/css/tokens.css", "/api/v1/health"):
        app.test_client().get(path, base_url="http://harbor.localhost").close()
    assert requests_in(stream.getvalue()) == []


def test_the_web_process_writes_such_lines_and_nothing_else(harbor: int) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    variables = {**os.environ, "STARLINE_BIND": f"127.0.0.1:{port}", "STARLINE_WEB_WORKERS": "1"}
    command = [str(ROOT / "bin" / "starline"), "web"]
    web = subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        wait_until(lambda: _answers(f"http://127.0.0.1:{port}/api/v1/health"), 40)
        _answers(f"http://127.0.0.1:{port}/login")
    finally:
        web.send_signal(signal.SIGTERM)
        printed, _none = web.communicate(timeout=40)
        with log_of_child("web") as log:
            log.write(printed.encode())
    assert requests_in(printed)[-1]["process"] == "web"


def _answers(address: str) -> bool:
    with suppress(HTTPError, URLError, ConnectionError), urllib.request.urlopen(address, timeout=10) as answer:
        return bool(answer.status == 200)
    return False
