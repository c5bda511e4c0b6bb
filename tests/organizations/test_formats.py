"""Dates, times, numbers and money as the organisation and the person write them, on the person's own clock."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from app.core.display import Display
from app.core.fields import Field, Kind
from starline.core import db, tenancy
from starline.core.db import User
from starline.identity.models import UserSession
from starline.organizations.models import Branch
from tests.identity.test_web_sign_in import send
from tests.organizations.factories import HARBOR
from tests.theming.conftest import browser, people  # noqa: F401

MOMENT = datetime(2026, 11, 25, 22, 30, tzinfo=UTC)
PACIFIC, EASTERN, CENTRAL = "America/Los_Angeles", "America/New_York", "America/Chicago"


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("format_", "zone", "language", "shown"),
    [
        ("MM/DD/YYYY", PACIFIC, "en", "11/25/2026 2:30 PM"),
        ("MM/DD/YYYY", EASTERN, "en", "11/25/2026 5:30 PM"),
        ("DD/MM/YYYY", PACIFIC, "es", "25/11/2026 2:30 p.m."),
        ("YYYY-MM-DD", "Pacific/Kiritimati", "en", "2026-11-26 12:30 PM"),
    ],
)
def test_an_instant_is_told_on_the_clock_and_in_the_language_of_who_reads(
    format_: str, zone: str, language: str, shown: str
) -> None:
    assert plain(Display(format_, zone, language).instant(MOMENT)) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [("1234.50", "1,234.50"), ("0.5", "0.5"), ("12", "12"), ("-1234567.125", "-1,234,567.125")]
)
def test_a_number_keeps_its_places(value: str, shown: str) -> None:
    assert Display("MM/DD/YYYY", "UTC").number(Decimal(value)) == shown


@pytest.mark.parametrize(
    ("currency", "language", "shown"),
    [("USD", "en", "$1,234.50"), ("USD", "es", "$1,234.50"), ("EUR", "en", "€1,234.50")],
)
def test_money_is_told_in_the_organisations_currency(currency: str, language: str, shown: str) -> None:
    display = Display("MM/DD/YYYY", "UTC", language, currency)
    assert plain(display.money(Decimal("1234.5"))) == shown


def test_each_kind_of_field_is_told_in_its_way() -> None:
    display = Display("DD/MM/YYYY", PACIFIC, "en", "USD", "monday")

    def text(kind: Kind, value: Any, name: str = "x") -> str:
        return plain(display.text(Field(name, name, kind, "X"), value))

    assert text(Kind.DATE, "2026-11-25") == "25/11/2026"
    assert text(Kind.TIME, "14:30:00") == "2:30 PM"
    assert text(Kind.INSTANT, MOMENT.isoformat()) == "25/11/2026 2:30 PM"
    assert text(Kind.DECIMAL, "1234.50", "hourly_amount") == "$1,234.50"
    assert text(Kind.DECIMAL, "1234.50", "weight") == "1,234.50"
    assert text(Kind.DECIMAL, None) == ""
    assert (display.first_weekday, display.date(date(2026, 1, 2)), plain(display.time(time(0, 5)))) == (
        0,
        "02/01/2026",
        "12:05 AM",
    )


def test_the_persons_clock_goes_before_the_branchs_and_that_before_the_organisations(
    browser: Callable[..., Any],  # noqa: F811
) -> None:
    ada = browser("harbor", "ada")
    assert_seen_on(ada, PACIFIC)
    assert "As the agency: America/Los Angeles" in ada.get("/me").text
    give_a_branch(CENTRAL)
    assert_seen_on(ada, CENTRAL)
    assert "As your branch: America/Chicago" in ada.get("/me").text
    fields = {"first_name": "Ada", "last_name": "Reyes", "email": "ada@harbor.example", "phone": "", "locale": ""}
    assert send(ada, "/me", **fields, time_zone=EASTERN, theme="dark").status_code == 302
    assert_seen_on(ada, EASTERN)
    assert 'data-bs-theme="dark"' in ada.get("/").text


def test_a_theme_that_is_none_is_refused(browser: Callable[..., Any]) -> None:  # noqa: F811
    fields = {"first_name": "Ada", "last_name": "Reyes", "email": "ada@harbor.example", "phone": "", "locale": ""}
    answer = send(browser("harbor", "ada"), "/me", **fields, time_zone="", theme="purple; Domain=x")
    assert answer.status_code == 422 and "theme" not in str(answer.headers.getlist("Set-Cookie"))


def assert_seen_on(ada: Any, zone: str) -> None:
    """Her sessions are told on the clock of `zone` and on no other."""
    page = plain(ada.get("/me/sessions").text)
    with tenancy.acting(HARBOR), db.transaction():
        query = db.session.query(UserSession).join(User, User.id == UserSession.user_id)
        seen = query.filter(User.email == "ada@harbor.example").order_by(UserSession.last_seen_at.desc()).all()
        told = {
            one: plain(Display("MM/DD/YYYY", one).instant(seen[0].last_seen_at)) for one in (PACIFIC, CENTRAL, EASTERN)
        }
    found = [one for one, text in told.items() if f"last seen {text}" in page]
    assert found == [zone]


def give_a_branch(zone: str) -> None:
    with tenancy.acting(HARBOR), db.transaction():
        branch = db.session.query(Branch).one()
        branch.time_zone = zone
        db.session.query(User).filter_by(email="ada@harbor.example").one().branch_id = branch.id
