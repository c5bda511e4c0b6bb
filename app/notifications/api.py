"""`/api/v1/notifications/…`: what a person was told, for programs that act for a person."""

from datetime import UTC
from typing import Any
from uuid import UUID

import orjson
from flask import Response, request
from flask_appbuilder.api import BaseApi, expose

from app.core.idempotency import once
from app.core.openapi import answers, document
from app.notifications.telling import reader, sentence_of
from starline.notifications import service
from starline.notifications.models import Notification


class NotificationApi(BaseApi):  # type: ignore[misc]
    """One's own notifications, newest first."""

    resource_name = "notifications"
    openapi_spec_tag = "Notifications"

    @expose("/", methods=["GET"])
    def get_list(self) -> Response:
        user_id = reader().user_id
        only_unread = request.args.get("unread", "").lower() in ("1", "true", "yes")
        found = service.newest(user_id, only_unread=only_unread)
        return _json({"unread": service.count_unread(user_id), "result": [_shown(one) for one in found]})

    @expose("/<uuid:pk>/read", methods=["POST"])
    @once
    def read(self, pk: UUID) -> Response:
        one = service.mark_read(pk, by=reader().user_id)
        return _json({"id": str(one.id), "result": _shown(one)})

    @expose("/read", methods=["POST"])
    @once
    def read_all(self) -> Response:
        return _json({"count": service.mark_all_read(by=reader().user_id)})


VIEWS = (NotificationApi,)


def _shown(one: Notification) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "kind": one.kind,
        "sentence": sentence_of(one),
        "link": one.link,
        "created_on": one.created_on.astimezone(UTC).isoformat(),
        "read_at": one.read_at.astimezone(UTC).isoformat() if one.read_at else None,
    }


def _json(body: dict[str, Any]) -> Response:
    return Response(orjson.dumps(body), mimetype="application/json")


def _document() -> None:
    """Add the operations to the OpenAPI document."""
    text: dict[str, Any] = {"type": "string"}
    instant = {**text, "format": "date-time"}
    one = _object(
        id={**text, "format": "uuid"},
        kind=text,
        sentence=text,
        link={**text, "nullable": True},
        created_on=instant,
        read_at={**instant, "nullable": True},
    )
    unread = {"name": "unread", "in": "query", "description": "Only unread ones.", "schema": {"type": "boolean"}}
    pk = {"name": "pk", "in": "path", "required": True, "schema": {**text, "format": "uuid"}}
    number = {"type": "integer"}
    page = _object(unread=number, result={"type": "array", "items": one})
    base = "/api/v1/notifications/"
    _add(base, "get", "What you were told, newest first", answers(schema=page), [unread])
    _add(f"{base}{{pk}}/read", "post", "Mark as read", answers(404, schema=_object(id=text, result=one)), [pk])
    _add(f"{base}read", "post", "Mark all as read", answers(schema=_object(count=number)), [])


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def _add(path: str, method: str, summary: str, responses: dict[str, Any], parameters: list[dict[str, Any]]) -> None:
    operation = {"tags": ["Notifications"], "summary": summary, "responses": responses, "parameters": parameters}
    document(path, method, operation)


_document()
