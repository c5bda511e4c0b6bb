"""The OpenAPI 3 document, written from the declarations; other APIs add theirs by `document`."""

from typing import Any

import orjson
from flask import Blueprint, Flask, Response, abort, render_template

from app.core.fields import Field, Kind
from app.core.own_fields import tailored
from app.core.parameters import LARGEST_PAGE, PAGE_SIZE, allowed_operators
from app.core.profile import current_profile
from app.core.resource import MOST_IN_BULK, Resource, registry
from app.core.security import confirm_viewer, current_viewer
from config import settings

_TYPES: dict[Kind, dict[str, Any]] = {
    Kind.TEXT: {"type": "string"},
    Kind.LONG_TEXT: {"type": "string"},
    Kind.EMAIL: {"type": "string", "format": "email"},
    Kind.PHONE: {"type": "string"},
    Kind.INTEGER: {"type": "integer"},
    Kind.DECIMAL: {"type": "string", "format": "decimal"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.INSTANT: {"type": "string", "format": "date-time"},
    Kind.TIME: {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?$"},
    Kind.CHOICE: {"type": "string"},
    Kind.TAGS: {"type": "array", "items": {"type": "string", "maxLength": 80}},
    Kind.MULTI: {"type": "array"},
    Kind.OBJECT: {"type": "object", "additionalProperties": True},
    Kind.SECRET: {"type": "string", "description": "Answered masked."},
    Kind.UUID: {"type": "string", "format": "uuid"},
}
_ERROR = {
    "type": "object",
    "required": ["message", "errors", "code", "request_id"],
    "properties": {
        "message": {"type": "string", "description": "A sentence for people."},
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "code": {"type": "string", "description": "A word for programs."},
        "request_id": {"type": "string"},
    },
}
ID = {"type": "string", "format": "uuid"}
IDEMPOTENCY = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 200}}
NEEDED_KEY = {**IDEMPOTENCY, "required": True, "description": "Made by the caller; the same again is the same request."}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "schema": {"type": "string"},
    "description": "The version that was read, as `ETag` told it; 412 where somebody has changed the record since.",
}
CHANGING = (NEEDED_KEY, IF_MATCH)
"""The headers of a verb on a visit."""
VERSIONED = (IDEMPOTENCY, IF_MATCH)
"""The headers of a verb on any other record."""

_paths: dict[str, dict[str, Any]] = {}

pages = Blueprint("openapi", __name__)


def document(path: str, method: str, operation: dict[str, Any]) -> None:
    """Add an operation that no resource declares. `operation` is an OpenAPI operation object."""
    _paths.setdefault(path, {})[method] = operation


def answers(*statuses: int, schema: dict[str, Any] | None = None, ok: int = 200) -> dict[str, Any]:
    """The responses object: `ok` with `schema`, and the common refusals plus `statuses`."""
    refused = {str(one): {"$ref": "#/components/responses/Error"} for one in (400, 401, 403, 429, *statuses)}
    content = {"application/json": {"schema": schema or {"type": "object"}}}
    return {str(ok): {"description": "Done.", "content": content}, **refused}


def document_post(
    path: str,
    tag: str,
    summary: str,
    *,
    body: dict[str, Any] | None,
    told: dict[str, Any],
    ok: int = 200,
    refusals: tuple[int, ...] = (404, 409, 422),
    headers: tuple[dict[str, Any], ...] = (IDEMPOTENCY,),
) -> None:
    """Add a verb that takes the JSON schema `body`, or nothing, and tells `told`: properties, or a whole schema."""
    row = [{"name": "pk", "in": "path", "required": True, "schema": ID}] if "{pk}" in path else []
    schema = told if "type" in told else {"type": "object", "properties": told}
    operation = {
        "tags": [tag],
        "summary": summary,
        "parameters": [*row, *headers],
        "responses": answers(*refusals, *([412] if IF_MATCH in headers else []), schema=schema, ok=ok),
    }
    if body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    document(path, "post", operation)


def document_action(resource: Resource, name: str, summary: str, properties: dict[str, Any]) -> None:
    """Add a verb of a resource, whose body may hold `properties`."""
    operation = _operation(resource, summary, _whole(resource), 404, 409, 412, 422)
    body = {"application/json": {"schema": {"type": "object", "properties": properties}}}
    operation["parameters"] += [_key(resource), IF_MATCH]
    document(
        f"/api/v1/{resource.name}/{{pk}}/{name}",
        "post",
        {**operation, "requestBody": {"required": False, "content": body}},
    )


