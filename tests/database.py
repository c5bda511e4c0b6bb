"""The tests' PostgreSQL: one migrated template, copied for each worker, signed in to as the runtime role.

The template is kept between runs and made anew when a migration or a model changes. Copies carry the process id of
the run, so that several runs may share the server.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from psycopg2 import sql
from psycopg2.extensions import cursor

from app.platform.local import databases, postgres
from config import ROOT, var_directory

SHAPED_BY = ("migrations/**/*.py", "migrations/**/*.sql", "starline/**/*.py", "app/*/resources.py", "app/core/*.py")
TEMPLATE = "starline_template_"
COPY = "starline_test_"
KEPT_TEMPLATES = 3
"""Another run may still copy the one before."""


def start_server() -> postgres.Server:
    """The tests' server, running, with its roles."""
    server = postgres.test_server()
    with _locked(server.var / "test-server.lock"):
        server.start()
        databases.prepare_server(server)
    return server


@contextmanager
def share_of_server() -> Iterator[None]:
    """Keeps the server running inside the block; the last run to leave stops it."""
    server = postgres.test_server()
    server.var.mkdir(parents=True, exist_ok=True)
    with (server.var / "test-users.lock").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        yield
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        server.stop()


def ensure_template(server: postgres.Server) -> str:
    """The name of the migrated template, made now unless it is there already."""
    name = TEMPLATE + _fingerprint()
    with _locked(server.var / "test-template.lock"):
        if name in _names(server, TEMPLATE):
            return name
        draft = f"{COPY}{os.getpid()}_template"
        databases.ensure_database(server, draft)
        _release(server, draft)
        with databases.superuser(server) as run:
            for outdated in _names(server, TEMPLATE)[:-KEPT_TEMPLATES]:
                run.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(outdated)))
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            run.execute(rename.format(sql.Identifier(draft), sql.Identifier(name)))
    return name


def copy_name(run: int, worker: str) -> str:
    """The database of one worker of a run, the run being named by its process id."""
    return f"{COPY}{run}_{worker}"


def copy_template(server: postgres.Server, template: str, name: str) -> None:
    """Makes the database `name` a fresh copy of the template, ending the connections to the one before."""
    with databases.superuser(server) as run:
        _drop(run, name)
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY file_copy")
        identifiers = [sql.Identifier(part) for part in (name, template, databases.OWNER)]
        run.execute(statement.format(*identifiers))
        databases.restrict_database(run, name)


def drop_copies(server: postgres.Server, run: int) -> None:
    """Drops the databases of a run, and those of runs that are over."""
    with databases.superuser(server) as cursor:
        for name in _names(server, COPY):
            owner = int(name.removeprefix(COPY).split("_")[0])
            if owner == run or not Path(f"/proc/{owner}").exists():
                _drop(cursor, name)
                shutil.rmtree(server.var / "test" / name, ignore_errors=True)


def addresses(server: postgres.Server, name: str) -> dict[str, str]:
    """The environment of a test process that works on the database `name`."""
    own = var_directory(os.environ) / "test" / name
    return databases.addresses(server, name) | {
        "STARLINE_ENVIRONMENT": "test",
        "STARLINE_DIRECT_DATABASE_URL": "",
        "STARLINE_FILES_DIR": str(own / "files"),
        "STARLINE_AUDIT_HEADS_DIR": str(own / "audit-heads"),
        "STARLINE_MAIL_DIR": str(own / "mail"),
        "STARLINE_FIELD_KEY_FILE": str(own / "keys" / "fields.json"),
        "STARLINE_SECRET_KEY": "the secret key of the tests, not of anybody else",
        "STARLINE_JWT_KEY": "the token key of the tests and of nobody else",
        "STARLINE_CONTEXT_KEY": "the context key of the tests, not of anybody else",
        "STARLINE_BASE_DOMAIN": "localhost",
    }


def _release(server: postgres.Server, name: str) -> None:
    environment = {**os.environ, **addresses(server, name)}
    result = subprocess.run(
        [str(ROOT / "bin" / "starline"), "release"], env=environment, capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise AssertionError(f"The tests' template couldn't be migrated:\n{result.stdout}{result.stderr}")


def _fingerprint() -> str:
    found = {path for pattern in SHAPED_BY for path in ROOT.glob(pattern)}
    found.add(Path(databases.__file__))
    digest = sha256()
    for path in sorted(found):
        digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _names(server: postgres.Server, prefix: str) -> list[str]:
    with databases.superuser(server) as run:
        run.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid", (prefix,))
        return [name for (name,) in run.fetchall()]


def _drop(run: cursor, name: str) -> None:
    run.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
