"""Before something is taken away the screen says what will really happen: gone for good, or kept on record."""

from typing import Any

import pytest

from app.core.resource import registry
from starline.core import db, tenancy
from starline.identity import passwords
from starline.staff import availability, credentials
from starline.staff.models import AvailabilitySlot, Credential
from tests.identity.conftest import Web
from tests.identity.factories import PASSWORD
from tests.identity.test_web_sign_in import send, sign_in
from tests.organizations.factories import HARBOR, a_credential_type, a_staff_member, a_user, acting_for, days


@pytest.fixture(scope="module")
def rows(database: str) -> dict[str, Any]:
    """The ids of a credential and of a line of availability."""
    with acting_for(HARBOR, "harbor"), db.transaction():
        a_user("noor", "Human resources").password = passwords.hashed(PASSWORD)
        member, kind = a_staff_member(), a_credential_type()
        given = {"staff_member_id": member.id, "credential_type_id": kind.id, "issued_on": days(-10)}
        credential = credentials.add_credential(given, by=None)
        slot = availability.add_availability({"staff_member_id": member.id, "weekday": "monday"}, by=None)
        return {"credentials": credential.id, "availability_slots": slot.id}


@pytest.fixture
def browser(app: Any, rows: dict[str, Any]) -> Any:
    found = Web(app).at("harbor.localhost")
    sign_in(found, "noor")
    return found


def test_a_credential_is_voided_and_the_screen_says_so(browser: Any, rows: dict[str, Any]) -> None:
    key = rows["credentials"]
    shown = browser.get(f"/credentials/show/{key}").text
    assert "Void</span></a>" in shown
    asked = browser.get(f"/credentials/delete/{key}").text
    assert "stays on record" in asked and "can&#39;t be undone" not in asked and "Void" in asked
    send(browser, f"/credentials/delete/{key}")
    assert "was voided" in browser.get("/credentials/list/").text
    with tenancy.acting(HARBOR), db.transaction():
        assert db.session.get_one(Credential, key).voided_at is not None


def test_availability_is_deleted_and_the_screen_says_so(browser: Any, rows: dict[str, Any]) -> None:
    key = rows["availability_slots"]
    asked = browser.get(f"/availability_slots/delete/{key}").text
    assert "take it back with Undo" in asked and "stays on record" not in asked
    send(browser, f"/availability_slots/delete/{key}")
    assert "was deleted" in browser.get("/availability_slots/list/").text
    with tenancy.acting(HARBOR), db.transaction():
        assert db.session.get(AvailabilitySlot, key) is None


def test_every_resource_over_rows_that_can_be_voided_says_void(app: Any) -> None:
    voiding = {one.name for one in registry.values() if one.voids}
    assert voiding == {one.name for one in registry.values() if "voided_at" in one.model.__table__.c}
    assert voiding >= {"credentials", "client_notes"}
