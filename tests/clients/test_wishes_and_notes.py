"""Preferences that can hold together, notes that are voided and not removed."""

from types import SimpleNamespace
from typing import Any

import pytest

from starline.clients import notes, preferences
from starline.clients.models import ClientNote
from starline.core.errors import Conflict, Invalid
from tests.organizations.factories import a_client, a_user

pytestmark = pytest.mark.usefixtures("harbor")

OFFICE = SimpleNamespace(scope="all", user_id=0, branch_id=None)


def test_an_exclusion_needs_a_reason_and_is_a_hard_block() -> None:
    client, aide = a_client(), a_user("josie")
    given = {"client_id": client.id, "kind": "excluded_caregiver", "caregiver_id": aide.id}
    with pytest.raises(Invalid) as refused:
        preferences.add_preference(given, by=None)
    assert list(refused.value.errors) == ["reason"]
    assert preferences.add_preference({**given, "reason": "Was rude"}, by=None).is_hard_block


def test_nobody_is_wanted_and_excluded() -> None:
    client, aide = a_client(), a_user("josie")
    given = {"client_id": client.id, "caregiver_id": aide.id}
    wish = preferences.add_preference({**given, "kind": "wanted_caregiver"}, by=None)
    with pytest.raises(Invalid):
        preferences.add_preference({**given, "kind": "excluded_caregiver", "reason": "Was rude"}, by=None)
    changed = preferences.update_preference(wish, {"kind": "excluded_caregiver", "reason": "Was rude"}, by=None)
    assert changed.is_hard_block


@pytest.mark.parametrize("kind", ["language", "gender", "skill", "wanted_caregiver"])
def test_a_wish_says_for_what(kind: str) -> None:
    with pytest.raises(Invalid):
        preferences.add_preference({"client_id": a_client().id, "kind": kind, "value": " "}, by=None)


def test_a_voided_note_stays_on_record_and_leaves_the_lists(session: Any) -> None:
    note = notes.add_note({"client_id": a_client().id, "body": "Prefers tea"}, by=None)
    notes.void_note(note, by=None, reason="Wrong client")
    session.expire_all()
    assert session.get(ClientNote, note.id).void_reason == "Wrong client"
    assert session.query(ClientNote).filter(ClientNote.visible_to(OFFICE)).count() == 0
    with pytest.raises(Conflict):
        notes.update_note(note, {"body": "Prefers coffee"}, by=None)
    with pytest.raises(Conflict):
        notes.void_note(note, by=None)


def test_an_empty_note_is_refused() -> None:
    with pytest.raises(Invalid):
        notes.add_note({"client_id": a_client().id, "body": "  "}, by=None)


def test_a_note_does_not_move_to_another_client() -> None:
    note = notes.add_note({"client_id": a_client().id, "body": "Prefers tea"}, by=None)
    with pytest.raises(Invalid):
        notes.update_note(note, {"client_id": a_client(first_name="Otis").id}, by=None)
