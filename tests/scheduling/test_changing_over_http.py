"""Changing a series from one of its visits, and calling visits off, as a scheduler and as a program do it."""

from typing import Any

import pytest

from starline.core import db, tenancy
from starline.scheduling.models import Visit, VisitSeries
from tests.clients.factories import an_active_client
from tests.contract.callers import Caller, by_cookie, by_token
from tests.isolation.cast import Cast
from tests.organizations.factories import a_staff_member
from tests.scheduling.factories import a_series, a_visit, visits_of


@pytest.fixture
def visit_ids(cast: Cast) -> list[str]:
    """The visits of a new series of Harbor's, in order."""
    with tenancy.acting(cast.harbor.id), db.transaction():
        return [str(one.id) for one in visits_of(a_series(an_active_client(), note="Ring twice."))]


@pytest.fixture
def browser(cast: Cast) -> Caller:
    return by_cookie(cast.application, cast.harbor.people["Scheduler"])


@pytest.fixture
def rest(cast: Cast) -> Caller:
    return by_token(cast.application, cast.harbor.people["Scheduler"])


def kept(cast: Cast, visit_id: str) -> dict[str, Any]:
    with tenancy.acting(cast.harbor.id), db.transaction():
        visit = db.session.get(Visit, visit_id)
        assert visit is not None and visit.series is not None
        return {
            "hour": visit.local_start.hour,
            "status": visit.status,
            "reason": visit.void_reason,
            "series": str(visit.series_id),
            "note": visit.series.note,
        }


def test_this_and_those_after_it(cast: Cast, browser: Caller, visit_ids: list[str]) -> None:
    page = browser.get(f"/visits/{visit_ids[3]}/series")
    assert page.status_code == 200 and "This visit and those after it" in page.text and "Ring twice." in page.text
    sent = {"reach": "following", "starts_time": "14:00", "ends_time": "16:00", "note": "Ring twice."}
    answer = browser.post(f"/visits/{visit_ids[3]}/series", data=sent)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/visits/show/{visit_ids[3]}")
    assert [kept(cast, one)["hour"] for one in visit_ids[2:5]] == [9, 14, 14]
    assert kept(cast, visit_ids[2])["series"] != kept(cast, visit_ids[3])["series"]


def test_visits_and_series_are_called_as_people_say_it(cast: Cast, browser: Caller, visit_ids: list[str]) -> None:
    with tenancy.acting(cast.harbor.id), db.transaction():
        visit = db.session.get(Visit, visit_ids[0])
        assert visit is not None
        day, series_id, client = visit.local_start.date(), visit.series_id, str(visit.client)
    assert f"<h1>{client}, {day:%m/%d/%Y} " in browser.get(f"/visits/show/{visit_ids[0]}").text.replace("\n", "")
    page = browser.get(f"/visit_series/show/{series_id}").text
    assert "<h1>Every day" in page and "FREQ=" not in page


def test_a_wrong_field_is_marked_and_nothing_is_lost(cast: Cast, browser: Caller, visit_ids: list[str]) -> None:
    sent = {"reach": "all", "rule": "whenever", "note": "Mind the dog."}
    answer = browser.post(f"/visits/{visit_ids[0]}/series", data=sent)
    assert answer.status_code == 422
    assert "no rule as calendars write it" in answer.text and "Mind the dog." in answer.text
    assert kept(cast, visit_ids[0])["note"] == "Ring twice."


def test_a_single_visit_has_no_series_to_change(cast: Cast, browser: Caller, rest: Caller) -> None:
    with tenancy.acting(cast.harbor.id), db.transaction():
        visit_id = a_visit(an_active_client()).id
    assert browser.get(f"/visits/{visit_id}/series").headers["Location"] == f"/visits/edit/{visit_id}"
    answer = rest.post(f"/api/v1/visits/{visit_id}/series", json={"reach": "all", "values": {}})
    assert answer.status_code == 409


