"""Nobody learns by asking who is here: the answers are the same, and so is the work, counted and not timed."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from app.core import rate_limits
from starline.core import clock, db
from starline.identity import attempts, passwords
from tests.identity.conftest import Browser, Web, people, web
from tests.identity.factories import HARBOR, PASSWORD, a_person, committed
from tests.identity.test_web_sign_in import send

__all__ = ["people", "web"]
WHO = {
    "known": "nurse@harbor.example",
    "unknown": "nobody@harbor.example",
    "disabled": "former@harbor.example",
    "locked": "locked@harbor.example",
    "invited": "invited@harbor.example",
    "of the other agency": "nurse@summit.example",
}
PASSING = re.compile(r"nonce-?[^ ]*|name=\"csrf_token\" value=\"[^\"]+\"|[\w.+-]+@[\w.]+|\"request_id\":\"[^\"]+\"")

COUNTING = {"UPDATE ab_user", "SELECT organization_settings.security_policy FROM organization_settings"}


@dataclass
class Work:
    """What one request did."""

    hashes: int = 0
    statements: list[str] = field(default_factory=list)
    answer: str = ""


@pytest.fixture(scope="module")
def staffed(people: None) -> None:
    with committed(HARBOR):
        a_person("former").active = False
        a_person("locked").locked_until = clock.now() + timedelta(days=1)
        a_person("invited", password=None)


@pytest.fixture
def browser(web: Web, staffed: None, monkeypatch: pytest.MonkeyPatch) -> Browser:
    monkeypatch.setattr(attempts, "ATTEMPTS_PER_MINUTE", 10_000)
    monkeypatch.setattr(rate_limits, "check", lambda *given: None)
    return web.at("harbor.localhost")


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    """Counts password checks, and keeps the statements by their first words."""
    work, check = Work(), passwords.bcrypt.checkpw

    def counting(*given: Any) -> bool:
        work.hashes += 1
        return check(*given)

    def keep(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        work.statements.append(" ".join(statement.split())[:90])

    monkeypatch.setattr(passwords.bcrypt, "checkpw", counting)
    event.listen(db.engine(), "before_cursor_execute", keep)
    try:
        yield work
    finally:
        event.remove(db.engine(), "before_cursor_execute", keep)
        monkeypatch.setattr(passwords.bcrypt, "checkpw", check)


def by_screen(browser: Browser, email: str) -> Any:
    return send(browser, "/login", email=email, password="wrong password here")


def by_api(browser: Browser, email: str) -> Any:
    return browser.post("/api/v1/auth/login", json={"email": email, "password": "wrong password here"})


def by_reset(browser: Browser, email: str) -> Any:
    return send(browser, "/forgot", email=email)


def done(ask: Callable[[Browser, str], Any], browser: Browser, who: str, monkeypatch: pytest.MonkeyPatch) -> Work:
    with watched(monkeypatch) as work:
        answer = ask(browser, WHO[who])
    headers = sorted((name, PASSING.sub("", value)) for name, value in answer.headers if name not in PASSING_HEADERS)
    work.answer = f"{answer.status_code} {headers} {PASSING.sub('', answer.text)}"
    return work


PASSING_HEADERS = frozenset({"X-Request-ID", "Date", "Set-Cookie", "Content-Length"})


@pytest.mark.parametrize("ask", [by_screen, by_api])
def test_signing_in_costs_and_says_the_same_for_everybody(
    browser: Browser, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    done(ask, browser, "unknown", monkeypatch)  # what is remembered per process is remembered now
    works = {who: done(ask, browser, who, monkeypatch) for who in WHO}
    assert {who: work.hashes for who, work in works.items()} == dict.fromkeys(WHO, 1)
    assert len({work.answer for work in works.values()}) == 1, [work.answer for work in works.values()]
    expected = works["unknown"].statements
    for who, work in works.items():
        further = [one for one in work.statements if one not in expected]
        # A wrong password of somebody who is here is counted: two small statements beside a hash of a tenth of a second.
        assert {one.split(" SET ")[0] for one in further} <= COUNTING, (who, further)
        assert len(work.statements) - len(further) == len(expected), who


def test_the_right_password_of_somebody_disabled_or_locked_says_nothing_more(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def right(browser: Browser, email: str) -> Any:
        return browser.post("/api/v1/auth/login", json={"email": email, "password": PASSWORD})

    works = [done(right, browser, who, monkeypatch) for who in ("unknown", "disabled", "locked")]
    assert len({work.answer for work in works}) == 1 and {work.hashes for work in works} == {1}


def test_asking_for_a_new_password_is_the_same_work_for_everybody(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    done(by_reset, browser, "unknown", monkeypatch)
    works = {who: done(by_reset, browser, who, monkeypatch) for who in WHO}
    assert len({work.answer for work in works.values()}) == 1
    assert len({tuple(work.statements) for work in works.values()}) == 1, works
    assert any("outbox_messages" in one for one in works["unknown"].statements)


def test_the_statements_of_a_request_are_really_seen(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    work = done(by_api, browser, "known", monkeypatch)
    assert any("ab_user" in one for one in work.statements) and work.hashes == 1
