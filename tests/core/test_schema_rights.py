"""What the runtime role can't do, tried for real, and what it can't lean on."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg2
import pytest
from psycopg2 import errors

from tests.isolation.roles import as_runtime, enter, rows, sign_up

pytestmark = pytest.mark.usefixtures("database")

HARBOR = UUID("00000000-0000-7000-8000-00000000e001")
SUMMIT = UUID("00000000-0000-7000-8000-00000000e002")
REFUSED = (errors.InsufficientPrivilege, errors.InvalidParameterValue)


@pytest.fixture
def runtime() -> Iterator[Any]:
    with as_runtime() as cursor:
        yield cursor


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "CREATE TEMP TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE TABLE app.mine (id int)",
        "ALTER TABLE clients DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE clients NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE clients DISABLE TRIGGER audit",
        "DROP POLICY tenant ON clients",
        "CREATE POLICY mine ON clients USING (true)",
        "DROP TABLE clients",
        "TRUNCATE clients",
        "TRUNCATE audit_events",
        "UPDATE audit_events SET reason = 'none'",
        "DELETE FROM audit_events",
        "UPDATE audit_blocks SET row_count = 0",
        "DELETE FROM audit_blocks",
        "DELETE FROM audit_sightings",
        "DELETE FROM organizations",
        "INSERT INTO ab_permission (name) VALUES ('can_everything')",
        "UPDATE organization_versions SET value = 0",
        "SELECT * FROM app.context_keys",
        "UPDATE app.context_keys SET retired_on = NULL",
        "SELECT * FROM alembic_version",
        "SET ROLE starline_owner",
        "SET ROLE starline_backup",
        "SET SESSION AUTHORIZATION starline_owner",
        "SET session_replication_role = replica",
        "GRANT SELECT ON clients TO starline_app",
        "COPY clients TO '/tmp/clients'",
        "COPY clients TO PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT lo_import('/etc/passwd')",
    ],
)
def test_the_runtime_role_is_refused(runtime: Any, statement: str) -> None:
    with pytest.raises(REFUSED):
        runtime.execute(statement)
        if statement.startswith("GRANT"):
            # PostgreSQL answers a grant without the right to grant with a warning alone.
            assert "no privileges were granted" in "".join(runtime.connection.notices)
            raise errors.InsufficientPrivilege


def test_the_audit_partitions_are_not_reached_directly(runtime: Any) -> None:
    names = rows(
        runtime, "SELECT relname FROM pg_class WHERE relispartition AND relname ~ '^audit_events_' AND relkind = 'r'"
    )
    assert len(names) >= 3
    for (name,) in names:
        with pytest.raises(errors.InsufficientPrivilege):
            runtime.execute(f"SELECT * FROM {name}")
        runtime.connection.rollback()


def test_switching_row_security_off_reveals_nothing(runtime: Any) -> None:
    sign_up(runtime, HARBOR, "harbor-rights")
    sign_up(runtime, SUMMIT, "summit-rights")
    runtime.execute("SET LOCAL row_security = off")
    with pytest.raises(errors.InsufficientPrivilege):
        runtime.execute("SELECT * FROM organizations")


def test_the_runtime_role_has_no_attribute_no_membership_and_owns_nothing(runtime: Any) -> None:
    attributes = rows(
        runtime,
        "SELECT rolname FROM pg_roles WHERE rolname IN ('starline_app', 'starline_owner')"
        " AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls)",
    )
    memberships = rows(
        runtime, "SELECT roleid::regrole::text FROM pg_auth_members WHERE member = 'starline_app'::regrole"
    )
    owned = rows(runtime, "SELECT relname FROM pg_class WHERE relowner = 'starline_app'::regrole")
    functions = rows(runtime, "SELECT proname FROM pg_proc WHERE proowner = 'starline_app'::regrole")
    assert (attributes, memberships, owned, functions) == ([], [], [], [])


def test_only_the_backup_role_reads_past_the_policies(runtime: Any) -> None:
    past = rows(runtime, "SELECT rolname FROM pg_roles WHERE rolbypassrls AND NOT rolsuper ORDER BY 1")
    writing = rows(
        runtime,
        "SELECT DISTINCT c.relname FROM pg_class c, aclexplode(c.relacl) x"
        " WHERE x.grantee = 'starline_backup'::regrole AND x.privilege_type NOT IN ('SELECT', 'USAGE')",
    )
    assert (past, writing) == ([("starline_backup",)], [])


def test_the_runtime_role_may_create_nothing_anywhere(runtime: Any) -> None:
    (database,) = rows(runtime, "SELECT has_database_privilege(current_database(), 'CREATE, TEMP')")[0]
    schemas = rows(
        runtime,
        "SELECT nspname FROM pg_namespace WHERE has_schema_privilege(oid, 'CREATE') AND nspname !~ '^pg_(temp|toast)'",
    )
    assert (database, schemas) == (False, [])


def test_functions_with_their_owners_rights_pin_their_search_path(runtime: Any) -> None:
    definers = rows(
        runtime,
        "SELECT p.oid::regprocedure::text, p.proconfig FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')",
    )
    assert len(definers) > 5
    loose = [
        name
        for name, options in definers
        if not any(one.startswith("search_path=pg_catalog") and one.endswith("pg_temp") for one in options or [])
    ]
    assert loose == []


def test_every_function_of_ours_is_closed_to_the_public(runtime: Any) -> None:
    public = rows(
        runtime,
        "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'app'::regnamespace"
        " AND (p.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(p.proacl) x WHERE x.grantee = 0))",
    )
    assert public == []


def test_the_runtime_role_can_call_no_function_that_changes_what_it_may_not(runtime: Any) -> None:
    """Trigger functions can't be called; of the rest, only those that a process needs."""
    callable_ = rows(
        runtime,
        "SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'app'::regnamespace AND p.prosecdef"
        " AND p.prorettype <> 'trigger'::regtype AND has_function_privilege(p.oid, 'EXECUTE') ORDER BY 1",
    )
    assert {name for (name,) in callable_} == {
        "active_organizations",
        "audited_organizations",
        "claim_outbox",
        "current_organization_id",
        "ensure_audit_partitions",
        "find_organization",
        "find_organization_by_email_domain",
        "find_organization_by_name",
        "outbox_backlog",
    }


def test_views_run_with_the_callers_rights_and_nothing_is_materialised(runtime: Any) -> None:
    views = rows(
        runtime,
        "SELECT relname FROM pg_class WHERE relnamespace IN ('public'::regnamespace, 'app'::regnamespace) AND"
        " (relkind = 'm' OR (relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (reloptions), false)))",
    )
    assert views == []


def test_an_audit_entry_keeps_who_when_and_for_whom_even_if_the_writer_says_otherwise(runtime: Any) -> None:
    sign_up(runtime, SUMMIT, "summit-rights")
    enter(runtime, HARBOR)
    with pytest.raises(psycopg2.Error):
        runtime.execute(
            "INSERT INTO audit_events (organization_id, action, subject) VALUES (%s, 'read', 'clients')", (str(SUMMIT),)
        )
