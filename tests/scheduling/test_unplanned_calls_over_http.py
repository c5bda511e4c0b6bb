"""The office plans a visit from a call: by the page, and as a program does."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from time import sleep
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.core.resource import registry
from starline.clients.service import locked_client
from starline.core import clock, db, tenancy
from starline.core.identifiers import uuid7
from starline.scheduling.evv_vocabulary import ClockKind
from starline.scheduling.models import UnplannedCall
from starline.staff.vocabulary import StaffStatus
from tests.caches import forget_everything
from tests.contract.callers import Caller, by_cookie, by_token
from tests.isolation.cast import Cast, join


@pytest.fixture
def call(cast: Cast) -> tuple[str, dict[str, Any]]:
    """A call of an hour ago, and what is sent to plan its visit."""
    factory = cast.harbor.factory
    factory.renew_parents()
    visit = factory.make(registry["Visits"])
    member = factory.make(registry["StaffMembers"])
    at = clock.now().replace(second=0, microsecond=0) - timedelta(hours=1)
    with tenancy.acting(cast.harbor.id), db.transaction():
        kept = UnplannedCall(kind=ClockKind.IN, called_at=at, phone="503-555-0188", event_id=uuid7())
        kept.staff_member_id, kept.client_id = UUID(member["id"]), UUID(visit["client_id"])
        db.session.add(kept)
        db.session.flush()
        key = str(kept.id)
    sent = {name: visit[name] for name in ("client_id", "service_type_id")}
    sent |= {"starts_at": at.isoformat(), "ends_at": (at + timedelta(hours=2)).isoformat()}
    return key, {**sent, "reason_code": "client_asked", "override_reason": "It took place"}


@pytest.fixture
def browser(cast: Cast) -> Caller:
    return by_cookie(cast.application, cast.harbor.people["Administrator"])


@pytest.fixture
def script(cast: Cast) -> Caller:
    return by_token(cast.application, cast.harbor.people["Administrator"])


def test_the_page_knows_what_the_call_told_and_plans_the_visit(
    browser: Caller, script: Caller, call: tuple[str, dict[str, Any]]
) -> None:
    key, sent = call
    assert f'href="/unplanned_calls/{key}/plan"' in browser.get(f"/unplanned_calls/show/{key}").text
    page = browser.get(f"/unplanned_calls/{key}/plan").text
    assert sent["client_id"] in page and "503-555-0188" in page and 'name="reason_code"' in page
    refused = browser.post(f"/unplanned_calls/{key}/plan", data={**sent, "reason_code": ""})
    assert refused.status_code == 422 and "is required" in refused.text
    answer = browser.post(f"/unplanned_calls/{key}/plan", data=sent)
    assert answer.status_code == 302, answer.text
    settled = script.get(f"/api/v1/unplanned_calls/{key}").json["result"]
    visit = script.get(f"/api/v1/visits/{settled['visit_id']}").json["result"]
    assert datetime.fromisoformat(visit["clocked_in_at"]) == datetime.fromisoformat(sent["starts_at"])
    assert visit["status"] == "in_progress"
    again = browser.get(f"/unplanned_calls/{key}/plan")
    assert again.status_code == 302 and settled["visit_id"] in again.headers["Location"]


def test_what_the_page_has_no_field_for_is_said_as_well(
    cast: Cast, browser: Caller, call: tuple[str, dict[str, Any]]
) -> None:
    key, sent = call
    with tenancy.acting(cast.harbor.id), db.transaction():
        kept = db.session.get_one(UnplannedCall, UUID(key))
        kept.called_at -= timedelta(days=70)
    page = browser.get(f"/unplanned_calls/{key}/plan").text
    assert page.index("tom-select.min.css") < page.index("css/base.css"), "our sheets have the last word"
    refused = browser.post(f"/unplanned_calls/{key}/plan", data=sent)
    assert refused.status_code == 422 and "too far away" in refused.text
    with tenancy.acting(cast.harbor.id), db.transaction():
        member = db.session.get_one(UnplannedCall, UUID(key)).staff_member
        member.status, member.terminated_on, who = StaffStatus.TERMINATED, clock.today(), str(member)
    refused = browser.post(f"/unplanned_calls/{key}/plan", data=sent)
    assert refused.status_code == 422 and f"{who} does not work here any more." in refused.text


def test_a_program_plans_it_too(script: Caller, call: tuple[str, dict[str, Any]]) -> None:
    key, sent = call
    wrong = script.post(f"/api/v1/unplanned_calls/{key}/plan", json={**sent, "staff_member_id": key})
    assert wrong.status_code == 422
    answer = script.post(f"/api/v1/unplanned_calls/{key}/plan", json=sent)
    assert answer.status_code == 200 and answer.json["status"] == "in_progress"
    assert script.post(f"/api/v1/unplanned_calls/{key}/plan", json=sent).status_code == 409
    found = script.get(f"/api/v1/visit_exceptions/?visit={answer.json['visit_id']}").json["result"]
    assert "unscheduled" in {one["kind"] for one in found}


def test_whoever_plans_no_visits_plans_none_from_a_call(cast: Cast, call: tuple[str, dict[str, Any]]) -> None:
    nurse = by_token(cast.application, cast.harbor.people["Nurse"])
    assert nurse.post(f"/api/v1/unplanned_calls/{call[0]}/plan", json=call[1]).status_code == 403


def test_whoever_settles_no_calls_plans_none_from_a_call(cast: Cast, call: tuple[str, dict[str, Any]]) -> None:
    key, sent = call
    planner = join(cast.harbor, "Plans visits alone", "Scheduler")
    with tenancy.acting(cast.harbor.id), db.transaction():
        role = db.Role(name="Plans visits alone")
        template = db.session.query(db.Role).filter_by(template="Scheduler").one()
        role.permissions = [one for one in template.permissions if one.view_menu.name != "UnplannedCalls"]
        db.session.add(role)
        db.session.get_one(db.User, planner.user_id).roles = [role]
    forget_everything()
    browser, script = (by(cast.application, planner) for by in (by_cookie, by_token))
    assert script.get(f"/api/v1/visits/?client={sent['client_id']}").status_code == 200
    assert browser.get(f"/unplanned_calls/{key}/plan").status_code == 403
    assert browser.post(f"/unplanned_calls/{key}/plan", data=sent).status_code == 403
    assert script.post(f"/api/v1/unplanned_calls/{key}/plan", json=sent).status_code == 403


def test_the_other_call_is_taken_unless_the_planner_declines_it(
    cast: Cast, browser: Caller, script: Caller, call: tuple[str, dict[str, Any]]
) -> None:
    begin, sent = call
    end = _ended(cast, begin)
    box = f'name="other_call_id" value="{end}" checked'
    assert box in browser.get(f"/unplanned_calls/{begin}/plan").text
    refused = browser.post(f"/unplanned_calls/{begin}/plan", data={**sent, "reason_code": ""})
    assert refused.status_code == 422 and box not in refused.text and box.removesuffix(" checked") in refused.text
    late = {**sent, "ends_at": _after(sent, hours=3), "other_call_id": end}
    refused = browser.post(f"/unplanned_calls/{begin}/plan", data=late)
    assert refused.status_code == 422 and box in refused.text and "more than an hour away" in refused.text
    assert browser.post(f"/unplanned_calls/{begin}/plan", data=sent).status_code == 302
    assert script.get(f"/api/v1/unplanned_calls/{end}").json["result"]["settled_at"] is None


def test_a_program_names_the_other_call(cast: Cast, script: Caller, call: tuple[str, dict[str, Any]]) -> None:
    begin, sent = call
    end = _ended(cast, begin)
    itself = script.post(f"/api/v1/unplanned_calls/{begin}/plan", json={**sent, "other_call_id": begin})
    assert itself.status_code == 422 and "not of one visit" in itself.text
    answer = script.post(f"/api/v1/unplanned_calls/{begin}/plan", json={**sent, "other_call_id": end})
    assert (answer.status_code, answer.json["status"]) == (200, "completed")
    assert script.get(f"/api/v1/unplanned_calls/{end}").json["result"]["visit_id"] == answer.json["visit_id"]


def test_of_two_who_plan_from_either_call_of_a_visit_one_plans_it(cast: Cast, call: tuple[str, dict[str, Any]]) -> None:
    """Each of two would hold its own call and wait for the other's, if they took them as they came."""
    begin, sent = call
    end = _ended(cast, begin)
    asked = [(begin, {**sent, "other_call_id": end}), (end, {**sent, "other_call_id": begin})]
    scripts = [by_token(cast.application, cast.harbor.people[name]) for name in ("Administrator", "Scheduler")]
    with ThreadPoolExecutor(2) as pool, tenancy.acting(cast.harbor.id):
        with db.transaction():
            locked_client(UUID(sent["client_id"]))
            plans = [
                pool.submit(one.post, f"/api/v1/unplanned_calls/{key}/plan", json=body)
                for one, (key, body) in zip(scripts, asked, strict=True)
            ]
            _until_two_wait()
        answers = [one.result(60) for one in plans]
    assert sorted(one.status_code for one in answers) == [200, 409], [one.text for one in answers]
    assert "settled already" in next(one.text for one in answers if one.status_code == 409)


def _after(sent: dict[str, Any], *, hours: int) -> str:
    return (datetime.fromisoformat(sent["starts_at"]) + timedelta(hours=hours)).isoformat()


def _ended(cast: Cast, begin: str) -> str:
    """The call, an hour later, that tells the end of the visit that the call `begin` has begun."""
    with tenancy.acting(cast.harbor.id), db.transaction():
        told = db.session.get_one(UnplannedCall, UUID(begin))
        facts = {name: getattr(told, name) for name in ("staff_member_id", "client_id", "phone")}
        at = told.called_at + timedelta(hours=1)
        kept = UnplannedCall(kind=ClockKind.OUT, called_at=at, event_id=uuid7(), **facts)
        db.session.add(kept)
        db.session.flush()
        return str(kept.id)


def _until_two_wait() -> None:
    for _attempt in range(1_200):
        if db.session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")) >= 2:
            return
        sleep(0.05)
    raise AssertionError("nobody waits for the other")
