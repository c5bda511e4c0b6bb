"""The board's days, moves and copies as programs ask for them."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.scheduling.board_asked import Asked
from starline.core import db, tenancy
from starline.core.audit.models import AuditEvent
from starline.core.language import speaking
from starline.organizations.calendar import today, zone_of
from starline.scheduling import visits
from starline.scheduling.models import Visit
from starline.scheduling.vocabulary import VoidReason
from starline.staff.models import CredentialType
from starline.staff.vocabulary import LapseEffect
from tests.clients.factories import an_active_client
from tests.contract.callers import Caller, by_token
from tests.isolation.cast import Cast
from tests.organizations.factories import a_staff_member
from tests.services.factories import a_service

BOARD = "/api/v1/schedule/"


@pytest.fixture
def script(cast: Cast) -> Caller:
    return by_token(cast.application, cast.harbor.people["Scheduler"])


@pytest.fixture
def planned(cast: Cast) -> Iterator[dict[str, Any]]:
    """A visit tomorrow from nine to eleven with somebody, and another caregiver without one."""
    with tenancy.acting(cast.harbor.id), db.transaction():
        for kind in db.session.query(CredentialType):
            kind.on_lapse = LapseEffect.WARN  # so that new people may be sent
        made = _plan(1)
    yield made
    with tenancy.acting(cast.harbor.id), db.transaction():
        for one in db.session.query(Visit).filter(Visit.client_id == made["client_id"]):
            if one.is_planned:
                visits.cancel(one, reason=VoidReason.OTHER, by=None)


def _plan(day: int) -> dict[str, Any]:
    client, service = an_active_client(first_name="Edna", last_name="Boardwell"), a_service()
    one, other = a_staff_member(first_name="Priya"), a_staff_member(first_name="Luis")
    zone = ZoneInfo(zone_of(client.branch_id))
    on = today() + timedelta(days=day)
    starts_at = datetime.combine(on, time(9), zone)
    values = {"client_id": client.id, "service_type_id": service.id, "staff_member_id": one.id}
    visit = visits.add_visit({**values, "starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)}, by=None)
    return {"id": str(visit.id), "day": on, "client_id": client.id, "one": str(one.id), "other": str(other.id)}


def _shown(script: Caller, planned: dict[str, Any], **more: Any) -> Any:
    asked = {"first": (planned["day"] - timedelta(days=1)).isoformat(), "days": 7, **more}
    answer = script.get(BOARD, query_string=asked)
    assert answer.status_code == 200, answer.text
    told = answer.json
    for one in told["visits"]:
        one["client"] = told["clients"][one["client"]]["name"]
        one["caregiver"] = told["caregivers"][one["caregiver"]]["id"] if "caregiver" in one else None
    return told, next((one for one in told["visits"] if one["id"] == planned["id"]), None)


def test_visits_come_with_their_people_and_wall_clock_times(script: Caller, planned: dict[str, Any]) -> None:
    told, mine = _shown(script, planned)
    day = planned["day"].isoformat()
    expected = {"client": "Edna Boardwell", "caregiver": planned["one"], "from": f"{day}T09:00", "to": "11:00"}
    assert mine is not None and mine.items() >= {**expected, "minutes": 120, "status": "scheduled"}.items()
    assert planned["other"] in [one["id"] for one in told["caregivers"]]  # somebody without a visit has a row too


def test_the_reading_is_recorded_with_its_clients(script: Caller, planned: dict[str, Any], cast: Cast) -> None:
    _shown(script, planned)
    with tenancy.acting(cast.harbor.id), db.transaction():
        newest = db.session.query(AuditEvent).order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).first()
        assert (newest.action, newest.subject) == ("read", "visits")
        assert planned["client_id"] in newest.client_ids


def test_news_are_what_changed_after_the_mark(script: Caller, planned: dict[str, Any], cast: Cast) -> None:
    told, _mine = _shown(script, planned)
    later = (datetime.fromisoformat(told["mark"]) + timedelta(minutes=1)).isoformat()
    assert _shown(script, planned, since=later)[0]["visits"] == []
    with tenancy.acting(cast.harbor.id), db.transaction():
        visits.take_off(db.session.get(Visit, planned["id"]), by=None)
    news, mine = _shown(script, planned, since=told["mark"])
    assert mine is not None and mine["caregiver"] is None
    assert [one["id"] for one in news["caregivers"]] == [] or planned["other"] not in news["caregivers"]


def test_a_night_belongs_to_both_of_its_days(script: Caller, planned: dict[str, Any]) -> None:
    moved = script.post(f"/api/v1/visits/{planned['id']}/move", json={"starts_time": "22:00", "ends_time": "06:00"})
    assert moved.status_code == 200 and moved.json["minutes"] == 480
    next_day = {"first": (planned["day"] + timedelta(days=1)).isoformat(), "days": 1}
    assert planned["id"] in [one["id"] for one in script.get(BOARD, query_string=next_day).json["visits"]]


def test_a_move_keeps_what_is_not_named(script: Caller, planned: dict[str, Any]) -> None:
    to = (planned["day"] + timedelta(days=2)).isoformat()
    moved = script.post(f"/api/v1/visits/{planned['id']}/move", json={"day": to, "staff_member_id": planned["other"]})
    assert moved.status_code == 200, moved.text
    assert (moved.json["from"], moved.json["to"]) == (f"{to}T09:00", "11:00")
    assert moved.json["staff_member_id"] == planned["other"]
    back = script.post(f"/api/v1/visits/{planned['id']}/move", json={"staff_member_id": None})
    assert back.json["staff_member_id"] is None and back.json["from"] == f"{to}T09:00"


def test_a_move_of_what_somebody_else_has_changed_is_refused(script: Caller, planned: dict[str, Any]) -> None:
    first = script.post(f"/api/v1/visits/{planned['id']}/move", json={"starts_time": "10:00", "version": 1})
    assert first.status_code == 200 and first.json["to"] == "12:00"
    second = script.post(f"/api/v1/visits/{planned['id']}/move", json={"starts_time": "13:00", "version": 1})
    assert second.status_code == 412
    assert _shown(script, planned)[1]["from"].endswith("T10:00")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"day": "tomorrow"}, "day"),
        ({"day": 5}, "day"),
        ({"starts_time": "25:00"}, "starts_time"),
        ({"ends_time": "09:00:30"}, "ends_time"),
        ({"version": "two"}, "version"),
        ({"staff_member_id": "nobody"}, "staff_member_id"),
    ],
)
def test_a_wrong_move_names_its_field(script: Caller, planned: dict[str, Any], body: Any, field: str) -> None:
    answer = script.post(f"/api/v1/visits/{planned['id']}/move", json=body)
    assert answer.status_code == 422 and list(answer.json["errors"]) == [field]


@pytest.mark.parametrize("wrong", [{"first": "x"}, {"days": "0"}, {"days": "43"}, {"since": "2026-01-01"}])
def test_a_wrong_question_names_its_field(script: Caller, wrong: dict[str, str]) -> None:
    answer = script.get(BOARD, query_string=wrong)
    assert answer.status_code == 422 and list(answer.json["errors"]) == list(wrong)


def test_what_would_speak_against_a_move_is_told_before(script: Caller, planned: dict[str, Any]) -> None:
    busy = script.post(f"/api/v1/visits/{planned['id']}/move", json={})
    assert busy.status_code == 200
    address = f"/api/v1/visit_conflicts/{planned['id']}"
    free = script.get(address, query_string={"staff_member_id": planned["other"]}).json["result"]
    assert "double_booking" not in [one["rule"] for one in free]


def test_somebody_elsewhere_is_told_before_and_refused(script: Caller, planned: dict[str, Any], cast: Cast) -> None:
    with tenancy.acting(cast.harbor.id), db.transaction():
        second = _plan(1)
    asked = {"staff_member_id": planned["one"], "starts_time": "10:00"}
    told = script.get(f"/api/v1/visit_conflicts/{second['id']}", query_string=asked).json["result"]
    assert told[0]["rule"] == "double_booking" and "Priya" in told[0]["sentence"]
    answer = script.post(f"/api/v1/visits/{second['id']}/move", json=asked)
    assert answer.status_code == 409 and "another visit then" in answer.json["message"]


def test_a_copied_week_is_planned_once_and_taken_back(script: Caller, planned: dict[str, Any]) -> None:
    week = planned["day"]
    body = {"first": week.isoformat(), "to": (week + timedelta(days=7)).isoformat()}
    copies = script.post(f"{BOARD}copy_week", json=body).json
    assert len(copies["made"]) >= 1
    again = script.post(f"{BOARD}copy_week", json=body).json
    assert again["made"] == [] and again["present"] >= len(copies["made"])
    assert script.post(f"{BOARD}take_back", json={"ids": copies["made"]}).json == {"called_off": len(copies["made"])}
    assert script.post(f"{BOARD}take_back", json={"ids": copies["made"]}).json == {"called_off": 0}


def test_a_week_is_not_copied_onto_itself(script: Caller) -> None:
    answer = script.post(f"{BOARD}copy_week", json={"first": "2026-11-30", "to": "2026-11-30"})
    assert answer.status_code == 422 and "another week" in answer.json["errors"]["to"][0]


def test_a_caregiver_sees_their_own_clients_alone(cast: Cast, planned: dict[str, Any]) -> None:
    own = by_token(cast.application, cast.harbor.people["Caregiver"])
    answer = own.get(BOARD, query_string={"first": planned["day"].isoformat()})
    assert answer.status_code == 200 and planned["id"] not in answer.text and "Boardwell" not in answer.text
    assert own.post(f"/api/v1/visits/{planned['id']}/move", json={}).status_code in (403, 404)


def test_the_other_agency_sees_nothing(cast: Cast, planned: dict[str, Any]) -> None:
    other = by_token(cast.application, cast.summit.people["Scheduler"])
    assert planned["id"] not in other.get(BOARD, query_string={"first": planned["day"].isoformat()}).text
    assert other.post(f"/api/v1/visits/{planned['id']}/move", json={}).status_code == 404
    assert other.post(f"{BOARD}take_back", json={"ids": [planned["id"]]}).status_code == 404


@pytest.mark.parametrize(
    ("language", "span", "said"),
    [
        ("en", "day", "Monday, November 30, 2026"),
        ("es", "day", "lunes, 30 de noviembre de 2026"),
        ("es", "month", "noviembre de 2026"),
        ("en", "week", "Nov 29\u2009–\u2009Dec 5, 2026"),
    ],
)
def test_the_days_are_named_in_the_order_of_the_language(language: str, span: str, said: str) -> None:
    with speaking(language):
        assert Asked(date(2026, 11, 30), "sunday", span=span).title() == said
