"""Files are kept with their record, scanned, thrown away, held and removed."""

import hashlib
import io
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from config import settings
from starline.core import clock
from starline.core.audit import AuditEvent
from starline.core.errors import Conflict, Invalid, NotAllowed, NotFound, TooLarge, Unavailable
from starline.core.identifiers import uuid7
from starline.core.outbox import OutboxMessage
from starline.core.storage import prefix, storage
from starline.files import keeping, opening, rules, scanning, service
from starline.files.adapters.clamd import EICAR, FakeClamd
from starline.files.models import FileVersion, StoredFile
from starline.files.vocabulary import FileCategory, FileStatus
from starline.identity.models import RecordScope
from starline.organizations import preferences
from starline.organizations.models import SubscriptionTier
from starline.staff import credentials
from starline.staff.models import Credential
from tests.files.samples import PDF, photo_with_place, picture
from tests.organizations.factories import a_client, a_credential_type, a_staff_member, a_user, days

pytestmark = pytest.mark.usefixtures("harbor")
EVERYTHING = ["Clients", "Credentials", "Files", "StaffMembers"]


class Looker(SimpleNamespace):
    """Somebody who looks, with what the record scopes ask of them."""

    def can(self, verb: str, resource: str) -> bool:
        return resource in self.readable


def looker(*readable: str, scope: str = RecordScope.ALL, user_id: int = 0) -> Looker:
    return Looker(readable=list(readable or EVERYTHING), scope=scope, user_id=user_id, branch_id=None)


def kept(owner: Any, content: bytes = PDF, name: str = "order.pdf", **values: Any) -> StoredFile:
    return service.store(io.BytesIO(content), name, owner=owner, by=None, **values)


@pytest.fixture
def clamd(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeClamd]:
    with FakeClamd() as daemon:
        use_scanner(monkeypatch, daemon.url)
        yield daemon
    monkeypatch.undo()
    settings.cache_clear()


def use_scanner(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("STARLINE_CLAMAV_URL", url)
    settings.cache_clear()


def stored_keys() -> list[str]:
    return list(storage().list_keys())


def test_a_file_is_kept_with_what_was_learnt_of_it(session: Any) -> None:
    client = a_client()
    file = kept(client, category=FileCategory.PHYSICIAN_ORDER)
    version = opening.find_version(file)
    assert (file.owner_id, file.client_id, file.record_id) == (client.id, client.id, None)
    assert (file.name, file.media_type, file.size_bytes) == ("order.pdf", "application/pdf", len(PDF))
    assert version.sha256 == hashlib.sha256(PDF).hexdigest()
    assert storage().get(version.storage_key) == PDF
    assert version.storage_key.startswith(prefix()) and "order" not in version.storage_key


def test_a_photo_is_kept_without_its_place_and_with_a_thumbnail() -> None:
    version = opening.find_version(kept(a_client(), photo_with_place(), "door.jpeg"))
    for key in (version.storage_key, version.thumbnail_key):
        assert key and not Image.open(io.BytesIO(storage().get(key))).getexif()
    assert version.name == "door.jpeg"


def test_a_record_whose_table_takes_no_files_gets_none() -> None:
    with pytest.raises(NotFound):
        kept(a_user("josie"))


def test_a_large_file_is_refused_before_it_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rules.ALLOWANCES, SubscriptionTier.STANDARD, rules.Allowance(1_000_000, 10_000_000))
    endless = io.BytesIO(PDF + bytes(30_000_000))
    with pytest.raises(TooLarge, match="at most"):
        service.store(endless, "order.pdf", owner=a_client(), by=None)
    assert endless.tell() < 2_000_000 and stored_keys() == []


def test_a_full_storage_refuses_and_leaves_no_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    client = a_client()
    kept(client)
    monkeypatch.setitem(rules.ALLOWANCES, SubscriptionTier.STANDARD, rules.Allowance(1_000, len(PDF) + 10))
    with pytest.raises(Conflict, match="storage is full"):
        kept(client, name="second.pdf")
    assert len(stored_keys()) == 1 and service.used_bytes() == len(PDF)


def test_a_newer_version_stands_in_front_and_the_older_one_stays() -> None:
    file = kept(a_client())
    service.add_version(file, io.BytesIO(picture("PNG")), "scan.png", by=None, note="Signed")
    assert (file.newest_version, file.name, file.media_type) == (2, "scan.png", "image/png")
    assert [one.number for one in service.versions_of(file)] == [2, 1]
    assert storage().get(opening.find_version(file, 1).storage_key) == PDF
    with pytest.raises(NotFound):
        opening.find_version(file, 3)


