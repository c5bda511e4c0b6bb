"""The web server as it is set up believes a header about https from trusted proxies alone, and none about the path."""

import http.client
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config import ROOT
from tests.core.jobs import wait_until

ECHO = """
import json

def application(environ, start):
    names = ("wsgi.url_scheme", "SCRIPT_NAME", "PATH_INFO", "REMOTE_ADDR", "HTTP_X_FORWARDED_FOR")
    told = json.dumps([environ.get(name) for name in names]).encode()
    start("200 OK", [("Content-Length", str(len(told)))])
    return [told]
"""
SENT = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.1", "SCRIPT_NAME": "/a", "PATH_INFO": "/b"}


@contextmanager
def serving(folder: Path, proxies: str) -> Iterator[int]:
    """The port of a web server by `deploy/gunicorn.conf.py` that answers with what it was told."""
    (folder / "echo.py").write_text(ECHO)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    given = {"BIND": f"127.0.0.1:{port}", "WEB_WORKERS": "1", "TRUSTED_PROXIES": proxies}
    variables = os.environ | {f"STARLINE_{name}": value for name, value in given.items()}
    command = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "deploy" / "gunicorn.conf.py")]
    command += ["--pythonpath", f"{folder},{ROOT}", "echo:application"]
    process = subprocess.Popen(command, cwd=ROOT, env=variables)
    try:
        wait_until(lambda: _is_up(port), 60)
        yield port
    finally:
        process.terminate()
        process.wait(20)


@pytest.mark.parametrize(("proxies", "scheme"), [("127.0.0.0/8", "https"), ("10.0.0.5", "http"), ("", "http")])
def test_a_request_came_by_https_if_a_trusted_proxy_says_so(tmp_path: Path, proxies: str, scheme: str) -> None:
    with serving(tmp_path, proxies) as port:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        line.request("GET", "/here", headers=SENT)
        assert json.loads(line.getresponse().read()) == [scheme, "", "/here", "127.0.0.1", "203.0.113.1"]
        line.close()


def _is_up(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
