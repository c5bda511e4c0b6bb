"""Programs of an agency's are told what happened: signed, once their transaction stands, and until they have heard."""

import hashlib
import hmac
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from config import ROOT
from starline import subscribers
from starline.core import clock, outbound, tenancy
from starline.core.db import session
from starline.core.errors import Conflict, Invalid
from starline.core.outbox import OutboxMessage
from starline.notifications.models import Notification
from starline.scheduling import series, visits
from starline.webhooks import deliveries, endpoints
from starline.webhooks.deliveries import MOST_FAILURES, PAUSES
from starline.webhooks.models import WebhookDelivery
from starline.webhooks.signing import signature
from starline.webhooks.vocabulary import DeliveryFailure, DeliveryState
from tests.organizations.factories import HARBOR, SUMMIT, a_staff_member, a_user, acting_for
from tests.scheduling.factories import a_series, a_visit
from tests.webhooks.receiver import HOST, Receiver, an_endpoint, rules

assert subscribers


def kept() -> list[WebhookDelivery]:
    return session.query(WebhookDelivery).order_by(WebhookDelivery.id).all()


def promised() -> list[OutboxMessage]:
    found = session.query(OutboxMessage).filter_by(task=deliveries.TASK, done_at=None)
    return list(found.order_by(OutboxMessage.due_at, OutboxMessage.id))


def work() -> int:
    """Do what is due, as a worker would; how much."""
    due = [one for one in promised() if one.due_at <= clock.now()]
    for message in due:
        deliveries.deliver(UUID(message.arguments["delivery_id"]))
        message.done_at = clock.now()
    session.flush()
    return len(due)


def verified(heard: Any, secret: str) -> bool:
    """As the documentation tells receivers to look."""
    parts = dict(part.split("=", 1) for part in heard.headers["Starline-Signature"].split(","))
    expected = hmac.new(secret.encode(), f"{parts['t']}.".encode() + heard.body, hashlib.sha256).hexdigest()
    is_new = abs(int(parts["t"]) - clock.now().timestamp()) < 300
    return hmac.compare_digest(expected, parts["v1"]) and is_new


def test_what_happens_to_a_visit_is_told_in_ids_and_signed(harbor: Any, receiver: Receiver) -> None:
    endpoint = an_endpoint(receiver)
    maria = a_staff_member(first_name="Maria", last_name="Okafor")
    visit = a_visit(staff_member_id=maria.id, note="Ring twice; she is deaf.")
    visits.confirm(visit, by=None)
    visits.cancel(visit, by=None)
    assert work() == 3 and work() == 0
    assert [one.told["event"] for one in receiver.heard] == ["visit:added", "visit:confirmed", "visit:cancelled"]
    told = receiver.heard[1].told
    ids = {"client_id": str(visit.client_id), "staff_member_id": str(maria.id)}
    assert told["data"] == {"type": "visit", "id": str(visit.id), "version": 2, **ids}
    assert told["organization_id"] == str(visit.organization_id)
    for one, delivery in zip(receiver.heard, kept(), strict=True):
        assert one.path == "/in" and one.headers["Content-Type"] == "application/json"
        assert one.headers["Starline-Event"] == one.told["event"]
        assert one.headers["Starline-Delivery"] == one.told["id"] == str(delivery.id)
        assert verified(one, endpoint.secret or "") and not verified(one, "whsec_other")
        assert not [word for word in (b"Maria", b"Okafor", b"deaf", b"Ruth") if word in one.body]
        assert (delivery.state, delivery.response_status, delivery.attempts) == (DeliveryState.DELIVERED, 200, 1)


def test_only_what_was_asked_for_is_told(harbor: Any, receiver: Receiver) -> None:
    an_endpoint(receiver, "visit:cancelled", "visit_series:added")
    an_endpoint(receiver, "visit:cancelled", name="Switched off", is_active=False)
    one = a_series()
    visits.cancel(a_visit(one.client), by=None)
    series.update_series(one, {"note": "Later"}, by=None)
    work()
    assert [each.told["event"] for each in receiver.heard] == ["visit_series:added", "visit:cancelled"]


