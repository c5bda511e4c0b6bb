"""Each figure and each bar of Today is the number of the list that it leads to, for everybody who sees it."""

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from sqlalchemy import event

from app.core.figures import _month
from app.core.resource import Chart, registry
from starline.clients import service as clients
from starline.core import db
from starline.identity import passwords
from tests.home.test_today import signed_in
from tests.identity.factories import PASSWORD
from tests.organizations.factories import HARBOR, a_client, a_staff_member, a_user, acting_for
from tests.scheduling.factories import a_visit

FIGURE = re.compile(r'<a class="figure" href="([^"]+)"><span>([^<]+)</span><b>([\d,]+)</b>')
BAR = re.compile(r'<td class="number"><a href="([^"]+)">(\d+)</a></td>')
PEOPLE = {
    "ada": "Administrator",
    "sol": "Scheduler",
    "nia": "Nurse",
    "ben": "Biller",
    "noor": "Human resources",
    "cara": "Caregiver",
    "olga": "Auditor",
}


@pytest.fixture(scope="module")
def people(database: str) -> None:
    with acting_for(HARBOR, "harbor"), db.transaction():
        users = {name: a_user(name, role) for name, role in PEOPLE.items()}
        for user in users.values():
            user.password = passwords.hashed(PASSWORD)
        statuses = ("active", "assessment", "inquiry", "inquiry", "inquiry")
        made = [a_client(first_name=f"N{number}", status=status) for number, status in enumerate(statuses)]
        clients.assign_to_care_team(
            {"client_id": made[0].id, "user_id": users["cara"].id, "role": "caregiver"}, by=None
        )
        a_visit(made[0], day=0, hours=(0, 1))
        a_staff_member()
        a_staff_member(first_name="Ola", discipline="rn")


def counted(browser: Any, url: str) -> str:
    page = browser.get(unescape(url))
    assert page.status_code == 200, url
    return re.search(r'<span class="count">([\d,+]+)</span>', page.text).group(1)  # type: ignore[union-attr]


@pytest.mark.parametrize("name", list(PEOPLE))
def test_every_number_is_the_number_of_its_list(app: Any, people: None, name: str) -> None:
    browser = signed_in(app, name)
    page = browser.get("/").text
    figures, bars = FIGURE.findall(page), BAR.findall(page)
    assert figures or name == "cara"
    for url, _label, number in figures:
        assert counted(browser, url) == number, url
    for url, number in bars:
        assert counted(browser, url) == number, url


def test_an_administrator_sees_the_census_and_what_began(app: Any, people: None) -> None:
    page = signed_in(app, "ada").get("/").text
    assert {label: number for _url, label, number in FIGURE.findall(page)}["Active clients"] == "1"
    assert "Clients by status" in page
    assert 'class="spark"' in page and "Visits this week" in page
    assert [number for url, number in BAR.findall(page) if "occurs_on=" in url] == ["1"]


def test_a_caregiver_sees_figures_of_their_own_clients_only(app: Any, people: None) -> None:
    figures = {label: number for _url, label, number in FIGURE.findall(signed_in(app, "cara").get("/").text)}
    assert figures.get("Active clients") == "1" and figures.get("Before care begins", "0") == "0"


def test_what_one_works_on_comes_before_what_one_may_look_at(app: Any, people: None) -> None:
    labels = [label for _url, label, _number in FIGURE.findall(signed_in(app, "noor").get("/").text)]
    assert labels[0] == "Active staff"


def test_today_asks_little(app: Any, people: None) -> None:
    browser, asked = signed_in(app, "ada"), []
    browser.get("/")

    def count(*given: Any) -> None:
        asked.append(given[2])

    event.listen(db.engine(), "before_cursor_execute", count)
    try:
        browser.get("/")
    finally:
        event.remove(db.engine(), "before_cursor_execute", count)
    assert len(asked) <= 12, asked


def test_declared_figures_and_charts_are_of_fields_that_the_list_is_filtered_by() -> None:
    for resource in registry.values():
        for chart in resource.charts.values():
            split = chart.split if isinstance(chart, Chart) else ""
            assert {chart.by, *filter(None, [split])} <= set(resource.filter_fields), resource.name
        assert all("=" in count.query for count in resource.figures.values())
        assert set(resource.trends) <= set(resource.figures) and set(resource.work) <= set(resource.waits)


@pytest.mark.parametrize(
    ("step", "month"), [(0, "2026-01-01"), (-1, "2025-12-01"), (-12, "2025-01-01"), (12, "2027-01-01")]
)
def test_months_are_counted_over_the_turn_of_a_year(step: int, month: str) -> None:
    assert str(_month(date(2026, 1, 31), step)) == month
