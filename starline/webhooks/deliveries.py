"""Deliveries: promised with their event, tried until they arrive or are given up, sent again, forgotten."""

import logging
from datetime import timedelta
from time import perf_counter
from typing import Any, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import any_, delete, literal, select

from starline.core import clock, events, outbound, outbox, tenancy
from starline.core.db import session
from starline.core.errors import Conflict, Invalid, Unavailable
from starline.core.identifiers import uuid7
from starline.core.language import N_
from starline.notifications.service import notify_all, people_who_may
from starline.webhooks.models import WebhookDelivery, WebhookEndpoint
from starline.webhooks.signing import HEADER, signature
from starline.webhooks.vocabulary import TEST, DeliveryFailure, DeliveryState

TASK = "webhooks.deliver"
PAUSES = (
    *(timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=30)),
    *(timedelta(hours=2), timedelta(hours=6), timedelta(hours=12)),
)
"""After each failed attempt; after the last one the delivery is given up, 21 hours after its event."""
MOST_FAILURES = 20
"""Failed attempts in a row, of whatever deliveries, after which an endpoint is switched off."""
KEPT = timedelta(days=30)
SWITCHED_OFF = N_("The webhook %(name)s was switched off: its address failed too often. Look at its deliveries.")

log = logging.getLogger(__name__)
Row = TypeVar("Row", WebhookEndpoint, WebhookDelivery)


def promise(event: str, subject: Any) -> None:
    """Have every active endpoint that wants the event told of it, once the transaction at work has committed."""
    wanted = select(WebhookEndpoint).where(WebhookEndpoint.is_active, literal(event) == any_(WebhookEndpoint.events))
    endpoints = session.scalars(wanted.order_by(WebhookEndpoint.id)).all()
    if endpoints:
        session.flush()  # the version that the event made, not the one before
        described = WebhookDelivery.described(event, subject)
        for endpoint in endpoints:
            _promise(endpoint, event, described)


def send_test(endpoint: WebhookEndpoint) -> WebhookDelivery:
    return _promise(endpoint, TEST, WebhookDelivery.described(TEST, endpoint))


def deliver(delivery_id: UUID) -> None:
    """One attempt. What fails is kept with the delivery and tried again later; never raises for what a receiver does.

    Nothing is locked while the receiver takes its time: no two attempts of one delivery are ever promised at once.
    """
    waiting = session.get(WebhookDelivery, delivery_id, populate_existing=True)
    if waiting is None or waiting.state != DeliveryState.WAITING:
        return
    if not waiting.endpoint.is_active and not waiting.is_test:
        waiting.state, waiting.next_try_at = DeliveryState.STOPPED, None
        return
    began = perf_counter()
    status, failure = _send(waiting)
    took = round((perf_counter() - began) * 1000)
    endpoint, delivery = _locked(WebhookEndpoint, waiting.endpoint_id), _locked(WebhookDelivery, delivery_id)
    if endpoint is None or delivery is None:
        return  # removed meanwhile
    delivery.response_status, delivery.failure, delivery.duration_ms = status, failure, took
    delivery.attempts += 1
    if failure is None:
        _arrived(delivery, endpoint)
    else:
        _failed(delivery, endpoint)
    session.flush()


def send_again(delivery: WebhookDelivery, *, by: int | None) -> WebhookDelivery:
    """Send the same body under the same id once more, with all its attempts. Raises `Conflict`."""
    session.refresh(delivery, with_for_update=True)
    if delivery.state == DeliveryState.WAITING:
        raise Conflict("This delivery is on its way; wait for its next attempt.")
    if not delivery.endpoint.is_active and not delivery.is_test:
        raise Conflict("This webhook is switched off. Switch it on first, then send again.")
    delivery.state, delivery.attempts, delivery.delivered_at = DeliveryState.WAITING, 0, None
    session.flush()
    outbox.enqueue(TASK, delivery_id=str(delivery.id))
    events.record("webhook_delivery:sent_again", delivery)
    return delivery


def clear_old() -> int:
    """Forget what is older than thirty days; how many."""
    gone = session.execute(delete(WebhookDelivery).where(WebhookDelivery.created_on < clock.now() - KEPT))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _promise(endpoint: WebhookEndpoint, event: str, described: dict[str, Any]) -> WebhookDelivery:
    delivery_id = uuid7()
    body = {
        "id": str(delivery_id),
        "event": event,
        "occurred_at": clock.now().isoformat(timespec="milliseconds"),
        "organization_id": str(tenancy.current_organization_id()),
        "data": described,
    }
    made = WebhookDelivery(id=delivery_id, endpoint_id=endpoint.id, event=event, body=orjson.dumps(body).decode())
    session.add(made)
    session.flush()
    outbox.enqueue(TASK, delivery_id=str(delivery_id))
    return made


def _send(delivery: WebhookDelivery) -> tuple[int | None, DeliveryFailure | None]:
    """The status that was answered, if anything was, and why that is a failure, if it is one."""
    body, at = delivery.body.encode(), int(clock.now().timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Starline-Webhooks/1",
        "Starline-Event": delivery.event,
        "Starline-Delivery": str(delivery.id),
        HEADER: signature(delivery.endpoint.secret or "", at, body),
    }
    try:
        answer = outbound.send(delivery.endpoint.url, body=body, headers=headers, rules=outbound.RULES)
    except Invalid:
        return None, DeliveryFailure.NOT_ALLOWED
    except Unavailable:
        return None, DeliveryFailure.UNREACHABLE
    return answer.status, None if 200 <= answer.status < 300 else DeliveryFailure.REFUSED


def _arrived(delivery: WebhookDelivery, endpoint: WebhookEndpoint) -> None:
    now = clock.now()
    delivery.state, delivery.delivered_at, delivery.next_try_at = DeliveryState.DELIVERED, now, None
    endpoint.failures, endpoint.last_delivered_at = 0, now


def _failed(delivery: WebhookDelivery, endpoint: WebhookEndpoint) -> None:
    endpoint.failures += 1
    if endpoint.is_active and endpoint.failures >= MOST_FAILURES:
        _switch_off(endpoint)
    if delivery.is_test or delivery.attempts > len(PAUSES):
        delivery.state, delivery.next_try_at = DeliveryState.FAILED, None
        return
    delivery.next_try_at = clock.now() + PAUSES[delivery.attempts - 1]
    outbox.enqueue(TASK, due_at=delivery.next_try_at, delivery_id=str(delivery.id))


def _switch_off(endpoint: WebhookEndpoint) -> None:
    endpoint.is_active, endpoint.disabled_at = False, clock.now()
    log.warning("a webhook was switched off", extra={"failures": endpoint.failures})
    with tenancy.acting(endpoint.organization_id):  # whoever caused the event is to be told too
        link = f"/webhook_endpoints/show/{endpoint.id}?tab=webhook_deliveries"
        told = people_who_may("edit", "WebhookEndpoints")
        notify_all(told, "webhook_switched_off", SWITCHED_OFF, link=link, name=endpoint.name)
    events.record("webhook_endpoint:switched_off", endpoint)


def _locked(kind: type[Row], key: UUID) -> Row | None:
    """The row as it is now, if it is there still: other deliveries to its endpoint are under way in other workers."""
    return session.get(kind, key, with_for_update=True, populate_existing=True)
