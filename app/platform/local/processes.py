"""`make run`: the whole of Starline on one machine, from nothing, under one parent."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.platform.local import frontend, postgres
from app.platform.local.supervisor import Child, Supervisor
from config import ROOT, ConfigurationError, environment_variables, settings, var_directory

STARLINE = str(ROOT / "bin" / "starline")
READY_SECONDS = 90.0
MARK = "postgres.started-by-run"
"""A file in `var` that stands there while the embedded server is ours to keep and to stop."""

DEMO_PASSWORD = "starline-demo-2026"
DEMO_PEOPLE = ("admin", "scheduler", "nurse", "biller", "hr", "caregiver", "family", "auditor")


class CannotRun(Exception):
    """Starline can't run here as things are; the message says what to do."""


def run() -> int:
    """Prepares everything, serves until Ctrl-C or SIGTERM, stops what it started. Returns the exit status."""
    os.chdir(ROOT)
    try:
        with _only_one(), _database():
            _check_port(settings().port)
            if frontend.ensure_installed():
                print("The front-end parts are installed.", flush=True)
            _prepare()
            return _serve()
    except (CannotRun, ConfigurationError, postgres.PostgresError, frontend.FrontendError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _serve() -> int:
    logs = settings().var_dir / "log"
    names = ("web", "worker", "scheduler")
    children = [Child(name, [STARLINE, name], logs / f"{name}.log") for name in names]
    supervisor = Supervisor(children, say=_say, keep_ground=_keep_database)
    supervisor.start()
    try:
        if _wait_until_ready(supervisor):
            _welcome(logs)
            supervisor.run()
    finally:
        supervisor.stop()
    _say("Starline has stopped.")
    return 0 if supervisor.is_stopping else 1


def _keep_database() -> None:
    """Start the embedded server again if it died; what it had acknowledged it recovers from its log."""
    server = postgres.development_server()
    if (server.var / MARK).exists():
        keep_alive(server)


def keep_alive(server: postgres.Server) -> None:
    """Start the server again if it died. What is left of it may be in the way at first: the next look tries again."""
    if not server.has_died:
        return
    _say("The database has died; starting it again.")
    try:
        server.start()
    except postgres.PostgresError as error:
        _say(str(error))


def _wait_until_ready(supervisor: Supervisor) -> bool:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and not supervisor.is_stopping:
        supervisor.watch()
        if _answers(settings().port):
            return True
        time.sleep(0.2)
    if not supervisor.is_stopping:
        web = supervisor.children[0]
        print(f"The web process doesn't answer; the end of {web.log}:\n{web.last_lines(25)}", file=sys.stderr)
    return False


def _answers(port: int) -> bool:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v1/health", headers={"Host": f"{settings().base_domain}:{port}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # nosec B310 # its own http address
            return bool(answer.status == 200)
    except OSError:
        return False


def _welcome(logs: Path) -> None:
    found = settings()
    place = f"{found.base_domain}:{found.port}"
    lines = ["", f"Starline is ready: http://{place}", ""]
    if not found.is_production:
        lines += [f"  Harbor Home Care   http://harbor.{place}", f"  Summit Care        http://summit.{place}", ""]
        lines += [f"  Sign in as         {DEMO_PEOPLE[0]}@harbor.example  (also {', '.join(DEMO_PEOPLE[1:])};"]
        lines += ["                     the same at summit.example; operator@starline.example for the platform)"]
        lines += [f"  Password           {DEMO_PASSWORD}"]
        lines += [f"  Mail it sent       http://{place}/outbox/"]
    if found.api_docs:
        lines += [f"  API                http://{place}/api/docs"]
    lines += [f"  Logs               {logs}", "", "Ctrl-C stops everything and keeps the data.", ""]
    print("\n".join(lines), flush=True)


def _prepare() -> None:
    result = subprocess.run([STARLINE, "prepare"], check=False, capture_output=True, text=True)
    if result.returncode:
        raise CannotRun(f"The database couldn't be prepared:\n{result.stdout}{result.stderr}")


@contextmanager
def _database() -> Iterator[None]:
    """The embedded server, unless the environment names another; stopped again only by who started it."""
    given = environment_variables(os.environ)
    if os.environ.get("STARLINE_DATABASE_URL") or given.get("STARLINE_ENVIRONMENT") == "production":
        yield
        return
    # Left behind by a run that was killed: its server is ours to stop.
    mark = var_directory(os.environ) / MARK
    if postgres.start_development():
        mark.touch()
    settings.cache_clear()
    try:
        yield
    finally:
        if mark.exists():
            postgres.development_server().stop()
            mark.unlink()


@contextmanager
def _only_one() -> Iterator[None]:
    var = var_directory(os.environ)
    try:
        var.mkdir(parents=True, exist_ok=True)
        lock = (var / "run.lock").open("w")
    except PermissionError as error:
        raise CannotRun(f"{var} belongs to another user: remove it, or run as that user.") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotRun("Starline is running from this directory already: stop that one first.") from error
        yield


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CannotRun(f"Port {port} is taken: choose another one with PORT={port + 1} make run.") from error


def _say(sentence: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {sentence}", flush=True)


if __name__ == "__main__":
    sys.exit(run())
