"""`/api/v1/my/push`: the browser in one's hand, told to show open visits with every page closed, or not any more."""

from typing import Any

from flask import Response, jsonify
from flask_appbuilder.api import BaseApi, expose

from app.core.access import allowed
from app.core.bodies import object_sent
from app.core.idempotency import once
from app.core.openapi import answers, document
from app.portal.person import OFFERS
from starline.core import webpush
from starline.core.errors import NotAllowed
from starline.core.language import gettext as _
from starline.core.problems import invalid
from starline.identity.key_viewer import KeyViewer
from starline.identity.viewer import Viewer
from starline.notifications import devices


class MyPushApi(BaseApi):  # type: ignore[misc]
    """One's own devices. Nobody is told which they are, not even their person: each knows itself."""

    resource_name = "my/push"
    openapi_spec_tag = "My visits"

    @expose("", methods=["POST"])
    @once
    def keep(self) -> Response:
        """Show what is offered on this device; the same one twice is one."""
        viewer = _person()
        found = webpush.read_subscription(object_sent("subscription").get("subscription"))
        devices.keep(found, user_id=viewer.user_id, session_id=viewer.session_id)
        return jsonify(is_on=True)

    @expose("/stop", methods=["POST"])
    @once
    def stop(self) -> Response:
        """Show nothing on this device any more."""
        viewer = _person()
        endpoint = object_sent("endpoint").get("endpoint")
        if not isinstance(endpoint, str) or not endpoint:
            raise invalid("endpoint", _("Send the endpoint of the subscription that ends."))
        devices.forget(endpoint, user_id=viewer.user_id)
        return jsonify(is_on=False)


def _person() -> Viewer:
    viewer = allowed("can_read", OFFERS)
    if isinstance(viewer, KeyViewer) or viewer.support is not None:
        raise NotAllowed(_("A device is somebody's own: sign in as the person who holds it."))
    return viewer


_TEXT = {"type": "string"}
_ADDRESS = {**_TEXT, "format": "uri", "maxLength": 2_000}
_KEYS = {"type": "object", "required": ["p256dh", "auth"], "properties": {"p256dh": _TEXT, "auth": _TEXT}}
_SUBSCRIPTION = {
    "type": "object",
    "required": ["endpoint", "keys"],
    "properties": {"endpoint": _ADDRESS, "keys": _KEYS},
    "description": "What the browser's PushSubscription says of itself (`toJSON`).",
}


def _operation(summary: str, name: str, schema: dict[str, Any]) -> dict[str, Any]:
    body = {"type": "object", "required": [name], "properties": {name: schema}}
    return {
        "tags": ["My visits"],
        "summary": summary,
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "parameters": [{"name": "Idempotency-Key", "in": "header", "required": False, "schema": _TEXT}],
        "responses": answers(409, 422, schema={"type": "object", "properties": {"is_on": {"type": "boolean"}}}),
    }


document("/api/v1/my/push", "post", _operation("Show on this device", "subscription", _SUBSCRIPTION))
document("/api/v1/my/push/stop", "post", _operation("Show nothing any more", "endpoint", _ADDRESS))
