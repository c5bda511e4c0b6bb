"""Matching, offering, answering and calling out, as a scheduler, a caregiver and programs do it."""

from typing import Any
from uuid import UUID

import pytest

from starline.core import db, tenancy
from starline.scheduling import offers
from starline.scheduling.models import CallOut, Offer, OfferInvitation, Visit
from starline.staff.models import StaffMember
from starline.staff.vocabulary import StaffStatus
from tests.clients.factories import an_active_client
from tests.contract.callers import Caller, by_cookie, by_token
from tests.isolation.cast import Cast
from tests.organizations.factories import a_staff_member
from tests.scheduling.factories import a_visit, certify


@pytest.fixture
def browser(cast: Cast) -> Caller:
    return by_cookie(cast.application, cast.harbor.people["Scheduler"])


@pytest.fixture
def rest(cast: Cast) -> Caller:
    return by_token(cast.application, cast.harbor.people["Scheduler"])


@pytest.fixture
def phone(cast: Cast) -> Caller:
    return by_token(cast.application, cast.harbor.people["Caregiver"])


@pytest.fixture
def caregiver(cast: Cast) -> str:
    """The staff member of the cast's caregiver, with all papers."""
    with tenancy.acting(cast.harbor.id), db.transaction():
        member = db.session.query(StaffMember).filter_by(user_id=cast.harbor.people["Caregiver"].user_id).one()
        member.status, member.terminated_on, member.discipline = StaffStatus.ACTIVE, None, "hha"  # type: ignore[assignment]
        certify(member, by=cast.harbor.people["Nurse"].user_id)
        return str(member.id)


@pytest.fixture
def visit_id(cast: Cast) -> str:
    """An open visit three weeks ahead, each test on a day of its own."""
    with tenancy.acting(cast.harbor.id), db.transaction():
        day = 21 + db.session.query(Visit).count()
        return str(a_visit(an_active_client(), day=day).id)


def kept(cast: Cast, model: Any, key: str) -> dict[str, Any]:
    with tenancy.acting(cast.harbor.id), db.transaction():
        row = db.session.get_one(model, UUID(key))
        return {one.name: getattr(row, one.name) for one in row.__table__.columns}


def invitation_of(cast: Cast, offer_id: str) -> str:
    with tenancy.acting(cast.harbor.id), db.transaction():
        return str(db.session.query(OfferInvitation).filter_by(offer_id=UUID(offer_id)).one().id)


def test_the_page_ranks_and_says_what_would_make_the_others_eligible(
    cast: Cast, browser: Caller, visit_id: str, caregiver: str
) -> None:
    with tenancy.acting(cast.harbor.id), db.transaction():
        a_staff_member(first_name="Una", last_name="Certified")
    page = browser.get(f"/visits/{visit_id}/match")
    assert page.status_code == 200
    assert caregiver in page.text and "Has not been with this client." in page.text
    assert "Una Certified" in page.text and "and have it verified." in page.text


def test_one_press_gives_the_visit_to_somebody(cast: Cast, browser: Caller, visit_id: str, caregiver: str) -> None:
    assert browser.post(f"/visits/{visit_id}/assign", data={}).status_code == 422
    answer = browser.post(f"/visits/{visit_id}/assign", data={"assign": caregiver})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/visits/show/{visit_id}")
    assert str(kept(cast, Visit, visit_id)["staff_member_id"]) == caregiver
    again = browser.post(f"/visits/{visit_id}/assign", data={"assign": caregiver})
    assert again.status_code == 409 and "Nobody needs to be found" in again.text