def test_an_event_that_was_undone_is_never_told(harbor: Any, receiver: Receiver) -> None:
    an_endpoint(receiver)
    visit = a_visit()
    work()
    with pytest.raises(RuntimeError), session.begin_nested():
        visits.cancel(visit, by=None)
        assert len(promised()) == 1
        raise RuntimeError
    assert work() == 0
    assert [one.told["event"] for one in receiver.heard] == ["visit:added"]
    assert len(kept()) == 1


def test_what_was_not_heard_is_told_again_under_the_same_id(harbor: Any, receiver: Receiver) -> None:
    endpoint = an_endpoint(receiver)
    receiver.statuses = [500, 302]
    a_visit()
    work()
    (delivery,) = kept()
    assert (delivery.state, delivery.failure) == (DeliveryState.WAITING, DeliveryFailure.REFUSED)
    assert (delivery.response_status, endpoint.failures) == (500, 1)
    assert work() == 0, "not before its time"
    with clock.frozen(clock.now() + PAUSES[0] + timedelta(seconds=1)):
        assert work() == 1
        assert endpoint.failures == 2
        with clock.frozen(clock.now() + PAUSES[1] + timedelta(seconds=1)):
            assert work() == 1
            assert verified(receiver.heard[2], endpoint.secret or ""), "signed anew"
    assert len({one.body for one in receiver.heard}) == 1 and len(receiver.heard) == 3
    assert (delivery.state, delivery.attempts, delivery.next_try_at) == (DeliveryState.DELIVERED, 3, None)
    assert endpoint.failures == 0 and endpoint.last_delivered_at is not None


def test_a_delivery_is_given_up_some_day_and_can_be_sent_again(harbor: Any, receiver: Receiver) -> None:
    endpoint = an_endpoint(receiver)
    receiver.statuses = [503] * (len(PAUSES) + 1)
    a_visit()
    (delivery,) = kept()
    with pytest.raises(Conflict, match="on its way"):
        deliveries.send_again(delivery, by=None)
    with clock.frozen(clock.now()):
        _until_nothing_waits()
    assert (delivery.state, delivery.attempts) == (DeliveryState.FAILED, len(PAUSES) + 1)
    assert delivery.possible_actions == ("send_again",) and promised() == []
    deliveries.send_again(delivery, by=None)
    assert work() == 1
    assert (delivery.state, delivery.attempts, endpoint.failures) == (DeliveryState.DELIVERED, 1, 0)


def _until_nothing_waits() -> None:
    at = clock.now()
    while promised():
        at = max(at, promised()[0].due_at)
        with clock.frozen(at):
            work()


def test_an_endpoint_that_fails_too_often_is_switched_off_and_somebody_is_told(harbor: Any, receiver: Receiver) -> None:
    administrator = a_user("boss", "Administrator")
    endpoint = an_endpoint(receiver, "visit:added")
    receiver.statuses = [500] * MOST_FAILURES
    visit = a_visit()
    for _number in range(MOST_FAILURES - 1):
        deliveries.promise("visit:added", visit)
    work()
    assert not endpoint.is_active and endpoint.disabled_at is not None
    (told,) = session.query(Notification).filter_by(user_id=administrator.id, kind="webhook_switched_off")
    assert told.facts == {"name": "Payroll"}
    a_visit()
    assert len(kept()) == MOST_FAILURES, "nothing new is promised"
    _until_nothing_waits()
    assert {one.state for one in kept()} == {DeliveryState.STOPPED}
    assert len(receiver.heard) == MOST_FAILURES
    with pytest.raises(Conflict, match="switched off"):
        deliveries.send_again(kept()[0], by=None)
    endpoints.update_endpoint(endpoint, {"is_active": True}, by=None)
    assert (endpoint.failures, endpoint.disabled_at) == (0, None)
    deliveries.send_again(kept()[0], by=None)
    assert work() == 1 and endpoint.is_active


def test_a_test_is_sent_to_an_endpoint_that_is_switched_off_too(harbor: Any, receiver: Receiver) -> None:
    endpoint = an_endpoint(receiver, is_active=False)
    endpoints.send_test(endpoint, by=None)
    work()
    (heard,) = receiver.heard
    assert heard.told["event"] == "webhook:test" and verified(heard, endpoint.secret or "")
    receiver.statuses = [500]
    endpoints.send_test(endpoint, by=None)
    work()
    assert kept()[1].state == DeliveryState.FAILED, "a test is not tried again"


