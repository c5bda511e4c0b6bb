"""A secret is masked everywhere, and shown to who may, for a reason, on record."""

from typing import Any

import pytest
from sqlalchemy import select

from starline.clients import addresses
from starline.core import db, tenancy
from starline.core.audit import AuditEvent
from starline.identity import passwords
from starline.staff.models import StaffMember
from tests.identity.conftest import Web
from tests.identity.factories import PASSWORD
from tests.identity.test_web_sign_in import send, sign_in
from tests.organizations.factories import HARBOR, a_client, a_staff_member, a_user, acting_for

SSN, DOOR, REASON = "123-45-6789", "4411#", "Called by the payer"


@pytest.fixture(scope="module")
def keys(database: str) -> dict[str, Any]:
    with acting_for(HARBOR, "harbor"), db.transaction():
        people = (("ada", "Administrator"), ("sam", "Scheduler"), ("aud", "Auditor"), ("cai", "Caregiver"))
        for name, role in people:
            a_user(name, role).password = passwords.hashed(PASSWORD)
        client = a_client(ssn=SSN)
        place = {"client_id": client.id, "label": "Home", "line1": "1 Elm St", "city": "Quincy", "state": "MA"}
        address = addresses.add_service_address({**place, "postal_code": "02169", "door_code": DOOR}, by=None)
        return {"clients": client.id, "service_addresses": address.id, "staff": a_staff_member(ssn=None).id}


def browser_of(app: Any, name: str) -> Any:
    found = Web(app).at("harbor.localhost")
    sign_in(found, name)
    return found


def token_of(app: Any, name: str) -> dict[str, str]:
    given = {"email": f"{name}@harbor.example", "password": PASSWORD}
    answer = app.test_client().post("/api/v1/auth/login", json=given, base_url="http://harbor.localhost")
    return {"Authorization": f"Bearer {answer.json['access_token']}"}


def reveals(key: Any) -> list[AuditEvent]:
    with tenancy.acting(HARBOR), db.transaction():
        query = select(AuditEvent).where(AuditEvent.action == "reveal", AuditEvent.subject_id == str(key))
        return list(db.session.scalars(query.order_by(AuditEvent.id)))


def ask(app: Any, name: str, path: str, body: Any) -> Any:
    return app.test_client().post(path, json=body, headers=token_of(app, name), base_url="http://harbor.localhost")


def test_it_is_shown_once_for_a_reason_and_on_record(app: Any, keys: dict[str, Any]) -> None:
    browser, key = browser_of(app, "ada"), keys["clients"]
    page = browser.get(f"/clients/show/{key}").text
    assert SSN not in page and f"/clients/{key}/reveal/ssn" in page
    question = browser.get(f"/clients/{key}/reveal/ssn")
    assert "6789" not in question.text and reveals(key) == []
    short = send(browser, f"/clients/{key}/reveal/ssn", reason=" a ")
    assert short.status_code == 422 and "123456789" not in short.text and reveals(key) == []
    shown = send(browser, f"/clients/{key}/reveal/ssn", reason=REASON)
    assert "123456789" in shown.text.replace("-", "") and shown.headers["Cache-Control"] == "no-store"
    (event,) = reveals(key)
    assert (event.reason, event.changes, event.client_ids) == (REASON, {"field": "ssn"}, [key])
    assert event.actor_id is not None and "6789" not in str(event.changes)


def test_a_program_reveals_one_field_at_a_time(app: Any, keys: dict[str, Any]) -> None:
    key = keys["service_addresses"]
    path = f"/api/v1/service_addresses/{key}/reveal/door_code"
    before = len(reveals(key))
    for body in ({}, {"reason": "why"}, {"reason": 7}, [], {"reason": "x" * 301}):
        assert ask(app, "ada", path, body).status_code == 422
    assert len(reveals(key)) == before
    assert ask(app, "sam", path, {"reason": REASON}).json == {"id": str(key), "result": {"door_code": DOOR}}
    assert len(reveals(key)) == before + 1
    for other in ("ssn", "line1", "id", "door_code_encrypted"):
        wrong = f"/api/v1/service_addresses/{key}/reveal/{other}"
        assert ask(app, "ada", wrong, {"reason": REASON}).status_code == 404


def test_reading_is_not_revealing(app: Any, keys: dict[str, Any]) -> None:
    before = len(reveals(keys["clients"]))
    for name in ("sam", "aud", "cai"):
        answer = ask(app, name, f"/api/v1/clients/{keys['clients']}/reveal/ssn", {"reason": REASON})
        assert answer.status_code == 403, name
    page = browser_of(app, "aud").get(f"/clients/show/{keys['clients']}").text
    assert "/reveal/" not in page
    assert len(reveals(keys["clients"])) == before


def test_an_empty_secret_is_told_as_empty(app: Any, keys: dict[str, Any]) -> None:
    with tenancy.acting(HARBOR), db.transaction():
        assert db.session.get_one(StaffMember, keys["staff"]).ssn is None
    answer = ask(app, "ada", f"/api/v1/staff/{keys['staff']}/reveal/ssn", {"reason": REASON})
    assert answer.json["result"] == {"ssn": None}
