"""The PostgreSQL of the benchmark: the embedded server with a data directory of its own under `var/bench`.

Importing this module points Starline's settings there, so it comes before anything of Starline's.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

import psutil
import psycopg2

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "var" / "bench"
sys.path.insert(0, str(ROOT))
os.environ["STARLINE_VAR_DIR"] = str(HOME)

from app.platform.local import databases, postgres  # noqa: E402  (after the settings are pointed here)
from starline.core import release  # noqa: E402

DATABASE = databases.DEVELOPMENT
ROLE = "bench"

COMPETITORS = """
-- Reads past row-level security and may do to clients what an application's role may.
GRANT CONNECT, CREATE ON DATABASE {database} TO {role};
GRANT USAGE ON SCHEMA public, app TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA app TO {role};
CREATE SCHEMA IF NOT EXISTS bench_fab AUTHORIZATION {role};
CREATE SCHEMA IF NOT EXISTS bench_fastapi AUTHORIZATION {role};
-- An audit row names its request.
ALTER ROLE {role} SET app.request_id = '{role}';
-- The audit trigger runs as the owner, whom row-level security holds; competitors set no tenant.
DROP POLICY IF EXISTS competitors ON audit_events;
CREATE POLICY competitors ON audit_events TO starline_owner
    USING (session_user = '{role}') WITH CHECK (session_user = '{role}');
"""


def start() -> postgres.Server:
    """Start the server, migrate the database, let the competitors in. Safe to repeat; a new schema begins anew."""
    server = postgres.development_server()
    known = HOME / "schema"
    if known.exists() and known.read_text() != _schema():
        postgres.remove(server)
    postgres.start_development()
    known.write_text(_schema())
    release.migrate()
    with databases.superuser(server) as run:
        run.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (ROLE,))
        if not run.fetchone():
            run.execute(f"CREATE ROLE {ROLE} LOGIN BYPASSRLS PASSWORD %s", (server.password(ROLE),))
    with databases.superuser(server, DATABASE) as run:
        run.execute(COMPETITORS.format(database=DATABASE, role=ROLE))
    return server


def _schema() -> str:
    """A fingerprint of all migrations."""
    files = sorted(file for file in (ROOT / "migrations").rglob("*") if file.suffix in (".py", ".sql"))
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def url(server: postgres.Server, scheme: str = "postgresql") -> str:
    """The competitors' address; `scheme` as SQLAlchemy spells it with a driver."""
    return server.url(ROLE, DATABASE, scheme=scheme)


@contextmanager
def superuser(server: postgres.Server) -> Iterator[psycopg2.extensions.cursor]:
    """A cursor in autocommit mode for seeding and cleaning up."""
    with databases.superuser(server, DATABASE) as cursor:
        yield cursor


@contextmanager
def connected(address: str) -> Iterator[psycopg2.extensions.cursor]:
    """A cursor in autocommit mode."""
    with closing(psycopg2.connect(address)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor


def postmaster(server: postgres.Server) -> int:
    """The process whose descendants are all of PostgreSQL's."""
    return int((server.data / "postmaster.pid").read_text().split("\n", 1)[0])


def tree_cpu(pid: int) -> float:
    """Seconds of CPU (user and system) of a process, its descendants, and those of them that ended and were reaped."""
    total = 0.0
    process = psutil.Process(pid)
    for member in [process, *process.children(recursive=True)]:
        try:
            times = member.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def machine_cpu() -> float:
    """Seconds of CPU used on the whole machine since it started."""
    times = psutil.cpu_times()
    return times.user + times.nice + times.system + times.irq + times.softirq + times.steal


def cores() -> int:
    """How many cores the machine has."""
    return psutil.cpu_count() or 1
