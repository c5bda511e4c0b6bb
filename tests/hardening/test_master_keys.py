"""Another master key: whoever has keys goes along, whatever its state, and the old one can be taken away."""

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import boto3
import pytest
from click.testing import CliRunner, Result
from moto import mock_aws

from app.cli import main
from config import settings
from starline.clients.models import Client
from starline.core import crypto, db, master_keys, shredding, tenancy
from starline.core.adapters.kms import KmsMasterKey
from starline.core.errors import Conflict, Unavailable, Unreadable
from starline.core.master_keys import MasterKeys
from starline.core.tenancy import PLATFORM_ID
from starline.identity.models import SecondFactor
from starline.organizations.service import set_up_platform
from tests.organizations.factories import HARBOR, SUMMIT, a_client, acting_for

SSN, SEED = "212548890", "JBSWY3DPEHPK3PXP"
CONTEXT = f"{HARBOR}|data|1"
OPERATOR = {
    "administrator_email": "operator@starline.example",
    "administrator_first_name": "Olu",
    "administrator_last_name": "Okafor",
}


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A key file of its own, with the agencies' secrets beside it."""
    path = tmp_path / "keys" / "fields.json"
    monkeypatch.setenv("STARLINE_FIELD_KEY_FILE", str(path))
    begin_anew()
    yield path
    monkeypatch.undo()
    begin_anew()


