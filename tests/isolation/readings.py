"""Every reading that the URL map allows, by people who may, in an agency whose clients have names found nowhere else."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from starline.clients.models import Client
from starline.core import clock, db, storage, tenancy
from starline.core.db import session
from starline.exports.models import Export
from starline.files.service import AREA, store
from starline.files.vocabulary import FileCategory
from starline.organizations import preferences
from starline.scheduling import feeds
from starline.staff.models import StaffMember
from tests.contract.callers import by_cookie, by_token
from tests.isolation.arguments import Arguments
from tests.isolation.asks import resource_asks
from tests.isolation.cast import Cast, Person
from tests.isolation.other_routes import For, OtherAsk, other_asks, path_of
from tests.isolation.unpacked import words_of
from tests.scheduling.factories import a_visit

FIRST_NAME, LAST_NAME = "Zephyrita", "Quorrandel"
"""How the names of every client begin."""

READERS = ("Administrator", "Caregiver", "Family")
"""One of each who see everything, their clients, and their relative."""

ENDING = frozenset({"AuthView.logout", "LocaleView.index"})
"""Routes that tell of nobody and leave the browser another than it was."""

QUERIES: dict[str, dict[str, str]] = {
    "SearchView.results": {"q": FIRST_NAME[:6]},
    "SearchApi.search": {"q": FIRST_NAME[:6]},
    "ShellView.palette": {"q": FIRST_NAME[:6]},
    "StatusApi.consequences": {"to": "discharged"},
}
"""What has to be asked for before anything is told."""

TELLING = {"files": "letter", "my": "visit", "export": "export", "feeds": "calendar"}
"""What `name_clients` leaves, by the first word of the addresses that show such a thing."""


@dataclass(frozen=True)
class Reading:
    """One request; `answer` follows where it leads, as a browser does."""

    route: str
    path: str
    person: Person
    is_api: bool
    query: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"GET {self.route} as {self.person.template}"

    def answer(self, cast: Cast) -> Any:
        caller = (by_token if self.is_api else by_cookie)(cast.application, self.person)
        return caller.get(self.path, query_string=self.query, follow_redirects=True)


def name_clients(cast: Cast) -> None:
    """Give Harbor's clients such names, and one of them a visit of today by the caregiver of the cast, and a photo, a
    letter and the file of an export that tell who it is.
    """
    harbor = cast.harbor
    with tenancy.acting(harbor.id), db.transaction():
        for number, one in enumerate(session.query(Client).order_by(Client.id)):
            one.first_name, one.last_name = f"{FIRST_NAME}{number}x", f"{LAST_NAME}{number}x"
            one.preferred_name = None
        client = session.get_one(Client, UUID(harbor.parents["clients"]))
        member = session.get_one(StaffMember, UUID(harbor.parents["staff_members"]))
        starts_at = clock.now() - timedelta(minutes=5)
        visit = a_visit(client, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
        visit.staff_member_id = member.id
        told = f"This is {client}.".encode()
        client.photo_file = storage.storage().put(storage.key_for(AREA, "png"), told, "image/png")
        author = harbor.people[READERS[0]].user_id
        letter = store(io.BytesIO(told), "letter.txt", owner=client, category=FileCategory.OTHER, by=author)
        preferences.update_settings({"scheduling_policy": {"feed_shows": "first_name_and_service"}}, by=None)
        kept = feeds.current_feed(staff_member_id=member.id)
        assert kept is not None
        calendar = str(feeds.rotate(kept, by=None).address)
        harbor.used_up |= {"letter": str(letter.id), "visit": str(visit.id), "export": str(_export(told, author))}
        harbor.used_up["calendar"] = calendar.rpartition("/")[2].removesuffix(".ics")


def readings(cast: Cast) -> Iterator[Reading]:
    """All of them; those of the resources with the row within everybody's reach."""
    for ask in resource_asks(cast.application):
        for name in READERS if ask.method == "GET" else ():
            person = cast.harbor.people[name]
            if ask.is_allowed(person.permissions):
                path = ask.path.format(cast.harbor.own[ask.resource.name]["id"])
                yield Reading(ask.path, path, person, not ask.is_screen)
    for other in other_asks(cast.application):
        if other.method == "GET" and other.other.whom not in (For.OPERATORS, For.DEVELOPERS):
            yield from _others(cast, other)


def names_somebody(answer: Any) -> bool:
    """Whether a client could be known from the answer."""
    told = words_of(answer)
    return answer.status_code == 200 and (FIRST_NAME in told or LAST_NAME in told)


def _others(cast: Cast, ask: OtherAsk) -> Iterator[Reading]:
    for name in READERS if ask.endpoint not in ENDING else ():
        person = cast.harbor.people[name]
        path = path_of(ask, _arguments(cast, ask, person))
        yield Reading(ask.path, path, person, ask.is_api, QUERIES.get(ask.endpoint, {}))


def _arguments(cast: Cast, ask: OtherAsk, person: Person) -> Arguments:
    """The route's own; instead of a file, a visit or an export that tell of nobody, those that tell of the client."""
    own = ask.other.own(cast.harbor, person)
    kind = ask.path.removeprefix("/api/v1").split("/")[1]
    telling = cast.harbor.used_up.get(TELLING.get(kind, ""))
    return dict.fromkeys(own, telling) if telling and own.keys() <= {"pk", "secret"} else own


def _export(told: bytes, author: int) -> UUID:
    """A zip file as an export of all lists leaves it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("clients.csv", told)
    content = packed.getvalue()
    key = storage.storage().put(storage.key_for("exports", "zip"), content, "application/zip")
    made = Export(file_name="all.zip", user_id=author, state="ready", list_names=["clients"])
    made.storage_key, made.size_bytes = key, len(content)
    session.add(made)
    session.flush()
    found: UUID = made.id
    return found
