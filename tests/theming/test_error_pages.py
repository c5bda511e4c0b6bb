"""Every refusal is a page of the agency's: what happened, what to do next, and a number to tell."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import psycopg2
import pytest

from app.core import rate_limits
from config import settings
from tests.identity.test_web_sign_in import send

Begin = Callable[..., Any]


def reference_of(answer: Any) -> str:
    found = re.search(r"<code>([\w.-]+)</code>", answer.text)
    assert found is not None
    return found[1]


def expect(answer: Any, status: int, title: str, step: str, leads_to: str) -> None:
    """The page of a refusal, whole."""
    assert answer.status_code == status
    assert f'<h1 id="refusal-title">{title}</h1>' in answer.text
    assert re.search(rf'<a class="button is-primary" href="{re.escape(leads_to)}">{step}</a>', answer.text)
    assert reference_of(answer) == answer.headers["X-Request-ID"] and f"Error {status}" in answer.text
    assert "Harbor Care" in answer.text and "Traceback" not in answer.text and "Starline" not in answer.text


def test_400_a_form_without_the_pages_token(browser: Begin) -> None:
    answer = browser("harbor", "ada").post("/branding/", headers={"Referer": "http://harbor.localhost/branding/?a=1"})
    expect(answer, 400, "Not understood", "Open the page again", "/branding/?a=1")


@pytest.mark.parametrize(
    "referrer", ["http://elsewhere.example/branding/", "", "javascript:alert(1)", "http://[broken"]
)
def test_and_never_leads_to_another_site(browser: Begin, referrer: str) -> None:
    answer = browser("harbor", "ada").post("/branding/", headers={"Referer": referrer})
    expect(answer, 400, "Not understood", "Open the page again", "/")


def test_401_a_stranger(browser: Begin) -> None:
    answer = browser("harbor").get("/branding/?x=1")
    expect(answer, 401, "Please sign in", "Sign in", "/login?next=%2Fbranding%2F%3Fx%3D1")


def test_403_somebody_without_the_permission(browser: Begin) -> None:
    expect(browser("harbor", "carla").get("/branding/"), 403, "Not allowed", "Go to the start page", "/")


def test_404_an_address_of_nothing(browser: Begin) -> None:
    expect(browser("harbor", "ada").get("/nothing-here"), 404, "Not found", "Go to the start page", "/")
    expect(browser("harbor").get("/nothing-here"), 404, "Not found", "Sign in", "/login")


def test_409_what_no_longer_holds(browser: Begin) -> None:
    answer = send(browser("harbor", "ada"), "/branding/undo", page="/branding/")
    expect(answer, 409, "Already changed", "Open the page again", "/")
    assert "There is no earlier brand" in answer.text


def test_413_more_than_is_taken(browser: Begin) -> None:
    answer = browser("harbor", "ada").post(
        "/branding/",
        input_stream=io.BytesIO(b"--x\r\n"),
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(21 * 1024 * 1024)},
        headers={"Referer": "http://harbor.localhost/branding/"},
    )
    expect(answer, 413, "Too large", "Try again", "/branding/")
    assert "Choose a smaller file" in answer.text


def test_429_too_many_at_once(browser: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, few = browser("harbor", "ada"), replace(settings(), rate_limit_user=1)
    monkeypatch.setattr(rate_limits, "settings", lambda: few)
    answers = [ada.get("/branding/") for _ in range(3)]
    expect(answers[-1], 429, "One moment", "Try again", "/branding/")
    assert int(answers[-1].headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("failure", "status", "title"),
    [
        (RuntimeError("Qz7canary"), 500, "Our mistake"),
        (psycopg2.OperationalError("Qz7canary"), 503, "Back in a minute"),
    ],
)
def test_500_and_503_what_breaks_on_our_side(
    app: Any, browser: Begin, monkeypatch: pytest.MonkeyPatch, failure: Exception, status: int, title: str
) -> None:
    def broken() -> None:
        raise failure

    ada = browser("harbor", "ada")
    monkeypatch.setitem(app.view_functions, "BrandingView.edit", broken)
    answer = ada.get("/branding/")
    expect(answer, status, title, "Try again", "/branding/")
    assert "Qz7canary" not in answer.text
    assert (status == 503) == ("Retry-After" in answer.headers)


def test_a_program_gets_the_same_number(browser: Begin) -> None:
    answer = browser("harbor").get("/api/v1/clients/", headers={"X-Request-ID": "number-of-mine"})
    assert (answer.status_code, answer.json["request_id"]) == (401, "number-of-mine")
