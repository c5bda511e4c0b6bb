"""Routes beyond the resources, past the path of one's own row: rows of the same agency that are beyond one's reach, and
ids of others in the body, in lists and in the query.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from app.core.resource import Resource, registry
from starline.core import db, tenancy
from starline.core.db import User
from tests.contract.answers import plain
from tests.isolation.arguments import Arguments
from tests.isolation.cast import CANARY, Agency, Cast, Person, narrows, unchanged
from tests.isolation.controls import PREPARED, caller_of, guest, is_done, sent
from tests.isolation.honest import FIRST, Request
from tests.isolation.named import NAMED, NAMES_NOTHING, NEVER, Named
from tests.isolation.other_routes import For, OtherAsk, other_asks, path_of
from tests.isolation.readers import reads_more
from tests.isolation.tally import Tally
from tests.isolation.unpacked import words_of
from tests.organizations.factories import branch_id

NARROW = ("Branch office", "Caregiver", "Other caregiver", "Family")
"""Whose record scopes leave rows out."""


def test_a_row_beyond_ones_reach_answers_as_one_that_never_was(cast: Cast, tally: Tally) -> None:
    findings, cases, looked = [], 0, 0
    for ask in other_asks(cast.application):
        for name, person, arguments in _beyond(cast, ask):
            caller = caller_of(cast, ask, person)
            never = {key: NEVER if value in _rows(cast) else value for key, value in arguments.items()}
            (key,) = set(arguments.values()) - set(never.values())
            absent = sent(caller, ask, path_of(ask, never))
            answer = sent(caller, ask, path_of(ask, arguments))
            cases += 1
            looked += absent.status_code == 404
            if plain(answer, key) != plain(absent, NEVER):
                codes = (answer.status_code, absent.status_code)
                findings.append(f"{ask.method} {ask.path} as {name}: {codes}")
    tally.add(cases=cases, rows_beyond_reach=looked, leaks=len(findings))
    assert findings == []
    assert looked > 60


def test_an_id_named_beside_the_path_answers_as_one_that_never_was(cast: Cast, tally: Tally) -> None:
    findings, cases = [], 0
    asks = {(ask.endpoint, ask.method): ask for ask in other_asks(cast.application)}
    with unchanged(cast.summit):
        for route, places in NAMED.items():
            ask = asks[route]
            for named in places:
                for who, person, key in _namers(cast, ask, named):
                    cases += 1
                    findings += [
                        f"{ask.method} {ask.path} as {who}, {named.place}: {what}"
                        for what in _wrong(cast, ask, person, named, key)
                    ]
    tally.add(cases=cases, leaks=len(findings))
    assert findings == []
    assert cases > 60


def test_every_route_that_reads_more_than_its_path_says_what_it_names(cast: Cast) -> None:
    views = cast.application.view_functions
    asks = [ask for ask in other_asks(cast.application) if ask.other.whom is not For.DEVELOPERS]
    nothing = {endpoint for endpoints in NAMES_NOTHING.values() for endpoint in endpoints.split()}
    naming = {endpoint for endpoint, _method in NAMED}
    readers = {ask.endpoint for ask in asks if reads_more(views[ask.endpoint])}
    assert readers - naming - nothing == set(), "say in named.py which ids it reads, or that it reads none"
    assert (nothing - readers, nothing & naming) == (set(), set()), "what isn't so"


def _rows(cast: Cast) -> dict[str, Resource]:
    """The resource of each row of Harbor's that an address can name."""
    both = (cast.harbor.own, cast.harbor.outside)
    known = {one.name: one for one in registry.values()}
    return {row["id"]: known[name] for rows in both for name, row in rows.items() if name in known}


def _beyond(cast: Cast, ask: OtherAsk) -> Iterator[tuple[str, Person, Arguments]]:
    """Those with a narrow scope, each with the path of a row that it leaves out."""
    if ask.other.whom in (For.EVERYBODY, For.OPERATORS, For.DEVELOPERS):
        return
    harbor = cast.harbor
    for name in NARROW:
        person = harbor.people[name]
        others = harbor if name == "Other caregiver" else _outside(harbor)
        arguments, again = (ask.other.own(others, person) for _time in range(2))
        found = next((_rows(cast)[one] for one in arguments.values() if one in _rows(cast)), None)
        if arguments == again and found is not None and narrows(found, person.scope):
            yield name, person, arguments


def _outside(harbor: Agency) -> Agency:
    """The agency as if the rows out of reach were those within it."""
    tables = {"branches": "branches", "clients": "clients", "staff_members": "staff"}
    parents = {table: harbor.outside[name]["id"] for table, name in tables.items()}
    return replace(harbor, own=harbor.outside, parents=parents)


def _namers(cast: Cast, ask: OtherAsk, named: Named) -> Iterator[tuple[str, Person, Any]]:
    """Who names whose row: Summit's, and one of their own agency's that is beyond their reach."""
    harbor = cast.harbor
    prepared = PREPARED.get((ask.endpoint, ask.method))
    who = "Administrator" if prepared is None or prepared.who == FIRST else prepared.who
    yield f"{who}, Summit's", guest(cast, who), cast.summit.own[named.resource]["id"]
    narrow = guest(cast, "Branch office" if who == "Administrator" else who)
    with tenancy.acting(harbor.id), db.transaction():
        near = branch_id()
        db.session.get_one(User, narrow.user_id).branch_id = near
    far = harbor.outside if UUID(harbor.own["branches"]["id"]) == near else harbor.own
    resource = next(one for one in registry.values() if one.name == named.resource)
    if narrows(resource, narrow.scope):
        yield f"{narrow.template}, beyond their reach", narrow, far[named.resource]["id"]


def _wrong(cast: Cast, ask: OtherAsk, person: Person, named: Named, key: Any) -> Iterator[str]:
    """What is wrong with the answers to the id and to one that never was. A file can be sent only once."""
    first = _honest(cast, ask, person)
    second = _honest(cast, ask, person) if first.is_form else first
    answers = []
    for asked, one in ((first, named.never), (second, key)):
        caller, asked = caller_of(cast, ask, person), named.put(asked, one)
        answer = sent(caller, ask, path_of(ask, asked.arguments), asked)
        answers.append(answer)
        if ask.method == "POST" and named.is_refused and is_done(ask, caller, answer, asked):
            yield f"{one} is taken"
    if plain(answers[0], named.never) != plain(answers[1], key):
        yield f"not alike: {[(one.status_code, one.get_data(as_text=True)[:200]) for one in answers]}"
    if CANARY in words_of(answers[1]) or answers[1].status_code >= 500:
        yield f"tells, or breaks: {answers[1].status_code}"


def _honest(cast: Cast, ask: OtherAsk, person: Person) -> Request:
    prepared = PREPARED.get((ask.endpoint, ask.method))
    if prepared is not None:
        return prepared.make(cast.harbor, person)
    return Request(ask.other.own(cast.harbor, person), ask.other.sends)