def test_a_new_secret_signs_from_then_on(harbor: Any, receiver: Receiver) -> None:
    endpoint = an_endpoint(receiver)
    old = endpoint.secret or ""
    endpoints.renew_secret(endpoint, by=None)
    endpoints.send_test(endpoint, by=None)
    work()
    assert verified(receiver.heard[0], endpoint.secret or "") and not verified(receiver.heard[0], old)
    assert old.encode() not in bytes(endpoint.secret_encrypted)


def test_nobody_there_is_a_failure_like_another(
    harbor: Any, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = an_endpoint(receiver)
    with Receiver().serving() as gone:
        port = gone.port
    endpoint.url = f"http://{HOST}:{port}/in"
    monkeypatch.setattr(outbound, "RULES", rules(port))
    a_visit()
    work()
    assert (kept()[0].failure, kept()[0].response_status) == (DeliveryFailure.UNREACHABLE, None)
    assert kept()[0].next_try_at is not None


def test_nothing_is_sent_to_a_name_that_leads_inside_by_now(
    harbor: Any, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address was public when it was typed; whoever owns the name has it point at this machine since."""
    an_endpoint(receiver)
    found = rules(receiver.port)
    monkeypatch.setattr(outbound, "RULES", replace(found, may_reach=outbound.is_public))
    a_visit()
    work()
    assert kept()[0].failure == DeliveryFailure.NOT_ALLOWED
    assert receiver.heard == []


@pytest.mark.parametrize(
    "url",
    [
        *("http://hooks.example/in", "https://127.0.0.1/in", "https://[::1]/in", "https://169.254.169.254/latest"),
        *("https://10.0.0.1/", "ftp://hooks.example/", "nothing", "https://ada:word@93.184.215.14/"),
    ],
)
def test_an_address_that_is_not_public_is_refused_with_a_sentence(harbor: Any, url: str) -> None:
    with pytest.raises(Invalid) as refused:
        endpoints.add_endpoint({"name": "Inside", "url": url, "events": ["visit:added"]}, by=None)
    assert refused.value.errors["url"][0].endswith(".")


def test_events_that_are_none_are_refused(harbor: Any, receiver: Receiver) -> None:
    with pytest.raises(Invalid) as refused:
        an_endpoint(receiver, "client:status_changed")
    assert set(refused.value.errors) == {"events"}


def test_another_agencys_endpoint_is_never_called(session: Any, receiver: Receiver) -> None:
    with acting_for(SUMMIT, "summit"):
        an_endpoint(receiver)
    with acting_for(HARBOR, "harbor"):
        a_visit()
        assert promised() == [] and kept() == []
    with tenancy.acting(SUMMIT):
        assert promised() == [] and kept() == []
    assert receiver.heard == []


def test_deliveries_are_forgotten_after_thirty_days_and_with_their_endpoint(harbor: Any, receiver: Receiver) -> None:
    endpoint = an_endpoint(receiver)
    a_visit()
    with clock.frozen(clock.now() + timedelta(days=29)):
        a_visit(day=31)
    with clock.frozen(clock.now() + timedelta(days=31)):
        assert deliveries.clear_old() == 1
    assert len(kept()) == 1
    endpoints.remove_endpoint(endpoint, by=None)
    session.expire_all()
    assert kept() == []
    _until_nothing_waits()
    assert receiver.heard == []


def test_the_documentations_example_verifies(harbor: Any, receiver: Receiver) -> None:
    endpoint = an_endpoint(receiver)
    endpoints.send_test(endpoint, by=None)
    work()
    example = (ROOT / "docs" / "webhooks.md").read_text().partition("```python\n")[2].partition("```")[0]
    told: dict[str, Any] = {}
    exec(example, told)
    (heard,) = receiver.heard
    signed = heard.headers["Starline-Signature"]
    assert told["is_genuine"](signed, heard.body, endpoint.secret)
    assert not told["is_genuine"](signed, heard.body + b" ", endpoint.secret)
    assert not told["is_genuine"](signed, heard.body, "whsec_other")
    old = signature(endpoint.secret or "", int(clock.now().timestamp()) - 301, heard.body)
    assert not told["is_genuine"](old, heard.body, endpoint.secret)
