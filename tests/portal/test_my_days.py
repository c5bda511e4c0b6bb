"""What a phone is given: one's own visits, whole for these days, and on record."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from starline.core import db
from starline.core.audit import AuditEvent
from tests.portal.conftest import Own, in_harbor

Ask = Callable[..., Any]
DAYS = "/api/v1/my/days"


def test_a_phone_carries_its_own_visits_with_all_that_is_needed_at_the_door(ask: Ask, people: dict[str, Own]) -> None:
    told = ask("maria", "GET", DAYS).json
    assert [one["id"] for one in told["visits"]] == [people["maria"].visit_id]
    visit = told["visits"][0]
    assert visit["is_whole"] and visit["can_clock_in"] and not visit["can_clock_out"]
    assert visit["address"] == "12 Elm St, Portland"
    assert visit["route_url"].startswith("geo:45.523100,-122.676500?q=12%20Elm%20St")
    assert [one["name"] for one in visit["tasks"]] == ["Help with bathing", "Prepare lunch"]
    assert visit["badge"].startswith("Starts in") and visit["has_door_code"]
    assert len(told["days"]) == 14 and told["lock_minutes"] == 5


def test_the_door_code_does_not_travel_along(ask: Ask, people: dict[str, Own]) -> None:
    assert "4711" not in ask("maria", "GET", DAYS).text


def test_the_reading_is_on_record_with_the_client(ask: Ask, people: dict[str, Own]) -> None:
    ask("jo", "GET", DAYS)
    with in_harbor():
        query = select(AuditEvent.client_ids).where(
            AuditEvent.action == "read", AuditEvent.subject == "visits", AuditEvent.actor_id == people["jo"].user_id
        )
        assert [UUID(people["jo"].client_id)] in list(db.session.scalars(query))


def test_somebody_without_a_personnel_file_has_no_days(ask: Ask) -> None:
    answer = ask("noor", "GET", DAYS)
    assert answer.status_code == 404 and "human resources" in answer.json["message"]


def test_the_door_code_is_shown_to_whoever_goes_there_and_that_is_on_record(ask: Ask, people: dict[str, Own]) -> None:
    path = f"/api/v1/my/visits/{people['maria'].visit_id}/door_code"
    assert ask("maria", "POST", path).json["door_code"] == "4711#"
    for other in ("jo", "noor", "sam"):
        assert ask(other, "POST", path).status_code == 404, other
    with in_harbor():
        query = select(AuditEvent).where(AuditEvent.action == "reveal", AuditEvent.subject == "service_addresses")
        (kept,) = db.session.scalars(query)
        assert kept.actor_id == people["maria"].user_id and kept.changes == {"field": "door_code"}
        assert kept.client_ids == [UUID(people["maria"].client_id)]


def test_a_device_gets_the_same_key_again_and_others_get_others(ask: Ask) -> None:
    first, second = "0190f000-0000-7000-8000-000000000001", "0190f000-0000-7000-8000-000000000002"

    def key(who: str, device: str) -> str:
        return str(ask(who, "POST", "/api/v1/my/key", {"device": device}).json["key"])

    assert key("maria", first) == key("maria", first)
    assert len({key("maria", first), key("maria", second), key("jo", first), key("sam", first)}) == 4
    assert ask("maria", "POST", "/api/v1/my/key", {"device": "mine"}).status_code == 422
