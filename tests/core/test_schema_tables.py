"""The migrated schema, read from PostgreSQL's own catalogue: a table that forgot its protection is found here."""

from collections.abc import Iterator
from typing import Any

import pytest

from migrations.protection import APPEND_ONLY, RESEALED, UNAUDITED
from starline.core import crypto
from starline.core.db import Model
from tests.isolation.roles import as_runtime, rows

pytestmark = pytest.mark.usefixtures("database")

GLOBAL_TABLES = {
    "alembic_version": "Alembic's own.",
    "organizations": "The list of organisations; its policy compares its id.",
    "ab_permission": "Names of actions, the same for all.",
    "ab_view_menu": "Names of resources, the same for all.",
    "ab_permission_view": "Pairs of the two.",
    "tenant_tombstones": "What is left of deleted organisations; only the owner sees it.",
}
TENANT = "(organization_id = ( SELECT app.current_organization_id() AS current_organization_id))"
OWNER_POLICIES = {
    ("outbox_messages", "dispatcher"): "The dispatcher's functions look over all organisations.",
    ("organizations", "lookup"): "Finding an organisation happens before anybody acts for one.",
    ("tenant_tombstones", "burial"): "Deletion is the owner's work; nobody else sees a tombstone.",
    ("organization_versions", "counting"): "The trigger counts for the organisation of the row.",
}
COUNTED_BY_TRIGGER = {"organization_versions"}
FULL_RIGHTS, APPENDING, READING = {"SELECT", "INSERT", "UPDATE", "DELETE"}, {"SELECT", "INSERT"}, {"SELECT"}
RESEALING = {"SELECT", "UPDATE"}
LEADING_EXCEPTIONS = {
    "pk_ab_user": "FAB's integer key; the composite one stands beside it.",
    "pk_ab_role": "FAB's integer key; the composite one stands beside it.",
    "pk_ab_user_role": "FAB's integer key of a link.",
    "pk_ab_permission_view_role": "FAB's integer key of a link.",
    "uq_ab_user_role_user_id_role_id": "FAB's; both ids are unique over all organisations.",
    "uq_ab_permission_view_role_permission_view_id_role_id": "FAB's; a role's id is unique over all organisations.",
    "idx_permission_view_id": "FAB's look-up index.",
    "idx_role_id": "FAB's look-up index.",
    "ix_outbox_messages_due": "The dispatcher looks for what is due in all organisations.",
}
SIMPLE_KEYS = {
    ("ab_permission_view_role", "ab_permission_view"): "Pairs of action and resource are the same for all.",
}
LOOSE_COLUMNS = {
    ("audit_events", "actor_id"): "An entry outlives the person.",
    ("audit_sightings", "actor_id"): "An entry outlives the person.",
    ("audit_sightings", "client_id"): "It outlives the client, too.",
    ("custom_values", "row_id"): "Rows of several tables, repeated and removed by their triggers.",
    ("import_rows", "twin_id"): "A record of whichever list the import is for.",
    ("import_rows", "record_id"): "A record of whichever list the import is for.",
    ("idempotent_requests", "user_id"): "Short-lived and written by the request's own person.",
    ("stored_files", "record_id"): "It points into the table that the row names beside it.",
    ("search_tokens", "record_id"): "It points at the row of whichever table `subject` names; triggers remove it.",
    ("clock_events", "event_id"): "Made by the device that tells: it points at nothing.",
    ("visit_acts", "event_id"): "The same.",
    ("unplanned_calls", "event_id"): "What the call counts as once its visit is planned.",
    ("visit_acts", "subject_id"): "The task, the record or the file, as the kind beside it says.",
    ("outbox_messages", "user_id"): "Work that waits outlives the person who caused it.",
}


@pytest.fixture
def catalogue() -> Iterator[Any]:
    with as_runtime() as cursor:
        yield cursor


