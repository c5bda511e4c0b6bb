"""Clocking and deciding, as a caregiver's program, the office's screens and a telephone line do it."""

import base64
import io
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

import orjson
import pytest
from PIL import Image

from starline.core import clock, db, tenancy
from starline.core.audit import AuditEvent
from starline.core.identifiers import uuid7
from starline.scheduling import telephony, verification
from starline.scheduling.models import ClockEvent, EvvTolerance, Visit
from tests.clients.factories import an_active_client
from tests.contract.callers import Caller, by_cookie, by_token, nobody
from tests.isolation.cast import Cast
from tests.organizations.factories import a_staff_member
from tests.scheduling.evv_factories import DOOR, DOWNTOWN, NEARBY
from tests.scheduling.factories import a_visit, at

numbers = count(2)


@pytest.fixture
def visit(cast: Cast) -> dict[str, Any]:
    """A visit of the caregiver's, some days ago, nine to eleven."""
    with tenancy.acting(cast.harbor.id), db.transaction():
        client, starts_at = an_active_client(), at(-next(numbers), 9)
        made = a_visit(
            client,
            staff_member_id=UUID(cast.harbor.own["staff"]["id"]),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            override_reason="As agreed",
        )
        made.service_address.latitude, made.service_address.longitude = map(Decimal, map(str, DOOR))
        return {"id": str(made.id), "starts_at": made.starts_at, "ends_at": made.ends_at, "client_id": client.id}


@pytest.fixture
def caregiver(cast: Cast) -> Caller:
    return by_token(cast.application, cast.harbor.people["Caregiver"])


@pytest.fixture
def scheduler(cast: Cast) -> Caller:
    return by_token(cast.application, cast.harbor.people["Scheduler"])


@pytest.fixture
def browser(cast: Cast) -> Caller:
    return by_cookie(cast.application, cast.harbor.people["Scheduler"])


def told(visit: dict[str, Any], kind: str = "in", place: Any = NEARBY, **more: Any) -> dict[str, Any]:
    moment = visit["starts_at"] if kind == "in" else visit["ends_at"]
    where = {"latitude": place[0], "longitude": place[1], "accuracy_metres": 8}
    return {"kind": kind, "happened_at": moment.isoformat(), "event_id": str(uuid7()), **where, **more}


def clock_in(caller: Caller, visit: dict[str, Any], **more: Any) -> Any:
    return caller.post(f"/api/v1/visits/{visit['id']}/clock", json=told(visit, **more))


def proof(caller: Caller, visit: dict[str, Any]) -> Any:
    return caller.get(f"/api/v1/visit_verifications/{visit['id']}").json


def test_a_caregiver_clocks_and_the_visit_is_verified(caregiver: Caller, visit: dict[str, Any]) -> None:
    sent = told(visit)
    first = caregiver.post(f"/api/v1/visits/{visit['id']}/clock", json=sent)
    assert (first.status_code, first.json["status"]) == (200, "in_progress")
    again = caregiver.post(f"/api/v1/visits/{visit['id']}/clock", json=sent)
    assert again.json["result"]["id"] == first.json["result"]["id"]
    assert clock_in(caregiver, visit, kind="out").json["status"] == "verified"
    found = proof(caregiver, visit)
    assert set(found["elements"].values()) == {True} and len(found["events"]) == 2
    assert found["events"][0]["is_inside"] is True and found["exceptions"] == []


def test_a_caregiver_clocks_no_visit_of_others(cast: Cast, visit: dict[str, Any]) -> None:
    other = by_token(cast.application, cast.harbor.people["Other caregiver"])
    assert clock_in(other, visit).status_code == 404
    family = by_token(cast.application, cast.harbor.people["Family"])
    assert clock_in(family, visit).status_code == 403


