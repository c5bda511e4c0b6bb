"""What stands around a page: the way to it, what waits, one's own menu, and the branch that lists are narrowed to."""

import re
from typing import Any

import orjson
import pytest

from app.core import security
from starline.core import db, tenancy
from starline.identity.models import UserSession
from starline.notifications.service import notify
from tests.contract.callers import Caller, by_cookie, by_token
from tests.contract.test_screens import Page
from tests.isolation.cast import Cast


def crumbs_of(text: str) -> list[str]:
    part = re.search(r'<nav class="crumbs".*?</nav>', text, re.DOTALL)
    assert part, "no way to the page"
    return [re.sub(r"<.*?>", "", one).strip() for one in re.findall(r"<li>(.*?)</li>", part.group(), re.DOTALL)]


def rows_of(caller: Caller, address: str) -> set[str]:
    return set(re.findall(r'href="/\w+/show/([0-9a-f-]{36})"', caller.get(address).text))


def test_every_page_says_where_it_stands(cast: Cast, browser: Caller) -> None:
    client, contact = cast.harbor.own["clients"], cast.harbor.own["contacts"]
    name = f"{client['first_name']} {client['last_name']}"
    assert crumbs_of(browser.get("/clients/list/").text) == ["People", "Clients"]
    assert crumbs_of(browser.get(f"/clients/show/{client['id']}").text) == ["People", "Clients", name]
    assert crumbs_of(browser.get(f"/clients/edit/{client['id']}").text)[:2] == ["People", "Clients"]
    assert crumbs_of(browser.get("/me/sessions").text)[:2] == ["Today", "Your account"]
    way = crumbs_of(browser.get(f"/contacts/show/{contact['id']}").text)
    assert way[:4] == ["Today", "Clients", name, "Contacts"] and len(way) == 5
    assert 'class="crumbs"' not in browser.get("/").text


def test_a_list_is_narrowed_to_one_branch_and_back(cast: Cast, browser: Caller) -> None:
    mine, other = cast.harbor.own, cast.harbor.outside
    both = {mine["clients"]["id"], other["clients"]["id"]}
    assert both <= rows_of(browser, "/clients/list/?page_size=100")
    chosen = browser.post("/shell/branches", data={"branch": mine["branches"]["id"], "back": "/clients/list/"})
    assert (chosen.status_code, chosen.headers["Location"]) == (302, "/clients/list/")
    shown = rows_of(browser, "/clients/list/?page_size=100")
    assert mine["clients"]["id"] in shown and other["clients"]["id"] not in shown
    page = browser.get("/clients/list/").text
    assert f"Only {mine['branches']['name']}" in page and "Show all branches" in page
    # What is narrowed are lists: the record itself still opens, and what has no branch is whole.
    assert browser.get(f"/clients/show/{other['clients']['id']}").status_code == 200
    assert {mine["branches"]["id"], other["branches"]["id"]} <= rows_of(browser, "/branches/list/?page_size=100")
    export = browser.get("/clients/download?columns=client_number").text
    assert str(other["clients"]["client_number"]) not in export.split()
    browser.post("/shell/branches", data={"branch": ""})
    assert both <= rows_of(browser, "/clients/list/?page_size=100")


def test_programs_are_not_narrowed_by_what_a_browser_has_chosen(cast: Cast, browser: Caller) -> None:
    browser.post("/shell/branches", data={"branch": cast.harbor.own["branches"]["id"]})
    listed = browser.get("/api/v1/clients/?page_size=100").json["result"]
    assert cast.harbor.outside["clients"]["id"] in {one["id"] for one in listed}


def test_only_who_sees_all_may_choose_and_only_a_branch_of_the_agency(cast: Cast, browser: Caller) -> None:
    for name in ("Caregiver", "Family", "Branch office"):
        person = by_cookie(cast.application, cast.harbor.people[name])
        assert person.post("/shell/branches", data={"branch": cast.harbor.own["branches"]["id"]}).status_code == 404
        assert "Choose a branch" not in person.get("/").text
    for wrong in (cast.summit.own["branches"]["id"], "nonsense"):
        assert browser.post("/shell/branches", data={"branch": wrong}).status_code == 404


