"""Whose address counts where proxies stand between: theirs whom a trusted proxy names, and nobody's own word."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import pytest
from sqlalchemy import select

from app.core import callers, rate_limits
from starline.core import clock
from starline.core.audit import AuditEvent
from starline.core.db import session
from starline.identity.models import SignInAttempt, UserSession
from tests.caches import forget_everything
from tests.identity.conftest import Browser, Web
from tests.identity.factories import HARBOR, PASSWORD, committed

ME, LOGIN = "/api/v1/auth/me", "/api/v1/auth/login"
PROXY, FARTHER_PROXY, STRANGER = "10.0.0.5", "10.1.7.7", "198.51.100.200"
BEYOND = "192.0.2.1"

Trust = Callable[..., None]


@pytest.fixture
def trust(monkeypatch: pytest.MonkeyPatch) -> Trust:
    """Trusts the given proxies for the test."""

    def set_trusted(*networks: str) -> None:
        given = replace(callers.settings(), trusted_proxies=tuple(ip_network(one) for one in networks))
        monkeypatch.setattr(callers, "settings", lambda: given)

    return set_trusted


@pytest.fixture
def two_a_minute(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two requests of an address, at a time that stands still."""
    given = replace(rate_limits.settings(), rate_limit_user=0, rate_limit_organization=0, rate_limit_address=2)
    monkeypatch.setattr(rate_limits, "settings", lambda: given)
    forget_everything()
    with clock.frozen(datetime.now(UTC)):
        yield
    forget_everything()


def through(web: Web, peer: str, forwarded: str) -> Browser:
    """A browser whose requests come by `peer` with this X-Forwarded-For."""
    browser = web.at("harbor.localhost")
    browser.environ_base |= {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}
    return browser


def statuses(browser: Browser, times: int) -> list[int]:
    return [browser.get(ME).status_code for _ in range(times)]


def sign_in(browser: Browser, password: str = PASSWORD, name: str = "nurse") -> Any:
    return browser.post(LOGIN, json={"email": f"{name}@harbor.example", "password": password})


@pytest.mark.usefixtures("two_a_minute")
def test_two_people_behind_one_proxy_are_counted_apart(web: Web, trust: Trust) -> None:
    trust(PROXY)
    one, other = through(web, PROXY, "203.0.113.1"), through(web, PROXY, "203.0.113.2")
    assert statuses(one, 3) == [401, 401, 429]
    assert statuses(other, 3) == [401, 401, 429]


@pytest.mark.usefixtures("two_a_minute")
@pytest.mark.parametrize("trusted", [(), (PROXY,)])
def test_who_comes_by_no_trusted_proxy_gets_no_new_count_by_a_header(
    web: Web, trust: Trust, trusted: tuple[str, ...]
) -> None:
    trust(*trusted)
    answers = [statuses(through(web, STRANGER, f"203.0.113.{number}"), 1)[0] for number in range(3)]
    assert answers == [401, 401, 429]


@pytest.mark.usefixtures("two_a_minute")
@pytest.mark.parametrize("own_words", ["203.0.113.{}", "nonsense-{}", "10.0.0.{}", "2001:db8:{}::1"])
def test_what_a_caller_writes_into_the_header_gets_no_new_count(web: Web, trust: Trust, own_words: str) -> None:
    trust(PROXY)
    forged = [f"{own_words.format(number)}, {BEYOND}" for number in range(3)]
    assert [statuses(through(web, PROXY, one), 1)[0] for one in forged] == [401, 401, 429]


@pytest.mark.usefixtures("two_a_minute")
def test_a_line_of_ipv6_behind_a_proxy_is_one_address(web: Web, trust: Trust) -> None:
    trust("2001:db8:ffff::/48")
    peer = "2001:db8:ffff::5"
    same = [statuses(through(web, peer, f"2001:db8:1:2::{number}"), 1)[0] for number in (1, 2, 3)]
    assert same == [401, 401, 429]
    assert statuses(through(web, peer, "2001:db8:1:3::1"), 1) == [401]


def test_wrong_passwords_of_one_caller_shut_out_nobody_else_behind_the_proxy(web: Web, trust: Trust) -> None:
    trust(PROXY)
    guesser, nurse = through(web, PROXY, "203.0.113.66"), through(web, PROXY, "203.0.113.67")
    answers = [sign_in(guesser, "wrong words entirely", f"nobody{number}").status_code for number in range(11)]
    assert answers == [401] * 10 + [429]
    assert sign_in(nurse).status_code == 200