def test_an_auditor_reads_and_writes_nothing(cast: Cast, caregiver: Caller, visit: dict[str, Any]) -> None:
    event = clock_in(caregiver, visit, place=DOWNTOWN).json["result"]
    auditor = by_token(cast.application, cast.harbor.people["Auditor"])
    found = proof(auditor, visit)
    assert [one["kind"] for one in found["exceptions"]] == ["outside"]
    exception = found["exceptions"][0]["id"]
    for path, body in (
        (f"visits/{visit['id']}/clock", told(visit, "out")),
        (f"visits/{visit['id']}/miss", {"reason": "other"}),
        (
            f"visits/{visit['id']}/note",
            {"note": "x", "event_id": str(uuid7()), "happened_at": told(visit)["happened_at"]},
        ),
        (f"clock_events/{event['id']}/correct", {"happened_at": event["happened_at"], "reason_code": "forgot"}),
        (f"visit_exceptions/{exception}/approve", {}),
    ):
        assert auditor.post(f"/api/v1/{path}", json=body).status_code == 403, path
    page = by_cookie(cast.application, cast.harbor.people["Auditor"]).get(f"/visits/show/{visit['id']}?tab=evv").text
    assert "962 metres" not in page or "Approve" not in page
    assert "outside the geofence" in page and "Send back" not in page and "Correct" not in page


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"kind": "sideways"}, "kind"),
        ({"happened_at": "noon"}, "happened_at"),
        ({"event_id": "first"}, "event_id"),
        ({"event_id": None}, "event_id"),
        ({"latitude": "north"}, "latitude"),
        ({"latitude": None}, "latitude"),
        ({"method": "telephony"}, "method"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_program_is_told_what_is_wrong(
    caregiver: Caller, visit: dict[str, Any], more: dict[str, Any], field: str
) -> None:
    answer = caregiver.post(f"/api/v1/visits/{visit['id']}/clock", json={**told(visit), **more})
    assert answer.status_code == 422 and field in answer.json["errors"]


def test_only_the_office_enters_times_by_hand(caregiver: Caller, scheduler: Caller, visit: dict[str, Any]) -> None:
    sent = {"kind": "in", "happened_at": visit["starts_at"].isoformat(), "event_id": str(uuid7()), "method": "manual"}
    path = f"/api/v1/visits/{visit['id']}/clock"
    assert caregiver.post(path, json={**sent, "reason_code": "forgot"}).status_code == 403
    assert scheduler.post(path, json=sent).json["errors"].keys() == {"reason_code"}
    answer = scheduler.post(path, json={**sent, "reason_code": "forgot"})
    assert (answer.status_code, answer.json["result"]["method"]) == (200, "manual")
    assert "Only the caregiver" in clock_in(scheduler, visit, kind="out").json["message"]


def test_the_office_corrects_and_decides_on_the_screens(
    cast: Cast, caregiver: Caller, browser: Caller, visit: dict[str, Any]
) -> None:
    event = clock_in(caregiver, visit, place=DOWNTOWN).json["result"]
    clock_in(caregiver, visit, kind="out")
    page = browser.get(f"/visits/show/{visit['id']}?tab=evv").text
    assert "1,112 m away, outside" in page and "Clocked 962 metres outside the geofence." in page
    form = f"/clock_events/{event['id']}/correct"
    assert "stays on record" in browser.get(form).text
    wrong = browser.post(form, data={"happened_at": "later", "reason_code": "", "reason": "Rang."})
    assert wrong.status_code == 422 and "Rang." in wrong.text and "Reason is required." in wrong.text
    with tenancy.acting(cast.harbor.id), db.transaction():
        local = db.session.get_one(Visit, UUID(visit["id"])).local_start + timedelta(minutes=5)
    sent = {"happened_at": f"{local:%Y-%m-%dT%H:%M}", "reason_code": "wrong_time", "reason": "Rang."}
    assert browser.post(form, data=sent).headers["Location"] == f"/visits/show/{visit['id']}?tab=evv"
    found = proof(caregiver, visit)
    assert {one["standing"] for one in found["events"]} == {"counts", "corrected"}
    assert {one["kind"]: one["status"] for one in found["exceptions"]} == {"outside": "settled", "manual": "open"}
    (manual,) = [one["id"] for one in found["exceptions"] if one["kind"] == "manual"]
    refused = browser.post(f"/visit_exceptions/{manual}/decide", data={"decision": "approve"})
    assert refused.status_code == 302 and "ask a colleague" in browser.get(f"/visits/show/{visit['id']}").text
    chief = by_cookie(cast.application, cast.harbor.people["Administrator"])
    decided = {"decision": "approve", "reason_code": "wrong_time", "note": "Seen the log"}
    chief.post(f"/visit_exceptions/{manual}/decide", data=decided)
    found = proof(caregiver, visit)
    assert found["status"] == "verified"
    assert [one["note"] for one in found["exceptions"] if one["kind"] == "manual"] == ["Seen the log"]


def test_the_office_enters_what_is_missing_or_marks_the_visit_as_missed(browser: Caller, visit: dict[str, Any]) -> None:
    address = f"/visits/{visit['id']}/clock"
    assert "Enter the time for the caregiver" in browser.get(address).text
    refused = browser.post(f"/visits/{visit['id']}/miss", data={"void_note": "Overslept"})
    assert refused.status_code == 422 and "Overslept" in refused.text
    sent = {"void_reason": "caregiver_did_not_come", "void_note": "Overslept"}
    assert browser.post(f"/visits/{visit['id']}/miss", data=sent).status_code == 302
    assert "Missed" in browser.get(f"/visits/show/{visit['id']}").text
    sent = {"kind": "in", "happened_at": "2026-01-05T09:00", "reason_code": "forgot"}
    refused = browser.post(address, data=sent)
    assert refused.status_code == 409 and "reinstate it first" in refused.text


def test_many_exceptions_are_approved_at_once(
    cast: Cast, caregiver: Caller, browser: Caller, visit: dict[str, Any]
) -> None:
    clock_in(caregiver, visit, place=DOWNTOWN)
    clock_in(caregiver, visit, kind="out")
    key = proof(caregiver, visit)["exceptions"][0]["id"]
    sent = {"verb": "do-approve", "ids": key, "confirmed": "1"}
    assert browser.post("/visit_exceptions/selected", data=sent).status_code == 302
    assert proof(caregiver, visit)["status"] == "verified"


def test_tasks_and_the_record_by_rest(caregiver: Caller, visit: dict[str, Any]) -> None:
    act = {"event_id": str(uuid7()), "happened_at": visit["ends_at"].isoformat()}
    noted = caregiver.post(f"/api/v1/visits/{visit['id']}/note", json={**act, "note": "Ate well."})
    assert noted.json["result"]["note"] == "Ate well." and noted.json["clash"] is None
    act["event_id"] = str(uuid7())
    driven = caregiver.post(f"/api/v1/visits/{visit['id']}/mileage", json={**act, "miles": "4.5"})
    assert driven.json["result"]["miles"] == "4.5"
    act["event_id"], picture = str(uuid7()), io.BytesIO()
    Image.new("RGB", (20, 10), "white").save(picture, "PNG")
    sent = {**act, "name": "Ruth Abernathy", "image": base64.b64encode(picture.getvalue()).decode()}
    signed = caregiver.post(f"/api/v1/visits/{visit['id']}/signature", json=sent)
    assert signed.json["result"]["signed_by_name"] == "Ruth Abernathy"
    for name, value in (("note", ""), ("mileage", "far"), ("signature", "no picture")):
        field = {"note": "note", "mileage": "miles", "signature": "image"}[name]
        body = {**act, field: value, **({"name": "Ruth"} if name == "signature" else {})}
        answer = caregiver.post(f"/api/v1/visits/{visit['id']}/{name}", json={**body, "event_id": str(uuid7())})
        assert answer.status_code == 422 and field in answer.json["errors"], name
    page = caregiver.get(f"/api/v1/visit_verifications/{visit['id']}").json
    assert page["record"]["note"] == "Ate well."


def test_whoever_had_the_visit_once_is_told_that_their_word_is_kept_and_nothing_else(
    cast: Cast, caregiver: Caller, browser: Caller, visit: dict[str, Any]
) -> None:
    act = {"event_id": str(uuid7()), "happened_at": visit["starts_at"].isoformat()}
    path = f"/api/v1/visits/{visit['id']}/note"
    assert caregiver.post(path, json={**act, "note": "Ate well."}).json["result"]["note"] == "Ate well."
    with tenancy.acting(cast.harbor.id), db.transaction():
        seen = db.session.query(AuditEvent).filter_by(action="read", subject="visit_records").all()
        assert [visit["client_id"]] in [one.client_ids for one in seen]
        made = db.session.get_one(Visit, UUID(visit["id"]))
        made.staff_member_id = a_staff_member(first_name="Sam", last_name="Ito").id
    act = {"event_id": str(uuid7()), "happened_at": visit["ends_at"].isoformat()}
    answer = caregiver.post(path, json={**act, "note": "Was out."})
    assert answer.status_code == 200 and answer.json["result"] is None and answer.json["clash"] == "reassigned"
    act["event_id"] = str(uuid7())
    driven = caregiver.post(f"/api/v1/visits/{visit['id']}/mileage", json={**act, "miles": "4.5"})
    assert driven.json["result"] is None and "Ate well" not in driven.text
    found = proof(browser, visit)
    assert found["record"]["note"] == "Ate well."
    assert {one["kind"]: one["words"] for one in found["set_aside"]} == {"note": "Was out.", "mileage": "4.5"}
    page = browser.get(f"/visits/show/{visit['id']}?tab=record").text
    assert "Was out." in page and "Earlier notes" in page


def test_a_signed_call_clocks_and_an_unsigned_one_is_turned_away(cast: Cast) -> None:
    with tenancy.acting(cast.harbor.id), db.transaction():
        client = an_active_client(phone="503-555-0177")
        now = clock.now()
        made = a_visit(
            client,
            staff_member_id=UUID(cast.harbor.own["staff"]["id"]),
            starts_at=now - timedelta(minutes=5),
            ends_at=now + timedelta(hours=1),
            override_reason="As agreed",
        )
        line = telephony.add_line({"name": "Voice"}, by=None)
        pin = telephony.add_pin({"staff_member_id": made.staff_member_id}, by=None)
        secret, digits, number, visit_id = line.secret, pin.pin, made.staff_member.staff_number, made.id
    caller = nobody(cast.application, cast.harbor.host)

    def ring(signing: str | None = secret, **more: Any) -> Any:
        call = {"call_id": "7", "caller": "5035550177", "staff_number": str(number), "pin": digits, "kind": "in"}
        body, moment = orjson.dumps({**call, **more}), int(clock.now().timestamp())
        header = f"t={moment},v1={telephony.signature_of(signing or '', moment, body)}"
        return caller.post("/api/v1/telephony/calls", data=body, headers={"X-Starline-Signature": header})

    assert ring(signing="guessed").status_code == 401
    assert ring(kind="up").status_code == 422
    refused = ring(pin="000000")
    assert refused.status_code == 200 and refused.json["accepted"] is False
    answer = ring()
    assert (answer.status_code, answer.json["accepted"]) == (200, True) and "clocked in" in answer.json["say"]
    with tenancy.acting(cast.harbor.id), db.transaction():
        visit = db.session.get_one(Visit, visit_id)
        assert [one.method for one in verification.events_of(visit)] == ["telephony"]
    summit = nobody(cast.application, cast.summit.host)
    assert summit.post("/api/v1/telephony/calls", data=b"{}").status_code == 401


def test_a_visit_is_looked_for_by_its_day(scheduler: Caller, caregiver: Caller, visit: dict[str, Any]) -> None:
    clock_in(caregiver, visit)
    for typed, finds in ((f"{visit['starts_at']:%Y-%m}", True), ("nobody", False)):
        for of in ("clock_events/related/visit", "visit_exceptions/related/clock_event"):
            answer = scheduler.get(f"/api/v1/{of}", query_string={"search": typed})
            assert answer.status_code == 200, of
        found = scheduler.get("/api/v1/clock_events/related/visit", query_string={"search": typed})
        assert bool(found.json["result"]) is finds


def test_a_new_agency_begins_with_a_rule(cast: Cast) -> None:
    with tenancy.acting(cast.spare.id), db.transaction():
        (row,) = db.session.query(EvvTolerance)
        assert (row.branch_id, row.geofence_metres, row.manual_needs_approval) == (None, 150, True)


def test_a_position_is_told_of_clock_events_alone(browser: Caller, caregiver: Caller, visit: dict[str, Any]) -> None:
    clock_in(caregiver, visit)
    assert "Positions are recorded at clock events only" in browser.get(f"/visits/show/{visit['id']}?tab=evv").text
    columns = {one.name for one in ClockEvent.__table__.columns}
    assert {"latitude", "longitude"} <= columns
