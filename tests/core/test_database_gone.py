"""Whatever the driver calls a database that has gone, people are told to come again, on pages and in JSON."""

from typing import Any

import psycopg2
import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import InterfaceError, OperationalError

from starline.core import db, tenancy
from starline.core.db import transaction
from starline.core.statements import answer
from tests.core.jobs import HARBOR, end_connections

GONE = [
    psycopg2.OperationalError("server closed the connection unexpectedly"),
    psycopg2.InterfaceError("connection already closed"),
    OperationalError("SELECT 1", {}, psycopg2.OperationalError("timeout")),
    InterfaceError("SELECT 1", {}, psycopg2.InterfaceError("connection already closed")),
]


@pytest.mark.parametrize("error", GONE, ids=lambda error: f"{type(error).__module__}.{type(error).__name__}")
@pytest.mark.parametrize("path", ["/api/v1/clients/", "/login"])
def test_the_answer_is_503_with_a_time_to_come_again(
    client: Any, monkeypatch: pytest.MonkeyPatch, error: Exception, path: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("app.core.tenancy.find", refuse)
    found = client.get(path, base_url="http://harbor.localhost")
    assert (found.status_code, found.headers["Retry-After"]) == (503, "5")
    assert "server closed" not in found.text and "SELECT" not in found.text
    assert "not available right now" in found.text


def test_a_page_without_any_database_says_so(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OperationalError("SELECT 1", {}, psycopg2.OperationalError("timeout"))

    monkeypatch.setattr(db.engine().pool, "connect", refuse)
    found = client.get("/login", base_url="http://harbor.localhost")
    assert found.status_code == 503 and "not available right now" in found.text


def test_a_statement_that_was_too_long_is_not_asked_twice(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.core import reading

    asked = []

    def too_long(*_: object, **__: object) -> None:
        asked.append(1)
        with db.engine().connect() as connection:
            connection.exec_driver_sql("SET statement_timeout = '20ms'")
            cursor = connection.connection.cursor()
            try:
                cursor.execute("SELECT pg_sleep(2)")
            finally:
                connection.invalidate()

    monkeypatch.setattr(reading, "answer", too_long)
    with pytest.raises(psycopg2.OperationalError):
        reading._run(None, {})  # type: ignore[arg-type]
    assert len(asked) == 1 and answer is not too_long


def test_who_acts_for_an_agency_meanwhile_hears_of_the_database_and_of_nothing_else(app: Any) -> None:
    with pytest.raises(OperationalError), tenancy.acting(HARBOR), transaction(), tenancy.because("It was cut"):
        db.session.execute(sql("SELECT 1"))
        end_connections()
        db.session.execute(sql("SELECT 2"))
    assert db.session.execute(sql("SELECT 3")).scalar() == 3
    db.session.remove()


def test_a_rollback_on_a_connection_that_was_closed_raises_nothing(app: Any) -> None:
    db.session.execute(sql("SELECT 1"))
    db.session.connection().connection.dbapi_connection.close()
    db.roll_back()
    assert db.session.execute(sql("SELECT 2")).scalar() == 2
    db.session.remove()
