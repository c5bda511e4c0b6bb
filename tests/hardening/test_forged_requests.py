"""No other site can make a browser write, and reading writes nothing."""

import dataclasses
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from app import create_app
from app.core.headers import REPORTS
from app.identity import web_session
from config import settings
from tests.contract.callers import by_cookie, by_token
from tests.isolation.asks import resource_asks
from tests.isolation.cast import Cast, fingerprint
from tests.isolation.other_routes import other_asks, path_of

WRITING = ("POST", "PUT", "PATCH", "DELETE")
PROVES_ITSELF = frozenset({"AuthApi.login", "AuthApi.refresh", "AuthApi.verify", "TelephonyApi.call"})
"""Signing in by REST, and calls that the telephone line signs: no cookie takes part in them."""
KEPT_OF_READING = frozenset(
    {"audit_events", "audit_sightings", "user_sessions", "api_keys", "support_sessions", "calendar_feeds"}
)
"""Who read what and when, which reading must leave behind."""
AT_A_TIME = 16
OFFERED = "/enrol"
"""Shows the seed of a new generator, which counts for nothing until a code of it was typed."""


def addresses(cast: Cast, method: str) -> Iterator[tuple[str, str]]:
    """Every rule that takes the method: its endpoint, and an address that fits it."""
    for rule in cast.application.url_map.iter_rules():
        if method in rule.methods:
            values = {name: _any(converter) for name, converter in rule._converters.items()}
            built = rule.build(values)
            assert built is not None, rule.rule
            yield rule.endpoint, built[1]


def _any(converter: Any) -> Any:
    return 1 if type(converter).__name__ == "IntegerConverter" else uuid4()


@pytest.mark.parametrize("method", WRITING)
def test_a_cookie_alone_writes_nowhere(cast: Cast, method: str) -> None:
    person = cast.harbor.people["Administrator"]
    browser, script = by_cookie(cast.application, person), by_token(cast.application, person)
    token, browser.headers = browser.headers, {}
    walked, findings = 0, []
    before = fingerprint(cast.harbor)
    for endpoint, path in addresses(cast, method):
        if endpoint in PROVES_ITSELF or path == REPORTS:
            continue
        walked += 1
        for forged in ({}, {"X-CSRFToken": "x" * 40}, {"Content-Type": "text/plain"}):
            answer = browser.call(method, path, headers=forged)
            if answer.status_code != 400:
                findings.append(f"{method} {path} {forged}: {answer.status_code}")
    changed = {table for table, value in fingerprint(cast.harbor).items() if value != before[table]}
    assert not changed - KEPT_OF_READING and not findings, (changed, findings)
    for endpoint, path in list(addresses(cast, method)):
        if endpoint in PROVES_ITSELF or path == REPORTS or "logout" in path:
            continue
        honest = browser.call(method, path, headers=token)
        assert "CSRF" not in honest.text, f"{method} {path}: {honest.text[:200]}"
        if path.startswith("/api/"):
            assert "CSRF" not in script.call(method, path, json={}).text, path
    assert walked > 20 or method not in ("POST", "PUT")


def test_a_method_that_an_address_does_not_know_is_told_as_that(cast: Cast) -> None:
    browser = by_cookie(cast.application, cast.harbor.people["Administrator"])
    browser.headers = {}
    assert browser.call("PUT", "/api/v1/auth/login").status_code == 405
    assert browser.call("POST", "/nothing/here").status_code == 404


def test_reading_changes_nothing(cast: Cast) -> None:
    """Any page may make a browser send a GET: it must be harmless."""
    person, findings = cast.harbor.people["Administrator"], []
    browser, script = by_cookie(cast.application, person), by_token(cast.application, person)
    paths = {
        (ask.is_screen, ask.path.format(cast.harbor.own[ask.resource.name]["id"] if ask.has_id else ""))
        for ask in resource_asks(cast.application)
        if ask.method == "GET" and ask.resource.name in cast.harbor.own
    }
    for other in other_asks(cast.application):
        if other.method == "GET" and other.endpoint not in ("AuthView.logout", "static", "appbuilder.static"):
            paths.add((not other.is_api, path_of(other, other.other.own(cast.harbor, person))))
    assert len(paths) > 100
    before = fingerprint(cast.harbor)
    for some in batched(sorted(paths), AT_A_TIME):
        for is_screen, path in some:
            assert (browser if is_screen else script).get(path).status_code < 500, path
        after = fingerprint(cast.harbor)
        changed = {table for table in before if before[table] != after[table]} - KEPT_OF_READING
        if changed - ({"second_factors"} if (True, OFFERED) in some else set()):
            findings.append(f"one GET of {[path for _is_screen, path in some]} changed {sorted(changed)}")
        before = after
    assert findings == []


def batched(paths: list[tuple[bool, str]], most: int) -> Iterator[list[tuple[bool, str]]]:
    """Some at a time: looking at all tables takes far longer than a request."""
    for start in range(0, len(paths), most):
        yield paths[start : start + most]


def test_the_session_s_cookie_goes_to_this_host_only_and_to_no_script() -> None:
    there = dataclasses.replace(settings(), environment="production")
    made = create_app(there)
    assert made.config["SESSION_COOKIE_NAME"] == "__Host-session"
    assert made.config["SESSION_COOKIE_SECURE"] and made.config["SESSION_COOKIE_HTTPONLY"]
    assert made.config["SESSION_COOKIE_SAMESITE"] == "Lax" and made.config["SESSION_COOKIE_PATH"] in (None, "/")
    assert made.config["SESSION_COOKIE_DOMAIN"] is None
    assert create_app().config["SESSION_COOKIE_NAME"] == "session"  # plain http knows no such names


def test_the_remembered_device_s_cookie_is_sent_encrypted_only(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    there = dataclasses.replace(settings(), environment="production")
    monkeypatch.setattr(web_session, "settings", lambda: there)
    answer = cast.application.make_response("")
    web_session.remember_device(answer, "secret", 30)
    kept = answer.headers["Set-Cookie"]
    assert kept.startswith("__Secure-remembered_device=secret;")
    assert all(part in kept for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/login"))
