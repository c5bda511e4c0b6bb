"""The servers under test: how each is started, signed in to, and asked for the same thing."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import database
import layout
from load import NUMBER_SLOT
from seed import Organization, organizations

from app.platform.local import postgres

HERE = Path(__file__).resolve().parent
JWT_KEY = "benchmark-benchmark-benchmark-benchmark"
FASTAPI_PYTHON = database.HOME / "venv" / "bin" / "python"
READY_WITHIN = 90.0


@dataclass
class Contender:
    """A running server: its process group, port and the headers that sign a user in, by organisation number."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    paths: dict[str, str]
    sign_in: Callable[[Contender, Organization, bool], dict[str, str]]
    host: Callable[[Organization], str] = lambda _: "localhost"
    created: Callable[[Organization], dict[str, object]] = lambda owner: client_body(owner)
    status: dict[str, str] = field(default_factory=dict)
    signed_in: dict[tuple[int, bool], dict[str, str]] = field(default_factory=dict)

    def headers(self, organization: Organization, *, browser: bool = False) -> dict[str, str]:
        """Headers of this organisation's signed-in user: a bearer token, or a browser's cookie."""
        key = (organization.number, browser)
        if key not in self.signed_in:
            self.signed_in[key] = self.sign_in(self, organization, browser)
        return self.signed_in[key]

    def ask(
        self, method: str, path: str, headers: dict[str, str], body: str = "", host: str = "localhost"
    ) -> tuple[int, dict[str, str], bytes]:
        """One request outside the measurement: status, headers, body."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        kind = {} if not body or "Content-Type" in headers else {"Content-Type": "application/json"}
        link.request(method, path, body or None, {"Host": f"{host}:{self.port}", **kind, **headers})
        answer = link.getresponse()
        content = answer.read()
        pairs: dict[str, str] = {}
        for name, value in answer.getheaders():
            # Several cookies come as several headers.
            pairs[name.lower()] = f"{pairs[name.lower()]}\n{value}" if name.lower() in pairs else value
        link.close()
        return answer.status, pairs, content

    def stop(self) -> None:
        """End the process group this contender was started with."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


def stock_fab(address: str) -> Contender:
    """Stock Flask-AppBuilder under gunicorn's threads, started as Starline is."""
    environment = {"BENCH_DATABASE_URL": address, "BENCH_SERVE": "1"}
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", *_gunicorn(port), "stock_fab:application"]
    paths = {
        "list": "/api/v1/clients/?q=(page_size:20)",
        "one": "/api/v1/clients/{id}",
        "create": "/api/v1/clients/",
        "intake": "/api/v1/intakes/",
        "screen": "/clients/list/",
    }
    found = _started("FAB stock", command, environment, paths, _fab_sign_in, port=port)
    found.created = _numbered_client
    found.status = {"status": "inquiry"}
    return found


def starline(server: postgres.Server) -> Contender:
    """Starline as `make run` serves it, without its worker and scheduler, which idle here."""
    port = free_port()
    environment = {"STARLINE_BIND": f"127.0.0.1:{port}", "STARLINE_PORT": str(port)}
    environment |= {f"STARLINE_RATE_LIMIT_{who}": "1000000" for who in ("USER", "ORGANIZATION", "ADDRESS")}
    paths = {
        "list": "/api/v1/clients/?page_size=20",
        "one": "/api/v1/clients/{id}",
        "create": "/api/v1/clients/",
        "intake": "/api/v1/clients/",
        "screen": "/clients/?page_size=25",
    }
    command = [str(database.ROOT / "bin" / "starline"), "web"]
    found = _started("Starline", command, environment, paths, _starline_sign_in, port=port, folder=database.ROOT)
    found.host = lambda owner: f"{owner.name}.localhost"
    return found


def release_stock_fab(address: str) -> None:
    """Make FAB's own tables, permissions and users, as `fab` commands would."""
    users = [[found.name, str(found.id)] for found in organizations()]
    environment = {**os.environ, "BENCH_DATABASE_URL": address}
    command = [sys.executable, str(HERE / "stock_fab.py")]
    subprocess.run(command, input=json.dumps(users), text=True, env=environment, stderr=subprocess.DEVNULL, check=True)


def fastapi(address: str) -> Contender:
    """FastAPI under uvicorn with uvloop and httptools, from its own virtual environment."""
    install_fastapi()
    environment = {"BENCH_DATABASE_URL": address, "BENCH_JWT_KEY": JWT_KEY}
    port = free_port()
    command = [str(FASTAPI_PYTHON), "-m", "uvicorn", "fastapi_app:app", "--port", str(port), "--log-level", "warning"]
    command += ["--workers", str(layout.WORKERS), "--loop", "uvloop", "--http", "httptools", "--no-access-log"]
    paths = {
        "list": "/api/v1/clients/?page_size=20",
        "one": "/api/v1/clients/{id}",
        "create": "/api/v1/clients/",
        "intake": "/api/v1/intakes/",
    }
    found = _started("FastAPI", command, environment, paths, _fastapi_sign_in, port=port)
    found.created = _numbered_client
    return found


