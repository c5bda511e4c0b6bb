"""The OpenAPI words of the audit trail."""

from typing import Any

from app.audit.asking import LARGEST_PAGE, PAGE_SIZE
from app.core.openapi import answers, document

_TEXT: dict[str, Any] = {"type": "string"}
_MAYBE = {**_TEXT, "nullable": True}
_INSTANT = {**_TEXT, "format": "date-time"}
_DAY = {**_TEXT, "format": "date"}
_LIST = {"type": "array", "items": _TEXT}
_PERSON = {
    "type": "object",
    "nullable": True,
    "description": "None: the system itself.",
    "properties": {"id": {"type": "integer"}, "name": _MAYBE},
}


def document_audit() -> None:
    """Add the trail's operations to the document."""
    event = {
        "id": {"type": "integer"},
        "at": _INSTANT,
        "person": _PERSON,
        "action": _TEXT,
        "subject": {**_TEXT, "description": "A table's name."},
        "record": _MAYBE,
        "clients": _LIST,
        "fields": {**_LIST, "description": "What a write changed, by name."},
        "reason": _MAYBE,
        "request": _TEXT,
    }
    page = _object({"result": _list(event), "next": {**_MAYBE, "description": "`before` of the page that follows."}})
    filters = [
        _query("person", "The number of a person.", {"type": "integer"}),
        _query("action", "insert, update, delete, read, denied, export …", _TEXT),
        _query("subject", "A table's name.", _TEXT),
        _query("record", "A record's id.", _TEXT),
        _query("before", "`next` of the page before.", _TEXT),
        _query("page_size", "Events on a page.", {"type": "integer", "maximum": LARGEST_PAGE, "default": PAGE_SIZE}),
    ]
    _add("/api/v1/audit/events", "What happened, newest first", answers(422, schema=page), [*_days(7), *filters])
    viewer = {
        "person": _PERSON,
        "views": {"type": "integer"},
        "first_at": _INSTANT,
        "last_at": _INSTANT,
        "subjects": _LIST,
    }
    found = _object({"from": _DAY, "to": _DAY, "result": _list(viewer)})
    client = {"name": "pk", "in": "path", "required": True, "schema": {**_TEXT, "format": "uuid"}}
    path = "/api/v1/audit/clients/{pk}/viewers"
    _add(path, "Who saw this client", answers(404, 422, schema=found), [client, *_days(30)])


def _add(path: str, summary: str, responses: dict[str, Any], parameters: list[dict[str, Any]]) -> None:
    document(path, "get", {"tags": ["Audit"], "summary": summary, "responses": responses, "parameters": parameters})


def _days(length: int) -> list[dict[str, Any]]:
    first = _query("from", f"The first day, in the agency's zone; {length - 1} days before the last.", _DAY)
    return [first, _query("to", "The last day; today.", _DAY)]


def _query(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _list(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": _object(properties)}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties}