@pytest.fixture
def kms(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield boto3.client("kms")


def begin_anew() -> None:
    """What a process that has just started knows."""
    db.session.remove()
    for kept in (settings, shredding._store, master_keys.master_key, crypto._unwrap):
        kept.cache_clear()


def made(kms: Any) -> str:
    return str(kms.create_key()["KeyMetadata"]["Arn"])


def call(*words: str) -> Result:
    return CliRunner().invoke(main, ["keys", *words])


def done(*words: str) -> str:
    result = call(*words)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def seed(database: str, key_file: Path) -> int:
    """Harbor with a client, Summit too but suspended, and an operator with a second factor, whose number this is."""
    importlib.import_module("starline.subscribers")
    with tenancy.acting(PLATFORM_ID), db.transaction():
        set_up_platform(OPERATOR)
        person = db.session.query(db.User).filter_by(email=OPERATOR["administrator_email"]).one()
        factor = SecondFactor(user_id=person.id)
        factor.seed = SEED
        db.session.add(factor)
    for agency, slug in ((HARBOR, "harbor"), (SUMMIT, "summit")):
        with acting_for(agency, slug), db.transaction():
            a_client(ssn=SSN)
    assert CliRunner().invoke(main, ["tenant", "suspend", "summit", "--reason", "Unpaid"]).exit_code == 0
    return int(person.id)


def opened(agency: UUID) -> list[str | None]:
    with tenancy.acting(agency), db.transaction():
        return [client.ssn for client in db.session.query(Client)]


def opened_seed(person: int) -> str | None:
    with tenancy.acting(PLATFORM_ID), db.transaction():
        return db.session.query(SecondFactor).filter_by(user_id=person).one().seed


def test_everybody_goes_from_the_key_file_to_kms(
    seed: int, key_file: Path, kms: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = done("status")
    assert "Current master key file 1: " in first and "Older" not in first
    assert "Master key 2 is in" in done("new") and key_file.stat().st_mode & 0o777 == 0o600
    between = done("status").splitlines()
    assert "Current master key file 2: 0 keys of 0 organisations." in between
    assert any(line.startswith("Older master key file 1: ") and "harbor, platform, summit" in line for line in between)
    assert opened(SUMMIT) == [SSN], "the older key still opens"

    wrapped = done("rewrap")
    assert all(f"{name}: " in wrapped for name in ("harbor", "platform", "summit"))
    assert "Older" not in done("status")
    _take_away(key_file, "1")
    begin_anew()
    assert (opened(HARBOR), opened(SUMMIT), opened_seed(seed)) == ([SSN], [SSN], SEED)

    key_id = made(kms)
    monkeypatch.setenv("STARLINE_KMS_KEY", key_id)
    begin_anew()
    assert (opened(SUMMIT), opened_seed(seed)) == ([SSN], SEED), "what the file's key wrapped opens beside KMS"
    assert call("new").exit_code == 1
    done("rewrap")
    told = done("status")
    assert f"Current master key KMS {key_id}: " in told and "Older" not in told
    key_file.unlink()
    begin_anew()
    assert (opened(HARBOR), opened(SUMMIT), opened_seed(seed)) == ([SSN], [SSN], SEED)
    assert not key_file.exists()


def test_an_organisation_that_does_not_open_keeps_nobody_else_back(database: str, key_file: Path) -> None:
    lost, there = UUID(int=0xC3), UUID(int=0xD4)
    for agency, slug in ((lost, "lagoon"), (there, "valley")):
        with acting_for(agency, slug), db.transaction():
            a_client(ssn=SSN)
    shredding.destroy_secret(lost)
    begin_anew()
    done("new")
    result = call("rewrap")
    assert result.exit_code == 1 and "Not wrapped anew: " in result.output and "lagoon" in result.output.split(": ")[-1]
    assert "valley: 2 keys are wrapped anew." in result.output and "valley" not in result.output.split(": ")[-1]
    told = done("status")
    assert "lagoon: its keys don't open: " in told and "Current master key file 2: 3 keys of 1 organisations." in told
    assert opened(there) == [SSN]


def test_a_kms_key_is_replaced_by_another_while_the_settings_name_it_as_a_former_one(kms: Any, tmp_path: Path) -> None:
    old, new, path, key = made(kms), made(kms), tmp_path / "none.json", bytes(range(32))
    wrapped = MasterKeys(path, old).wrap(key, CONTEXT)
    assert master_keys.name_of(wrapped) == f"KMS {old}"
    with pytest.raises(Unreadable, match="former"):
        MasterKeys(path, new).unwrap(wrapped, CONTEXT)
    both = MasterKeys(path, new, (old,))
    assert both.unwrap(wrapped, CONTEXT) == key
    assert master_keys.name_of(both.wrap(key, CONTEXT)) == both.current == f"KMS {new}"
    back = MasterKeys(tmp_path / "back.json", None, (old,))
    assert back.unwrap(wrapped, CONTEXT) == key and master_keys.name_of(back.wrap(key, CONTEXT)) == "file 1"
    assert not path.exists()


@pytest.mark.parametrize("beginning", [b"", b"\x01\x02\x02\x00x"])
def test_what_kms_wrapped_before_names_were_kept_opens(kms: Any, tmp_path: Path, beginning: bytes) -> None:
    """AWS begins with version bytes, its stand-in with the key's id."""
    old, new, key = made(kms), made(kms), bytes(range(32))
    answer = beginning + KmsMasterKey(old).wrap(key, CONTEXT)
    assert master_keys.name_of(answer) == master_keys.UNNAMED
    if not beginning:
        assert MasterKeys(tmp_path / "none.json", new, (old,)).unwrap(answer, CONTEXT) == key
        with pytest.raises(Unavailable):
            MasterKeys(tmp_path / "none.json", new).unwrap(answer, CONTEXT)


def test_a_running_process_learns_of_a_new_key_in_the_file(key_file: Path) -> None:
    running, key = MasterKeys(key_file), bytes(range(32))
    before = running.wrap(key, CONTEXT)
    assert master_keys.add_to_file(key_file) == "2"
    theirs = MasterKeys(key_file).wrap(key, CONTEXT)
    assert running.unwrap(theirs, CONTEXT) == running.unwrap(before, CONTEXT) == key
    assert master_keys.name_of(theirs) == master_keys.name_of(running.wrap(key, CONTEXT)) == "file 2"


def test_a_new_key_keeps_the_files_mode_and_never_lets_others_read(key_file: Path) -> None:
    for mode, kept in ((0o640, 0o640), (0o600, 0o600), (0o644, 0o640)):
        master_keys.add_to_file(key_file)
        key_file.chmod(mode)
        master_keys.add_to_file(key_file)
        assert key_file.stat().st_mode & 0o777 == kept
    assert len(json.loads(key_file.read_text())["keys"]) == 7 and list(key_file.parent.iterdir()) == [key_file]


def test_two_runs_do_not_lose_one_anothers_key(key_file: Path) -> None:
    master_keys.add_to_file(key_file)
    before = key_file.read_text()
    other = key_file.with_name("fields.json.new")
    other.touch()
    with pytest.raises(Conflict, match=r"fields\.json\.new"):
        master_keys.add_to_file(key_file)
    assert key_file.read_text() == before and other.exists() and call("new").exit_code == 1


def _take_away(path: Path, name: str) -> None:
    content = json.loads(path.read_text())
    del content["keys"][name]
    path.write_text(json.dumps(content))
