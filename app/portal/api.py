"""`/api/v1/my/…`: the caregiver's own visits for their phone, and what it has to tell of them."""

import base64
from typing import Any

from flask import Response, g, jsonify
from flask_appbuilder.api import BaseApi, expose
from flask_wtf.csrf import generate_csrf

from app.core.access import allowed
from app.core.bodies import object_sent
from app.core.idempotency import not_kept, once
from app.core.openapi import answers, document
from app.portal import acts, days
from app.portal.door import reveal_code
from app.portal.person import PERMISSION, lock_minutes, own_file
from app.portal.pushing import MyPushApi
from starline.core import clock
from starline.core.errors import Invalid
from starline.core.identifiers import parse_uuid
from starline.core.language import gettext as _
from starline.core.problems import invalid
from starline.identity.device_keys import device_key

MOST_ACTS = 100


class MyVisitsApi(BaseApi):  # type: ignore[misc]
    """What is one's own, whatever else one may see."""

    resource_name = "my"
    openapi_spec_tag = "My visits"

    @expose("/days", methods=["GET"])
    def days(self) -> Response:
        """The visits of two weeks, those of these days with all that is needed without signal."""
        viewer = allowed("can_read", PERMISSION)
        found = days.days_of(own_file(viewer.user_id))
        return jsonify(
            server_time=clock.now().isoformat(),
            today=found.today.isoformat(),
            user=viewer.user_id,
            lock_minutes=lock_minutes(),
            csrf_token=None if g.get("by_token") else generate_csrf(),
            days=[{"label": one["label"], "ids": [visit["id"] for visit in one["visits"]]} for one in found.by_day],
            visits=found.visits,
        )

    @expose("/acts", methods=["POST"])
    @once
    def acts(self) -> Response:
        """Take what a phone has kept: each act for itself, in the order in which it happened."""
        viewer = allowed("can_add", PERMISSION)
        member, sent = own_file(viewer.user_id), object_sent("acts").get("acts")
        if not isinstance(sent, list) or not 1 <= len(sent) <= MOST_ACTS:
            sentence = _("Send acts as a list of 1 to %(most)d.", most=MOST_ACTS)
            raise Invalid(sentence, errors={"acts": [sentence]})
        answered = [acts.perform(one, member, by=viewer.user_id) for one in sorted(sent, key=_order)]
        return jsonify(
            result=[{"event_id": one.event_id, "state": one.state, "sentence": one.sentence} for one in answered]
        )

    @expose("/key", methods=["POST"])
    @once
    def key(self) -> Response:
        """The key under which this device keeps what it carries, for the person who is signed in."""
        viewer = allowed("can_read", PERMISSION)
        device = parse_uuid(str(object_sent("device").get("device", "")))
        if device is None:
            raise invalid("device", "Send the identifier of the device (UUID).")
        not_kept(["key"])
        key = base64.b64encode(device_key(viewer.user_id, device)).decode()
        return jsonify(user=viewer.user_id, key=key, lock_minutes=lock_minutes())

    @expose("/visits/<row:pk>/door_code", methods=["POST"])
    @once
    def door_code(self, pk: str) -> Response:
        """The door code of a visit of today. That it was shown is on record."""
        viewer = allowed("can_read", PERMISSION)
        not_kept(["door_code"])
        return jsonify(id=pk, door_code=reveal_code(own_file(viewer.user_id), pk))


VIEWS = (MyVisitsApi, MyPushApi)


def _order(one: Any) -> int:
    sequence = one.get("sequence") if isinstance(one, dict) else None
    return sequence if isinstance(sequence, int) else 0


_TEXT: dict[str, Any] = {"type": "string"}
_UUID, _INSTANT = {**_TEXT, "format": "uuid"}, {**_TEXT, "format": "date-time"}
_VISITS = {"type": "array", "items": {"type": "object"}}
_ACT = {
    "type": "object",
    "required": ["event_id", "kind", "visit_id", "happened_at"],
    "properties": {
        "event_id": {**_UUID, "description": "Made by the device; the same again is the same act."},
        "kind": {**_TEXT, "enum": list(acts.KINDS)},
        "visit_id": _UUID,
        "happened_at": {**_INSTANT, "description": "By the clock of the device."},
        "sequence": {"type": "integer"},
        "task_id": {**_UUID, "description": "Of a task."},
        "outcome": {**_TEXT, "enum": ["done", "refused", "not_needed"]},
        "text": {**_TEXT, "maxLength": acts.LONGEST_TEXT, "description": "A note, or why a task was refused."},
        "name": {**_TEXT, "maxLength": acts.LONGEST_NAME, "description": "Who signed."},
        "miles": {"type": "number"},
        "image": {**_TEXT, "description": "A signature or photo in base64."},
        "latitude": {"type": "number"},
        "longitude": {"type": "number"},
        "accuracy_metres": {"type": "integer"},
        "seen_starts_at": {**_INSTANT, "description": "The planned start that the caregiver saw."},
        "device": {**_TEXT, "maxLength": acts.LONGEST_NAME},
    },
}
_ANSWER = {
    "event_id": _TEXT,
    "state": {**_TEXT, "enum": [acts.KEPT, acts.IN_CONFLICT, acts.REFUSED]},
    "sentence": _TEXT,
}
_KEY = {"name": "Idempotency-Key", "in": "header", "required": False, "schema": _TEXT}
_PK = {"name": "pk", "in": "path", "required": True, "schema": _UUID}


def _operation(summary: str, shown: dict[str, Any], *refusals: int, **more: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": shown}
    return {"tags": ["My visits"], "summary": summary, "responses": answers(*refusals, schema=schema), **more}


def _posted(name: str, schema: dict[str, Any], *parameters: Any) -> dict[str, Any]:
    body = {"type": "object", "required": [name], "properties": {name: schema}}
    content = {"required": True, "content": {"application/json": {"schema": body}}}
    return {"requestBody": content, "parameters": [_KEY, *parameters]}


document(
    "/api/v1/my/days",
    "get",
    _operation(
        "My days",
        {
            "server_time": _INSTANT,
            "today": {**_TEXT, "format": "date"},
            "user": {"type": "integer"},
            "lock_minutes": {"type": "integer"},
            "csrf_token": {**_TEXT, "nullable": True},
            "days": _VISITS,
            "visits": _VISITS,
        },
        404,
    ),
)
document(
    "/api/v1/my/acts",
    "post",
    _operation(
        "Tell what was done",
        {"result": {"type": "array", "items": {"type": "object", "properties": _ANSWER}}},
        *(404, 409, 413, 422),
        **_posted("acts", {"type": "array", "minItems": 1, "maxItems": MOST_ACTS, "items": _ACT}),
    ),
)
document(
    "/api/v1/my/key",
    "post",
    _operation(
        "The key of this device",
        {"user": {"type": "integer"}, "key": _TEXT, "lock_minutes": {"type": "integer"}},
        *(409, 422),
        **_posted("device", _UUID),
    ),
)
document(
    "/api/v1/my/visits/{pk}/door_code",
    "post",
    _operation(
        "Show the door code",
        {"id": _UUID, "door_code": _TEXT},
        *(404, 409, 422),
        parameters=[_KEY, _PK],
    ),
)
