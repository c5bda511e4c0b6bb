"""Today says what waits for the person, and nothing that isn't true."""

from typing import Any

import pytest

from starline.core import db, tenancy
from starline.identity import passwords
from starline.staff import time_off
from starline.staff.models import TimeOff
from tests.identity.conftest import Web
from tests.identity.factories import PASSWORD
from tests.identity.test_web_sign_in import send, sign_in
from tests.organizations.factories import HARBOR, a_staff_member, a_user, acting_for, days

WAITING, NOTHING = "asks for time off", "Nothing waits for you"


@pytest.fixture(scope="module")
def absences(database: str) -> list[Any]:
    """Two requests that nobody has answered yet."""
    with acting_for(HARBOR, "harbor"), db.transaction():
        for name, role in (("noor", "Human resources"), ("ada", "Auditor")):
            a_user(name, role).password = passwords.hashed(PASSWORD)
        member = a_staff_member()
        given = {"staff_member_id": member.id, "kind": "vacation"}
        spans = [(10, 12), (20, 22)]
        return [
            time_off.request_time_off({**given, "starts_on": days(first), "ends_on": days(last)}, by=None).id
            for first, last in spans
        ]


def signed_in(app: Any, name: str) -> Any:
    browser = Web(app).at("harbor.localhost")
    sign_in(browser, name)
    return browser


def test_what_waits_is_counted_and_leads_to_its_list(app: Any, absences: list[Any]) -> None:
    browser = signed_in(app, "noor")
    page = browser.get("/").text
    assert page.count("Imani Okafor asks for time off</b>") == 2 and "/time_off/show/" in page
    listed = browser.get("/time_off/list/?status=requested").text
    assert all(str(one) in listed for one in absences)


def test_somebody_who_may_not_answer_is_not_asked_to(app: Any, absences: list[Any]) -> None:
    page = signed_in(app, "ada").get("/").text
    assert WAITING not in page and NOTHING in page


def test_what_was_answered_waits_no_longer(app: Any, absences: list[Any]) -> None:
    browser = signed_in(app, "noor")
    for one in absences:
        send(browser, f"/time_off/{one}/decline")
    page = browser.get("/").text
    assert WAITING not in page and NOTHING in page
    with tenancy.acting(HARBOR), db.transaction():
        assert {row.status for row in db.session.query(TimeOff)} == {"declined"}