def test_a_name_keeps_the_ending_that_its_content_agreed_with() -> None:
    file = kept(a_client())
    assert service.update_file(file, {"name": "Order of March.exe"}, by=None).name == "Order of March.exe.pdf"


# --- Who sees them


def test_files_are_seen_by_whoever_sees_the_record_and_may_read_its_kind() -> None:
    file = kept(a_client())
    of_staff = kept(a_staff_member())
    assert opening.find_file(file.id, looker()) is file
    for who in (
        looker("Clients"),
        looker("StaffMembers", "Files"),
        looker(scope=RecordScope.ASSIGNED, user_id=a_user("josie").id),
        looker(scope=RecordScope.BRANCH),
    ):
        with pytest.raises(NotFound):
            opening.find_file(file.id, who)
    assert opening.find_file(of_staff.id, looker("StaffMembers", "Files")) is of_staff


def test_a_credentials_scan_is_its_holders_and_stands_among_their_documents(session: Any) -> None:
    aide, other = a_user("josie"), a_user("other")
    mine, theirs = a_staff_member(user_id=aide.id), a_staff_member(first_name="Otis", user_id=other.id)
    values = {"staff_member_id": mine.id, "credential_type_id": a_credential_type().id, "issued_on": days(-9)}
    credential = credentials.add_credential(values, by=None)
    file = kept(credential, category=FileCategory.CREDENTIAL)
    assert (file.owner_table, file.record_id, file.staff_member_id) == ("credentials", credential.id, mine.id)
    assert session.get(Credential, credential.id).file == str(file.id)
    own = looker(scope=RecordScope.ASSIGNED, user_id=aide.id)
    assert service.files_of(mine, own) == service.files_of(credential, own) == [file]
    assert service.files_of(mine, looker(scope=RecordScope.ASSIGNED, user_id=other.id)) == []
    assert service.files_of(theirs, looker()) == []
    keeping.trash_file(file, by=None)
    assert session.get(Credential, credential.id).file is None


# --- The scanner


def test_without_a_scanner_a_file_is_marked_and_the_agency_decides() -> None:
    file = kept(a_client())
    version = opening.find_version(file)
    assert file.status is version.status is FileStatus.NOT_SCANNED
    assert opening.problem_of(version) is None
    preferences.update_settings({"file_policy": {"opens_unscanned": False}}, by=None)
    with pytest.raises(NotAllowed, match="not scanned"):
        opening.check_openable(version)


def test_a_clean_file_is_scanned_on_arrival(clamd: FakeClamd) -> None:
    file = kept(a_client())
    assert file.status is FileStatus.CLEAN and clamd.scanned_bytes == [len(PDF)]


def test_an_infected_file_is_refused_by_the_name_of_its_virus(clamd: FakeClamd) -> None:
    with pytest.raises(Invalid, match=r"found Win\.Test\.EICAR_HDB-1 in this file"):
        kept(a_client(), b"words " + EICAR, "letter.txt")
    assert stored_keys() == []


def test_the_scanner_sees_a_picture_as_it_was_sent(clamd: FakeClamd) -> None:
    sent = photo_with_place()
    kept(a_client(), sent, "door.jpg")
    assert clamd.scanned_bytes == [len(sent)]


