"""The embedded server: who may do what in it, and that nobody gets in without a password."""

import stat

import psycopg2
import pytest

from app.platform.local import databases, postgres
from config import settings

SERVER_FILES = ("secrets/test-postgres.json", "test-postgres.port")


@pytest.fixture
def server():
    return postgres.test_server()


def connect(url, **changes):
    return psycopg2.connect(url.replace("+psycopg2", ""), **changes)


def refused(cursor, statement):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        cursor.execute(statement)
    cursor.connection.rollback()


@pytest.fixture
def runtime():
    """A cursor as the role that web and workers sign in as."""
    connection = connect(settings().database_url)
    yield connection.cursor()
    connection.close()


def test_the_runtime_role_can_make_nothing(runtime):
    refused(runtime, "CREATE TABLE mine (id int)")
    refused(runtime, "CREATE TEMPORARY TABLE mine (id int)")
    refused(runtime, "CREATE SCHEMA mine")
    refused(runtime, "CREATE TABLE pgmq.mine (id int)")
    refused(runtime, "CREATE ROLE mine")
    refused(runtime, "SET ROLE starline_owner")
    refused(runtime, "SET ROLE starline_queue")


def test_only_the_backup_role_reads_past_row_level_security(runtime):
    runtime.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'starline%' AND rolbypassrls")
    assert runtime.fetchall() == [("starline_backup",)]
    runtime.execute("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'starline%' AND (rolsuper OR rolcreaterole)")
    assert runtime.fetchone() == (0,)


@pytest.mark.parametrize("role", ["postgres", "starline_owner", "starline_app"])
def test_a_local_user_does_not_get_in_without_the_password(role):
    with pytest.raises(psycopg2.OperationalError, match="password"):
        connect(settings().database_url, user=role, password="guessed")


def test_passwords_and_keys_are_readable_by_their_owner_alone(server):
    for name in SERVER_FILES:
        assert stat.S_IMODE((server.var / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700


def test_a_queue_is_declared_used_and_kept_by_the_runtime_role(runtime):
    runtime.execute("SELECT pgmq.create('tried'), pgmq.enable_notify_insert('tried')")
    runtime.execute("SELECT pgmq.send('tried', '{\"id\": 1}')")
    runtime.execute("SELECT message FROM pgmq.read('tried', 30, 1)")
    assert runtime.fetchall() == [({"id": 1},)]
    runtime.execute("SELECT queue_length FROM pgmq.metrics('tried')")
    assert runtime.fetchall() == [(1,)]
    refused(runtime, "SELECT pgmq.drop_queue('celery')")


def test_a_queue_name_cannot_carry_a_statement(runtime):
    with pytest.raises(psycopg2.Error):
        runtime.execute("SELECT pgmq.create($$x (id int); ALTER ROLE starline_app BYPASSRLS; --$$)")
    runtime.connection.rollback()


def test_errors_do_not_carry_values_into_the_log(runtime, server):
    log = server.data / "server.log"
    before = len(log.read_text())
    for statement in ("SELECT 'Canary Lastname'::int", "SELECT 1/0, 'Canary Lastname'"):
        with pytest.raises(psycopg2.Error):
            runtime.execute(statement)
        runtime.connection.rollback()
    assert "Canary" not in log.read_text()[before:]


def test_preparing_a_server_again_changes_nothing(server):
    before = databases.addresses(server, "starline")
    assert server.start() is False
    databases.prepare_server(server)
    databases.ensure_database(server, "starline")
    assert databases.ensure_database(server, "starline") is False
    assert databases.addresses(server, "starline") == before
