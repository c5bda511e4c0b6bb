"""An answer that names a client is on record as a reading of that client, whichever route gave it."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from starline.clients.models import Client
from starline.core import db, tenancy
from starline.core.audit import AuditEvent
from tests.contract.callers import by_cookie, by_token
from tests.isolation.cast import Cast, Person
from tests.isolation.other_routes import For, OtherAsk, other_asks, path_of
from tests.isolation.tally import Tally
from tests.isolation.unpacked import words_of

ENDING = frozenset({"AuthView.logout", "LocaleView.index"})
"""Routes that tell of nobody and leave the browser another than it was."""


def test_whoever_is_named_in_an_answer_was_seen(cast: Cast, tally: Tally) -> None:
    clients, findings, named = _clients(cast), [], 0
    for ask, person in _asks(cast):
        for arguments in _arguments(cast, ask, person):
            caller = (by_token if ask.is_api else by_cookie)(cast.application, person)
            answer = caller.get(path_of(ask, arguments))
            if answer.status_code != 200:
                continue
            told = words_of(answer)
            there = {name: keys for name, keys in clients.items() if name in told}
            seen = _seen(cast, answer.headers["X-Request-ID"]) if there else set()
            named += len(there)
            findings += [f"{ask.path} as {person.template}: {name}" for name, keys in there.items() if not keys & seen]
    tally.add(clients_named=named, unseen=len(findings))
    assert named, "some of the pages name somebody"
    assert findings == []


def _asks(cast: Cast) -> Iterator[tuple[OtherAsk, Person]]:
    for ask in other_asks(cast.application):
        if ask.method != "GET" or ask.other.whom in (For.OPERATORS, For.DEVELOPERS) or ask.endpoint in ENDING:
            continue
        for name in ("Administrator", "Caregiver"):
            yield ask, cast.harbor.people[name]


def _arguments(cast: Cast, ask: OtherAsk, person: Person) -> list[dict[str, Any]]:
    """The route's own; of files and photos also those of the client."""
    own = ask.other.own(cast.harbor, person)
    client = cast.harbor.parents["clients"]
    return [own, {"table": "clients", "key": client}] if set(own) == {"table", "key"} else [own]


def _clients(cast: Cast) -> dict[str, set[UUID]]:
    """Who has which name. Of two of one name, either may be meant."""
    found: dict[str, set[UUID]] = {}
    with tenancy.acting(cast.harbor.id), db.transaction():
        for one in db.session.query(Client):
            for name in (str(one), f"{one.last_name}, {one.first_name}"):
                found.setdefault(name, set()).add(one.id)
    return found


def _seen(cast: Cast, request_id: str) -> set[UUID]:
    with tenancy.acting(cast.harbor.id), db.transaction():
        rows = db.session.query(AuditEvent).filter_by(organization_id=cast.harbor.id, request_id=request_id)
        return {key for one in rows for key in (*(one.client_ids or ()), *_of_subject(one))}


def _of_subject(one: AuditEvent) -> list[UUID]:
    return [UUID(one.subject_id)] if one.subject == "clients" and one.subject_id else []
