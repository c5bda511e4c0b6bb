"""Webhooks from end to end: an administrator names an address, a visit is called off, the outbox has it told."""

from typing import Any

import pytest

from starline.core import db, tasks, tenancy
from starline.core.outbox import OutboxMessage
from starline.processes import load_tasks
from starline.webhooks import deliveries
from tests.contract.callers import Caller, by_cookie, by_token
from tests.isolation.cast import Agency, Cast
from tests.scheduling.factories import a_visit
from tests.webhooks.receiver import Receiver


@pytest.fixture(scope="module")
def cast(cast: Cast) -> Cast:
    load_tasks()
    return cast


@pytest.fixture
def rest(cast: Cast) -> Caller:
    return by_token(cast.application, cast.harbor.people["Administrator"])


@pytest.fixture
def browser(cast: Cast) -> Caller:
    return by_cookie(cast.application, cast.harbor.people["Administrator"])


def named(rest: Caller, receiver: Receiver, name: str) -> dict[str, Any]:
    values = {"name": name, "url": receiver.url, "events": ["visit:cancelled"]}
    answer = rest.post("/api/v1/webhook_endpoints/", json=values)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json
    return made


def work(agency: Agency) -> int:
    """Perform what the outbox holds of deliveries; how much was done."""
    with tenancy.acting(agency.id), db.transaction():
        waiting = db.session.query(OutboxMessage).filter_by(task=deliveries.TASK, done_at=None)
        numbers = [one.id for one in waiting.order_by(OutboxMessage.id)]
    return sum(tasks.perform(agency.id, number) for number in numbers)


def a_visit_of(agency: Agency) -> str:
    with tenancy.acting(agency.id), db.transaction():
        return str(a_visit().id)


def test_what_is_done_over_http_is_told_once_it_is_committed(cast: Cast, rest: Caller, receiver: Receiver) -> None:
    made = named(rest, receiver, "Payroll")
    assert made["secret"].startswith("whsec_")
    assert "secret" not in rest.get(f"/api/v1/webhook_endpoints/{made['id']}").json["result"]
    visit_id = a_visit_of(cast.harbor)
    refused = rest.post(f"/api/v1/visits/{visit_id}/call_off", json={"reason": "no such reason"})
    assert refused.status_code == 422 and work(cast.harbor) == 0
    assert rest.post(f"/api/v1/visits/{visit_id}/call_off", json={"reason": "weather"}).status_code == 200
    assert receiver.heard == [] and work(cast.harbor) == 1 and work(cast.summit) == 0
    (heard,) = receiver.heard
    assert heard.told["data"]["id"] == visit_id
    (kept,) = rest.get(f"/api/v1/webhook_deliveries/?endpoint_id={made['id']}").json["result"]
    assert (kept["state"], kept["response_status"]) == ("delivered", 200)
    again = rest.post(f"/api/v1/webhook_deliveries/{kept['id']}/send_again")
    assert again.status_code == 200 and work(cast.harbor) == 1
    assert [one.told["id"] for one in receiver.heard] == [kept["id"]] * 2


def test_an_administrator_tests_it_and_renews_its_secret_on_screen(
    cast: Cast, rest: Caller, browser: Caller, receiver: Receiver
) -> None:
    made = named(rest, receiver, "Rota board")
    page = browser.get(f"/webhook_endpoints/show/{made['id']}")
    assert "Send test" in page.text and made["secret"] not in page.text
    assert browser.post(f"/webhook_endpoints/{made['id']}/send_test").status_code == 302
    assert work(cast.harbor) == 1 and receiver.heard[-1].told["event"] == "webhook:test"
    assert "webhook:test" in browser.get(f"/webhook_endpoints/show/{made['id']}?tab=webhook_deliveries").text
    assert "verifies nothing any more" in browser.get(f"/webhook_endpoints/{made['id']}/secret").text
    shown = browser.post(f"/webhook_endpoints/{made['id']}/secret")
    assert "whsec_" in shown.text and made["secret"] not in shown.text
    renewed = rest.post(f"/api/v1/webhook_endpoints/{made['id']}/renew_secret").json["secret"]
    assert renewed.startswith("whsec_") and renewed not in shown.text


def test_who_may_not_is_refused(cast: Cast, rest: Caller, receiver: Receiver) -> None:
    made = named(rest, receiver, "Somebody's")
    scheduler = by_token(cast.application, cast.harbor.people["Scheduler"])
    values = {"name": "Mine", "url": receiver.url, "events": ["visit:added"]}
    assert scheduler.post("/api/v1/webhook_endpoints/", json=values).status_code == 403
    assert scheduler.post(f"/api/v1/webhook_endpoints/{made['id']}/renew_secret").status_code == 403
    stranger = by_token(cast.application, cast.summit.people["Administrator"])
    assert stranger.post(f"/api/v1/webhook_endpoints/{made['id']}/renew_secret").status_code == 404
    assert stranger.post(f"/api/v1/webhook_endpoints/{made['id']}/send_test").status_code == 404


def test_an_address_inside_is_refused_beside_its_field(cast: Cast, rest: Caller) -> None:
    values = {"name": "Inside", "url": "https://169.254.169.254/latest", "events": ["visit:added"]}
    answer = rest.post("/api/v1/webhook_endpoints/", json=values)
    assert answer.status_code == 422 and "not a public address" in answer.json["errors"]["url"][0]
    nothing = rest.post("/api/v1/webhook_endpoints/", json={**values, "url": "https://93.184.215.14/", "events": []})
    assert nothing.status_code == 422 and "events" in nothing.json["errors"]
