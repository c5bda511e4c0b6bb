"""In a masked copy nobody can be recognised, every row is there and every reference holds."""

from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import ARRAY, Enum, LargeBinary, String
from sqlalchemy.dialects.postgresql import JSONB

from app.cli import main
from config import settings
from starline.clients.models import Client
from starline.core import db, tenancy
from starline.core.db import User, session
from starline.lifecycle.classification import CLEARED, Kind, kinds_of
from starline.lifecycle.tables import tenant_tables
from tests.caches import forget_everything
from tests.isolation.cast import CANARY, Cast
from tests.isolation.roles import connected, rows
from tests.tenant.conftest import fingerprint

REMADE = {"organization_keys", "search_spellings", "search_tokens"}
"""Emptied, and made anew for what was masked."""

FREE = (String, LargeBinary, JSONB, ARRAY)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["anonymize", *words])


def name_of_database() -> str:
    return settings().database_url.rsplit("/", 1)[1].split("?")[0]


def test_somebody_has_decided_about_every_text() -> None:
    """A new text column fails here until it is classified."""
    undecided = {
        f"{table.name}.{column.name}"
        for table in tenant_tables()
        for column in table.table.columns
        if table.name not in CLEARED and column.computed is None
        if isinstance(column.type, FREE) and not isinstance(column.type, Enum)
        if column.name not in kinds_of(table.name)
    }
    assert undecided == set()


def test_every_decision_is_about_a_column_there_is() -> None:
    tables = {table.name: set(table.columns) for table in tenant_tables()}
    assert set(tables) >= CLEARED
    for name, columns in tables.items():
        assert set(kinds_of(name)) <= columns, name
        assert not (name in CLEARED and kinds_of(name))
    secrets = {f"{t.name}.{c}" for t in tenant_tables() for c in t.columns if c.endswith(("_encrypted", "_hash"))}
    kept = {one for one in secrets if kinds_of(one.split(".")[0]).get(one.split(".")[1]) is Kind.KEPT}
    assert kept == set()


@pytest.mark.parametrize("name", ["", "starline", "postgres"])
def test_a_database_that_is_not_named_is_left_alone(database: str, name: str) -> None:
    result = run("--i-know-this-is-a-copy", name)
    assert result.exit_code == 1 and "Nothing was changed" in result.output


def test_production_is_never_masked(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value in {
        "ENVIRONMENT": "production",
        "SECRET_KEY": "a secret of production, 0123456789 abc",
        "JWT_KEY": "a token key of production 9876543210 xyz",
        "BASE_DOMAIN": "starline.example",
        "SMTP_URL": "smtp://localhost",
        "BCRYPT_ROUNDS": "12",
    }.items():
        monkeypatch.setenv(f"STARLINE_{key}", value)
    settings.cache_clear()
    try:
        result = run("--i-know-this-is-a-copy", name_of_database())
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert result.exit_code == 1 and "This is production" in result.output


def test_nothing_that_was_written_is_left_and_every_row_is(cast: Cast) -> None:
    with tenancy.acting(cast.summit.id), db.transaction():
        client = session.query(Client).order_by(Client.id).first()
        client.ssn = "900123456"
        client_id, was_born = client.id, client.birth_date
    before = fingerprint(cast.summit.id)
    assert _hits(cast) > 50
    result = run("--i-know-this-is-a-copy", name_of_database(), "--seed", "one")
    assert result.exit_code == 0, result.output
    forget_everything()
    assert _hits(cast) == 0
    after = fingerprint(cast.summit.id)
    for table, (count, _digest) in before.items():
        if table in CLEARED - REMADE:
            assert after[table][0] == 0
        elif table not in REMADE:
            assert after[table][0] == count, table
    with tenancy.acting(cast.summit.id), db.transaction():
        client = session.get(Client, client_id)
        assert {one.casefold() for one in (client.first_name, client.last_name)} <= _known_words(cast)
        assert client.ssn != "900123456" and client.ssn[-4:] == client.ssn_last4
        assert isinstance(was_born, date) and client.birth_date.year == was_born.year
        assert session.query(User).filter(User.password.isnot(None)).count() == 0


def test_the_same_seed_masks_alike_and_another_one_otherwise(cast: Cast) -> None:
    first = _names(cast)
    assert run("--i-know-this-is-a-copy", name_of_database(), "--seed", "one").exit_code == 0
    assert _names(cast) == first
    assert run("--i-know-this-is-a-copy", name_of_database(), "--seed", "two").exit_code == 0
    assert _names(cast) != first


def _names(cast: Cast) -> list[Any]:
    with connected(settings().backup_database_url) as cursor:
        return rows(
            cursor,
            "SELECT id, first_name, last_name, email, birth_date FROM clients WHERE organization_id = %s ORDER BY id",
            str(cast.summit.id),
        )


def _known_words(cast: Cast) -> set[str]:
    """The words that Summit's rows are found by, each of a row as it is now: spellings of others are gone."""
    with connected(settings().backup_database_url) as cursor:
        known = [
            {
                word
                for (word,) in rows(
                    cursor, f"SELECT {column} FROM {table} WHERE organization_id = %s", str(cast.summit.id)
                )
            }
            for table, column in (("search_tokens", "token"), ("search_spellings", "word"))
        ]
    assert known[1] <= known[0]
    return known[0]


def _hits(cast: Cast) -> int:
    """Rows of Summit that show the canary where a person's words stood."""
    found = 0
    with connected(settings().backup_database_url) as cursor:
        for table in tenant_tables():
            masked = [name for name, kind in kinds_of(table.name).items() if kind is not Kind.KEPT]
            if masked:
                shown = " || ' ' || ".join(f"coalesce({name}::text, '')" for name in masked)
                query = f"SELECT count(*) FROM {table.name} WHERE {table.owner} = %s AND {shown} LIKE %s"
                found += rows(cursor, query, str(cast.summit.id), f"%{CANARY}%")[0][0]
    return found
