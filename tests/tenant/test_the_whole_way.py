"""An agency is taken out, deleted and put back: equal in every row and file, and its neighbour never notices."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text as sql

from app.cli import main
from config import settings
from starline.clients.models import Client
from starline.core import crypto, db, tenancy
from starline.core.db import session
from starline.core.storage import key_for, storage
from starline.lifecycle.tables import COUNTED, LOOSE_REFERENCES, archived_tables, tenant_tables
from tests.caches import forget_everything
from tests.core.test_schema_tables import LOOSE_COLUMNS
from tests.isolation.cast import Cast
from tests.isolation.roles import as_owner, connected, rows
from tests.tenant.conftest import files_of, fingerprint


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["tenant", *words])


def done(*words: str) -> str:
    result = run(*words)
    assert result.exit_code == 0, result.output + str(result.exception or "")
    return result.output


@pytest.fixture(scope="module")
def archive(cast: Cast, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Summit, suspended and exported."""
    with tenancy.acting(cast.summit.id), db.transaction():
        storage().put(key_for("photos", "jpg"), b"a photo", "image/jpeg")
        storage().put(key_for("documents", "pdf"), bytes(range(256)), "application/pdf")
        session.query(Client).first().ssn = "900123456"
        count = session.query(Client).count()
    done("suspend", "summit", "--reason", "They leave")
    path = tmp_path_factory.mktemp("archives") / "summit.zip"
    assert f"\nclients: {count}\n" in done("export", "summit", "--to", str(path))
    return path


def test_the_archive_holds_every_row_of_every_table(cast: Cast, archive: Path) -> None:
    assert archive.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(archive) as opened:
        manifest = json.loads(opened.read("manifest.json"))
    counts = {name: facts["rows"] for name, facts in manifest["tables"].items()}
    present = {name: count for name, (count, _digest) in fingerprint(cast.summit.id).items()}
    assert counts == {table.name: present[table.name] for table in archived_tables()}
    assert min(counts.values()) > 0, "a table without a row proves nothing"
    assert len(manifest["files"]) == len(files_of(cast.summit.id)) >= 3


def test_what_has_changed_since_its_export_is_not_deleted(cast: Cast, archive: Path) -> None:
    with tenancy.acting(cast.summit.id), db.transaction():
        client = session.query(Client).first()
        was, client.diet = client.diet, "Something new"
    before = fingerprint(cast.summit.id)
    refused = run("delete", "summit", "--confirm", "summit", "--reason", "x", "--export", str(archive))
    assert refused.exit_code == 1 and "export again" in refused.output
    assert fingerprint(cast.summit.id) == before and was != "Something new"


def test_an_agency_comes_back_equal_and_its_neighbour_is_untouched(cast: Cast, archive: Path) -> None:
    done("export", "summit", "--to", str(archive))
    summit, files = fingerprint(cast.summit.id), files_of(cast.summit.id)
    harbor, theirs = fingerprint(cast.harbor.id), files_of(cast.harbor.id)
    old_backup = _backup_of(cast.summit.id)
    assert "900123456" in _open_backup(cast.summit.id, old_backup)
    done("delete", "summit", "--confirm", "summit", "--reason", "They left", "--export", str(archive))
    assert {count for count, _digest in fingerprint(cast.summit.id).values()} == {0}
    assert files_of(cast.summit.id) == {}
    assert (fingerprint(cast.harbor.id), files_of(cast.harbor.id)) == (harbor, theirs)
    with pytest.raises(crypto.Unreadable, match="destroyed"):
        _open_backup(cast.summit.id, old_backup)
    assert "say why with --revive" in run("restore", str(archive)).output
    done("restore", str(archive), "--revive", "They came back")
    assert fingerprint(cast.summit.id) == summit
    assert files_of(cast.summit.id) == files
    assert (fingerprint(cast.harbor.id), files_of(cast.harbor.id)) == (harbor, theirs)
    forget_everything()
    with tenancy.acting(cast.summit.id), db.transaction():
        assert "900123456" in {client.ssn for client in session.query(Client)}


def _backup_of(organization_id: object) -> dict[str, list[Any]]:
    """What a backup of the database holds of the agency's keys and of its sealed values."""
    with connected(settings().backup_database_url) as cursor:
        of_keys = "SELECT id::text, purpose, number, key_encrypted FROM organization_keys WHERE organization_id = %s"
        of_values = "SELECT id, ssn_encrypted FROM clients WHERE organization_id = %s AND ssn_encrypted IS NOT NULL"
        keys, values = (rows(cursor, query, str(organization_id)) for query in (of_keys, of_values))
    assert keys and values
    return {"keys": keys, "values": values}


def _open_backup(organization_id: Any, backup: dict[str, list[Any]]) -> list[str]:
    """The sealed values, with the backup's keys back in the database; nothing of it stays."""
    forget_everything()
    insert = sql(
        "INSERT INTO organization_keys (organization_id, id, purpose, number, key_encrypted, created_on, changed_on,"
        " version) VALUES (:organization, :id, :purpose, :number, :key, now(), now(), 1)"
    )
    with tenancy.acting(organization_id):
        try:
            if session.query(crypto.OrganizationKey).count() == 0:
                for key_id, purpose, number, key in backup["keys"]:
                    values = {"id": key_id, "purpose": purpose, "number": number, "key": bytes(key)}
                    session.execute(insert, {**values, "organization": organization_id})
            place = {"table": "clients", "column": "ssn_encrypted"}
            return [crypto.decrypt(bytes(value), row_id=client_id, **place) for client_id, value in backup["values"]]
        finally:
            session.rollback()
            session.remove()


def test_every_table_with_an_organisation_is_exported(database: str) -> None:
    """A table that is added later and not taken along fails here: the database's own list is compared."""
    assert {table.name for table in tenant_tables() if table.is_derived} == {"search_spellings", "search_tokens"}
    query = (
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id'"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
    )
    with as_owner() as cursor:
        found = {name for (name,) in rows(cursor, query)}
    assert {table.name for table in tenant_tables()} == found | {"organizations"}
    assert tenant_tables()[0].name == "organizations" and tenant_tables()[-1].name == COUNTED


def test_every_stored_column_is_exported(database: str) -> None:
    query = (
        "SELECT a.attname FROM pg_attribute a WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped"
        " AND a.attgenerated = ''"
    )
    with as_owner() as cursor:
        for table in tenant_tables():
            assert set(table.columns) == {name for (name,) in rows(cursor, query, table.name)}, table.name


def test_every_number_of_a_person_without_a_foreign_key_is_known() -> None:
    assert set(LOOSE_REFERENCES) == {pair for pair in LOOSE_COLUMNS if pair[1] in ("actor_id", "user_id")}