def document_reveal(resource: Resource, shortest: int, longest: int) -> None:
    """Add the showing of a resource's secrets."""
    reason = {"type": "string", "minLength": shortest, "maxLength": longest, "description": "Kept with your name."}
    body = {"type": "object", "required": ["reason"], "properties": {"reason": reason}}
    text = {"type": "string", "nullable": True}
    told = {"type": "object", "properties": dict.fromkeys(resource.secrets, text)}
    answered = {"type": "object", "required": ["id", "result"], "properties": {"id": _id(resource), "result": told}}
    operation = _operation(resource, "Show a secret", answered, 404, 422)
    which = {"type": "string", "enum": list(resource.secrets)}
    operation["parameters"].append({"name": "secret", "in": "path", "required": True, "schema": which})
    path = f"/api/v1/{resource.name}/{{pk}}/reveal/{{secret}}"
    document(path, "post", {**operation, "requestBody": _body(body)})


def init_openapi(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/api/v1/_openapi")
def openapi() -> Response:
    """The document: for somebody who is signed in with the newest fields of their agency's own."""
    if current_viewer() is not None:
        confirm_viewer()
    return Response(orjson.dumps(build(current_profile().name)), mimetype="application/json")


@pages.get("/api/docs")
def swagger() -> str:
    if not settings().api_docs:
        abort(404)
    return render_template("platform/api_docs.html", openapi_url="/api/v1/_openapi")


def build(title: str = "API") -> dict[str, Any]:
    """The whole document, under the agency's name."""
    paths: dict[str, Any] = {path: dict(operations) for path, operations in _paths.items()}
    schemas: dict[str, Any] = {"Error": _ERROR}
    for resource in map(tailored, registry.values()):
        schemas[resource.permission] = _record(resource)
        schemas[f"{resource.permission}Write"] = _write(resource)
        for path, operations in _resource_paths(resource).items():
            paths[path] = {**paths.get(path, {}), **operations}
    error = {
        "description": "Refused. Every answer tells in RateLimit-* what is left of the caller's minute; a 429 says in"
        " Retry-After after how many seconds it will be heard again.",
        "headers": {
            name: {"description": text, "schema": {"type": "integer"}}
            for name, text in {
                "RateLimit-Limit": "Requests of one minute.",
                "RateLimit-Remaining": "How many of them are left.",
                "RateLimit-Reset": "Seconds until the next minute.",
                "Retry-After": "Seconds to wait, with 429 and 503.",
            }.items()
        },
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
    return {
        "openapi": "3.0.3",
        "info": {"title": title, "version": "v1"},
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}, {"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            },
            "responses": {"Error": error},
            "schemas": schemas,
        },
    }


def _resource_paths(resource: Resource) -> dict[str, Any]:
    """Every address of a resource with its operations."""
    base, methods = f"/api/v1/{resource.name}", resource.methods
    collection, member = {"get": _list(resource)}, {"get": _operation(resource, "Read one", _whole(resource), 404)}
    bulk = {}
    if "add" in methods:
        collection["post"] = _create(resource, "Create one", _ref(resource, "Write"), _made(resource))
        many = _create(resource, "Create many, or none", _items(resource), {"type": "object"})
        bulk = {f"{base}/bulk": {"post": many}}
    if "edit" in methods:
        member |= {"put": _change(resource), "patch": _change(resource)}
    if "delete" in methods:
        member["delete"] = _operation(resource, "Delete one", {"type": "object"}, 404, 409, 412, 422)
        member["delete"]["parameters"].append(IF_MATCH)
    return {
        f"{base}/": collection,
        f"{base}/{{pk}}": member,
        **bulk,
        f"{base}/_info": {"get": _plain(resource, "Fields and permissions", [])},
        f"{base}/related/{{name}}": {"get": _plain(resource, "What a reference can be", _RELATED, 404)},
    }


_RELATED = [
    {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}},
    {"name": "search", "in": "query", "schema": {"type": "string"}},
]


def _plain(resource: Resource, summary: str, parameters: list[Any], *refusals: int) -> dict[str, Any]:
    return {"tags": [resource.title], "summary": summary, "parameters": parameters, "responses": answers(*refusals)}


def _operation(resource: Resource, summary: str, schema: dict[str, Any], *refusals: int) -> dict[str, Any]:
    """An operation on one record."""
    pk = {"name": "pk", "in": "path", "required": True, "schema": _id(resource)}
    responses = answers(*refusals, schema=schema)
    return {"tags": [resource.title], "summary": summary, "parameters": [pk], "responses": responses}


def _change(resource: Resource) -> dict[str, Any]:
    operation = _operation(resource, "Change what is sent", _whole(resource), 404, 409, 412, 413, 422)
    operation["parameters"].append(IF_MATCH)
    return {**operation, "requestBody": _body(_ref(resource, "Write"))}


