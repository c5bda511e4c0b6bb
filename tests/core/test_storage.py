"""A file belongs to one organisation, and its address to one person for five minutes."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import boto3
import pytest
from moto import mock_aws

from starline.core import clock, tenancy
from starline.core.adapters.local_files import LocalFiles
from starline.core.adapters.s3 import S3Files
from starline.core.errors import NotFound, Unavailable
from starline.core.storage import Storage, key_for, read_ticket, sign

HARBOR = UUID("00000000-0000-7000-8000-0000000000a1")
SUMMIT = UUID("00000000-0000-7000-8000-0000000000b2")


@pytest.fixture
def local(tmp_path: Path) -> Storage:
    return Storage(LocalFiles(tmp_path / "files"))


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="starline-files")
        yield Storage(S3Files("starline-files"))


@pytest.fixture(params=["local", "bucket"])
def store(request: pytest.FixtureRequest) -> Storage:
    found: Storage = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def harbor() -> Iterator[None]:
    with tenancy.acting(HARBOR, user_id=7):
        yield


def test_a_file_is_kept_replaced_and_removed(store: Storage, harbor: None) -> None:
    key = store.put(key_for("logos", "png"), b"one", "image/png")
    assert key.startswith(f"organizations/{HARBOR}/logos/") and store.get(key) == b"one"
    store.put(key, b"two", "image/png")
    assert store.get(key) == b"two" and store.exists(key)
    store.delete(key)
    store.delete(key)
    assert not store.exists(key)
    with pytest.raises(NotFound):
        store.get(key)


def test_another_organisations_file_is_not_found(store: Storage, harbor: None) -> None:
    key = store.put(key_for("photos", "jpg"), b"secret", "image/jpeg")
    with tenancy.acting(SUMMIT, user_id=7):
        for attempt in (store.get, store.exists, store.delete, store.signed_url):
            with pytest.raises(NotFound):
                attempt(key)
        with pytest.raises(NotFound):
            store.put(key, b"overwritten", "image/jpeg")
    assert store.get(key) == b"secret"


@pytest.mark.parametrize(
    "tail",
    ["../x.png", "a/../../x.png", "/etc/passwd", "a//x.png", "", ".hidden/x", "a\0b", "a\\..\\b", "x" * 500, "a b"],
)
def test_a_key_that_leads_elsewhere_is_not_found(store: Storage, harbor: None, tail: str) -> None:
    with pytest.raises(NotFound):
        store.put(f"organizations/{HARBOR}/{tail}", b"x", "text/plain")


def test_the_disk_refuses_to_leave_its_directory(tmp_path: Path) -> None:
    files = LocalFiles(tmp_path / "files")
    (tmp_path / "secret").write_text("x")
    for key in ("../secret", "/etc/passwd", "", "."):
        with pytest.raises(NotFound):
            files.get(key)


def test_nothing_is_left_behind_by_an_interrupted_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = LocalFiles(tmp_path)
    files.put("organizations/x/a.txt", b"whole", "text/plain")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(Unavailable):
        files.put("organizations/x/a.txt", b"half", "text/plain")
    assert files.get("organizations/x/a.txt") == b"whole"
    assert [path.name for path in (tmp_path / "organizations/x").iterdir()] == ["a.txt"]


def test_an_address_opens_one_file_for_one_person(local: Storage, harbor: None) -> None:
    key = local.put(key_for("photos", "jpg"), b"x", "image/jpeg")
    token = local.signed_url(key).removeprefix("/files/")
    assert read_ticket(token).key == key
    with tenancy.acting(HARBOR, user_id=8), pytest.raises(NotFound):
        read_ticket(token)
    with tenancy.acting(SUMMIT, user_id=7), pytest.raises(NotFound):
        read_ticket(token)


def test_an_address_ends_after_five_minutes_however_long_was_asked(local: Storage, harbor: None) -> None:
    key = local.put(key_for("photos", "jpg"), b"x", "image/jpeg")
    token = local.signed_url(key, 86_400).removeprefix("/files/")
    with clock.frozen(clock.now() + timedelta(seconds=298)):
        assert read_ticket(token)
    with clock.frozen(clock.now() + timedelta(seconds=301)), pytest.raises(NotFound):
        read_ticket(token)


def test_a_forged_address_is_not_found(harbor: None) -> None:
    token = sign(f"organizations/{HARBOR}/a/b.png", 60)
    facts, signature = token.split(".")
    other = sign(f"organizations/{HARBOR}/a/c.png", 60).split(".")[0]
    for forged in (
        f"{other}.{signature}",
        f"{facts}.",
        facts,
        "",
        "a.b.c",
        f"{facts}.é",
        "!.!",
        f"{facts}.{signature[:-2]}",
    ):
        with pytest.raises(NotFound):
            read_ticket(forged)


def test_nobody_signed_in_gets_no_address(local: Storage) -> None:
    with tenancy.acting(HARBOR), pytest.raises(NotFound):
        local.signed_url(f"organizations/{HARBOR}/a/b.png")


def test_objects_are_encrypted_at_rest(bucket: Storage, harbor: None) -> None:
    key = bucket.put(key_for("logos", "png"), b"x", "image/png")
    described = boto3.client("s3").head_object(Bucket="starline-files", Key=key)
    assert (described["ServerSideEncryption"], described["ContentType"]) == ("AES256", "image/png")
    assert "X-Amz-Expires=300" in bucket.signed_url(key, 3_000)


def test_a_store_that_cannot_be_reached_is_trouble_and_not_an_absent_file(
    monkeypatch: pytest.MonkeyPatch, harbor: None
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    away = Storage(S3Files("starline-files"))
    key = key_for("logos", "png")
    for ask in (lambda: away.put(key, b"x", "image/png"), lambda: away.get(key), lambda: away.open(key)):
        with pytest.raises(Unavailable):
            ask()


def test_a_missing_bucket_is_trouble_and_not_an_absent_file(bucket: Storage, harbor: None) -> None:
    elsewhere = Storage(S3Files("no-such-bucket"))
    with pytest.raises(Unavailable):
        elsewhere.put(key_for("logos", "png"), b"x", "image/png")


def test_the_keys_of_an_organisation_are_listed_in_order_and_no_others(store: Storage, harbor: None) -> None:
    kept = sorted(store.put(key_for(area, "png"), b"one", "image/png") for area in ("logos", "photos", "logos"))
    with tenancy.acting(SUMMIT, user_id=7):
        theirs = store.put(key_for("logos", "png"), b"one", "image/png")
        assert list(store.list_keys()) == [theirs] and list(store.list_keys("photos/")) == []
    assert list(store.list_keys()) == kept
    assert list(store.list_keys("photos/")) == [one for one in kept if "/photos/" in one]


def test_an_erased_file_is_gone_in_every_version(bucket: Storage, harbor: None) -> None:
    client = boto3.client("s3")
    client.put_bucket_versioning(Bucket="starline-files", VersioningConfiguration={"Status": "Enabled"})
    key = bucket.put(key_for("logos", "png"), b"one", "image/png")
    bucket.put(key, b"two", "image/png")
    bucket.delete(key)
    assert client.list_object_versions(Bucket="starline-files")["Versions"], "deleting alone leaves the versions"
    bucket.erase(key)
    left = client.list_object_versions(Bucket="starline-files")
    assert "Versions" not in left and "DeleteMarkers" not in left
