"""An archive on another platform: an empty one gets the same rows; where numbers are taken, new ones are given."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app.cli import main
from config import settings
from starline.clients.models import Client
from starline.core import db, shredding, tenancy
from starline.core.db import User, session
from starline.core.master_keys import master_key
from starline.lifecycle.tables import COUNTED, table_named
from tests.caches import forget_everything
from tests.isolation.cast import Cast
from tests.isolation.roles import connected, rows, scratch_database
from tests.tenant.conftest import fingerprint

PASSPHRASE = "a long passphrase of the operators"


def done(*words: str) -> str:
    result = CliRunner().invoke(main, ["tenant", *words])
    assert result.exit_code == 0, result.output + str(result.exception or "")
    return str(result.output)


@contextmanager
def elsewhere(addresses: dict[str, str], folder: Path) -> Iterator[None]:
    """This process as one of another platform: its own database, files and master key."""
    own = {
        "STARLINE_FILES_DIR": str(folder / "files"),
        "STARLINE_FIELD_KEY_FILE": str(folder / "keys" / "fields.json"),
        "STARLINE_VAR_DIR": str(folder),
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (addresses | own).items():
            patch.setenv(name, value)
        _begin_anew()
        yield
        session.remove()
        db.engine().dispose()
    _begin_anew()


def _begin_anew() -> None:
    session.remove()
    storage = importlib.import_module("starline.core.storage").storage
    for kept in (settings, db.engine, storage, shredding._store, master_key):
        kept.cache_clear()
    forget_everything()


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("secret") / "passphrase"
    path.write_text(PASSPHRASE + "\n")
    return path


@pytest.fixture(scope="module")
def archive(cast: Cast, secret: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with tenancy.acting(cast.harbor.id), db.transaction():
        session.query(Client).order_by(Client.id).first().ssn = "900123456"
    path = tmp_path_factory.mktemp("archives") / "harbor.zip"
    done("export", "harbor", "--to", str(path), "--passphrase-file", str(secret))
    return path


def test_an_empty_platform_gets_the_same_rows(
    cast: Cast, archive: Path, secret: Path, _copy: Any, tmp_path: Path
) -> None:
    before = fingerprint(cast.harbor.id)
    with scratch_database(_copy, "empty") as addresses, elsewhere(addresses, tmp_path):
        refused = CliRunner().invoke(main, ["tenant", "restore", str(archive)])
        assert refused.exit_code == 1 and "--passphrase-file" in refused.output
        done("restore", str(archive), "--passphrase-file", str(secret))
        after = fingerprint(cast.harbor.id)
        # The wrapped keys are of this platform's master key.
        assert {table for table in before if before[table] != after[table]} == {"organization_keys"}
        with tenancy.acting(cast.harbor.id), db.transaction():
            assert "900123456" in {client.ssn for client in session.query(Client)}
            newest = session.query(User.id).order_by(User.id.desc()).limit(1).scalar()
        with connected(settings().owner_database_url) as cursor:
            assert rows(cursor, "SELECT nextval('ab_user_id_seq') > %s", newest) == [(True,)]
    assert fingerprint(cast.harbor.id) == before


def test_taken_numbers_are_given_anew_wherever_they_are_named(
    cast: Cast, archive: Path, secret: Path, _copy: Any, tmp_path: Path
) -> None:
    clients = fingerprint(cast.harbor.id)["clients"][0]
    with scratch_database(_copy, "taken") as addresses, elsewhere(addresses, tmp_path):
        create = [
            "organization",
            "create",
            "--name",
            "Valley Care",
            "--slug",
            "valley",
            "--email",
            "ada@valley.example",
        ]
        made = CliRunner().invoke(main, [*create, "--first-name", "Ada", "--last-name", "Prentiss"])
        assert made.exit_code == 0, made.output
        plain = ["tenant", "restore", str(archive), "--passphrase-file", str(secret)]
        refused = CliRunner().invoke(main, plain)
        assert refused.exit_code == 1 and "--renumber" in refused.output
        done(*plain[1:], "--renumber")
        assert _named(cast.harbor.id) == _expected(archive)
        restored = fingerprint(cast.harbor.id)
        assert restored[COUNTED][0] == 1 and restored["clients"][0] == clients > 1


def _named(organization_id: object) -> list[tuple[Any, ...]]:
    """Who is named by rows and by the audit trail, by e-mail address instead of by number."""
    return _people(
        "SELECT 'client', c.id::text, u.email FROM clients c JOIN ab_user u ON u.id = c.created_by_fk"
        " WHERE c.organization_id = %(id)s AND u.organization_id = %(id)s"
        " UNION ALL SELECT 'audit', a.id::text, u.email FROM audit_events a JOIN ab_user u ON u.id = a.actor_id"
        " WHERE a.organization_id = %(id)s AND u.organization_id = %(id)s"
        " UNION ALL SELECT 'subject', a.id::text, u.email FROM audit_events a JOIN ab_user u ON u.id::text = a.subject_id"
        " WHERE a.organization_id = %(id)s AND u.organization_id = %(id)s AND a.subject = 'ab_user'"
        " UNION ALL SELECT 'change', a.id::text, u.email FROM audit_events a JOIN ab_user u"
        " ON u.id::text = a.changes -> 'user_id' ->> 1"
        " WHERE a.organization_id = %(id)s AND u.organization_id = %(id)s AND a.subject = 'ab_user_role'",
        organization_id,
    )


def _people(query: str, organization_id: object) -> list[tuple[Any, ...]]:
    with connected(settings().backup_database_url) as cursor:
        cursor.execute(query, {"id": str(organization_id)})
        return sorted(cursor.fetchall())


_before: dict[str, list[tuple[Any, ...]]] = {}


@pytest.fixture(scope="module", autouse=True)
def _remembered(cast: Cast, archive: Path) -> None:
    _before[str(archive)] = _named(cast.harbor.id)
    assert {kind for kind, *_rest in _before[str(archive)]} == {"client", "audit", "subject", "change"}
    assert table_named("ab_user").references()["id"] == "ab_user"


def _expected(archive: Path) -> list[tuple[Any, ...]]:
    return _before[str(archive)]
