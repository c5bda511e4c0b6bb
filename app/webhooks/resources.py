"""Webhooks and what was sent to them, as screens and REST."""

from app.core.resource import Resource
from starline.webhooks import deliveries, endpoints
from starline.webhooks.models import WebhookDelivery, WebhookEndpoint


class WebhookEndpoints(Resource, model=WebhookEndpoint, menu="Settings", icon="webhook"):
    title = "Webhooks"
    table = "name url is_active failures last_delivered_at disabled_at"
    filters = "name is_active"
    order = "name"
    form = {"Webhook": "name url events is_active"}
    show = {"Webhook": "name url events", "State": "is_active failures last_delivered_at disabled_at"}
    related = "webhook_deliveries"
    shown_once = "secret"
    feature = "api_access"
    create = endpoints.add_endpoint
    update = endpoints.update_endpoint
    delete = endpoints.remove_endpoint
    actions = {"send_test": endpoints.send_test}
    links = {"New secret": "/webhook_endpoints/{id}/secret"}


class WebhookDeliveries(Resource, model=WebhookDelivery, icon="send"):
    title = "Webhook deliveries"
    table = "created_on endpoint event state attempts response_status duration_ms next_try_at"
    filters = "endpoint event state failure created_on"
    order = "-created_on"
    form = {"Delivery": "endpoint event"}
    show = {
        "Delivery": "created_on endpoint event state failure",
        "Attempts": "attempts response_status duration_ms next_try_at delivered_at",
        "What was sent": "body",
    }
    without = "add edit delete"
    feature = "api_access"
    actions = {"send_again": deliveries.send_again}
    pills = {"state": {"waiting": "info", "delivered": "good", "failed": "bad", "stopped": "plain"}}
