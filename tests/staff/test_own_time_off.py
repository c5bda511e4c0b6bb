"""A caregiver asks for their own time off, sees their own requests, and leaves the answer to others. Over HTTP."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from starline.core import db, tenancy
from starline.identity import passwords
from starline.staff.models import TimeOff
from tests.organizations.factories import HARBOR, a_staff_member, a_user, acting_for, days

TIME_OFF, PASSWORD = "/api/v1/time_off/", "seven lanterns over quiet water"

Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def staff(database: str) -> dict[str, str]:
    """The ids of two caregivers' files, by the name they sign in under; Noor answers for them."""
    with acting_for(HARBOR, "harbor"), db.transaction():
        people = {name: a_user(name, role) for name, role in _PEOPLE}
        for one in people.values():
            one.password = passwords.hashed(PASSWORD)
        files = {name: a_staff_member(user_id=people[name].id) for name in ("imani", "omar")}
        db.session.flush()
        return {name: str(one.id) for name, one in files.items()}


_PEOPLE = (("imani", "Caregiver"), ("omar", "Caregiver"), ("noor", "Human resources"))


@pytest.fixture
def ask(app: Any, staff: dict[str, str]) -> Ask:
    """A request of somebody's program: who, method, path and body."""

    def send(who: str, method: str, path: str, body: Any = None) -> Any:
        client, base = app.test_client(), "http://harbor.localhost"
        login = {"email": f"{who}@harbor.example", "password": PASSWORD}
        token = client.post("/api/v1/auth/login", json=login, base_url=base).json["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        return client.open(path, method=method, json=body, headers=headers, base_url=base)

    return send


def absence(staff: dict[str, str], of: str, first: int, **more: Any) -> dict[str, Any]:
    period = {"starts_on": days(first).isoformat(), "ends_on": days(first + 2).isoformat()}
    return {"staff_member_id": staff[of], "kind": "vacation", **period, **more}


def status_of(key: str) -> str:
    with tenancy.acting(HARBOR), db.transaction():
        return str(db.session.get_one(TimeOff, UUID(key)).status)


def test_a_caregiver_asks_for_time_off_and_sees_it_among_their_own(ask: Ask, staff: dict[str, str]) -> None:
    theirs = ask("noor", "POST", TIME_OFF, absence(staff, "omar", 10)).json["id"]
    made = ask("imani", "POST", TIME_OFF, absence(staff, "imani", 10))
    assert made.status_code == 201, made.text
    assert made.json["result"]["status"] == "requested"
    assert ask("imani", "GET", TIME_OFF).json["ids"] == [made.json["id"]]
    assert ask("imani", "GET", f"{TIME_OFF}{theirs}").status_code == 404


def test_nobody_asks_in_somebody_elses_name(ask: Ask, staff: dict[str, str]) -> None:
    answer = ask("imani", "POST", TIME_OFF, absence(staff, "omar", 20))
    assert answer.status_code == 422 and list(answer.json["errors"]) == ["staff_member_id"]
    bulk = ask("imani", "POST", f"{TIME_OFF}bulk", {"items": [absence(staff, "omar", 20)]})
    assert bulk.status_code == 422
    offered = ask("imani", "GET", f"{TIME_OFF}related/staff_member").json["result"]
    assert [one["id"] for one in offered] == [staff["imani"]]


@pytest.mark.parametrize("field", ["status", "decided_by_id", "decided_at", "decision_note"])
def test_a_request_does_not_bring_its_own_answer(ask: Ask, staff: dict[str, str], field: str) -> None:
    answer = ask("imani", "POST", TIME_OFF, absence(staff, "imani", 30, **{field: "approved"}))
    assert answer.status_code == 422 and list(answer.json["errors"]) == [field]


def test_only_somebody_with_the_permission_answers(ask: Ask, staff: dict[str, str]) -> None:
    key = ask("imani", "POST", TIME_OFF, absence(staff, "imani", 40)).json["id"]
    for action in ("approve", "decline", "cancel"):
        assert ask("imani", "POST", f"{TIME_OFF}{key}/{action}").status_code == 403
    assert ask("imani", "PUT", f"{TIME_OFF}{key}", {"note": "Please"}).status_code == 403
    assert status_of(key) == "requested"
    assert ask("noor", "POST", f"{TIME_OFF}{key}/approve").status_code == 200
    assert status_of(key) == "approved"