def test_with_the_scanner_away_nothing_is_opened_until_it_is_back(
    session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeClamd() as gone:
        pass
    use_scanner(monkeypatch, gone.url)
    client = a_client()
    clean, bad = kept(client), kept(client, b"words " + EICAR, "letter.txt")
    for file in (clean, bad):
        assert file.status is FileStatus.QUARANTINED
        with pytest.raises(NotAllowed, match="waits for the virus scanner"):
            opening.link(opening.find_version(file))
    assert scanning.scan_waiting() == 0 and clean.status is FileStatus.QUARANTINED
    with FakeClamd() as daemon:
        use_scanner(monkeypatch, daemon.url)
        assert scanning.scan_waiting() == 2
        assert (clean.status, bad.status) == (FileStatus.CLEAN, FileStatus.QUARANTINED)
        assert opening.problem_of(opening.find_version(clean)) is None
        with pytest.raises(NotAllowed, match="holds a virus"):
            opening.check_openable(opening.find_version(bad))
        assert scanning.scan_waiting() == 0, "what was found stays found and isn't asked again"
    monkeypatch.undo()
    settings.cache_clear()


def test_a_large_file_is_scanned_by_a_worker_and_shut_until_then(
    session: Any, clamd: FakeClamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "AT_ONCE_BYTES", 10)
    file = kept(a_client())
    version = opening.find_version(file)
    with pytest.raises(NotAllowed, match="is being scanned"):
        opening.check_openable(version)
    promised = session.query(OutboxMessage).filter_by(task="files.scan_version").one()
    assert promised.arguments == {"version_id": str(version.id)}
    scanning.scan_version(version.id)
    assert file.status is version.status is FileStatus.CLEAN and version.scanned_at is not None


def test_a_daemon_that_gives_no_verdict_is_no_clean_one(monkeypatch: pytest.MonkeyPatch, clamd: FakeClamd) -> None:
    monkeypatch.setattr(
        FakeClamd, "_answer", lambda self, connection, sent: sent.read(10) and connection.sendall(b"?\0")
    )
    assert kept(a_client()).status is FileStatus.QUARANTINED


# --- The trash and the hold


def test_what_is_in_the_trash_is_in_no_list_and_comes_back_from_it() -> None:
    client = a_client()
    file = kept(client)
    keeping.trash_file(file, by=None)
    assert service.files_of(client, looker()) == []
    with pytest.raises(NotFound):
        opening.find_file(file.id, looker())
    with pytest.raises(Conflict, match="in the trash"):
        service.add_version(file, io.BytesIO(PDF), "a.pdf", by=None)
    keeping.restore_file(opening.find_file(file.id, looker(), with_trash=True), by=None)
    assert service.files_of(client, looker()) == [file]


def test_a_file_on_legal_hold_cant_be_thrown_away(session: Any) -> None:
    file, judge = kept(a_client()), a_user("dana", "Administrator")
    with pytest.raises(Invalid, match="Say why"):
        keeping.hold_file(file, reason=" ", by=judge.id)
    keeping.hold_file(file, reason="Case 12 of the county", by=judge.id)
    assert (file.held_by_id, file.hold_reason) == (judge.id, "Case 12 of the county")
    with pytest.raises(Conflict, match="legal hold"):
        keeping.trash_file(file, by=None)
    keeping.release_file(file, reason="The case is closed", by=judge.id)
    keeping.trash_file(file, by=None)
    reasons = session.query(AuditEvent.reason).filter_by(subject="stored_files", subject_id=str(file.id))
    assert {"Case 12 of the county", "The case is closed"} <= {one for (one,) in reasons}


def test_the_trash_is_emptied_of_bytes_and_keeps_the_record(session: Any) -> None:
    client = a_client()
    old, until, new = (kept(client, name=f"{name}.pdf") for name in ("old", "until", "new"))
    until.retain_until = days(400)
    for file in (old, until, new):
        keeping.trash_file(file, by=None)
    for file in (old, until):
        file.trashed_at = clock.now() - timedelta(days=31)
    session.flush()
    assert keeping.empty_trash() == 1 and keeping.empty_trash() == 0
    assert old.purged_at and not until.purged_at and not new.purged_at
    with pytest.raises(NotFound):
        storage().get(opening.find_version(old).storage_key)
    assert len(stored_keys()) == 2 and service.used_bytes() == 2 * len(PDF)
    with pytest.raises(Conflict, match="can't be brought back"):
        keeping.restore_file(old, by=None)


# --- What breaks off


def test_bytes_whose_rows_never_came_are_swept_away_and_no_others(session: Any) -> None:
    file = kept(a_client(), picture("PNG"), "card.png")
    named = set(stored_keys())
    with clock.frozen(clock.now() - timedelta(days=3)):
        long_ago = int(clock.now().timestamp() * 1000)
    old = f"{prefix()}documents/{long_ago:012x}{uuid7().hex[12:]}.pdf"
    young = f"{prefix()}documents/{uuid7().hex}.pdf"
    for key in (old, young):
        storage().put(key, PDF, "application/pdf")
    with clock.frozen(clock.now() + timedelta(hours=1)):
        assert keeping.sweep() == 1
    assert set(stored_keys()) == named | {young}
    with clock.frozen(clock.now() + timedelta(days=2)):
        assert keeping.sweep() == 1
    assert set(stored_keys()) == named and session.get(FileVersion, opening.find_version(file).id)


def test_a_storage_that_fails_leaves_no_row(session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: Any) -> None:
        raise Unavailable("The disk is full.")

    monkeypatch.setattr(type(storage()), "put_stream", fail)
    client = a_client()
    with pytest.raises(Unavailable):
        kept(client)
    assert session.query(StoredFile).count() == 0
