"""What the office wants remembered about a client. A note is voided with a reason, never removed."""

from collections.abc import Mapping
from typing import Any

from starline.clients.models import ClientNote
from starline.clients.service import locked_client
from starline.core import clock, events, tenancy
from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.problems import invalid
from starline.core.rows import assign

VOIDED_WITHOUT_WORDS = "Removed from the notes"
"""The reason kept where a person only confirmed the removal on the screen."""


def add_note(values: Mapping[str, Any], *, by: int | None) -> ClientNote:
    locked_client(values["client_id"])
    _check(values)
    note = ClientNote(**values)
    session.add(note)
    session.flush()
    events.record("client_note:added", note)
    return note


def update_note(note: ClientNote, values: Mapping[str, Any], *, by: int | None) -> ClientNote:
    """Change a note; its history keeps what it said."""
    if note.voided_at is not None:
        raise Conflict("This note was voided; write a new one.")
    if values.get("client_id", note.client_id) != note.client_id:
        raise invalid("client_id", "A note stays with its client; void it and write it anew for the other client.")
    _check({"body": note.body, **values})
    assign(note, values)
    session.flush()
    events.record("client_note:updated", note)
    return note


def void_note(note: ClientNote, *, by: int | None, reason: str | None = None) -> ClientNote:
    """Take a note out of the working lists; it stays on record with the reason."""
    if note.voided_at is not None:
        raise Conflict("This note was voided before.")
    note.voided_at = clock.now()
    note.void_reason = reason or tenancy.current().reason or VOIDED_WITHOUT_WORDS
    session.flush()
    events.record("client_note:voided", note)
    return note


def _check(values: Mapping[str, Any]) -> None:
    if not (values.get("body") or "").strip():
        raise invalid("body", "Write the note.")
