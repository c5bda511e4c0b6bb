"""What nobody foresaw ends in one sentence and a reference number, and saves nothing."""

import json
import logging
from typing import Any

import pytest
from sqlalchemy import text as sql

from app.core import rest, screens
from starline.core import db, logs, tenancy
from starline.core.db import Role, session
from starline.identity import passwords
from tests.identity.conftest import Web
from tests.identity.factories import PASSWORD
from tests.identity.test_web_sign_in import sign_in
from tests.organizations.factories import HARBOR, a_user, acting_for

SECRET = "SELECT ssn FROM clients WHERE ssn = '123-45-6789'"


@pytest.fixture(scope="module", autouse=True)
def ada(database: str) -> None:
    with acting_for(HARBOR, "harbor"), db.transaction():
        a_user("ada", "Administrator").password = passwords.hashed(PASSWORD)


@pytest.fixture
def browser(app: Any) -> Any:
    found = Web(app).at("harbor.localhost")
    sign_in(found, "ada")
    return found


def _break(*_arguments: Any, **_options: Any) -> Any:
    session.add(Role(name="Half done"))
    session.flush()
    raise RuntimeError(SECRET)


def _roles() -> set[str]:
    with tenancy.acting(HARBOR), db.transaction():
        return {role.name for role in db.session.query(Role)}


@pytest.mark.parametrize("path", ["/branches/list/", "/api/v1/branches/"])
def test_an_unforeseen_error_tells_nothing_and_saves_nothing(
    app: Any, browser: Any, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    before = _roles()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr(rest, "read_page", _break)
    monkeypatch.setattr(screens.lists, "list_page", _break)
    app.testing = False
    try:
        answer = browser.get(path)
    finally:
        app.testing = True
        app.config["PROPAGATE_EXCEPTIONS"] = None
    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] in answer.text
    for word in ("SELECT", "123-45", "RuntimeError", "Traceback", "test_failing", ".py"):
        assert word not in answer.text, word
    assert _roles() == before


def _lines(record: logging.LogRecord) -> list[str]:
    return logs.JsonFormatter("web").format(record).splitlines()


@pytest.mark.parametrize(
    "text", ["a\nb", 'a\r\n{"level":"critical"}', "\x1b[31mred", "a\u2028b\u2029c", "a\x85b\x9b31m", "\x00"]
)
def test_what_a_stranger_sends_never_makes_a_line_of_its_own(text: str) -> None:
    record = logging.LogRecord("starline", logging.INFO, "", 0, text, None, None)
    record.error = text
    (line,) = _lines(record)
    read = json.loads(line)
    assert read["level"] == "info" and read["message"] == text
    assert not any(ord(one) < 32 or 127 <= ord(one) < 160 for one in line)


def test_a_request_is_logged_by_its_rule_and_its_id_is_checked(app: Any, browser: Any, caplog: Any) -> None:
    with caplog.at_level(logging.INFO, "app.core.requests"):
        browser.get("/nothing/%0d%0a%7b%22level%22", headers={"X-Request-ID": "x y\tz{}"})
    record = next(one for one in caplog.records if one.name == "app.core.requests")
    (line,) = _lines(record)
    assert json.loads(line)["route"] == "-" and "nothing" not in line and "x y" not in line


def test_a_lost_database_is_an_answer_that_says_so(app: Any, browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import OperationalError

    def lost(*_arguments: Any, **_options: Any) -> Any:
        raise OperationalError(SECRET, {}, Exception("server closed the connection"))

    monkeypatch.setattr(rest, "read_page", lost)
    answer = browser.get("/api/v1/branches/")
    assert answer.status_code == 503 and "SELECT" not in answer.text and "server closed" not in answer.text
    db.session.execute(sql("SELECT 1"))
