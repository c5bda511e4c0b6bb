"""Today by role: visits come first, what is urgent is named with its deed, and only what the viewer may see."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from app.home.worklist import MOST_OF_A_KIND
from starline.core import db, tenancy
from starline.core.audit import AuditEvent
from starline.identity import passwords
from starline.organizations.models import Branch
from starline.scheduling.models import Visit, VisitException
from tests.home.test_figures import BAR, FIGURE, counted
from tests.home.test_today import signed_in
from tests.identity.factories import PASSWORD
from tests.identity.test_web_sign_in import send
from tests.organizations.factories import HARBOR, a_staff_member, a_user, acting_for, today
from tests.scheduling.factories import a_visit, at
from tests.services.factories import a_service

NAMED = re.compile(
    r'<b>([^<]+)</b><small>([^<]*)</small></div><a class="button" href="([^"]+)" aria-label="[^"]*">([^<]+)</a>'
)
PEOPLE = {"ada": "Administrator", "sol": "Scheduler", "nia": "Nurse", "ben": "Biller", "noor": "Human resources"}


@pytest.fixture(scope="module")
def visits(database: str) -> dict[str, Any]:
    """Four open visits from tomorrow on, and one under way since today."""
    with acting_for(HARBOR, "harbor"), db.transaction():
        for name, role in {**PEOPLE, "cara": "Caregiver"}.items():
            a_user(name, role).password = passwords.hashed(PASSWORD)
        service = a_service().id
        open_ones = [a_visit(day=day, service_type_id=service) for day in (4, 3, 2, 1)]
        member = a_staff_member()
        running = a_visit(day=2, hours=(14, 16), service_type_id=service)
        running.staff_member_id, running.status, running.open_reason = member.id, "in_progress", None
        db.session.flush()
        return {"open": [one.id for one in open_ones], "running": running.id, "who": str(open_ones[-1].client)}


def named(page: str) -> list[tuple[str, ...]]:
    return [tuple(map(unescape, one)) for one in NAMED.findall(page)]


def test_the_most_urgent_visits_are_named_with_the_deed_that_fills_them(app: Any, visits: dict[str, Any]) -> None:
    page = signed_in(app, "sol").get("/").text
    fill = [one for one in named(page) if one[3] == "Fill"]
    assert [one[2] for one in fill] == [f"/visits/{key}/match" for key in (visits["open"][3], visits["open"][2])]
    assert fill[0][0] == f"No caregiver for {visits['who']}" and len(fill) == MOST_OF_A_KIND
    assert "2 more: Open visits of the next seven days" in page


def test_what_is_named_is_audited_as_read(app: Any, visits: dict[str, Any]) -> None:
    signed_in(app, "sol").get("/")
    with tenancy.acting(HARBOR), db.transaction():
        query = db.session.query(AuditEvent).filter_by(action="read", subject="visits")
        read = [set((event.changes or {}).get("ids", [event.subject_id])) for event in query]
        assert {str(key) for key in visits["open"][2:]} in read and {str(visits["running"])} in read


@pytest.mark.parametrize("name", ["nia", "ben", "noor", "cara"])
def test_whoever_may_not_fill_a_visit_is_not_asked_to(app: Any, visits: dict[str, Any], name: str) -> None:
    page = signed_in(app, name).get("/").text
    assert "Fill" not in {one[3] for one in named(page)} and "/match" not in page


@pytest.mark.parametrize(
    ("name", "first"), [("ada", "Visits today"), ("sol", "Visits today"), ("noor", "Active staff")]
)
def test_the_first_figure_is_of_what_the_role_works_on(app: Any, visits: Any, name: str, first: str) -> None:
    assert FIGURE.findall(signed_in(app, name).get("/").text)[0][1] == first


@pytest.mark.parametrize("name", ["ada", "sol", "nia", "ben"])
def test_whoever_reads_visits_sees_those_of_this_week_and_those_under_way(app: Any, visits: Any, name: str) -> None:
    page = signed_in(app, name).get("/").text
    assert {"Visits today", "Visits under way"} <= {label for _url, label, _number in FIGURE.findall(page)}
    titles = re.findall(r'<h2 id="chart-\d">([^<]+)</h2>', page)
    assert titles[0] == "Visits this week"
    assert "Live visits" in page and f"/visits/show/{visits['running']}" in page


def test_a_visit_that_nobody_clocked_out_of_is_not_under_way_for_ever(app: Any, visits: Any) -> None:
    with tenancy.acting(HARBOR), db.transaction():
        old = a_visit(day=9, service_type_id=a_service().id)
        old.starts_at, old.ends_at, old.occurs_on = at(-3, 9), at(-3, 11), today() - timedelta(days=3)
        old.staff_member_id, old.status, old.open_reason = a_staff_member().id, "in_progress", None
        db.session.add(VisitException(visit_id=old.id, client_id=old.client_id, kind="missing_out"))
        db.session.flush()
        key, whose = str(old.id), str(old.client)
    page = signed_in(app, "ada").get("/").text
    table = page[page.index('id="live-title"') :].partition("</table>")[0]
    assert f"/visits/show/{visits['running']}" in table and key not in table
    assert f"Nobody clocked out for {whose}" in unescape(page)


def test_a_biller_sees_what_is_ready_to_bill_first(app: Any, visits: Any) -> None:
    assert FIGURE.findall(signed_in(app, "ben").get("/").text)[0][1] == "Verified and not billed"


def test_a_caregiver_sees_no_live_visits_of_others(app: Any, visits: Any) -> None:
    page = signed_in(app, "cara").get("/").text
    assert "Live visits" not in page and visits["who"] not in page


def test_the_week_counts_each_day_as_its_list_does(app: Any, visits: Any) -> None:
    with tenancy.acting(HARBOR), db.transaction():
        visit = db.session.get(Visit, visits["open"][0])
        assert visit is not None
        visit.occurs_on = today()
    browser = signed_in(app, "ada")
    bars = [(url, number) for url, number in BAR.findall(browser.get("/").text) if "occurs_on=" in url]
    assert bars and sum(int(number) for _url, number in bars) >= 1
    for url, number in bars:
        assert counted(browser, url) == number, url


def test_a_branch_that_is_chosen_narrows_what_is_named(app: Any, visits: Any) -> None:
    with tenancy.acting(HARBOR), db.transaction():
        other = Branch(name="Gresham")
        db.session.add(other)
        db.session.flush()
        key = str(other.id)
    browser = signed_in(app, "sol")
    assert send(browser, "/shell/branches", branch=key).status_code == 302
    page = browser.get("/").text
    assert not named(page) and "Live visits" not in page
