"""The migrations make what the models declare, and can be taken back."""

from collections.abc import Iterator
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, create_engine, inspect
from sqlalchemy import text as sql

import starline.models  # noqa: F401  (fills the metadata)
from config import settings
from migrations import sealing
from starline.core.db import metadata
from starline.core.release import alembic_config, migrate
from tests.isolation.roles import as_runtime, rows, scratch_database

pytestmark = pytest.mark.usefixtures("database")

UNUSED_BY_US = ("ab_group", "ab_register_user", "ab_api_key", "ab_user_group", "audit_events_")


@pytest.fixture(scope="module")
def scratch(_copy: Any) -> Iterator[str]:
    with scratch_database(_copy, "migrations") as addresses:
        yield addresses["STARLINE_OWNER_DATABASE_URL"]


def test_the_models_declare_what_the_migrations_make() -> None:
    owner = create_engine(settings().owner_database_url)
    with owner.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": _is_ours, "compare_type": True, "compare_server_default": False}
        )
        differences = compare_metadata(context, metadata)
    owner.dispose()
    assert differences == []


def test_every_declared_check_stands_in_the_database() -> None:
    """Alembic's comparison leaves check constraints out."""
    declared = {
        (table.name, str(one.name))
        for table in metadata.tables.values()
        for one in table.constraints
        if isinstance(one, CheckConstraint) and not table.name.startswith(UNUSED_BY_US)
    }
    with as_runtime() as cursor:
        query = "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0"
        found = {pair for pair in rows(cursor, query) if pair[0] in metadata.tables}
    assert len(declared) > 40
    assert found == declared


def test_there_is_one_line_of_migrations_without_branches() -> None:
    script = ScriptDirectory.from_config(alembic_config())
    assert len(script.get_heads()) == 1 and len(script.get_bases()) == 1


def test_every_migration_is_taken_back_and_made_again(scratch: str) -> None:
    before = _shape(scratch)
    steps = len(list(ScriptDirectory.from_config(alembic_config()).walk_revisions()))
    for _step in range(steps):
        _run(scratch, lambda config: command.downgrade(config, "-1"))
    owner = create_engine(scratch)
    assert set(inspect(owner).get_table_names()) == {"alembic_version"}
    with owner.connect() as connection:
        left = connection.scalars(sql("SELECT nspname FROM pg_namespace WHERE nspname = 'app'")).all()
    owner.dispose()
    assert left == []
    migrate(scratch)
    assert _shape(scratch) == before


def test_a_migration_that_fails_leaves_those_before_it(scratch: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And so one that locks a table doesn't keep it until the last has come."""
    _run(scratch, lambda config: command.downgrade(config, "0031"))
    with monkeypatch.context() as patch:
        patch.setattr(sealing, "seal_texts", refuse)
        with pytest.raises(RuntimeError, match="the disk is full"):
            migrate(scratch)
    assert _revision(scratch) == "0032"
    migrate(scratch)
    assert _revision(scratch) == ScriptDirectory.from_config(alembic_config()).get_current_head()


def refuse(*_columns: Any) -> None:
    raise RuntimeError("the disk is full")


def _revision(url: str) -> str:
    owner = create_engine(url)
    with owner.connect() as connection:
        found = connection.scalars(sql("SELECT version_num FROM alembic_version")).one()
    owner.dispose()
    return str(found)


def test_a_release_can_be_repeated(scratch: str) -> None:
    migrate(scratch)
    before = _shape(scratch)
    migrate(scratch)
    assert _shape(scratch) == before


def _run(url: str, step: Any) -> None:
    owner = create_engine(url)
    with owner.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        step(config)
    owner.dispose()


def _shape(url: str) -> dict[str, Any]:
    """Everything about the schema that a migration could forget, as PostgreSQL writes it down."""
    owner = create_engine(url)
    questions = {
        "columns": "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns"
        " WHERE table_schema IN ('public', 'app') ORDER BY 1, 2",
        "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2",
        "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
        "policies": "SELECT tablename, policyname, roles::text, qual, with_check FROM pg_policies ORDER BY 1, 2",
        "triggers": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1",
        "functions": "SELECT oid::regprocedure::text, prosrc, proacl::text FROM pg_proc"
        " WHERE pronamespace = 'app'::regnamespace ORDER BY 1",
        "rights": "SELECT relname, relacl::text FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1",
    }
    with owner.connect() as connection:
        found = {name: [tuple(row) for row in connection.execute(sql(query))] for name, query in questions.items()}
    owner.dispose()
    return found


def _is_ours(thing: object, name: str | None, kind: str, reflected: bool, compared: object) -> bool:
    return kind != "table" or not (name or "").startswith(UNUSED_BY_US)