def test_the_ticked_are_asked_and_the_caregiver_takes_it(
    cast: Cast, browser: Caller, phone: Caller, visit_id: str, caregiver: str
) -> None:
    nobody = browser.post(f"/visits/{visit_id}/offer", data={"hours": "24", "note": "Park behind"})
    assert nobody.status_code == 422 and "at least one caregiver" in nobody.text and "Park behind" in nobody.text
    sent = {"staff_member_id": caregiver, "hours": "24", "note": "Park behind"}
    offer_id = browser.post(f"/visits/{visit_id}/offer", data=sent).headers["Location"].rpartition("/")[2]
    assert (
        "1 asked, 0 answered" in browser.get("/open-visits").text
        or "See the answers" in browser.get(f"/visits/{visit_id}/match").text
    )
    asked = next(one for one in phone.get("/api/v1/my/offers").json["result"] if one["offer_id"] == offer_id)
    assert (asked["note"], asked["area"]) == ("Park behind", "Portland") and "client" not in asked
    key = {"Idempotency-Key": "take it"}
    path = f"/api/v1/my/offers/{asked['id']}/accept"
    first, again = (phone.post(path, json={}, headers=key) for _try in range(2))
    assert (
        (first.status_code, first.json)
        == (again.status_code, again.json)
        == (
            200,
            {"id": asked["id"], "answer": "accepted", "visit_id": visit_id},
        )
    )
    assert kept(cast, Offer, offer_id)["status"] == "taken"
    assert str(kept(cast, Visit, visit_id)["staff_member_id"]) == caregiver
    late = phone.post(f"/api/v1/my/offers/{asked['id']}/decline", json={"reason": "Changed my mind"})
    assert late.status_code == 409 and "taken" in late.json["message"]


def test_a_caregiver_answers_on_a_page_too(cast: Cast, rest: Caller, visit_id: str, caregiver: str) -> None:
    own = by_cookie(cast.application, cast.harbor.people["Caregiver"])
    made = rest.post(f"/api/v1/visits/{visit_id}/offer", json={"staff_member_ids": [caregiver]})
    assert made.status_code == 201
    page = own.get("/me/offers")
    asked = invitation_of(cast, made.json["id"])
    assert asked in page.text and "Ruth" not in page.text
    assert own.post(f"/me/offers/{asked}/decline", data={"reason": "Too far"}).status_code == 302
    found = kept(cast, OfferInvitation, asked)
    assert (found["answer"], found["reason"]) == ("declined", "Too far")
    assert asked not in own.get("/me/offers").text


def test_nobody_sees_or_answers_what_another_was_asked(cast: Cast, rest: Caller, visit_id: str, caregiver: str) -> None:
    made = rest.post(f"/api/v1/visits/{visit_id}/offer", json={"staff_member_ids": [caregiver]})
    asked = invitation_of(cast, made.json["id"])
    other = by_token(cast.application, cast.harbor.people["Other caregiver"])
    assert asked not in {one["id"] for one in other.get("/api/v1/my/offers").json["result"]}
    for verb in ("accept", "decline"):
        assert other.post(f"/api/v1/my/offers/{asked}/{verb}", json={}).status_code == 404
        assert rest.post(f"/api/v1/my/offers/{asked}/{verb}", json={}).status_code == 403
    with tenancy.acting(cast.harbor.id), db.transaction():
        assert offers.open_offers_of(db.session.get_one(StaffMember, UUID(caregiver)))


def test_a_program_ranks_offers_asks_more_and_withdraws(
    cast: Cast, rest: Caller, visit_id: str, caregiver: str
) -> None:
    found = rest.get(f"/api/v1/visit_matches/{visit_id}").json
    one = next(one for one in found["result"] if one["staff_member_id"] == caregiver)
    assert one["points"] == sum(factor["points"] for factor in one["factors"]) and len(one["factors"]) == 6
    made = rest.post(f"/api/v1/visits/{visit_id}/offer", json={"staff_member_ids": [caregiver], "note": "Park behind"})
    assert (made.status_code, made.json["invited"]) == (201, 1)
    twice = rest.post(f"/api/v1/visits/{visit_id}/offer", json={"staff_member_ids": [caregiver]})
    assert twice.status_code == 409 and "offered already" in twice.json["message"]
    with tenancy.acting(cast.harbor.id), db.transaction():
        member = a_staff_member(first_name="Ana")
        certify(member, by=cast.harbor.people["Nurse"].user_id)
        more = {"staff_member_ids": [str(member.id)]}
    assert rest.post(f"/api/v1/offers/{made.json['id']}/invite", json=more).json["invited"] == 2
    shown = rest.get(f"/api/v1/offer_invitations/?offer_id={made.json['id']}").json
    assert shown["count"] == 2
    assert rest.post(f"/api/v1/offers/{made.json['id']}/withdraw", json={}).json["result"]["status"] == "withdrawn"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "staff_member_ids"),
        ({"staff_member_ids": "all"}, "staff_member_ids"),
        ({"staff_member_ids": []}, "staff_member_ids"),
        ({"staff_member_ids": [], "expires_at": "soon"}, "expires_at"),
        ({"staff_member_ids": [], "note": 5}, "note"),
        ({"staff_member_ids": [], "extra": 1}, "extra"),
    ],
)
def test_a_program_is_told_what_is_wrong(rest: Caller, visit_id: str, body: dict[str, Any], field: str) -> None:
    answer = rest.post(f"/api/v1/visits/{visit_id}/offer", json=body)
    assert answer.status_code == 422 and field in answer.json["errors"]