def test_a_planted_choice_never_widens_what_somebody_sees(cast: Cast) -> None:
    office = by_cookie(cast.application, cast.harbor.people["Branch office"])
    with office.client.session_transaction(base_url=office.base) as kept:
        kept["branch"] = [cast.harbor.outside["branches"]["id"], "Elsewhere"]
    assert cast.harbor.outside["clients"]["id"] not in rows_of(office, "/clients/list/?page_size=100")


def test_what_waits_is_counted_beside_its_place(cast: Cast, browser: Caller) -> None:
    news = browser.get("/shell/news").json
    waiting = by_token(cast.application, cast.harbor.people["Administrator"])
    requested = waiting.get("/api/v1/time_off/?status=requested&count=exact").json["count"]
    assert requested and news["places"]["/time_off/list/"] == requested
    assert f'<span class="rail-count">{requested}</span>' in browser.get("/").text
    auditor = by_cookie(cast.application, cast.harbor.people["Auditor"])
    assert auditor.get("/shell/news").json["places"] == {}


def test_the_figures_follow_the_chosen_branch(cast: Cast, browser: Caller) -> None:
    before = browser.get("/shell/news").json["places"]["/time_off/list/"]
    browser.post("/shell/branches", data={"branch": cast.harbor.outside["branches"]["id"]})
    assert browser.get("/shell/news").json["places"].get("/time_off/list/", 0) < before


def test_asking_for_news_does_not_keep_a_session_alive(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = by_cookie(cast.application, cast.harbor.people["Scheduler"])
    touched: list[Any] = []
    monkeypatch.setattr(security.sessions, "touch", touched.append)
    assert browser.get("/shell/news").status_code == 200 and touched == []
    assert browser.get("/").status_code == 200 and len(touched) == 1


def test_the_bell_counts_and_each_line_leads_on(cast: Cast) -> None:
    person = cast.harbor.people["Nurse"]
    nurse = by_cookie(cast.application, person)
    nurse.post("/notifications/read")
    with tenancy.acting(cast.harbor.id), db.transaction():
        notify(person.user_id, "time_off_approved", "Approved by %(who)s.", link="/clients/list/", who="A <b>boss</b>")
    assert nurse.get("/shell/news").json["unread"] == 1
    panel = nurse.get("/notifications/panel").text
    assert "Approved by A &lt;b&gt;boss&lt;/b&gt;." in panel and "Unread:" in panel
    told = nurse.get("/api/v1/notifications/?unread=true").json
    assert told["unread"] == 1 and told["result"][0]["sentence"] == "Approved by A <b>boss</b>."
    opened = nurse.post(f"/notifications/{told['result'][0]['id']}/open")
    assert (opened.status_code, opened.headers["Location"]) == (302, "/clients/list/")
    assert nurse.get("/shell/news").json["unread"] == 0
    other = by_cookie(cast.application, cast.harbor.people["Administrator"])
    assert other.post(f"/notifications/{told['result'][0]['id']}/open").status_code == 404


def test_ones_own_menu_leads_to_ones_own_pages(cast: Cast, browser: Caller) -> None:
    page = Page(browser.get("/"))
    for address in ("/me", "/me/password", "/me/second-factor", "/me/sessions"):
        assert address in page.links
        assert browser.get(address).status_code in (200, 302)


def test_the_fold_and_the_theme_are_remembered_by_the_browser(cast: Cast, browser: Caller) -> None:
    assert 'class="shell"' in browser.get("/").text
    browser.client.set_cookie("rail", "narrow", domain=cast.harbor.host)
    browser.client.set_cookie("theme", "dark", domain=cast.harbor.host)
    page = browser.get("/").text
    assert 'class="shell is-narrow"' in page and 'data-bs-theme="dark"' in page
    browser.client.set_cookie("theme", 'x" onload="', domain=cast.harbor.host)
    assert "onload" not in browser.get("/").text


def test_a_list_page_stays_light(cast: Cast, browser: Caller) -> None:
    assert len(browser.get("/clients/list/").data) < 60_000
    assert orjson.loads(browser.get("/palette").data)["groups"]
    with tenancy.acting(cast.harbor.id), db.transaction():
        assert db.session.query(UserSession).count()
