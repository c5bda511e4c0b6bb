"""A calendar address, as an office, a caregiver and a calendar use it."""

from typing import Any

import pytest
from icalendar import Calendar

from starline.core import clock, db, tenancy
from starline.core.audit import AuditEvent
from starline.scheduling.models import CalendarFeed
from starline.staff.models import StaffMember
from starline.staff.vocabulary import StaffStatus
from tests.clients.factories import an_active_client
from tests.contract.callers import Caller, by_cookie, by_token
from tests.isolation.cast import Cast
from tests.organizations.factories import a_staff_member
from tests.scheduling.factories import a_series

HARBOR, SUMMIT = "http://harbor.localhost", "http://summit.localhost"


@pytest.fixture
def people(cast: Cast) -> dict[str, str]:
    """The ids of a caregiver and a client with a series of visits."""
    with tenancy.acting(cast.harbor.id), db.transaction():
        member, client = a_staff_member(), an_active_client(first_name="Rosalind")
        a_series(client, staff_member_id=member.id)
        return {"staff": str(member.id), "clients": str(client.id)}


@pytest.fixture
def browser(cast: Cast) -> Caller:
    return by_cookie(cast.application, cast.harbor.people["Scheduler"])


@pytest.fixture
def rest(cast: Cast) -> Caller:
    return by_token(cast.application, cast.harbor.people["Scheduler"])


def reads(cast: Cast, path: str, site: str = HARBOR, **headers: str) -> Any:
    """As a calendar does, which is nobody."""
    return cast.application.test_client().get(path, base_url=site, headers=headers)


def path_of(page: Any) -> str:
    """The path of the address that the page shows."""
    assert page.status_code == 200, page.text
    return "/feeds/" + page.text.partition("/feeds/")[2].partition(".ics")[0] + ".ics"


def feed_of(cast: Cast, **whose: str) -> dict[str, Any]:
    with tenancy.acting(cast.harbor.id), db.transaction():
        (one,) = db.session.query(CalendarFeed).filter_by(**whose)
        return {"id": str(one.id), "seen": one.last_seen_at, "hash": one.secret_hash, "version": one.version}


@pytest.mark.parametrize(("kind", "key"), [("staff", "staff_member_id"), ("clients", "client_id")])
def test_an_office_makes_an_address_and_a_calendar_reads_it(
    cast: Cast, browser: Caller, people: dict[str, str], kind: str, key: str
) -> None:
    tab = f"/{kind}/show/{people[kind]}?tab=calendar"
    assert "Make the address" in browser.get(tab).text
    path = path_of(browser.post(f"/{kind}/{people[kind]}/calendar-address"))
    answer = reads(cast, path)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert len(Calendar.from_ical(answer.data).walk("VEVENT")) == 1
    assert b"Rosalind" not in answer.data and people[kind].encode() not in answer.data
    known = feed_of(cast, **{key: people[kind]})
    assert known["seen"] is not None and known["version"] == 1
    assert path.partition("/feeds/")[2][:-4] not in browser.get(tab).text
    with tenancy.acting(cast.harbor.id), db.transaction():
        query = db.session.query(AuditEvent).filter_by(action="read", subject_id=known["id"], actor_id=None)
        (noted,) = [one for one in query if one.client_ids]
        assert [str(one) for one in noted.client_ids] == [people["clients"]]


