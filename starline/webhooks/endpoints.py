"""Endpoints: named, changed, given a new secret, asked whether they hear."""

from collections.abc import Mapping
from typing import Any

from starline.core import events, outbound
from starline.core.db import session
from starline.core.problems import Problems
from starline.core.rows import assign
from starline.webhooks import deliveries
from starline.webhooks.models import WebhookEndpoint
from starline.webhooks.signing import new_secret
from starline.webhooks.vocabulary import EVENTS


def add_endpoint(values: Mapping[str, Any], *, by: int | None) -> WebhookEndpoint:
    """Name an address. The row's `secret` is what the receiver verifies with; people see it this once.

    Raises `Invalid` for an address that leads to no public machine.
    """
    _check(values)
    endpoint = WebhookEndpoint(**values)
    endpoint.secret = new_secret()
    session.add(endpoint)
    session.flush()
    events.record("webhook_endpoint:added", endpoint)
    return endpoint


def update_endpoint(endpoint: WebhookEndpoint, values: Mapping[str, Any], *, by: int | None) -> WebhookEndpoint:
    """Change it; one that is switched on again begins without failures."""
    _check({name: value for name, value in values.items() if getattr(endpoint, name) != value})
    assign(endpoint, values)
    if endpoint.is_active:
        endpoint.disabled_at = None
        if values.get("is_active"):
            endpoint.failures = 0
    session.flush()
    events.record("webhook_endpoint:changed", endpoint)
    return endpoint


def remove_endpoint(endpoint: WebhookEndpoint, *, by: int | None) -> None:
    """Forget it and all that was sent to it."""
    events.record("webhook_endpoint:removed", endpoint)
    session.delete(endpoint)
    session.flush()


def renew_secret(endpoint: WebhookEndpoint, *, by: int | None) -> WebhookEndpoint:
    """Sign with another secret from the next request on."""
    endpoint.secret = new_secret()
    session.flush()
    events.record("webhook_endpoint:secret_renewed", endpoint)
    return endpoint


def send_test(endpoint: WebhookEndpoint, *, by: int | None) -> WebhookEndpoint:
    """Send an event that means nothing, also to an endpoint that is switched off: so one sees that it hears again."""
    deliveries.send_test(endpoint)
    events.record("webhook_endpoint:tested", endpoint)
    return endpoint


def _check(values: Mapping[str, Any]) -> None:
    problems = Problems()
    if "events" in values and not set(values["events"] or ()) <= set(EVENTS):
        problems.add("events", "Choose events from the list.")
    problems.refuse()
    if "url" in values:
        outbound.check(values["url"], outbound.RULES, name="url")
