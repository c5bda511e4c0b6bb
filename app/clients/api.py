"""`POST /api/v1/break-glass` and `/api/v1/break-glass/find`: emergency access for programs."""

from typing import Any

from flask import Response, jsonify
from flask_appbuilder.api import BaseApi, expose

from app.clients import conversion, pairs, searching, status, winning
from app.clients.emergency import NAMES, asking, find
from app.core.bodies import object_sent
from app.core.idempotency import once
from app.core.openapi import answers, document
from starline.clients import emergency
from starline.core.db import session


class BreakGlassApi(BaseApi):  # type: ignore[misc]
    """Finding tells nothing but that the client exists; opening needs a reason and lasts four hours."""

    resource_name = "break-glass"
    openapi_spec_tag = "Emergency access"

    @expose("/find", methods=["POST"])
    def find(self) -> Response:
        viewer = asking()
        find(_described(object_sent(*NAMES)), viewer)
        return jsonify(exists=True)

    @expose("", methods=["POST"])
    @once
    def open(self) -> Response:
        viewer, body = asking(), object_sent(*NAMES, "reason")
        opened = emergency.open_client(_described(body), reason=str(body.get("reason") or ""), viewer=viewer)
        session.flush()
        answer = jsonify(id=str(opened.id), client_id=str(opened.client_id), expires_at=opened.expires_at.isoformat())
        answer.status_code = 201
        return answer


VIEWS = (BreakGlassApi, *conversion.APIS, *pairs.APIS, *searching.APIS, *status.APIS, *winning.APIS)


def _described(body: dict[str, Any]) -> dict[str, Any]:
    return {name: body.get(name) for name in NAMES}


_TEXT = {"type": "string"}
_CLIENT: dict[str, Any] = dict.fromkeys(NAMES, _TEXT)


def _operation(summary: str, properties: dict[str, Any], shown: dict[str, Any], *, ok: int) -> dict[str, Any]:
    body = {"schema": {"type": "object", "properties": properties}}
    return {
        "tags": ["Emergency access"],
        "summary": summary,
        "requestBody": {"required": True, "content": {"application/json": body}},
        "responses": answers(404, 409, 422, 429, schema={"type": "object", "properties": shown}, ok=ok),
    }


_FOUND = {"exists": {"type": "boolean"}}
_OPENED = {"id": _TEXT, "client_id": _TEXT, "expires_at": {**_TEXT, "format": "date-time"}}
document("/api/v1/break-glass/find", "post", _operation("Does this client exist?", _CLIENT, _FOUND, ok=200))
document(
    "/api/v1/break-glass",
    "post",
    _operation("Open a client in an emergency", {**_CLIENT, "reason": {**_TEXT, "minLength": 10}}, _OPENED, ok=201),
)
