"""Every POST of the REST API takes an `Idempotency-Key`: a client that got no answer may always ask again."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any
from uuid import uuid4

from app.core import openapi
from app.core.resource import registry
from tests.contract.callers import Caller
from tests.isolation.cast import Cast, fingerprint
from tests.isolation.controls import caller_of, honest_requests, is_done, sent
from tests.isolation.honest import Request
from tests.isolation.other_routes import For, OtherAsk, other_asks, path_of

SIGNING_IN = {"AuthApi.login", "AuthApi.verify", "AuthApi.refresh", "AuthApi.logout"}
"""Refused or repeated they change nothing that would hurt twice, and a refresh token serves once anyway."""

ASKING = {"BreakGlassApi.find", "MatchesApi.search", "NumbersApi.find"}
"""They ask and change nothing."""


CALLING = {"TelephonyApi.call"}
"""A call has an id of its own, under which it counts once: whoever answers telephones sends no such header."""


KEYED = {
    "CallOutApi.call_out",
    "ClockApi.miss",
    "ScheduleApi.copy_week",
    "ScheduleApi.take_back",
    "UnplannedCallApi.plan",
    "VisitChangeApi.call_off",
    "VisitChangeApi.change_series",
    "VisitMoveApi.move",
}
"""What plans, moves or calls off visits."""

CARRYING_IDS = {"ClockApi.clock", "ClockApi.note", "ClockApi.mileage", "ClockApi.signature", "MyVisitsApi.acts"}
"""Each act has an id of its own, made where it was done, under which it counts once."""


NOTED = frozenset({"audit_events", "audit_sightings", "user_sessions", "idempotent_requests"})
"""What is kept of every request, also of one that changes nothing."""


def test_every_post_remembers_its_first_answer(app: Any) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/") and "POST" in rule.methods]
    assert len(rules) > 20
    forgetful = {rule.endpoint for rule in rules if not _remembers(app.view_functions[rule.endpoint])}
    revealing = {endpoint for endpoint in forgetful if endpoint.endswith("RevealApi.reveal")}
    assert revealing, "a secret that was shown is kept nowhere, not even to be answered again"
    assert forgetful == SIGNING_IN | ASKING | CALLING | revealing


def test_what_changes_visits_and_clock_events_asks_for_a_key(app: Any) -> None:
    views = {name: view for name, view in app.view_functions.items() if _is_marked(view, "needs_key")}
    assert views.keys() == KEYED
    needing = {name for name, one in registry.items() if one.needs_key}
    assert needing == {"Visits", "VisitSeriesList", "ClockEvents", "CallOuts"}


def test_every_verb_beyond_the_resources_sent_twice_has_one_effect(cast: Cast) -> None:
    """Under one key; and what carries an id of its own, under another key each time."""
    findings: list[str] = []
    asked = set()
    for ask in other_asks(cast.application):
        is_kept = _remembers(cast.application.view_functions[ask.endpoint])
        if not ask.is_api or ask.method != "POST" or not is_kept:
            continue
        asked.add(ask.endpoint)
        findings += [f"{ask.endpoint}: {what}" for what in _wrong_when_repeated(cast, ask)]
    assert findings == []
    assert asked >= KEYED | CARRYING_IDS


def test_without_a_key_nothing_is_planned_or_changed(cast: Cast, rest: Caller) -> None:
    visit, no_key = cast.harbor.own["visits"]["id"], {"Idempotency-Key": ""}
    values = cast.harbor.factory.accepted(registry["Visits"])
    before = rest.get("/api/v1/visits/?count=exact").json["count"]
    for path, body in (
        ("visits/", values),
        ("visits/bulk", {"items": [values]}),
        (f"visits/{visit}/take_off", {}),
        (f"visits/{visit}/move", {"starts_time": "05:15"}),
        (f"visits/{visit}/call_off", {"reason": "other"}),
        ("schedule/copy_week", {"first": "2031-01-06", "to": "2031-01-13"}),
        (f"clock_events/{cast.harbor.own['clock_events']['id']}/accept", {}),
        (
            f"clock_events/{cast.harbor.own['clock_events']['id']}/correct",
            {"happened_at": "2026-01-05T09:00:00Z", "reason_code": "forgot"},
        ),
        (f"call_outs/{cast.harbor.own['call_outs']['id']}/undo", {}),
        (f"unplanned_calls/{cast.harbor.own['unplanned_calls']['id']}/plan", {}),
    ):
        refused = rest.post(f"/api/v1/{path}", json=body, headers=no_key)
        assert (refused.status_code, refused.json["code"]) == (400, "key_required"), path
        assert "Idempotency-Key" in refused.json["message"]
    assert rest.get("/api/v1/visits/?count=exact").json["count"] == before
    assert rest.post("/api/v1/visits/", json=values).status_code == 201


def test_the_document_says_where_a_key_is_needed() -> None:
    paths = openapi.build()["paths"]
    needed = {
        path
        for path, operations in paths.items()
        for one in operations.get("post", {}).get("parameters", ())
        if one["name"] == "Idempotency-Key" and one.get("required")
    }
    assert {"/api/v1/visits/", "/api/v1/visits/bulk", "/api/v1/visits/{pk}/move", "/api/v1/visit_series/"} <= needed
    assert {"/api/v1/clock_events/{pk}/accept", "/api/v1/schedule/copy_week"} <= needed
    assert "/api/v1/clients/" not in needed


def _wrong_when_repeated(cast: Cast, ask: OtherAsk) -> Iterator[str]:
    for one in sorted(honest_requests(cast, ask), key=lambda one: not one.is_sure):
        caller, path = caller_of(cast, ask, one.person), path_of(ask, one.request.arguments)
        first, second = _twice(one.request)
        caller.headers["Idempotency-Key"] = str(uuid4())
        done = sent(caller, ask, path, first)
        if is_done(ask, caller, done, first):
            break
    else:
        yield f"is not done even once: {done.status_code} {done.text[:200]}"
        return
    agency = cast.spare if ask.other.whom is For.OPERATORS else cast.harbor
    if ask.endpoint in CARRYING_IDS:
        caller.headers["Idempotency-Key"] = str(uuid4())
    before = fingerprint(agency)
    again = sent(caller, ask, path, second)
    if again.status_code != done.status_code:
        yield f"answers {again.status_code} after {done.status_code}"
    if ask.endpoint not in CARRYING_IDS and again.headers.get("Idempotency-Replayed") != "true":
        yield "is not answered from memory"
    after = fingerprint(agency)
    changed = {table for table in before if before[table] != after[table]} - NOTED
    if changed:
        yield f"changes {sorted(changed)} again"


def _twice(request: Request) -> tuple[Request, Request]:
    """A file can be read only once."""

    def anew(value: Any) -> Any:
        return (BytesIO(value[0].getvalue()), *value[1:]) if isinstance(value, tuple) else value

    return request, replace(request, body={name: anew(value) for name, value in request.body.items()})


def _remembers(view: Any) -> bool:
    """Whether `once` is one of the view's wrappings."""
    return _is_marked(view, "is_once")


def _is_marked(view: Any, mark: str) -> bool:
    while view is not None:
        if getattr(view, mark, False):
            return True
        view = getattr(view, "__wrapped__", None)
    return False
