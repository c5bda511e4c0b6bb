"""Positive controls of the routes beyond the resources: honest requests, and what counts as their success."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.contract.callers import Caller, by_cookie, by_token
from tests.isolation.cast import Cast, Person, join
from tests.isolation.honest import FIRST, Request, whole
from tests.isolation.other_routes import For, OtherAsk, people_for

WAIVED = {
    "AuthView.recovery": "takes a browser whose password was right: tests/identity/test_web_sign_in.py",
    "AuthView.second_factor": "takes a browser whose password was right: tests/identity/test_web_sign_in.py",
    "TelephonyApi.call": "takes a telephone line that signs: tests/scheduling/test_evv_over_http.py",
}
"""Endpoints that nobody can ask with success here: what it takes, and the test that has it."""

TO_SIGN_IN = frozenset({"AuthView.logout", "LinkView.email", "LinkView.invitation", "LinkView.reset"})
"""Where being sent to the sign-in page is the success."""

WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True)
class Asked:
    name: str
    person: Person
    request: Request
    is_sure: bool
    """Whether it was prepared so that it must succeed."""


def honest_requests(cast: Cast, ask: OtherAsk) -> Iterator[Asked]:
    """The route's request by everybody for whom it is; where it takes more, prepared for one of them."""
    prepared = PREPARED.get((ask.endpoint, ask.method))
    names = [name for name, _person in people_for(cast, ask.other)]
    who = prepared and (names[0] if prepared.who == FIRST else prepared.who)
    if who and who not in names:
        names.append(who)
    agency = cast.spare if ask.other.whom is For.OPERATORS else cast.harbor
    for name in names:
        person = guest(cast, name)
        if prepared and name == who:
            yield Asked(name, person, prepared.make(agency, person), True)
        else:
            yield Asked(name, person, Request(ask.other.own(agency, person), ask.other.sends), False)


def surest(cast: Cast, ask: OtherAsk) -> Asked:
    """The one of them that was prepared so that it must succeed; where none was, the first."""
    found = list(honest_requests(cast, ask))
    return next((one for one in found if one.is_sure), found[0])


def is_done(ask: OtherAsk, caller: Caller, answer: Any, request: Request) -> bool:
    """Whether the answer is that of a thing done: not refused, not sent to sign in, not back to the page with why not."""
    if not 200 <= answer.status_code < 400 or request.told.encode() not in answer.get_data():
        return False
    to_sign_in = answer.headers.get("Location", "").startswith("/login")
    if to_sign_in and ask.endpoint not in TO_SIGN_IN:
        return False
    return ask.is_api or not caller.was_warned()


def sent(caller: Caller, ask: OtherAsk, path: str, request: Request | None = None) -> Any:
    options: dict[str, Any] = {"query_string": request.query} if request and request.query else {}
    if request and request.address:
        options["environ_overrides"] = {"REMOTE_ADDR": request.address}
    if ask.method in WRITING:
        body = request.body if request else ask.other.sends
        is_json = ask.is_api and not (request and request.is_form)
        options |= {"json": body} if is_json else {"data": dict(body)}
    return caller.call(ask.method, path, **options)


def caller_of(cast: Cast, ask: OtherAsk, person: Person) -> Caller:
    """The person's browser for a screen, their script for REST."""
    return (by_token if ask.is_api else by_cookie)(cast.application, person)


def guest(cast: Cast, name: str) -> Person:
    """Somebody new with the same role: many of these routes end the session that asks."""
    if name == "Operator":
        return cast.operator
    guests.append(name)
    return join(cast.harbor, f"{name} guest {len(guests)}", cast.harbor.people[name].template)


guests: list[str] = []
PREPARED = whole()