def test_the_history_the_session_and_the_trail_tell_the_callers_address(web: Web, trust: Trust) -> None:
    trust(PROXY)
    script = through(web, PROXY, f"{BEYOND}, 203.0.113.80")
    assert sign_in(script).status_code == 200
    assert script.get(ME, headers={"Authorization": "Bearer a.b.c"}).status_code == 401
    with committed(HARBOR):
        refused = select(AuditEvent.changes["address"].astext).where(AuditEvent.action == "auth:refused_token")
        of_attempts, of_sessions = set(session.scalars(select(SignInAttempt.address))), select(UserSession.address)
        assert "203.0.113.80" in of_attempts
        assert "203.0.113.80" in set(session.scalars(of_sessions)) and "203.0.113.80" in set(session.scalars(refused))
        assert not {PROXY, BEYOND} & of_attempts


@pytest.mark.parametrize(("page", "status"), [("https://harbor.localhost/login", 302), ("https://evil.example/", 400)])
def test_over_https_a_form_is_taken_from_our_own_pages_alone(web: Web, page: str, status: int) -> None:
    browser, base = web.at("harbor.localhost"), "https://harbor.localhost"
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/login", base_url=base).text)
    assert found is not None
    given = {"csrf_token": found[1], "email": "nurse@harbor.example", "password": PASSWORD}
    assert browser.post("/login", data=given, base_url=base, headers={"Referer": page}).status_code == status


CASES = [
    # (peer, X-Forwarded-For, who calls), where 10.0.0.5, 10.1.0.0/16 and 2001:db8:ffff::/48 are trusted
    (PROXY, "203.0.113.1", "203.0.113.1"),
    (PROXY, f"{BEYOND},203.0.113.1", "203.0.113.1"),
    (PROXY, f"{BEYOND}, 203.0.113.1 , {FARTHER_PROXY}", "203.0.113.1"),
    (PROXY, f"{FARTHER_PROXY}, 10.1.8.8", FARTHER_PROXY),
    (STRANGER, "203.0.113.1", STRANGER),
    (STRANGER, f"203.0.113.1, {PROXY}", STRANGER),
    ("10.2.0.1", "203.0.113.1", "10.2.0.1"),
    ("2001:db8:ffff::5", "2001:DB8:1:0:0:0:0:9", "2001:db8:1::9"),
    ("2001:db8:fffe::5", "203.0.113.1", "2001:db8:fffe::5"),
    (f"::ffff:{PROXY}", "::ffff:203.0.113.1", "203.0.113.1"),
    (f"::ffff:{STRANGER}", "203.0.113.1", STRANGER),
    ("fe80::1%eth0", "203.0.113.1", "fe80::1"),
    (PROXY, "203.0.113.1:4711", "203.0.113.1"),
    (PROXY, "[2001:db8:1::9]:4711", "2001:db8:1::9"),
    (PROXY, "[2001:db8:1::9]", "2001:db8:1::9"),
    (PROXY, f"fe80::1%{'x' * 200}", "fe80::1"),
    (PROXY, "", PROXY),
    (PROXY, ",", PROXY),
    (PROXY, "unknown", PROXY),
    (PROXY, "203.0.113.1, unknown", PROXY),
    (PROXY, "203.0.113.1,", PROXY),
    (PROXY, f"203.0.113.1, 999.1.1.1, {FARTHER_PROXY}", FARTHER_PROXY),
    (PROXY, "203.0.113.1; 203.0.113.2", PROXY),
    (PROXY, "010.011.012.013", PROXY),
    (PROXY, "[203.0.113.1", PROXY),
    (PROXY, "[]", PROXY),
    (PROXY, "۲۰۳.0.113.1", PROXY),
    (PROXY, "'; DROP TABLE clients; --", PROXY),
    (PROXY, "1," * 4000, PROXY),
    ("", "203.0.113.1", None),
    ("/run/starline.sock", "203.0.113.1", "/run/starline.sock"),
]


@pytest.mark.parametrize(("peer", "forwarded", "caller"), CASES)
def test_who_calls(app: Any, trust: Trust, peer: str, forwarded: str, caller: str | None) -> None:
    trust(PROXY, "10.1.0.0/16", "2001:db8:ffff::/48")
    given = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}
    with app.test_request_context("/", environ_base=given):
        assert callers.caller_address() == caller


def test_nobody_is_trusted_unless_it_is_said(app: Any) -> None:
    given = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.1"}
    with app.test_request_context("/", environ_base=given):
        assert callers.caller_address() == "127.0.0.1"
