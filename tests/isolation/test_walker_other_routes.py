"""Every route beyond the resources: for whom it is, and for nobody else; and no route is left out of the walk."""

import re
from typing import Any

import pytest

from app.core import openapi
from app.core.resource import registry
from tests.contract.answers import plain
from tests.contract.callers import Caller, by_cookie, by_token, nobody
from tests.isolation.asks import resource_asks
from tests.isolation.cast import CANARY, Cast, Person, unchanged
from tests.isolation.controls import WAIVED, caller_of, honest_requests, is_done, sent
from tests.isolation.other_routes import (
    For,
    OtherAsk,
    never_was_arguments,
    other_asks,
    path_of,
)
from tests.isolation.slots import denials
from tests.isolation.tally import Tally
from tests.isolation.unpacked import words_of
from tests.isolation.walker import MALFORMED

CLOSED = (302, 401, 403, 404)
UNDOCUMENTED = frozenset(
    {"GET /api/v1/_openapi", "GET /api/v1/health", "GET /api/v1/health/", "GET /api/v1/health/ready"}
)
"""The document itself, and what machines ask to learn whether the process lives."""
REFUSALS = frozenset({"audit_events", "sign_in_attempts", "outbox_messages"})
"""Where an agency keeps who was turned away at its door, and the promise to look who forgot a password."""


