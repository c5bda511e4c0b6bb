"""Starline as it runs, on a database of its own, for somebody to break: real processes under their real parent."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from uuid import UUID

import psutil
import psycopg2

from app.platform.local import databases, postgres
from config import ROOT
from tests.canaries import log_of_child
from tests.database import copy_template
from tests.faults.effects import EFFECT
from tests.faults.history import Found
from tests.faults.load import ask
from tests.faults.people import HARBOR
from tests.faults.proxy import Proxy

TEMPLATE, DATABASE = "faults_template", "faults"
READY_SECONDS = 60.0
DRAIN_SECONDS = 300.0
"""Room for what an emptied broker forgot, which is handed over again after a minute, and for repeated attempts."""


class Service:
    """What runs, and the handles to break it by."""

    def __init__(
        self, server: postgres.Server, directory: Path, mail_directory: Path, *, nodes: int, redis: bool, proxied: bool
    ) -> None:
        self.server, self.directory, self.mail_directory = server, directory, mail_directory
        self.ports = [free_port() for _ in range(nodes)]
        self.redis_port = free_port() if redis else None
        self.proxy = Proxy(str(server.socket_directory / f".s.PGSQL.{server.port}")) if proxied else None
        copy_template(server, TEMPLATE, DATABASE)
        self.environment = {**os.environ, **addresses(server, DATABASE, directory), **self._broken_ways()}
        self.environment["STARLINE_MAIL_DIR"] = str(self.mail_directory)

    def _broken_ways(self) -> dict[str, str]:
        found = {"FAULTS_SERVER": str(self.server.var), "STARLINE_WEB_THREADS": "4"}
        if self.redis_port:
            found["FAULTS_REDIS_PORT"] = str(self.redis_port)
            found["STARLINE_REDIS_URL"] = f"redis://127.0.0.1:{self.redis_port}/0"
        if self.proxy:
            role, password = databases.APP, self.server.password(databases.APP)
            place = f"127.0.0.1:{self.proxy.port}/{DATABASE}?sslmode=disable&gssencmode=disable"
            found["FAULTS_WEB_DATABASE_URL"] = f"postgresql+psycopg2://{role}:{password}@{place}"
        return found

    def start(self) -> None:
        program = [sys.executable, "-m", "tests.faults.parent", str(self.directory), *map(str, self.ports)]
        with (self.directory / "parent.log").open("ab") as log:
            self.parent = subprocess.Popen(program, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        wait_until(lambda: all(map(is_ready, self.ports)), READY_SECONDS, "the web processes answer")

    def stop(self) -> None:
        self.parent.terminate()
        self.parent.wait(60)
        with log_of_child("parent") as log:
            log.write((self.directory / "parent.log").read_bytes())
        if self.proxy:
            self.proxy.close()

    def process(self, word: str) -> psutil.Process:
        """The child of the parent whose command line has the word; waits for one that is being started again."""
        found: list[psutil.Process] = []

        def look() -> bool:
            found[:] = [one for one in psutil.Process(self.parent.pid).children() if word in _command(one)]
            return bool(found)

        wait_until(look, READY_SECONDS, f"{word} runs")
        return found[0]

    def kill(self, word: str) -> None:
        """Kill -9 that child."""
        self.process(word).send_signal(signal.SIGKILL)

    def kill_child(self, word: str) -> None:
        """Kill -9 a process that works for that child."""
        wait_until(lambda: bool(self.process(word).children()), READY_SECONDS, f"{word} has children")
        for child in self.process(word).children()[:1]:
            child.send_signal(signal.SIGKILL)

    def node_pid(self, node: int) -> int:
        """The process id of a web node's parent; 0 while there is none."""
        found = [
            one.pid for one in psutil.Process(self.parent.pid).children() if f":{self.ports[node]}" in _command(one)
        ]
        return found[0] if found else 0

    def workers(self, node: int) -> set[int]:
        """The process ids of a web node's workers."""
        return {one.pid for one in self.process(f"127.0.0.1:{self.ports[node]}").children()}

    def is_renewed(self, node: int, before: set[int]) -> bool:
        """Whether none of the workers of before is there any more, and others are."""
        now = self.workers(node)
        return len(now) >= 2 and not now & before

    def signal_web(self, node: int, number: int) -> None:
        self.process(f"127.0.0.1:{self.ports[node]}").send_signal(number)

    def kill_postmaster(self) -> None:
        os.kill(int((self.server.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def kill_backend(self) -> None:
        """Kill -9 one that serves the application, upon which the server ends all and recovers."""
        query = "SELECT pid FROM pg_stat_activity WHERE usename = %s AND datname = %s ORDER BY random() LIMIT 1"
        found = self.ask(query, (databases.APP, DATABASE))
        assert found, "Nobody was connected."
        os.kill(found[0][0], signal.SIGKILL)

    def ask(self, query: str, values: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        """What the superuser sees."""
        address = self.server.url(databases.SUPERUSER, DATABASE, scheme="postgresql")
        with closing(psycopg2.connect(address)) as connection, connection.cursor() as cursor:
            cursor.execute(query, values)
            return list(cursor.fetchall())

    def has_effect(self, records: list[str]) -> bool:
        """Whether the effect of one of the records is there; no, while the database can't be asked."""
        names = [EFFECT + UUID(record).hex for record in records]
        with suppress(psycopg2.Error):
            return bool(self.ask("SELECT 1 FROM organization_counters WHERE name = ANY(%s) LIMIT 1", (names,)))
        return False

    def drain(self) -> None:
        """Wait until nothing is left to be done, or for long enough to call it lost."""
        with suppress(AssertionError):
            wait_until(self._is_idle, DRAIN_SECONDS, "all work is done")

    def _is_idle(self) -> bool:
        with suppress(psycopg2.Error):
            query = "SELECT 1 FROM outbox_messages WHERE task = 'faults.effect' AND done_at IS NULL LIMIT 1"
            return not self.ask(query)
        return False

    def found(self) -> Found:
        """What there is at the end."""
        records: dict[str, list[str]] = {}
        for key, record in self.ask("SELECT last_name, id::text FROM clients WHERE first_name = 'Fault'"):
            records.setdefault(str(key), []).append(str(record))
        counted = self.ask("SELECT name, value FROM organization_counters WHERE name LIKE %s", (EFFECT + "%",))
        effects = {str(UUID(str(name).removeprefix(EFFECT))): int(str(value)) for name, value in counted}
        letters = [json.loads(path.read_text())["to"] for path in self.mail_directory.glob("*.json")]
        return Found(records, effects, dict(Counter(letter.partition("@")[0] for letter in letters)))


@contextmanager
def migrated_server(directory: Path) -> Iterator[postgres.Server]:
    """A durable server with a template of the whole schema and the agency in it; gone at the end."""
    server = postgres.Server(directory, "postgres", is_durable=True)
    server.start()
    try:
        databases.prepare_server(server)
        databases.ensure_database(server, TEMPLATE)
        environment = {**os.environ, **addresses(server, TEMPLATE, directory)}
        for program in ([str(ROOT / "bin" / "starline"), "release"], [sys.executable, "-m", "tests.faults.people"]):
            subprocess.run(program, cwd=ROOT, env=environment, check=True)
        yield server
    finally:
        postgres.remove(server)


@contextmanager
def running(
    server: postgres.Server,
    directory: Path,
    *,
    mail_directory: Path | None = None,
    nodes: int = 1,
    redis: bool = False,
    proxied: bool = False,
) -> Iterator[Service]:
    """The service, ready for requests; stopped at the end."""
    mails = mail_directory or directory / "mail"
    service = Service(server, directory, mails, nodes=nodes, redis=redis, proxied=proxied)
    try:
        service.start()
        yield service
    finally:
        service.stop()


@contextmanager
def small_disk(directory: Path) -> Iterator[Path]:
    """A file system of 64 MB at the directory."""
    directory.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(directory)], check=True)
    try:
        yield directory
    finally:
        subprocess.run(["umount", "-l", str(directory)], check=True)


def fill(directory: Path) -> Path:
    """Take every byte that is left of the file system; returns the file that holds them."""
    ballast = directory / "ballast.bin"
    with ballast.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    return ballast


def can_mount(directory: Path) -> bool:
    """Whether this user may mount a file system."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    with suppress(subprocess.CalledProcessError, OSError), small_disk(directory / "probe"):
        return True
    return False


def addresses(server: postgres.Server, database: str, directory: Path) -> dict[str, str]:
    """The environment of a process that works on the database."""
    return databases.addresses(server, database) | {
        "STARLINE_ENVIRONMENT": "test",
        "STARLINE_DIRECT_DATABASE_URL": "",
        "STARLINE_REDIS_URL": "",
        "STARLINE_FILES_DIR": str(directory / "files"),
        "STARLINE_MAIL_DIR": str(directory / "mail"),
        "STARLINE_FIELD_KEY_FILE": str(server.var / "fields.json"),
    }


def is_ready(port: int) -> bool:
    with suppress(OSError):
        return ask(port, "/api/v1/health/ready", None, method="GET")[0] == 200
    return False


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = monotonic() + seconds
    while not condition():
        if monotonic() > deadline:
            raise AssertionError(f"After {seconds:.0f} seconds it was not so that {what}.")
        sleep(0.05)


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


__all__ = ["HARBOR", "Service", "migrated_server", "running"]
