"""A guard taken away must turn the walk red: a test that nothing can fail proves nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from app.core import query
from app.core.resource import Resource, registry
from app.platform.local import databases
from starline.identity.models import RecordScope
from tests.isolation.cast import Cast, narrows
from tests.isolation.roles import rows
from tests.isolation.tables import tenant_tables, walk_tables
from tests.isolation.tally import Tally
from tests.isolation.walker import walk

MUTANTS = {
    "row security switched off": "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    "policy dropped": "DROP POLICY tenant ON {table}",
    "everybody's rows shown": "ALTER POLICY tenant ON {table} USING (true)",
    "anybody's rows taken": "ALTER POLICY tenant ON {table} USING ({using}) WITH CHECK (true)",
}
READ_ONLY = frozenset({"GET"})


@pytest.fixture
def superuser(_copy: Any) -> Iterator[Any]:
    """A cursor that may change policies, and changes nothing for good."""
    with databases.superuser(_copy.server, _copy.name) as run:
        run.connection.autocommit = False
        with run.connection.cursor() as cursor:
            yield cursor
        run.connection.rollback()


def test_the_walk_finds_every_policy_that_is_taken_away(cast: Cast, superuser: Any, tally: Tally) -> None:
    tables, survivors, killed = tenant_tables(superuser), [], 0
    assert walk_tables(superuser, cast, tables).findings == []
    for table, key in tables.items():
        using, writable = rows(
            superuser,
            "SELECT qual, has_table_privilege('starline_app', tablename::text, 'INSERT') FROM pg_policies"
            " WHERE tablename = %s AND policyname = 'tenant'",
            table,
        )[0]
        for name, change in MUTANTS.items():
            if "WITH CHECK" in change and not writable:
                continue
            superuser.execute("SAVEPOINT mutant")
            superuser.execute(change.format(table=table, using=using))
            found = walk_tables(superuser, cast, {table: key}).findings
            superuser.execute("ROLLBACK TO SAVEPOINT mutant")
            killed += bool(found)
            survivors += [] if found else [f"{table}: {name}"]
    tally.add(mutants_made=killed + len(survivors), mutants_killed=killed)
    assert survivors == []
    assert killed >= 3 * len(tables)


@pytest.mark.trust
def test_the_walk_finds_every_record_scope_that_is_taken_away(cast: Cast, tally: Tally) -> None:
    scoped = [one for one in registry.values() if any(narrows(one, scope) for scope in RecordScope)]
    survivors = []
    for resource in scoped:
        assert walk(cast, screens=False, only=resource, methods=READ_ONLY).findings == []
        with _unscoped(resource):
            found = walk(cast, screens=False, only=resource, methods=READ_ONLY).findings
        survivors += [] if found else [resource.name]
    tally.add(mutants_made=len(scoped), mutants_killed=len(scoped) - len(survivors))
    assert survivors == []
    assert len(scoped) > 10


@contextmanager
def _unscoped(resource: Resource) -> Iterator[None]:
    """The resource's rows shown to everybody of the agency, whatever their record scope."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resource.model, "visible_to", classmethod(lambda cls, viewer: None))
        query.statement.cache_clear()
        yield
    query.statement.cache_clear()
