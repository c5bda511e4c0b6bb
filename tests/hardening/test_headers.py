"""What every answer tells the browser, whoever asks and whatever the answer is."""

import dataclasses
import logging
from typing import Any

import orjson
import pytest

from app.core import headers
from config import settings

PATHS = ("/login", "/api/v1/clients/", "/nothing/here", "/static/css/base.css", "/api/v1/health", "/theme/harbor.css")


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_headers(client: Any, path: str) -> None:
    answer = client.get(path, buffered=True)
    for name, value in headers.ALWAYS.items():
        assert answer.headers[name] == value, name
    assert "Content-Security-Policy" in answer.headers
    assert "Strict-Transport-Security" not in answer.headers  # plain http outside production
    if not path.startswith(("/static/", "/theme/")):
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_page_allows_no_script_but_its_own(client: Any) -> None:
    first, second = (client.get("/login").headers["Content-Security-Policy"] for _ in range(2))
    assert first != second, "a nonce serves once"
    for policy in (first, second):
        assert "unsafe" not in policy and "http:" not in policy and "*" not in policy
        assert "frame-ancestors 'none'" in policy and "report-uri /csp-report" in policy
    assert client.get("/api/v1/clients/").headers["Content-Security-Policy"] == headers.DATA


def test_production_insists_on_encryption(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    there = dataclasses.replace(settings(), environment="production")
    monkeypatch.setattr(headers, "settings", lambda: there)
    told = client.get("/login").headers["Strict-Transport-Security"]
    assert told == "max-age=31536000; includeSubDomains"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_no_page_of_another_site_may_read_an_answer(client: Any, path: str, method: str) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answer = client.open(path, method=method, headers=asked, buffered=True)
    assert not [name for name, _value in answer.headers if name.lower().startswith("access-control-")]


def reported(client: Any, caplog: Any, body: Any, kind: str = "application/csp-report") -> list[str]:
    caplog.clear()
    with caplog.at_level(logging.WARNING, headers.__name__):
        sent = body if isinstance(body, bytes) else orjson.dumps(body)
        assert client.post("/csp-report", data=sent, content_type=kind).status_code == 204
    return [record.error for record in caplog.records if record.name == headers.__name__]


@pytest.fixture(autouse=True)
def nothing_written() -> None:
    headers._written.clear()


def test_a_report_is_written_down_without_page_or_path(client: Any, caplog: Any) -> None:
    old = {
        "violated-directive": "script-src",
        "blocked-uri": "https://evil.example/steal?ssn=123456789",
        "document-uri": "http://harbor.localhost/clients/show/0198-secret",
    }
    assert reported(client, caplog, {"csp-report": old}) == ["script-src https://evil.example"]
    new = [{"type": "csp-violation", "body": {"effectiveDirective": "img-src", "blockedURL": "inline"}}]
    assert reported(client, caplog, new, "application/reports+json") == ["img-src inline"]


@pytest.mark.parametrize("body", [b"", b"{", b"[1, 2]", b'{"csp-report": 7}', b"x" * 100_000, b"\xff\xfe"])
def test_what_is_no_report_is_passed_over(client: Any, caplog: Any, body: bytes) -> None:
    assert reported(client, caplog, body) == []


def test_a_report_cannot_forge_a_line(client: Any, caplog: Any) -> None:
    forged = {"effective-directive": 'script-src\n{"level":"critical"}', "blocked-uri": "x\r\nfake"}
    assert reported(client, caplog, {"csp-report": forged}) == ["script-src x"]


def test_a_flood_of_reports_is_capped(client: Any, caplog: Any) -> None:
    many = [{"body": {"effectiveDirective": "img-src", "blockedURL": "data"}}] * 10
    lines = [line for _ in range(10) for line in reported(client, caplog, many)]
    assert len(lines) == headers.MOST_REPORTS
