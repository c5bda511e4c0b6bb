"""What records are called: in words, and as their reader writes days, in titles, pickers and what was opened last."""

import re
from typing import Any

import pytest

from app.core.display import Display
from starline.clients.models import Incident
from starline.core import db, tenancy
from starline.core.language import gettext, speaking
from starline.scheduling.models import ClockEvent, Visit, VisitException
from starline.staff.models import Credential, TimeOff
from tests.contract.callers import Caller, by_cookie, by_token
from tests.isolation.cast import Cast

STAMP = r"\d\d/\d\d/\d{4} \d{1,2}:\d\d [AP]M"


@pytest.fixture
def browser(cast: Cast) -> Caller:
    return by_cookie(cast.application, cast.harbor.people["Administrator"])


def row(cast: Cast, name: str) -> dict[str, Any]:
    return cast.harbor.own[name]


def title_of(browser: Caller, name: str, key: Any) -> str:
    answer = browser.get(f"/{name}/show/{key}")
    assert answer.status_code == 200, answer.text
    found = re.search(r"<h1[^>]*>(.*?)</h1>", answer.text, re.S)
    assert found is not None
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).replace("\u00a0", " ").replace("\u202f", " ").split())


def client_of(cast: Cast, model: Any, key: Any) -> str:
    with tenancy.acting(cast.harbor.id), db.transaction():
        return str(db.session.get_one(model, key).client)


def test_a_visit_is_called_by_client_day_and_time(cast: Cast, browser: Caller) -> None:
    key = row(cast, "visits")["id"]
    who = re.escape(client_of(cast, Visit, key))
    assert re.fullmatch(rf"{who}, {STAMP}", title_of(browser, "visits", key))
    assert re.search(rf"{who}, {STAMP}", browser.get(f"/visits/edit/{key}").text.replace("\u00a0", " "))


def test_an_exception_and_a_clocking_are_called_by_their_kind_and_visit(cast: Cast, browser: Caller) -> None:
    for name, model in (("visit_exceptions", VisitException), ("clock_events", ClockEvent)):
        key = row(cast, name)["id"]
        with tenancy.acting(cast.harbor.id), db.transaction():
            one = db.session.get_one(model, key)
            kind, who = one.kind.replace("_", " ").capitalize(), str(one.client)  # type: ignore[attr-defined]
        assert re.fullmatch(rf"{re.escape(kind)} · {re.escape(who)}, {STAMP}", title_of(browser, name, key)), name


def test_an_absence_and_a_proof_are_called_by_what_they_are_and_whose(cast: Cast, browser: Caller) -> None:
    for name, model in (("time_off", TimeOff), ("credentials", Credential)):
        key = row(cast, name)["id"]
        with tenancy.acting(cast.harbor.id), db.transaction():
            who = str(db.session.get_one(model, key).staff_member)
        title = title_of(browser, name, key)
        assert who in title and not re.search(r"\d{4}-\d\d-\d\d|_", title), title


def test_what_was_opened_last_is_called_as_its_page_is(cast: Cast, browser: Caller) -> None:
    for name in ("visits", "visit_exceptions", "time_off"):
        title = title_of(browser, name, row(cast, name)["id"])
        items = [item for group in browser.get("/palette").json["groups"] for item in group["items"]]
        assert items[0]["label"].replace("\u00a0", " ") == title


def test_a_picker_offers_rows_by_the_same_names(cast: Cast, browser: Caller) -> None:
    rest = by_token(cast.application, cast.harbor.people["Administrator"])
    ask = "/api/v1/visit_exceptions/related/visit"
    offered = rest.get(ask).json["result"]
    assert offered and all(re.search(STAMP, one["label"].replace("\u00a0", " ")) for one in offered)
    found = rest.get(ask, query_string={"search": offered[0]["label"][:3]}).json["result"]
    assert offered[0]["id"] in {one["id"] for one in found}
    assert rest.get(ask, query_string={"search": "zzzzzz"}).json["result"] == []


def test_a_list_that_records_no_clients_names_none(cast: Cast) -> None:
    rest = by_token(cast.application, cast.harbor.people["Administrator"])
    rows = rest.get("/api/v1/called_out_visits/").json["result"]
    assert rows and all(re.fullmatch(r"\d{4}-\d\d-\d\d", one["visit"]) for one in rows)


def test_the_palette_names_what_it_adds(browser: Caller) -> None:
    items = [item for group in browser.get("/palette?q=new clients").json["groups"] for item in group["items"]]
    assert items[0]["label"] == "Add client" and items[0]["url"] == "/clients/add"


def test_an_incident_is_called_by_its_number_and_what_happened(cast: Cast, browser: Caller) -> None:
    one = row(cast, "incidents")
    words = one["kind"].replace("_", " ").capitalize()
    name = f"#{one['incident_number']} {words}"
    assert title_of(browser, "incidents", one["id"]) == name
    assert name in browser.get("/incidents/list/").text
    with speaking("es"):
        spanish = f"#{one['incident_number']} {gettext(words)}"
        assert Display("MM/DD/YYYY", "UTC", "es").called(Incident, one["title"]) == spanish
