"""What a sealed text said before is told to whoever may read it, and lies nowhere in the clear."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text as sql

from starline.clients import notes
from starline.clients.models import ClientNote
from starline.core import audit, crypto, db, rotation, tenancy
from starline.core.audit import AuditText
from tests.organizations.factories import HARBOR, a_client, acting_for

SAID = ["QX7FIRST: a fall in the bath", "QX7SECOND: no fall", "QX7THIRD: no fall, a bruise"]


@pytest.fixture(scope="module")
def client_id(database: str) -> Any:
    with acting_for(HARBOR, "harbor"), db.transaction():
        return a_client().id


@pytest.fixture
def note(client_id: Any) -> Any:
    """A note that was changed twice, each time in a transaction of its own."""
    found = in_harbor(lambda: notes.add_note({"client_id": client_id, "body": SAID[0]}, by=None).id)
    for body in SAID[1:]:
        in_harbor(lambda body=body: notes.update_note(db.session.get_one(ClientNote, found), {"body": body}, by=None))
    return found


def in_harbor(work: Callable[[], Any]) -> Any:
    with tenancy.acting(HARBOR), db.transaction():
        return work()


def texts_of(note: Any) -> list[Any]:
    events = audit.history("client_notes", note)
    told = audit.told(events)
    return [told[one.id]["body"] for one in reversed(events) if "body" in told[one.id]]


def kept_of(note: Any) -> list[bytes]:
    return [bytes(one.text_encrypted) for one in db.session.query(AuditText).filter_by(subject_id=str(note))]


STEPS = [[None, SAID[0]], SAID[:2], SAID[1:]]


def test_each_change_tells_what_the_note_said_before_and_after(note: Any) -> None:
    assert in_harbor(lambda: texts_of(note)) == STEPS
    changes = in_harbor(lambda: [one.changes["body_encrypted"] for one in audit.history("client_notes", note)])
    assert changes == [["***", "***"]] * 3, "the trail itself names the column alone"
    kept = in_harbor(lambda: kept_of(note))
    assert len(kept) == 2 and not any(b"QX7" in one for one in kept)


def test_a_note_that_was_emptied_or_removed_keeps_what_it_said(note: Any) -> None:
    in_harbor(lambda: db.session.delete(db.session.get_one(ClientNote, note)))
    assert in_harbor(lambda: texts_of(note)) == [*STEPS, [SAID[2], None]]


def test_another_change_of_the_note_tells_nothing_of_the_text(note: Any) -> None:
    in_harbor(lambda: notes.update_note(db.session.get_one(ClientNote, note), {"is_pinned": True}, by=None))
    assert in_harbor(lambda: texts_of(note)) == STEPS


def test_what_was_said_before_is_sealed_anew_with_the_rest_and_no_change_is_told(note: Any) -> None:
    newest = in_harbor(lambda: crypto.add_data_key().number)
    with tenancy.acting(HARBOR):
        assert list(rotation.batches(newest))
    assert in_harbor(lambda: {number for number, count in rotation.usage().items() if count}) == {newest}
    assert in_harbor(lambda: texts_of(note)) == STEPS
    assert len(in_harbor(lambda: kept_of(note))) == 2


def test_the_runtime_role_neither_adds_nor_removes_what_was_said(note: Any) -> None:
    for statement in ("DELETE FROM audit_texts", "INSERT INTO audit_texts SELECT * FROM audit_texts"):
        with pytest.raises(Exception, match="permission denied"):
            in_harbor(lambda statement=statement: db.session.execute(sql(statement)))