def test_a_calendar_that_knows_the_newest_is_told_so(cast: Cast, browser: Caller, people: dict[str, str]) -> None:
    path = path_of(browser.post(f"/staff/{people['staff']}/calendar-address"))
    first = reads(cast, path)
    again = reads(cast, path, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    with tenancy.acting(cast.harbor.id), db.transaction():
        a_series(staff_member_id=people["staff"], starts_time=first.date.time().replace(hour=20, minute=0, second=0))
    assert reads(cast, path, **{"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_an_address_that_is_no_more_answers_like_one_that_never_was(
    cast: Cast, browser: Caller, people: dict[str, str]
) -> None:
    old = path_of(browser.post(f"/staff/{people['staff']}/calendar-address"))
    new = path_of(browser.post(f"/staff/{people['staff']}/calendar-address"))
    assert old != new and reads(cast, new).status_code == 200
    browser.post(f"/calendar_feeds/{feed_of(cast, staff_member_id=people['staff'])['id']}/revoke")
    answers = [reads(cast, path) for path in (old, new, "/feeds/" + "x" * 43 + ".ics", "/feeds/ö.ics")]
    assert {one.status_code for one in answers} == {404}
    said = {one.text.replace(one.headers["X-Request-ID"], "") for one in answers}
    assert len({text.partition("<main")[2] for text in said}) == 1


def test_an_address_opens_nothing_at_another_agencys(cast: Cast, browser: Caller, people: dict[str, str]) -> None:
    path = path_of(browser.post(f"/clients/{people['clients']}/calendar-address"))
    assert reads(cast, path, SUMMIT).status_code == 404
    assert reads(cast, path, "http://localhost").status_code == 404
    assert feed_of(cast, client_id=people["clients"])["seen"] is None


def test_whoever_left_has_no_calendar(cast: Cast, browser: Caller, people: dict[str, str]) -> None:
    path = path_of(browser.post(f"/staff/{people['staff']}/calendar-address"))
    with tenancy.acting(cast.harbor.id), db.transaction():
        member = db.session.get_one(StaffMember, people["staff"])
        member.status, member.terminated_on = StaffStatus.TERMINATED, clock.today()
    assert reads(cast, path).status_code == 404


def test_a_calendar_that_asks_too_often_waits(
    cast: Cast, browser: Caller, people: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from app.core import rate_limits
    from config import settings

    path = path_of(browser.post(f"/staff/{people['staff']}/calendar-address"))
    limited = replace(settings(), rate_limit_address=3)
    monkeypatch.setattr(rate_limits, "settings", lambda: limited)
    rate_limits.counters.cache_clear()
    assert [reads(cast, path).status_code for _number in range(5)] == [200, 200, 200, 429, 429]
    rate_limits.counters.cache_clear()


def test_a_caregiver_has_an_address_of_their_own_and_of_nobody_elses(cast: Cast, people: dict[str, str]) -> None:
    caregiver = by_cookie(cast.application, cast.harbor.people["Caregiver"])
    assert caregiver.post("/me/calendar/end").status_code == 302  # the one that the cast comes with
    assert "Make the address" in caregiver.get("/me/calendar").text
    path = path_of(caregiver.post("/me/calendar"))
    assert reads(cast, path).status_code == 200
    assert "Make a new address" in caregiver.get("/me/calendar").text
    assert caregiver.post(f"/staff/{people['staff']}/calendar-address").status_code == 403
    assert caregiver.post(f"/clients/{people['clients']}/calendar-address").status_code == 403
    assert caregiver.post("/me/calendar/end").status_code == 302
    assert reads(cast, path).status_code == 404
    assert "no personnel file" in by_cookie(cast.application, cast.harbor.people["Nurse"]).get("/me/calendar").text


def test_programs_make_rotate_and_revoke_and_are_told_the_address_once(
    cast: Cast, rest: Caller, people: dict[str, str]
) -> None:
    made = rest.post("/api/v1/calendar_feeds/", json={"client_id": people["clients"]})
    assert made.status_code == 201 and made.json["address"].startswith("http://harbor.localhost")
    again = rest.post("/api/v1/calendar_feeds/", json={"client_id": people["clients"]})
    assert (again.status_code, "new one" in again.json["message"]) == (409, True)
    number, key = made.json["id"], {"Idempotency-Key": "walk"}
    rotated = rest.post(f"/api/v1/calendar_feeds/{number}/rotate", headers=key)
    repeated = rest.post(f"/api/v1/calendar_feeds/{number}/rotate", headers=key)
    assert rotated.json["address"] != made.json["address"] and repeated.json == {"id": number}
    assert "address" not in rest.get(f"/api/v1/calendar_feeds/{number}").json["result"]
    assert rest.post(f"/api/v1/calendar_feeds/{number}/revoke").status_code == 200
    assert rest.post(f"/api/v1/calendar_feeds/{number}/rotate").status_code == 409
    both = {"client_id": people["clients"], "staff_member_id": people["staff"]}
    assert rest.post("/api/v1/calendar_feeds/", json=both).status_code == 422
    assert rest.post("/api/v1/calendar_feeds/", json={"client_id": people["clients"]}).status_code == 201