def _create(resource: Resource, summary: str, body: dict[str, Any], answered: dict[str, Any]) -> dict[str, Any]:
    responses = answers(404, 409, 413, 422, schema=answered, ok=201)
    operation = {"tags": [resource.title], "summary": summary, "parameters": [_key(resource)], "responses": responses}
    return {**operation, "requestBody": _body(body)}


def _key(resource: Resource) -> dict[str, Any]:
    return NEEDED_KEY if resource.needs_key else IDEMPOTENCY


def _list(resource: Resource) -> dict[str, Any]:
    page = {
        "type": "object",
        "required": ["count", "ids", "result"],
        "properties": {
            "count": {"type": "integer", "nullable": True},
            "ids": {"type": "array", "items": _id(resource)},
            "result": {"type": "array", "items": _ref(resource)},
        },
    }
    operation = {"tags": [resource.title], "summary": f"List {resource.title.lower()}"}
    return {**operation, "parameters": _parameters(resource), "responses": answers(422, schema=page)}


def _whole(resource: Resource) -> dict[str, Any]:
    properties = {"id": _id(resource), "result": _ref(resource)}
    return {"type": "object", "required": ["id", "result"], "properties": properties}


def _made(resource: Resource) -> dict[str, Any]:
    """A new record, and beside it what is told this once."""
    whole = _whole(resource)
    once = {"type": "string", "description": "Told now and never again."}
    told = dict.fromkeys(resource.shown_once.split(), once) | getattr(resource.api, "told_once", {})
    return {**whole, "properties": whole["properties"] | told}


def _items(resource: Resource) -> dict[str, Any]:
    items = {"type": "array", "minItems": 1, "maxItems": MOST_IN_BULK, "items": _ref(resource, "Write")}
    return {"type": "object", "required": ["items"], "properties": {"items": items}}


def _ref(resource: Resource, kind: str = "") -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{resource.permission}{kind}"}


def _parameters(resource: Resource) -> list[dict[str, Any]]:
    columns = ",".join(one.name for one in resource.table_fields)
    orders = sorted([*resource.order_fields, *(f"-{name}" for name in resource.order_fields)])
    return [
        _query("page", {"type": "integer", "minimum": 1, "maximum": 500, "default": 1}),
        _query("page_size", {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE_SIZE}),
        _query("search", {"type": "string", "maxLength": 100}),
        _query("order", {"type": "string", "enum": orders}),
        _query("columns", {"type": "string", "description": f"Of: {columns}"}),
        _query("count", {"type": "string", "enum": ["exact", "capped", "none"], "default": "capped"}),
        _query("cursor", _id(resource)),
        _query("q", {"type": "string", "description": "The same in rison, as Flask-AppBuilder writes it."}),
        *_filters(resource),
    ]


def _filters(resource: Resource) -> list[dict[str, Any]]:
    filters = []
    for name in resource.filters.split():
        one = resource.fields[name]
        for operator in allowed_operators(one) if one.kind is not Kind.SECRET else ():
            special = {"null": {"type": "boolean"}, "in": {"type": "string"}}
            term = {"type": "string", "enum": list(one.choices)} if one.kind is Kind.MULTI else _schema(one)
            filters.append(_query(name if operator == "eq" else f"{name}.{operator}", special.get(operator, term)))
    return filters


def _query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema}


def _record(resource: Resource) -> dict[str, Any]:
    properties: dict[str, Any] = {"id": _id(resource)}
    for name in dict.fromkeys([*resource.table.split(), *resource.shown_names]):
        one = resource.fields[name]
        properties[one.key] = {**_schema(one), "nullable": True}
        if one.kind is Kind.RELATION:
            properties[one.name] = {
                "type": "string",
                "nullable": True,
                "readOnly": True,
            }
    properties |= {
        "version": {"type": "integer"},
        "changed_on": {"type": "string", "format": "date-time", "nullable": True},
    }
    return {"type": "object", "properties": properties}


def _write(resource: Resource) -> dict[str, Any]:
    properties = {}
    for one in resource.form_fields:
        schema = _schema(one)
        properties[one.key] = schema if one.required else {**schema, "nullable": True}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _schema(one: Field) -> dict[str, Any]:
    if one.kind is Kind.RELATION:
        target = {"type": "integer"} if one.column.type.python_type is int else {"type": "string", "format": "uuid"}
        return {**target, "description": one.label}
    schema = {"description": one.label, **_TYPES[one.kind]}
    if one.kind is Kind.MULTI:
        return {**schema, "items": {"type": "string", "enum": list(one.choices)}}
    if one.choices:
        schema["enum"] = list(one.choices)
    if one.max_length:
        schema["maxLength"] = one.max_length
    return schema


def _id(resource: Resource) -> dict[str, Any]:
    return {"type": "integer"} if resource.is_numbered else {"type": "string", "format": "uuid"}


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}
