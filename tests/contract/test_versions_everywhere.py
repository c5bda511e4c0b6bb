"""Whoever has read another version than is stored changes nothing, by any verb on a record: each is asked by `If-Match`."""

from collections.abc import Iterator

from tests.contract.callers import by_token
from tests.isolation.asks import Ask, a_change, resource_asks
from tests.isolation.cast import Cast
from tests.isolation.controls import WRITING, caller_of, is_done, sent, surest
from tests.isolation.other_routes import OtherAsk, other_asks, path_of

STALE, ANY = '"999"', "*"
CHANGING_NOTHING = {
    "MyVisitsApi.door_code": "shows the code of a door",
    "NotificationApi.read": "notes that one has read what oneself was told; nobody else changes it",
}
"""Verbs with an id that take no version: why."""


def test_every_verb_beyond_the_resources_is_refused_to_who_read_another_version(cast: Cast) -> None:
    asks = [ask for ask in other_asks(cast.application) if ask.is_api and ask.method in WRITING and "<" in ask.path]
    verbs = [ask for ask in asks if ask.endpoint not in CHANGING_NOTHING]
    assert len(asks) - len(verbs) == len(CHANGING_NOTHING) and len(verbs) > 25
    findings = [f"{ask.method} {ask.path}: {what}" for ask in verbs for what in _wrong(cast, ask)]
    assert findings == []


def test_every_change_and_action_of_a_resource_is_refused_to_who_read_another_version(cast: Cast) -> None:
    script, findings = by_token(cast.application, cast.harbor.people["Administrator"]), []
    asks = [ask for ask in resource_asks(cast.application) if _changes_a_record(ask)]
    for ask in asks:
        path = ask.path.format(cast.harbor.own[ask.resource.name]["id"])
        sent_with = ask.options(a_change(ask.resource, "Late") if ask.sends == "change" else {})
        answer = script.call(ask.method, path, headers={"If-Match": STALE}, **sent_with)
        if answer.status_code != 412:
            findings.append(f"{ask.method} {ask.path}: {answer.status_code}")
    assert findings == []
    assert len(asks) > 100


def _wrong(cast: Cast, ask: OtherAsk) -> Iterator[str]:
    """A stale request has to be refused, and the same one with whatever version there is has to be done."""
    for version in (STALE, ANY):
        one = surest(cast, ask)
        caller = caller_of(cast, ask, one.person)
        caller.headers["If-Match"] = version
        answer = sent(caller, ask, path_of(ask, one.request.arguments), one.request)
        if version == STALE and answer.status_code != 412:
            yield f"a stale one is answered {answer.status_code}"
        if version == ANY and not is_done(ask, caller, answer, one.request):
            yield f"is not done at all: {answer.status_code} {answer.text[:200]}"


def _changes_a_record(ask: Ask) -> bool:
    return not ask.is_screen and ask.has_id and ask.method in WRITING and ask.sends in ("change", "question")
