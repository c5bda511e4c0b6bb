"""Logs tell what happened to whom by id, and nothing a record holds."""

import ast
import io
import json
import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from app.core import errors
from config import ROOT
from starline.core import tenancy
from starline.core.logs import FACTS, JsonFormatter, masked

HARBOR = UUID("00000000-0000-7000-8000-0000000000a1")


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter("web"))
    logger = logging.getLogger("starline.test")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield stream
    logger.removeHandler(handler)


def test_a_line_names_request_organisation_user_and_route(stream: io.StringIO) -> None:
    with tenancy.acting(HARBOR, user_id=7, request_id="req-1"):
        logging.getLogger("starline.test").info("request", extra={"route": "/clients/<pk>", "duration_ms": 3.5})
    line = json.loads(stream.getvalue())
    assert line["organization_id"] == str(HARBOR) and line["user_id"] == 7 and line["request_id"] == "req-1"
    assert line["route"] == "/clients/<pk>" and line["duration_ms"] == 3.5


def test_a_line_tells_the_time_in_utc_wherever_the_machine_is(
    stream: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    time.tzset()
    try:
        logging.getLogger("starline.test").info("request")
    finally:
        monkeypatch.undo()
        time.tzset()
    at = datetime.fromisoformat(json.loads(stream.getvalue())["at"])
    assert at.utcoffset() == timedelta(0) and abs(datetime.now(UTC) - at) < timedelta(minutes=5)


def test_an_unknown_fact_is_dropped(stream: io.StringIO) -> None:
    logging.getLogger("starline.test").info("request", extra={"diagnosis": "canary-diagnosis"})
    assert "canary" not in stream.getvalue()


def test_every_fact_that_the_code_tells_is_written() -> None:
    """A fact that isn't named is dropped, and the line says nothing of what it was written for."""
    told = {
        key.value
        for path in [*(ROOT / "starline").rglob("*.py"), *(ROOT / "app").rglob("*.py")]
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.keyword) and node.arg == "extra" and isinstance(node.value, ast.Dict)
        for key in node.value.keys
        if isinstance(key, ast.Constant)
    }
    assert told > {"failure", "code", "pgcode"}
    assert told - FACTS == set()


def test_an_unexpected_error_names_its_type_in_production(
    stream: io.StringIO, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    production = SimpleNamespace(is_production=True)
    monkeypatch.setattr(errors, "settings", lambda: production)
    monkeypatch.setattr(errors, "log", logging.getLogger("starline.test"))
    with app.test_request_context("/api/v1/clients/"):
        assert errors._unexpected(ZeroDivisionError("canary-value")).status_code == 500
    assert "canary" not in stream.getvalue() and json.loads(stream.getvalue())["failure"] == "ZeroDivisionError"


def test_an_exception_is_written_without_its_message(stream: io.StringIO) -> None:
    try:
        raise ValueError("canary-value")
    except ValueError:
        logging.getLogger("starline.test").exception("failed")
    assert "canary" not in stream.getvalue()
    line = json.loads(stream.getvalue())
    assert line["error"] == "ValueError" and any("test_logs.py" in place for place in line["stack"])


@pytest.mark.parametrize(
    "secret", ["ada@harbor.example", "123-45-6789", "(614) 555-0123", "614-555-0123", "postgresql://user:pass@/db"]
)
def test_what_slips_into_a_message_is_masked(secret: str) -> None:
    assert "[masked]" in masked(f"about {secret} here") and secret not in masked(f"about {secret} here")
