"""Roles, databases and the queue schema of an embedded server.

`starline_owner` owns the tables and runs migrations; `starline_app` is what web and workers sign in as; the backup
role reads past row-level security. `starline_queue` can't sign in: it owns the schema `pgmq`, so that making a queue
needs no right of the others.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, cursor

if TYPE_CHECKING:
    from app.platform.local.postgres import Server

DEVELOPMENT = "starline"
OWNER, APP, BACKUP, QUEUE = "starline_owner", "starline_app", "starline_backup", "starline_queue"
SUPERUSER = "postgres"
ATTRIBUTES = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION"
ROLES = {
    OWNER: f"LOGIN {ATTRIBUTES} NOBYPASSRLS",
    APP: f"LOGIN {ATTRIBUTES} NOBYPASSRLS",
    BACKUP: f"LOGIN {ATTRIBUTES} BYPASSRLS",
    QUEUE: f"NOLOGIN {ATTRIBUTES} NOBYPASSRLS",
}
# kombu declares its queues at every start; these few run with the rights of the role that owns the schema.
QUEUES = ("celery",)
QUEUE_DEFINERS = ("create(text)", "enable_notify_insert(text, integer)", "create_fifo_index(text)")


def addresses(server: Server, database: str) -> dict[str, str]:
    """Environment variables that point a process at a database of this server."""
    return {
        "STARLINE_DATABASE_URL": server.url(APP, database),
        "STARLINE_OWNER_DATABASE_URL": server.url(OWNER, database),
        "STARLINE_BACKUP_DATABASE_URL": server.url(BACKUP, database),
    }


@contextmanager
def superuser(server: Server, database: str = "postgres") -> Iterator[cursor]:
    """A cursor in autocommit mode, signed in as the superuser."""
    with closing(psycopg2.connect(server.url(SUPERUSER, database, scheme="postgresql"))) as connection:
        connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        with connection.cursor() as found:
            yield found


def prepare_server(server: Server) -> None:
    """Makes the roles that are missing and gives them their passwords. Safe to repeat."""
    with superuser(server) as run:
        run.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", (list(ROLES),))
        present = {name for (name,) in run.fetchall()}
        for role, attributes in ROLES.items():
            if role in present:
                continue
            run.execute(sql.SQL("CREATE ROLE {} " + attributes).format(sql.Identifier(role)))
            if role != QUEUE:
                run.execute(sql.SQL("ALTER ROLE {} PASSWORD %s").format(sql.Identifier(role)), (server.password(role),))


def ensure_database(server: Server, name: str) -> bool:
    """Makes the database with its queue schema if there is none. Returns whether it was made now."""
    with superuser(server) as run:
        run.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
        if run.fetchone():
            return False
        run.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER)))
        restrict_database(run, name)
    with superuser(server, name) as run:
        install_queues(run, name)
    return True


def restrict_database(run: cursor, name: str) -> None:
    """Takes from everybody what PostgreSQL grants by default; needed again on each copy of a template."""
    run.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
    roles = sql.SQL(", ").join(sql.Identifier(role) for role in (APP, BACKUP))
    run.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(name), roles))


def install_queues(run: cursor, database: str) -> None:
    """Loads pgmq into the connected database and lets the application role use, and only use, its queues."""
    name = sql.Identifier(database)
    run.execute(f"CREATE SCHEMA pgmq AUTHORIZATION {QUEUE}")
    run.execute(sql.SQL(f"GRANT CREATE ON DATABASE {{}} TO {QUEUE}").format(name))
    run.execute(f"SET ROLE {QUEUE}")
    run.execute(importlib.resources.files("pgmq.sql").joinpath("pgmq.sql").read_text())
    for function in QUEUE_DEFINERS:
        run.execute(f"ALTER FUNCTION pgmq.{function} SECURITY DEFINER SET search_path = pg_catalog, pgmq, pg_temp")
    run.execute(f"GRANT USAGE ON SCHEMA pgmq TO {APP}, {BACKUP}")
    for rights, role in (("SELECT, INSERT, UPDATE, DELETE", APP), ("SELECT", BACKUP)):
        run.execute(f"GRANT {rights} ON ALL TABLES IN SCHEMA pgmq TO {role}")
        run.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA pgmq GRANT {rights} ON TABLES TO {role}")
    run.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA pgmq GRANT USAGE, SELECT ON SEQUENCES TO {APP}")
    for queue in QUEUES:
        run.execute("SELECT pgmq.create(%s), pgmq.enable_notify_insert(%s)", (queue, queue))
    run.execute("RESET ROLE")
    run.execute(sql.SQL(f"REVOKE CREATE ON DATABASE {{}} FROM {QUEUE}").format(name))