def test_a_call_out_is_filled_in_three_presses_and_undone(
    cast: Cast, browser: Caller, rest: Caller, caregiver: str
) -> None:
    with tenancy.acting(cast.harbor.id), db.transaction():
        maria = a_staff_member(first_name="Maria")
        certify(maria, by=cast.harbor.people["Nurse"].user_id)
        member_id, day = str(maria.id), 15
        visit = a_visit(an_active_client(), day=day, hours=(5, 6), staff_member_id=maria.id)
        visit_id, on = str(visit.id), visit.local_start.date().isoformat()
    assert f"/staff/{member_id}/call-out" in browser.get(f"/staff/show/{member_id}").text
    page = browser.get(f"/staff/{member_id}/call-out?first_on={on}")
    assert f'name="for-{visit_id}" value="{caregiver}" checked' in page.text
    sent = {"first_on": on, "last_on": on, "reason": "sick", f"for-{visit_id}": caregiver, "then": "assign"}
    wrong = browser.post(f"/staff/{member_id}/call-out", data={**sent, "reason": "bored", "note": "Fever"})
    assert wrong.status_code == 422 and "Fever" in wrong.text
    filled = browser.post(f"/staff/{member_id}/call-out", data=sent)
    assert filled.status_code == 302
    assert str(kept(cast, Visit, visit_id)["staff_member_id"]) == caregiver
    made = filled.headers["Location"].partition("?")[0].rpartition("/")[2]
    assert "Filled by" in browser.get(filled.headers["Location"]).text
    assert rest.post(f"/api/v1/call_outs/{made}/undo", json={}).status_code == 200
    assert kept(cast, CallOut, made)["undone_at"] is not None
    assert str(kept(cast, Visit, visit_id)["staff_member_id"]) == caregiver


def test_a_program_calls_out_and_offers_at_once(cast: Cast, rest: Caller, caregiver: str) -> None:
    with tenancy.acting(cast.harbor.id), db.transaction():
        maria = a_staff_member(first_name="Maria")
        certify(maria, by=cast.harbor.people["Nurse"].user_id)
        visit = a_visit(an_active_client(), day=16, hours=(5, 6), staff_member_id=maria.id)
        path, on = f"/api/v1/staff/{maria.id}/call_out", visit.local_start.date().isoformat()
        visit_id = str(visit.id)
    assert "first_on" in rest.post(path, json={"reason": "sick"}).json["errors"]
    assert "then" in rest.post(path, json={"first_on": on, "then": "party"}).json["errors"]
    answer = rest.post(path, json={"first_on": on, "reason": "family", "then": "offer"})
    assert answer.status_code == 201
    (one,) = answer.json["visits"]
    assert one["id"] == visit_id and one["offer_id"] and one["left_because"] is None
    assert rest.post(path, json={"first_on": on}).status_code == 409
    assert rest.post(f"/api/v1/call_outs/{answer.json['id']}/undo", json={}).status_code == 200
    assert kept(cast, Offer, one["offer_id"])["status"] == "withdrawn"
    assert kept(cast, Visit, visit_id)["staff_member_id"] is not None


def test_what_nobody_was_asked_about_waits_on_today(cast: Cast, browser: Caller) -> None:
    with tenancy.acting(cast.harbor.id), db.transaction():
        a_visit(an_active_client(), day=2)
    page = browser.get("/").text
    assert "Open visits that nobody was asked about" in page and 'href="/open-visits"' in page
    assert "Nobody asked yet" in browser.get("/open-visits").text
