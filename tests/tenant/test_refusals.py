"""What an operator's command refuses, and that a refusal leaves everything as it was."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app.cli import main
from config import settings
from starline.core import shredding, tenancy
from starline.core.storage import storage
from starline.lifecycle import certificates
from tests.isolation.cast import Cast
from tests.isolation.roles import connected, rows
from tests.tenant.conftest import files_of, fingerprint


def run(*words: str) -> Any:
    return CliRunner().invoke(main, ["tenant", *words])


def done(*words: str) -> str:
    result = run(*words)
    assert result.exit_code == 0, result.output + str(result.exception or "")
    output: str = result.output
    return output


def refused(sentence: str, *words: str) -> None:
    result = run(*words)
    assert result.exit_code == 1 and sentence in result.output, result.output + str(result.exception)


@pytest.fixture(scope="module")
def archive(cast: Cast, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archives") / "spare.zip"
    done("export", "summit", "--to", str(path))
    return path


def owner(statement: str) -> None:
    with connected(settings().owner_database_url) as cursor:
        cursor.execute(statement)
        cursor.connection.commit()


def test_a_table_without_its_policy_is_noticed(cast: Cast, tmp_path: Path) -> None:
    """Without a policy PostgreSQL shows the runtime role no row and says nothing."""
    policy = "CREATE POLICY tenant ON contacts USING ({0}) WITH CHECK ({0})"
    owner("DROP POLICY tenant ON contacts")
    try:
        refused(
            "its policy shows 0 rows and the backup role counts 2", "export", "summit", "--to", str(tmp_path / "x.zip")
        )
    finally:
        owner(policy.format("organization_id = (SELECT app.current_organization_id())"))
    assert list(tmp_path.iterdir()) == [], "no archive, and no half of one"


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("--confirm says sumit", ("delete", "summit", "--confirm", "sumit", "--reason", "x", "--without-export")),
        ("Give either", ("delete", "summit", "--confirm", "summit", "--reason", "x")),
        ("suspend it first", ("delete", "summit", "--confirm", "summit", "--reason", "x", "--without-export")),
        ("Give a reason", ("delete", "summit", "--confirm", "summit", "--reason", " ", "--without-export")),
        ("no agency", ("delete", "platform", "--confirm", "platform", "--reason", "x", "--without-export")),
        ("no agency", ("export", "nobody", "--to", "x.zip")),
    ],
)
def test_a_careless_command_deletes_nothing(cast: Cast, sentence: str, words: tuple[str, ...]) -> None:
    before = fingerprint(cast.summit.id)
    refused(sentence, *words)
    assert fingerprint(cast.summit.id) == before


def test_an_agency_that_is_here_is_not_restored_over(cast: Cast, archive: Path) -> None:
    before, files = fingerprint(cast.summit.id), files_of(cast.summit.id)
    refused("Other agencies here use", "restore", str(archive))
    refused("is here already", "restore", str(archive), "--renumber")
    assert (fingerprint(cast.summit.id), files_of(cast.summit.id)) == (before, files)
    assert shredding._store().exists(shredding._key(cast.summit.id)), "the secret of the agency that is here stays"


def _altered(archive: Path, made: Path, member: str, change: Any) -> Path:
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == member else content)
    return made


def test_a_damaged_or_foreign_archive_is_refused(cast: Cast, archive: Path, tmp_path: Path) -> None:
    clients = _altered(archive, tmp_path / "a.zip", "tables/clients.jsonl", lambda raw: raw.replace(b"e", b"f", 1))
    refused("tables/clients.jsonl is not what its manifest says", "restore", str(clients))
    older = _altered(
        archive,
        tmp_path / "b.zip",
        "manifest.json",
        lambda raw: json.dumps({**json.loads(raw), "schema_revision": "0001"}).encode(),
    )
    refused("of schema 0001", "restore", str(older))
    (tmp_path / "c.zip").write_bytes(b"no archive at all")
    refused("is no archive", "restore", str(tmp_path / "c.zip"))


def test_what_a_recovery_brings_back_is_deleted_again(cast: Cast, archive: Path, tmp_path: Path) -> None:
    clients = fingerprint(cast.summit.id)["clients"][0]
    done("suspend", "summit", "--reason", "They leave")
    done("export", "summit", "--to", str(archive))
    page = done("delete", "summit", "--confirm", "summit", "--reason", "They left", "--without-export")
    certificate = Path(page.rsplit("The certificate is ", 1)[1].strip().rstrip("."))
    facts = json.loads(certificate.with_suffix(".json").read_text())
    assert facts["reason"] == "They left" and facts["rows"]["clients"] == clients > 1 and facts["files"]["count"] >= 1
    text = certificate.with_suffix(".json").read_text()
    assert certificates.digest_of(text) in certificate.read_text()
    with connected(settings().owner_database_url) as cursor:
        cursor.execute("SELECT set_config('app.context', %s, true)", (tenancy.Context(tenancy.PLATFORM_ID).signed(),))
        (buried,) = rows(cursor, "SELECT certificate_sha256 FROM tenant_tombstones WHERE slug = 'summit'")
    assert buried == (certificates.digest_of(text),)
    _recover(cast, archive)
    assert fingerprint(cast.summit.id)["clients"][0] == facts["rows"]["clients"]
    assert "Deleted again: 1." in done("replay-tombstones")
    assert {count for count, _digest in fingerprint(cast.summit.id).values()} == {0}
    assert files_of(cast.summit.id) == {} and "Deleted again: 0." in done("replay-tombstones")


def _recover(cast: Cast, archive: Path) -> None:
    """As after a recovery to before the deletion: the rows are there, the tombstone isn't, the certificate is."""
    kept = certificates._read(cast.summit.id)
    done("restore", str(archive), "--revive", "to stand for a recovery")
    owner(
        f"SELECT set_config('app.context', '{tenancy.Context(tenancy.PLATFORM_ID).signed()}', true);"
        " DELETE FROM tenant_tombstones"
    )
    certificates._write(cast.summit.id, kept or {})
    with tenancy.acting(cast.summit.id):
        assert list(storage().list_keys())
