"""The OpenAPI words of organisations and settings."""

from typing import Any

from app.core.openapi import IF_MATCH, answers, document
from starline.organizations.checks import KNOWN, REQUIRED
from starline.organizations.preferences import OPTIONAL, PLAIN
from starline.organizations.settings import FEATURES, POLICIES, Setting

_TEXT = {"type": "string"}
_OBJECT = {"type": "object"}
_PK = {"name": "pk", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
_KEY = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 200}}


def document_organizations() -> None:
    """Add the operators' and the administrators' operations to the document."""
    organization = _object(dict.fromkeys(("id", "name", "slug", "status", "subscription_tier", "created_on"), _TEXT))
    page = _object({"count": {"type": "integer"}, "result": {"type": "array", "items": organization}})
    made = _object({"id": {**_TEXT, "format": "uuid"}, "result": organization})
    _add("/api/v1/organizations/", "get", "List the agencies (operators)", answers(404, schema=page))
    set_up = answers(404, 409, 422, schema=made, ok=201)
    _add("/api/v1/organizations/setup", "post", "Set up an agency (operators)", set_up, _set_up_body(), [_KEY])
    reason = _object({"reason": {**_TEXT, "minLength": 1, "maxLength": 300}}, required=["reason"])
    for verb, summary in (("suspend", "Suspend an agency (operators)"), ("reopen", "Open an agency again (operators)")):
        answer = answers(404, 409, 412, 422, schema=made)
        _add(f"/api/v1/organizations/{{pk}}/{verb}", "post", summary, answer, reason, [_PK, IF_MATCH])
    _add("/api/v1/organization/settings", "get", "The agency's settings", answers(schema=_OBJECT))
    answer = answers(412, 422, schema=_OBJECT)
    for method in ("patch", "put"):
        words = "Change the agency's settings"
        _add("/api/v1/organization/settings", method, words, answer, _settings_body(), [IF_MATCH])


def _add(
    path: str,
    method: str,
    summary: str,
    responses: dict[str, Any],
    body: dict[str, Any] | None = None,
    parameters: list[dict[str, Any]] | None = None,
) -> None:
    operation: dict[str, Any] = {"tags": ["Organisations"], "summary": summary, "responses": responses}
    if body:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    if parameters:
        operation["parameters"] = parameters
    document(path, method, operation)


def _set_up_body() -> dict[str, Any]:
    properties = dict.fromkeys(sorted(KNOWN - {"features"}), _TEXT)
    return _object({**properties, "features": _features()}, required=sorted(REQUIRED))


def _settings_body() -> dict[str, Any]:
    properties = {name: {**_TEXT, "nullable": name in OPTIONAL} for name in PLAIN}
    policies = {
        policy: _object({name: _schema(setting) for name, setting in settings.items()})
        for policy, settings in POLICIES.items()
    }
    tax_id = {**_TEXT, "nullable": True, "description": "Answered masked."}
    return _object({**properties, "tax_id": tax_id, "features": _features(), **policies})


def _features() -> dict[str, Any]:
    return _object({name: {"type": "boolean", "description": one.help} for name, one in FEATURES.items()})


def _schema(setting: Setting) -> dict[str, Any]:
    """A setting's type in the words of JSON Schema."""
    described = {"description": setting.label}
    if isinstance(setting.default, bool):
        return {"type": "boolean", **described}
    if isinstance(setting.default, int):
        return {"type": "integer", "minimum": setting.least, "maximum": setting.most, **described}
    if isinstance(setting.default, tuple):
        return {"type": "array", "items": {**_TEXT, "minLength": 1}, **described}
    return {**_TEXT, **({"enum": list(setting.choices)} if setting.choices else {"maxLength": 80}), **described}


def _object(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    found = {"type": "object", "properties": properties}
    return {**found, "required": required} if required else found
