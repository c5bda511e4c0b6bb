"""Heads outside the database: kept once, told for good, whatever somebody does to the keeper."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from starline.core import clock
from starline.core.adapters.head_bucket import HeadBucket
from starline.core.adapters.head_files import HeadFiles
from starline.core.audit import heads
from starline.core.audit.heads import HeadStore
from starline.core.audit.rules import Head
from starline.core.errors import Unavailable
from starline.core.identifiers import uuid7
from tests.audit.trail import blocks_of, findings, look, seal_everything

HARBOR = UUID("00000000-0000-7000-8000-0000000000a1")
BUCKET = "starline-audit"


def head(number: int, organization_id: UUID = HARBOR) -> Head:
    at = datetime(2026, 11, 24, 4, 0, number, 123456, tzinfo=UTC)
    return Head(organization_id, number, number * 10, number * 10 + 9, 10, f"{number:064x}", at)


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, value in (("DEFAULT_REGION", "us-east-1"), ("ACCESS_KEY_ID", "test"), ("SECRET_ACCESS_KEY", "test")):
        monkeypatch.setenv(f"AWS_{name}", value)
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
        yield client


@pytest.fixture(params=["files", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> HeadStore:
    if request.param == "files":
        return HeadFiles(tmp_path / "heads")
    request.getfixturevalue("s3")
    return HeadBucket(BUCKET, 30)


def test_heads_come_back_as_they_were_kept_by_organisation_and_number(store: HeadStore) -> None:
    other = uuid7()
    for number in (1, 2, 3, 11):
        store.append(head(number))
    store.append(head(1, other))
    assert store.heads(HARBOR) == [head(1), head(2), head(3), head(11)]
    assert store.heads(HARBOR, 2) == [head(3), head(11)]
    assert store.heads(HARBOR, 11) == [] and store.heads(uuid7()) == []
    assert store.organizations() == sorted([HARBOR, other])


def test_a_second_head_of_one_number_stands_beside_the_first(store: HeadStore) -> None:
    forged = replace(head(1), block_hash="f" * 64)
    store.append(head(1))
    store.append(forged)
    assert {one.block_hash for one in store.heads(HARBOR)} == {head(1).block_hash, "f" * 64}


def test_a_locked_head_can_be_hidden_but_not_taken_away(s3: Any) -> None:
    store = HeadBucket(BUCKET, 30)
    store.append(head(1))
    (version,) = s3.list_object_versions(Bucket=BUCKET)["Versions"]
    s3.delete_object(Bucket=BUCKET, Key=version["Key"])
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET)
    assert store.heads(HARBOR) == [head(1)]
    with pytest.raises(ClientError):
        s3.delete_object(Bucket=BUCKET, Key=version["Key"], VersionId=version["VersionId"])
    lock = s3.head_object(Bucket=BUCKET, Key=version["Key"], VersionId=version["VersionId"])
    assert lock["ObjectLockMode"] == "COMPLIANCE"
    assert lock["ObjectLockRetainUntilDate"] > clock.now() + timedelta(days=29)


def test_files_are_readable_by_their_owner_alone_and_only_grow(tmp_path: Path) -> None:
    store = HeadFiles(tmp_path / "heads")
    store.append(head(1))
    (file,) = (tmp_path / "heads").rglob("*.jsonl")
    assert file.stat().st_mode & 0o777 == 0o600 and file.parent.stat().st_mode & 0o777 == 0o700
    before = file.read_text()
    store.append(head(2))
    assert file.read_text().startswith(before)


def test_a_half_written_line_hides_no_other(tmp_path: Path) -> None:
    store = HeadFiles(tmp_path / "heads")
    store.append(head(1))
    (file,) = (tmp_path / "heads").rglob("*.jsonl")
    file.write_text(file.read_text() + '[2, 20, 29, "')
    store.append(head(2))
    store.append(head(3))
    assert store.heads(HARBOR) == [head(1), head(2), head(3)]


def test_heads_beyond_one_file_are_read_from_where_they_are_asked(tmp_path: Path) -> None:
    store = HeadFiles(tmp_path / "heads")
    numbers = (9_998, 9_999, 10_000, 20_001)
    for number in numbers:
        store.append(replace(head(1), number=number))
    assert [one.number for one in store.heads(HARBOR)] == list(numbers)
    assert [one.number for one in store.heads(HARBOR, 9_999)] == [10_000, 20_001]


def test_a_keeper_that_cannot_be_reached_says_so(s3: Any) -> None:
    for act in (lambda store: store.append(head(1)), lambda store: store.heads(HARBOR)):
        with pytest.raises(Unavailable):
            act(HeadBucket("no-such-bucket", 30))


def test_sealing_and_verifying_work_with_a_bucket_as_with_files(
    agency: UUID, s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = HeadBucket(BUCKET, 30)
    monkeypatch.setattr(heads, "head_store", lambda: store)
    monkeypatch.setattr("starline.core.audit.verification.head_store", lambda: store)
    look(agency, uuid7())
    seal_everything()
    (block,) = blocks_of(agency)
    assert [one.block_hash for one in store.heads(agency)] == [block.block_hash]
    assert findings(agency) == []
