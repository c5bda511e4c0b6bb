"""A protected value opens in its place and nowhere else."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import boto3
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws
from sqlalchemy import delete, select

from starline.core import crypto, db, shredding, tenancy
from starline.core.adapters.kms import KmsMasterKey
from starline.core.crypto import OrganizationKey, blind_index, decrypt, encrypt, mask
from starline.core.errors import Unavailable, Unreadable
from starline.core.master_keys import LocalMasterKey, master_key
from starline.identity.models import SecondFactor
from tests.identity.factories import HARBOR, SUMMIT, a_person, an_agency

ROW = UUID("00000000-0000-7000-8000-000000000001")
PLACE: dict[str, Any] = {"table": "clients", "column": "ssn_encrypted", "row_id": ROW}


def test_what_was_sealed_opens_in_its_place(harbor: Any) -> None:
    sealed = encrypt("900-12-3456", **PLACE)
    assert b"3456" not in sealed and sealed[0] == crypto.VERSION
    assert decrypt(sealed, **PLACE) == "900-12-3456"


def test_keys_have_256_bits_and_what_they_seal_opens_by_aes_gcm(harbor: Any) -> None:
    sealed, kinds = encrypt("900-12-3456", **PLACE), (crypto.DATA, crypto.INDEX)
    blind_index("900-12-3456")
    with tenancy.acting(HARBOR):
        rows = db.session.query(OrganizationKey).filter(OrganizationKey.purpose.in_(kinds))
        keys = {one.purpose: crypto.unwrap_key(bytes(one.key_encrypted), f"{HARBOR}|{one.purpose}|1") for one in rows}
    assert [len(keys[kind]) for kind in kinds] == [32, 32] and keys[crypto.DATA] != keys[crypto.INDEX]
    place = f"{HARBOR}|clients|ssn_encrypted|{ROW}".encode()
    assert AESGCM(keys[crypto.DATA]).decrypt(sealed[5:17], sealed[17:], place) == b"900-12-3456"


def test_the_same_value_is_sealed_differently_every_time(harbor: Any) -> None:
    assert encrypt("900-12-3456", **PLACE) != encrypt("900-12-3456", **PLACE)


@pytest.mark.parametrize("moved", [{"table": "staff_members"}, {"column": "other"}, {"row_id": UUID(int=2)}])
def test_a_value_copied_elsewhere_does_not_open(harbor: Any, moved: dict[str, Any]) -> None:
    sealed = encrypt("900-12-3456", **PLACE)
    with pytest.raises(Unreadable):
        decrypt(sealed, **{**PLACE, **moved})


def test_a_value_of_another_organisation_does_not_open(harbor: Any) -> None:
    sealed = encrypt("900-12-3456", **PLACE)
    with tenancy.acting(SUMMIT):
        an_agency(SUMMIT, "summit")
        encrypt("so that there is a key of the same number", **PLACE)
        with pytest.raises(Unreadable):
            decrypt(sealed, **PLACE)


@pytest.mark.parametrize("position", [0, 3, 9, -1])
def test_a_value_altered_by_one_bit_does_not_open(harbor: Any, position: int) -> None:
    sealed = bytearray(encrypt("900-12-3456", **PLACE))
    sealed[position] ^= 1
    with pytest.raises(Unreadable):
        decrypt(bytes(sealed), **PLACE)


@given(st.binary(max_size=80))
def test_rubbish_is_refused_and_never_crashes(rubbish: bytes) -> None:
    with tenancy.acting(SUMMIT), pytest.MonkeyPatch.context() as patch:
        patch.setattr(crypto, "_keys", lambda purpose: {1: bytes(32)})
        with pytest.raises(Unreadable):
            decrypt(rubbish, **PLACE)


def test_destroying_the_organisations_keys_shreds_its_values(harbor: Any) -> None:
    sealed = encrypt("900-12-3456", **PLACE)
    db.session.execute(delete(OrganizationKey))
    db.session.info.clear()
    with pytest.raises(Unreadable):
        decrypt(sealed, **PLACE)


def test_a_key_that_was_rolled_back_seals_nothing(harbor: Any) -> None:
    nested = db.session.begin_nested()
    lost = encrypt("900-12-3456", **PLACE)
    nested.rollback()
    kept = encrypt("900-12-3456", **PLACE)
    assert decrypt(kept, **PLACE) == "900-12-3456"
    with pytest.raises(Unreadable):
        decrypt(lost, **PLACE)


def test_a_new_data_key_seals_and_the_old_one_still_opens(harbor: Any) -> None:
    old = encrypt("old", **PLACE)
    crypto.add_data_key()
    new = encrypt("new", **PLACE)
    assert int.from_bytes(new[1:5], "big") == int.from_bytes(old[1:5], "big") + 1
    assert decrypt(old, **PLACE) == "old" and decrypt(new, **PLACE) == "new"


def test_the_wrapped_key_does_not_open_for_another_organisation(harbor: Any) -> None:
    encrypt("900-12-3456", **PLACE)
    wrapped = bytes(db.session.scalars(select(OrganizationKey.key_encrypted)).first() or b"")
    with pytest.raises(Unreadable):
        crypto.unwrap_key(wrapped, f"{SUMMIT}|data|1")


def test_equal_values_have_equal_indexes_within_one_organisation_only(harbor: Any) -> None:
    ours = blind_index("900123456")
    assert ours == blind_index("900123456") != blind_index("900123457") and len(ours) == 64
    with tenancy.acting(SUMMIT):
        an_agency(SUMMIT, "summit")
        assert blind_index("900123456") != ours


def test_an_encrypted_attribute_reads_as_text_and_is_stored_sealed(harbor: Any) -> None:
    factor = SecondFactor(user_id=a_person().id)
    factor.seed = "JBSWY3DPEHPK3PXP"
    db.session.add(factor)
    db.session.flush()
    db.session.expire(factor)
    assert factor.seed == "JBSWY3DPEHPK3PXP" and b"JBSW" not in factor.seed_encrypted
    factor.seed = None
    assert factor.seed is None and factor.seed_encrypted is None
    db.session.expire(factor)


def test_kms_unwraps_for_the_organisation_it_wrapped_for_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        key_id = boto3.client("kms").create_key()["KeyMetadata"]["KeyId"]
        master, key = KmsMasterKey(key_id), bytes(range(32))
        wrapped = master.wrap(key, f"{HARBOR}|data|1")
        assert key not in wrapped and master.unwrap(wrapped, f"{HARBOR}|data|1") == key
        for context in (f"{SUMMIT}|data|1", f"{HARBOR}|index|1", f"{HARBOR}|data|2"):
            with pytest.raises(Unavailable):
                master.unwrap(wrapped, context)


@pytest.mark.parametrize(
    ("text", "masked"), [("900123456", "•••••3456"), ("1234", "••••"), ("12", "••"), ("", ""), (None, "")]
)
def test_a_mask_keeps_the_end_of_a_long_text_and_nothing_of_a_short_one(text: str | None, masked: str) -> None:
    assert mask(text) == masked


def test_the_key_file_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "fields.json"
    first, second = LocalMasterKey(path), LocalMasterKey(path)
    assert first.keys == second.keys and path.stat().st_mode & 0o777 == 0o600
    assert list(json.loads(path.read_text())["keys"]) == ["1"] and len(list(path.parent.iterdir())) == 1


def test_without_the_organisations_secret_a_copy_of_the_database_is_unreadable(harbor: Any) -> None:
    sealed = encrypt("900-12-3456", **PLACE)
    kept = db.session.scalars(select(OrganizationKey.key_encrypted)).all()
    with tenancy.acting(SUMMIT):
        an_agency(SUMMIT, "summit")
        others = encrypt("900-65-4321", **PLACE)
    assert shredding.destroy_secret(HARBOR) and not shredding.destroy_secret(HARBOR)
    db.session.info.clear()
    crypto._unwrap.cache_clear()
    with pytest.raises(Unreadable):
        decrypt(sealed, **PLACE)
    assert db.session.scalars(select(OrganizationKey.key_encrypted)).all() == kept, "the backup's rows are all there"
    with tenancy.acting(SUMMIT):
        assert decrypt(others, **PLACE) == "900-65-4321"


def test_a_key_from_before_there_were_secrets_opens_and_is_sealed_when_it_is_wrapped_anew(harbor: Any) -> None:
    sealed = encrypt("900-12-3456", **PLACE)
    row = db.session.scalars(select(OrganizationKey)).one()
    context = f"{HARBOR}|data|1"
    row.key_encrypted = master_key().wrap(crypto.unwrap_key(bytes(row.key_encrypted), context), context)
    db.session.flush()
    db.session.info.clear()
    assert not shredding.is_sealed(bytes(row.key_encrypted)) and decrypt(sealed, **PLACE) == "900-12-3456"
    crypto.rewrap_keys()
    db.session.info.clear()
    assert shredding.is_sealed(bytes(row.key_encrypted)) and decrypt(sealed, **PLACE) == "900-12-3456"