@pytest.fixture(scope="module")
def tables() -> dict[str, set[str]]:
    """The columns of every table of the schema but partitions, by name."""
    with as_runtime() as cursor:
        found = rows(
            cursor,
            "SELECT c.relname, array_agg(a.attname::text) FROM pg_class c"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
            " GROUP BY c.relname",
        )
    return {name: set(columns) for name, columns in found}


@pytest.fixture(scope="module")
def tenant_tables(tables: dict[str, set[str]]) -> set[str]:
    return {name for name, columns in tables.items() if "organization_id" in columns}


def test_every_table_belongs_to_organisations_or_is_named_as_global(
    tables: dict[str, set[str]], tenant_tables: set[str]
) -> None:
    assert len(tenant_tables) > 20
    assert set(tables) - tenant_tables == set(GLOBAL_TABLES)


def test_every_tenant_table_enables_and_forces_row_level_security(catalogue: Any, tenant_tables: set[str]) -> None:
    guarded = rows(
        catalogue, "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity AND relkind IN ('r', 'p')"
    )
    assert tenant_tables | {"organizations"} <= {name for (name,) in guarded}


def test_the_policy_of_every_tenant_table_holds_for_reading_and_writing(
    catalogue: Any, tenant_tables: set[str]
) -> None:
    policies = rows(
        catalogue,
        "SELECT tablename, permissive, roles::text[], cmd, qual, with_check FROM pg_policies"
        " WHERE schemaname = 'public' AND policyname = 'tenant'",
    )
    found = {table: rest for table, *rest in policies}
    expected = ["PERMISSIVE", ["public"], "ALL", TENANT, TENANT]
    wrong = {table: found.get(table) for table in tenant_tables - COUNTED_BY_TRIGGER if found.get(table) != expected}
    assert wrong == {}
    assert found["organization_versions"] == ["PERMISSIVE", ["public"], "ALL", TENANT, None]


def test_a_policy_besides_the_tenants_is_the_owners_alone_and_has_a_reason(catalogue: Any) -> None:
    others = rows(
        catalogue, "SELECT tablename, policyname, roles::text[] FROM pg_policies WHERE policyname <> 'tenant'"
    )
    assert {(table, policy) for table, policy, _roles in others} == set(OWNER_POLICIES)
    assert all(roles == ["starline_owner"] for _table, _policy, roles in others)


def test_every_write_to_a_tenant_table_is_caught_by_the_audit_trigger(
    catalogue: Any, tables: dict[str, set[str]], tenant_tables: set[str]
) -> None:
    triggers = {
        table: (kind, function, arguments)
        for table, kind, function, arguments in rows(
            catalogue,
            "SELECT t.tgrelid::regclass::text, t.tgtype, t.tgfoid::regproc::text,"
            " encode(t.tgargs, 'escape')"
            " FROM pg_trigger t WHERE t.tgname = 'audit' AND t.tgenabled = 'O'",
        )
    }
    after_each_row_of_all_three = 1 | 4 | 8 | 16
    audited = tenant_tables - UNAUDITED - COUNTED_BY_TRIGGER
    texts = {
        one.class_.__tablename__: [part.attribute for part in crypto.sealed_texts(one.class_)]
        for one in Model.registry.mappers
    }
    assert set(triggers) - {"organizations"} == audited
    for table in audited:
        kind, function, arguments = triggers[table]
        assert (kind, function) == (after_each_row_of_all_three, "app.record_change"), table
        client = "id" if table == "clients" else "client_id" if "client_id" in tables[table] else ""
        assert arguments.removesuffix("\\000").split("\\000") == [client, *texts.get(table, ())], table


def test_tables_left_out_of_the_audit_exist(tenant_tables: set[str]) -> None:
    assert tenant_tables >= UNAUDITED
    assert not {name for name in UNAUDITED if name.startswith(("client", "staff", "ab_"))}


