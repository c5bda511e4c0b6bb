"""An answer that names a client is on record as a reading of that client, whichever route gave it."""

from typing import Any
from uuid import UUID

import pytest

from starline.clients.models import Client
from starline.core import db, tenancy
from starline.core.audit import AuditEvent
from tests.isolation.cast import Cast
from tests.isolation.readings import LAST_NAME, name_clients, readings
from tests.isolation.tally import Tally
from tests.isolation.unpacked import words_of

TOLD_BEFORE = frozenset({"/export/<uuid:pk>/download"})
"""What is in the file of an export, the reading of its lists has told: tests/exports/test_exporting.py."""


@pytest.fixture(scope="module")
def known(cast: Cast) -> Cast:
    """The cast whose clients can be known by their names."""
    name_clients(cast)
    return cast


def test_whoever_is_named_in_an_answer_was_seen(known: Cast, tally: Tally) -> None:
    clients, findings, named = _clients(known), [], 0
    for one in readings(known):
        if one.route not in TOLD_BEFORE:
            there, unseen = _named(known, clients, one.answer(known))
            named += there
            findings += [f"{one}: {name}" for name in unseen]
    tally.add(clients_named=named, unseen=len(findings))
    assert named > 200, "many of the pages name somebody"
    assert findings == []


def _named(cast: Cast, clients: dict[str, set[UUID]], answer: Any) -> tuple[int, list[str]]:
    """How many clients the answer names, and those of them of whom nothing is on record."""
    told = words_of(answer)
    there = {name: keys for name, keys in clients.items() if name in told}
    seen = _seen(cast, answer.headers["X-Request-ID"]) if there else set()
    return len(there), [name for name, keys in there.items() if not keys & seen]


def _clients(cast: Cast) -> dict[str, set[UUID]]:
    """Who has which name. Of two of one name, either may be meant; a name found nowhere else is enough by half."""
    found: dict[str, set[UUID]] = {}
    with tenancy.acting(cast.harbor.id), db.transaction():
        for one in db.session.query(Client):
            whole = (str(one), f"{one.last_name}, {one.first_name}")
            for name in (one.last_name,) if one.last_name.startswith(LAST_NAME) else whole:
                found.setdefault(name, set()).add(one.id)
    return found


def _seen(cast: Cast, request_id: str) -> set[UUID]:
    with tenancy.acting(cast.harbor.id), db.transaction():
        rows = db.session.query(AuditEvent).filter_by(organization_id=cast.harbor.id, request_id=request_id)
        return {key for one in rows for key in (*(one.client_ids or ()), *_of_subject(one))}


def _of_subject(one: AuditEvent) -> list[UUID]:
    return [UUID(one.subject_id)] if one.subject == "clients" and one.subject_id else []