def test_a_program_changes_all_also_by_hand_where_it_says_so(cast: Cast, rest: Caller, visit_ids: list[str]) -> None:
    changed = rest.call("PATCH", f"/api/v1/visits/{visit_ids[1]}", json={"note": "By hand"})
    assert changed.json["result"]["is_changed"] is True
    path = f"/api/v1/visits/{visit_ids[0]}/series"
    values = {"starts_time": "07:00", "ends_time": "08:00"}
    assert rest.post(path, json={"reach": "all_unchanged", "values": values}).status_code == 200
    assert [kept(cast, one)["hour"] for one in visit_ids[:3]] == [7, 9, 7]
    assert rest.post(path, json={"reach": "all", "values": values}).status_code == 200
    assert [kept(cast, one)["hour"] for one in visit_ids[:3]] == [7, 7, 7]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reach": "this", "values": {}}, "reach"),
        ({"reach": "all", "values": []}, "values"),
        ({"reach": "all", "values": {"nothing": 1}}, "nothing"),
        ({"reach": "all", "values": {"starts_time": "noon"}}, "starts_time"),
        ({"reach": "all", "values": {}, "extra": 1}, "extra"),
    ],
)
def test_a_program_is_told_what_is_wrong(rest: Caller, visit_ids: list[str], body: dict[str, Any], field: str) -> None:
    answer = rest.post(f"/api/v1/visits/{visit_ids[0]}/series", json=body)
    assert answer.status_code == 422 and field in answer.json["errors"]


def test_a_visit_is_called_off_with_its_reason_and_reinstated(
    cast: Cast, browser: Caller, rest: Caller, visit_ids: list[str]
) -> None:
    first, second = visit_ids[:2]
    assert "Client request" in browser.get(f"/visits/{first}/call-off").text
    assert browser.post(f"/visits/{first}/call-off", data={"note": "Away"}).status_code == 422
    sent = {"reason": "client_request", "note": "Away with her son"}
    assert browser.post(f"/visits/{first}/call-off", data=sent).status_code == 302
    assert (kept(cast, first)["status"], kept(cast, first)["reason"]) == ("cancelled", "client_request")
    assert browser.post(f"/visits/{first}/call-off", data=sent).status_code == 409
    assert rest.post(f"/api/v1/visits/{first}/reinstate", json={}).json["result"]["status"] == "scheduled"
    stale = {"If-Match": '"999"'}
    for verb, sent in (("reinstate", {}), ("call_off", {"reason": "weather"})):
        assert rest.post(f"/api/v1/visits/{second}/{verb}", json=sent, headers=stale).status_code == 412, verb
    answer = rest.post(f"/api/v1/visits/{second}/call_off", json={"reason": "weather", "note": None})
    assert answer.json["void_reason"] == "weather"
    assert "reason" in rest.post(f"/api/v1/visits/{second}/call_off", json={"reason": "mood"}).json["errors"]


def test_double_booking_is_refused_in_a_sentence(cast: Cast, rest: Caller) -> None:
    with tenancy.acting(cast.harbor.id), db.transaction():
        maria = a_staff_member(first_name="Maria", last_name="Lopez")
        first = a_visit(an_active_client(), staff_member_id=maria.id, override_reason="Her papers are on the way")
        second = a_visit(an_active_client())
        sent, second_id = {"staff_member_id": str(first.staff_member_id)}, second.id
    path = f"/api/v1/visits/{second_id}"
    told = rest.get(f"/api/v1/visit_conflicts/{second_id}?staff_member_id={sent['staff_member_id']}").json["result"]
    assert {"rule": "clearance", "effect": "block", "sentence": "CPR and first aid of Maria Lopez is missing."} in told
    blocked = rest.call("PATCH", path, json=sent)
    assert (blocked.status_code, blocked.json["code"]) == (409, "conflicts")
    sent["override_reason"] = "Her papers are on the way"
    refused = rest.call("PATCH", path, json=sent)
    assert (refused.status_code, refused.json["code"]) == (409, "double_booked")
    assert "Maria Lopez has another visit then" in refused.json["errors"]["staff_member_id"][0]
    with tenancy.acting(cast.harbor.id), db.transaction():
        assert db.session.query(VisitSeries).count() >= 1