def install_fastapi() -> None:
    """Make FastAPI's own virtual environment unless it is there."""
    installed = database.HOME / "venv" / "installed"
    wanted = (HERE / "requirements.txt").read_text()
    if installed.exists() and installed.read_text() == wanted:
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(database.HOME / "venv")], check=True)
    pip = [str(FASTAPI_PYTHON), "-m", "pip", "install", "--quiet", "-r", str(HERE / "requirements.txt")]
    subprocess.run(pip, check=True)
    installed.write_text(wanted)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def client_body(owner: Organization) -> dict[str, object]:
    """What every contender is told to create: with each number another person, for nobody takes in one and the same."""
    number = NUMBER_SLOT.decode()
    return {
        "first_name": f"Bench {number}",
        "last_name": f"Marker {number}",
        "birth_date": "1941-02-03",
        "branch_id": str(owner.branch_id),
        "email": f"bench.{number}@example.com",
    }


def _numbered_client(owner: Organization) -> dict[str, object]:
    return {**client_body(owner), "status": "inquiry", "client_number": int(NUMBER_SLOT)}


def _gunicorn(port: int) -> list[str]:
    size = ["--workers", str(layout.WORKERS), "--threads", str(layout.THREADS)]
    return ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", *size, "--keep-alive", "15"]


def _started(
    name: str,
    command: list[str],
    environment: dict[str, str],
    paths: dict[str, str],
    sign_in: Callable[[Contender, Organization, bool], dict[str, str]],
    *,
    port: int = 0,
    folder: Path = HERE,
) -> Contender:
    log = (database.HOME / f"{name.lower().replace(' ', '-')}.log").open("wb")
    process = subprocess.Popen(
        command, cwd=folder, env={**os.environ, **environment}, stdout=log, stderr=log, start_new_session=True
    )
    contender = Contender(name, port, process, paths, sign_in)
    _wait(contender, Path(log.name))
    return contender


def _wait(contender: Contender, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        if contender.process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", contender.port), 1).close()
            return
        except OSError:
            time.sleep(0.2)
    contender.stop()
    raise RuntimeError(f"{contender.name} didn't start; the end of its log:\n{log.read_text()[-2000:]}")


def _starline_sign_in(contender: Contender, organization: Organization, browser: bool) -> dict[str, str]:
    host = f"{organization.name}.localhost"
    if browser:
        return browser_sign_in(contender, "/login/", {"email": organization.email}, host)
    body = {"email": organization.email, "password": layout.PASSWORD}
    return _bearer(contender.ask("POST", "/api/v1/auth/login", {}, json.dumps(body), host))


def _fab_sign_in(contender: Contender, organization: Organization, browser: bool) -> dict[str, str]:
    if browser:
        return browser_sign_in(contender, "/login/", {"username": organization.name}, "localhost")
    body = {"username": organization.name, "password": layout.PASSWORD, "provider": "db"}
    return _bearer(contender.ask("POST", "/api/v1/security/login", {}, json.dumps(body)))


def _fastapi_sign_in(contender: Contender, organization: Organization, browser: bool) -> dict[str, str]:
    import jwt

    claims = {"sub": str(organization.number), "exp": int(time.time()) + 86_400}
    return {"Authorization": f"Bearer {jwt.encode(claims, JWT_KEY, algorithm='HS256')}"}


def _bearer(answer: tuple[int, dict[str, str], bytes]) -> dict[str, str]:
    status, _, content = answer
    if status != 200:
        raise RuntimeError(f"signing in answered {status}: {content[:300]!r}")
    return {"Authorization": f"Bearer {json.loads(content)['access_token']}"}


def browser_sign_in(contender: Contender, path: str, who: dict[str, str], host: str) -> dict[str, str]:
    """Sign in by the login form at `path`; the cookie header of the session. Raises RuntimeError when refused."""
    _, headers, page = contender.ask("GET", path, {}, host=host)
    cookies = _cookies(headers)
    token = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', page)
    fields = {**who, "password": layout.PASSWORD, **({"csrf_token": token[1].decode()} if token else {})}
    sent = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies}
    status, headers, _ = contender.ask("POST", path, sent, urlencode(fields), host)
    if status != 302 or path in headers.get("location", path):
        raise RuntimeError(f"{contender.name} refused the sign-in form with {status}")
    return {"Cookie": _cookies(headers) or cookies}


def _cookies(headers: dict[str, str]) -> str:
    lines = headers.get("set-cookie", "").split("\n")
    return "; ".join(line.split(";", 1)[0] for line in lines if line)
