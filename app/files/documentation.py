"""The OpenAPI words of files."""

from typing import Any

from app.core.openapi import IF_MATCH, answers, document
from app.core.resource import registry
from starline.files.keeping import LONGEST_REASON, SHORTEST_REASON
from starline.files.owners import owners
from starline.files.vocabulary import FileCategory, FileStatus

_TEXT: dict[str, Any] = {"type": "string"}
_WHOLE = {
    "type": "object",
    "required": ["id", "result"],
    "properties": {"id": {**_TEXT, "format": "uuid"}, "result": {"$ref": "#/components/schemas/Files"}},
}
_BYTES = {**_TEXT, "format": "binary"}
_VERSION = {
    "type": "object",
    "properties": {
        "number": {"type": "integer"},
        "name": _TEXT,
        "media_type": _TEXT,
        "size_bytes": {"type": "integer"},
        "sha256": _TEXT,
        "status": {**_TEXT, "enum": list(FileStatus)},
        "finding": {**_TEXT, "nullable": True},
        "note": {**_TEXT, "nullable": True},
        "created_on": {**_TEXT, "format": "date-time"},
    },
}
_KEY = {"name": "Idempotency-Key", "in": "header", "schema": {**_TEXT, "maxLength": 200}}
_PK = {"name": "pk", "in": "path", "required": True, "schema": {**_TEXT, "format": "uuid"}}


def document_files() -> None:
    """Add the operations on files to the document."""
    names = sorted(registry[owner.permission].name for owner in owners().values())
    sent = {
        "owner": {**_TEXT, "enum": names, "description": "What kind of record the file belongs to."},
        "owner_id": {**_TEXT, "format": "uuid"},
        "file": _BYTES,
        "category": {**_TEXT, "enum": list(FileCategory)},
        "description": {**_TEXT, "maxLength": 300},
        "expires_on": {**_TEXT, "format": "date"},
    }
    _add("", "post", "Hand in a file", _WHOLE, body=_form(sent, "owner", "owner_id", "file"), ok=201)
    link = _object({"url": _TEXT, "expires_in": {"type": "integer"}, "version": {"type": "integer"}})
    number = {"name": "version", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 999_999}}
    _add("{pk}/link", "get", "An address that opens the file for five minutes", link, more=[number])
    _add("{pk}/versions", "get", "Every version", _object({"result": {"type": "array", "items": _VERSION}}))
    version = _form({"file": _BYTES, "note": {**_TEXT, "maxLength": 300}}, "file")
    newer = _object({"result": _VERSION})
    _add("{pk}/versions", "post", "Hand in a newer version", newer, body=version, ok=201, more=[IF_MATCH])
    _add("{pk}/trash", "post", "Put into the trash", _WHOLE, more=[IF_MATCH])
    _add("{pk}/restore", "post", "Take out of the trash", _WHOLE, more=[IF_MATCH])
    reason = {**_TEXT, "minLength": SHORTEST_REASON, "maxLength": LONGEST_REASON}
    why = {"application/json": {"schema": {**_object({"reason": reason}), "required": ["reason"]}}}
    _add("{pk}/hold", "post", "Put on legal hold", _WHOLE, body=why, more=[IF_MATCH])
    _add("{pk}/release", "post", "End the legal hold", _WHOLE, body=why, more=[IF_MATCH])


def _add(
    path: str,
    method: str,
    summary: str,
    schema: dict[str, Any],
    *,
    body: dict[str, Any] | None = None,
    more: list[dict[str, Any]] | None = None,
    ok: int = 200,
) -> None:
    parameters = [*([_PK] if "{pk}" in path else []), *([_KEY] if method == "post" else []), *(more or [])]
    operation = {
        "tags": ["Files"],
        "summary": summary,
        "parameters": parameters,
        "responses": answers(404, 409, 412, 413, 422, 503, schema=schema, ok=ok),
        **({"requestBody": {"required": True, "content": body}} if body else {}),
    }
    document(f"/api/v1/files/{path}", method, operation)


def _form(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"multipart/form-data": {"schema": {**_object(properties), "required": list(required)}}}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties}