def test_unique_rules_and_indexes_of_tenant_tables_lead_with_the_organisation(
    catalogue: Any, tenant_tables: set[str]
) -> None:
    indexes = rows(
        catalogue,
        "SELECT t.relname, i.relname, a.attname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid"
        " JOIN pg_class t ON t.oid = x.indrelid AND t.relnamespace = 'public'::regnamespace AND NOT t.relispartition"
        " LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[0]",
    )
    wrong = {index for table, index, first in indexes if table in tenant_tables and first != "organization_id"}
    assert wrong == set(LEADING_EXCEPTIONS)


def test_foreign_keys_between_tenant_tables_carry_the_organisation(catalogue: Any, tenant_tables: set[str]) -> None:
    keys = rows(
        catalogue,
        "SELECT c.conrelid::regclass::text, c.confrelid::regclass::text,"
        " (SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(c.conkey) WITH ORDINALITY k(num, n)"
        "   JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.num),"
        " (SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(c.confkey) WITH ORDINALITY k(num, n)"
        "   JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.num)"
        " FROM pg_constraint c WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace",
    )
    simple = {
        (source, target)
        for source, target, columns, referred in keys
        if source in tenant_tables
        and (columns[0], referred[0], len(columns)) != ("organization_id", "organization_id", 2)
    }
    assert simple == set(SIMPLE_KEYS)


def test_every_reference_to_a_row_has_its_foreign_key(catalogue: Any, tenant_tables: set[str]) -> None:
    loose = rows(
        catalogue,
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
        " AND NOT a.attisdropped AND a.atttypid IN ('uuid'::regtype, 'int'::regtype) AND a.attname ~ '(_id|_fk)$'"
        " AND a.attname <> 'organization_id' AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid"
        " AND k.contype = 'f' AND a.attnum = ANY (k.conkey))",
    )
    assert {pair for pair in loose if pair[0] in tenant_tables} == set(LOOSE_COLUMNS)


def test_the_runtime_role_has_exactly_the_rights_each_table_needs(catalogue: Any, tables: dict[str, set[str]]) -> None:
    granted: dict[str, set[str]] = {}
    for table, right in rows(
        catalogue,
        "SELECT c.relname, x.privilege_type FROM pg_class c, aclexplode(c.relacl) x"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')"
        " AND x.grantee = 'starline_app'::regrole",
    ):
        granted.setdefault(table, set()).add(right)
    assert granted.pop("organizations") == FULL_RIGHTS - {"DELETE"}
    for table in COUNTED_BY_TRIGGER | set(GLOBAL_TABLES) - {"alembic_version", "organizations"}:
        assert granted.pop(table) == READING, table
    for table in APPEND_ONLY:
        assert granted.pop(table) == APPENDING, table
    for table in RESEALED:
        assert granted.pop(table) == RESEALING, table
    assert set(granted) <= set(tables), "a partition must not be reached around its parent's policy"
    assert {table: rights for table, rights in granted.items() if rights != FULL_RIGHTS} == {}


def test_nobody_but_the_named_roles_has_rights_on_tables_or_single_columns(catalogue: Any) -> None:
    strangers = rows(
        catalogue,
        "SELECT DISTINCT c.relname, x.grantee::regrole::text FROM pg_class c, aclexplode(c.relacl) x"
        " WHERE c.relnamespace = 'public'::regnamespace"
        " AND x.grantee::regrole::text NOT IN ('starline_owner', 'starline_app', 'starline_backup')",
    )
    columns = rows(
        catalogue,
        "SELECT attrelid::regclass::text, attname FROM pg_attribute"
        " WHERE attacl IS NOT NULL AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)",
    )
    assert (strangers, columns) == ([], [])


def test_the_backup_role_only_reads(catalogue: Any, tenant_tables: set[str]) -> None:
    granted = rows(
        catalogue,
        "SELECT c.relname, x.privilege_type FROM pg_class c, aclexplode(c.relacl) x"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
        " AND x.grantee = 'starline_backup'::regrole",
    )
    assert {right for _table, right in granted} == READING
    assert tenant_tables <= {table for table, _right in granted}