def test_every_route_and_every_documented_operation_is_walked(cast: Cast, tally: Tally) -> None:
    walked = {ask.route for ask in resource_asks(cast.application)}
    walked |= {f"{ask.method} {ask.path}" for ask in other_asks(cast.application)}
    served = {
        f"{method} {rule.rule}"
        for rule in cast.application.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert served == walked
    actions = {name for resource in registry.values() for name in resource.actions}
    written = {re.sub(r"<\w+:(\w+)>", r"<\1>", route) for route in served}
    documented = {
        _as_rule(f"{method.upper()} {path}", actions, written)
        for path, one in openapi.build()["paths"].items()
        for method in one
    }
    assert documented <= written
    apis = {route for route in written if route.partition(" ")[2].startswith("/api/v1/")}
    assert apis - documented - UNDOCUMENTED == set()
    tally.add(routes=served, documented_operations=len(documented))


def test_routes_beyond_the_resources_answer_those_they_are_for(cast: Cast, tally: Tally) -> None:
    """Each succeeds for somebody: what is refused to all proves nothing about those who attack it."""
    findings: list[str] = []
    proven: dict[str, int] = {}
    refused = 0
    for ask in other_asks(cast.application):
        if ask.other.whom is For.DEVELOPERS:
            continue
        proven.setdefault(_name(ask), 0)
        for one in honest_requests(cast, ask):
            caller = caller_of(cast, ask, one.person)
            answer = sent(caller, ask, path_of(ask, one.request.arguments), one.request)
            if is_done(ask, caller, answer, one.request):
                proven[_name(ask)] += 1
                continue
            refused += 1
            if answer.status_code not in ask.other.good or one.is_sure:
                findings.append(f"{_name(ask)} as {one.name}: {answer.status_code}")
    vacuous = {route for route, count in proven.items() if not count}
    waived = {route for route in vacuous if _endpoint(route) in WAIVED}
    tally.add(positive_controls=sum(proven.values()), refused_honestly=refused)
    notes = [f"no control of {route}: {WAIVED[_endpoint(route)]}" for route in sorted(waived)]
    tally.add(vacuous=len(vacuous - waived), waived_controls=len(waived), notes=notes)
    assert (findings, sorted(vacuous - waived)) == ([], [])
    assert {_endpoint(route) for route in waived} == WAIVED.keys(), "a waiver that isn't needed"


def test_routes_beyond_the_resources_tell_and_do_nothing_for_others(cast: Cast, tally: Tally) -> None:
    findings, cases = [], 0
    with unchanged(cast.summit, but=REFUSALS):
        for ask in other_asks(cast.application):
            for who, caller, arguments in _intruders(cast, ask):
                answer = sent(caller, ask, path_of(ask, arguments))
                cases += 1
                if CANARY in words_of(answer) or answer.status_code >= 500:
                    findings.append(f"{ask.method} {ask.path} as {who}: {answer.status_code}")
                if ask.other.whom is not For.EVERYBODY and answer.status_code not in (*CLOSED, 400):
                    findings.append(f"{ask.method} {ask.path} as {who}: {answer.status_code}")
    tally.add(cases=cases, leaks=len(findings))
    assert findings == []


def test_the_id_of_another_and_one_that_never_was_answer_alike(cast: Cast, tally: Tally) -> None:
    theirs = cast.summit.people["Administrator"]
    findings: list[str] = []
    cases = 0
    refused: dict[str, OtherAsk] = {}
    with unchanged(cast.summit):
        for ask in other_asks(cast.application):
            arguments = ask.other.own(cast.summit, theirs)
            if not arguments or ask.other.whom is For.OPERATORS or ask.endpoint in ("static", "appbuilder.static"):
                continue
            never = never_was_arguments(arguments)
            if ask.endpoint in ("LocaleView.index", "ThemeView.style", "ThemeView.preview", "ThemeView.icon"):
                continue  # a language and a brand are nobody's secret
            caller = caller_of(cast, ask, cast.harbor.people["Administrator"])
            keys = [next(iter(one.values())) for one in (arguments, never)]
            answers = [sent(caller, ask, path_of(ask, one)) for one in (arguments, never)]
            if plain(answers[0], keys[0]) != plain(answers[1], keys[1]):
                findings.append(f"{ask.method} {ask.path}: {[one.status_code for one in answers]}")
            if ask.other.whom is not For.EVERYBODY:
                malformed = sent(caller, ask, path_of(ask, dict.fromkeys(arguments, MALFORMED)))
                cases += 1
                if malformed.status_code != 404:
                    findings.append(f"{ask.method} {ask.path}: a malformed id is answered {malformed.status_code}")
            refused |= {one.headers["X-Request-ID"]: ask for one in answers if one.status_code in (403, 404)}
    recorded = denials(cast.harbor)
    findings += [f"{ask.method} {ask.path}: not audited" for number, ask in refused.items() if number not in recorded]
    tally.add(cases=cases, denials_audited=len(refused), leaks=len(findings))
    assert findings == []
    assert cases > 90


@pytest.mark.parametrize("host", ["harbor.localhost", "summit.localhost"])
def test_an_agencys_people_find_no_trace_of_the_platform(cast: Cast, host: str) -> None:
    agency = cast.harbor if host.startswith("harbor") else cast.summit
    for person in (agency.people["Administrator"], agency.people["Auditor"]):
        for ask in other_asks(cast.application):
            if ask.other.whom is For.OPERATORS:
                arguments = ask.other.own(cast.summit, person)
                assert _ask(cast, ask, person, arguments).status_code == 404, f"{ask.method} {ask.path}"


def test_the_developers_outbox_is_closed_outside_development(cast: Cast) -> None:
    for ask in other_asks(cast.application):
        if ask.other.whom is For.DEVELOPERS:
            person = cast.harbor.people["Administrator"]
            assert _ask(cast, ask, person, ask.other.own(cast.harbor, person)).status_code == 404


def test_an_unknown_host_and_an_unknown_organisation_are_refused(cast: Cast) -> None:
    person = cast.harbor.people["Administrator"]
    assert by_token(cast.application, person, "nothing.localhost").get("/api/v1/clients/").status_code == 404
    assert by_token(cast.application, person, "evil.example").get("/api/v1/clients/").status_code == 404
    rest = by_token(cast.application, person)
    for header in ("x", "", str(cast.summit.id).upper(), "00000000-0000-7000-8000-000000000001"):
        assert rest.get("/api/v1/clients/", headers={"X-Organization-ID": header}).status_code == 403, header
    own = rest.get("/api/v1/clients/", headers={"X-Organization-ID": str(cast.harbor.id)})
    assert own.status_code == 200


def _intruders(cast: Cast, ask: OtherAsk) -> list[tuple[str, Caller, dict[str, Any]]]:
    """Who asks for Summit's things at Harbor's address, or for Harbor's without being somebody there."""
    harbor, summit = cast.harbor, cast.summit
    own = ask.other.own(harbor, harbor.people["Administrator"])
    theirs = ask.other.own(summit, summit.people["Administrator"])
    known = by_token if ask.is_api else by_cookie
    misled = known(cast.application, harbor.people["Administrator"])
    misled.headers["X-Organization-ID"] = str(summit.id)
    found = [
        ("nobody", nobody(cast.application, harbor.host), own),
        ("somebody disabled", known(cast.application, harbor.people["Disabled"]), own),
        ("Summit's at Harbor's", known(cast.application, summit.people["Administrator"], harbor.host), theirs),
        ("Harbor's at Summit's", known(cast.application, harbor.people["Administrator"], summit.host), theirs),
        ("Harbor's with Summit's header", misled, theirs),
    ]
    if ask.other.whom in (For.SETTINGS, For.AUDITORS):
        found.append(("a caregiver", known(cast.application, harbor.people["Caregiver"]), own))
    if ask.other.whom is For.READERS:
        found.append(("a relative", known(cast.application, harbor.people["Family"]), own))
    return found


def _ask(cast: Cast, ask: OtherAsk, person: Person, arguments: dict[str, Any]) -> Any:
    return sent(caller_of(cast, ask, person), ask, path_of(ask, arguments))


def _name(ask: OtherAsk) -> str:
    return f"{ask.endpoint} {ask.method} {ask.path}"


def _endpoint(route: str) -> str:
    return route.partition(" ")[0]


def _as_rule(operation: str, actions: set[str], written: set[str]) -> str:
    """An operation of the OpenAPI document as Flask writes it; the words of actions are one variable there, unless an
    API has a route of that word.
    """
    rule = re.sub(r"{(\w+)}", r"<\1>", operation)
    head, _slash, last = rule.rpartition("/")
    return f"{head}/<action>" if last in actions and head.endswith(">") and rule not in written else rule
