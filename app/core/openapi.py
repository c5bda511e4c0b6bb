"""The OpenAPI 3 document, written from the declarations; other APIs add theirs by `document`."""

from typing import Any

import orjson
from flask import Blueprint, Flask, Response, abort, render_template

from app.core.fields import Field, Kind
from app.core.parameters import LARGEST_PAGE, PAGE_SIZE, allowed_operators
from app.core.resource import Resource, registry
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
    Kind.TIME: {"type": "string", "format": "time"},
    Kind.CHOICE: {"type": "string"},
    Kind.TAGS: {"type": "array", "items": {"type": "string", "maxLength": 80}},
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


def init_openapi(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/api/v1/_openapi")
def openapi() -> Response:
    return Response(orjson.dumps(build()), mimetype="application/json")


@pages.get("/api/docs")
def swagger() -> str:
    if not settings().api_docs:
        abort(404)
    return render_template("platform/api_docs.html", openapi_url="/api/v1/_openapi")


def build() -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, Any] = {path: dict(operations) for path, operations in _paths.items()}
    schemas: dict[str, Any] = {"Error": _ERROR}
    for resource in registry.values():
        schemas[resource.permission] = _record(resource)
        schemas[f"{resource.permission}Write"] = _write(resource)
        paths |= _resource_paths(resource)
    error = {
        "description": "Refused.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
    return {
        "openapi": "3.0.3",
        "info": {"title": "Starline", "version": "v1"},
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "responses": {"Error": error},
            "schemas": schemas,
        },
    }


def _resource_paths(resource: Resource) -> dict[str, Any]:
    base, name, tag = f"/api/v1/{resource.name}", resource.permission, [resource.title]
    record = {"$ref": f"#/components/schemas/{name}"}
    write = {"$ref": f"#/components/schemas/{name}Write"}
    whole = {
        "type": "object",
        "required": ["id", "result"],
        "properties": {"id": _id(resource), "result": record},
    }
    page = {
        "type": "object",
        "required": ["count", "ids", "result"],
        "properties": {
            "count": {"type": "integer", "nullable": True},
            "ids": {"type": "array", "items": _id(resource)},
            "result": {"type": "array", "items": record},
        },
    }
    pk = {"name": "pk", "in": "path", "required": True, "schema": _id(resource)}
    collection = {
        "get": {
            "tags": tag,
            "summary": f"List {resource.title.lower()}",
            "parameters": _parameters(resource),
            "responses": answers(422, schema=page),
        }
    }
    member = {
        "get": {
            "tags": tag,
            "summary": "Read one",
            "parameters": [pk],
            "responses": answers(404, schema=whole),
        }
    }
    if "add" in resource.methods:
        collection["post"] = {
            "tags": tag,
            "summary": "Create one",
            "parameters": [_IDEMPOTENCY],
            "requestBody": _body(write),
            "responses": answers(404, 409, 413, 422, schema=whole, ok=201),
        }
    if "edit" in resource.methods:
        for method in ("put", "patch"):
            member[method] = {
                "tags": tag,
                "summary": "Change what is sent",
                "parameters": [pk, _IF_MATCH],
                "requestBody": _body(write),
                "responses": answers(404, 409, 412, 413, 422, schema=whole),
            }
    if "delete" in resource.methods:
        member["delete"] = {
            "tags": tag,
            "summary": "Delete one",
            "parameters": [pk],
            "responses": answers(404, 409, 412),
        }
    paths = {f"{base}/": collection, f"{base}/{{pk}}": member}
    paths[f"{base}/_info"] = {
        "get": {
            "tags": tag,
            "summary": "Fields and permissions",
            "responses": answers(),
        }
    }
    related = {
        "name": "name",
        "in": "path",
        "required": True,
        "schema": {"type": "string"},
    }
    search = {"name": "search", "in": "query", "schema": {"type": "string"}}
    paths[f"{base}/related/{{name}}"] = {
        "get": {
            "tags": tag,
            "summary": "What a reference can be",
            "parameters": [related, search],
            "responses": answers(404),
        }
    }
    if "add" in resource.methods:
        items = {
            "type": "object",
            "required": ["items"],
            "properties": {
                "items": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 200,
                    "items": write,
                }
            },
        }
        paths[f"{base}/bulk"] = {
            "post": {
                "tags": tag,
                "summary": "Create many, or none",
                "parameters": [_IDEMPOTENCY],
                "requestBody": _body(items),
                "responses": answers(404, 409, 413, 422, ok=201),
            }
        }
    return paths


_IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "maxLength": 200},
}
_IF_MATCH = {"name": "If-Match", "in": "header", "schema": {"type": "string"}}


def _parameters(resource: Resource) -> list[dict[str, Any]]:
    def query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
        return {"name": name, "in": "query", "schema": schema}

    columns = [one.name for one in resource.table_fields]
    orders = sorted([*resource.order_fields, *(f"-{name}" for name in resource.order_fields)])
    plain = [
        query("page", {"type": "integer", "minimum": 1, "maximum": 500, "default": 1}),
        query(
            "page_size",
            {
                "type": "integer",
                "minimum": 1,
                "maximum": LARGEST_PAGE,
                "default": PAGE_SIZE,
            },
        ),
        query("search", {"type": "string", "maxLength": 100}),
        query("order", {"type": "string", "enum": orders}),
        query("columns", {"type": "string", "description": "Of: " + ",".join(columns)}),
        query(
            "count",
            {
                "type": "string",
                "enum": ["exact", "capped", "none"],
                "default": "capped",
            },
        ),
        query("cursor", {"type": "string", "format": "uuid"}),
        query(
            "q",
            {
                "type": "string",
                "description": "The same in rison, as Flask-AppBuilder writes it.",
            },
        ),
    ]
    filters = []
    for name in resource.filters.split():
        one = resource.fields[name]
        if one.kind is Kind.SECRET:
            continue
        for operator in allowed_operators(one):
            schema = (
                {"type": "boolean"} if operator == "null" else {"type": "string"} if operator == "in" else _schema(one)
            )
            filters.append(query(name if operator == "eq" else f"{name}.{operator}", schema))
    return plain + filters


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
    if one.choices:
        schema["enum"] = list(one.choices)
    if one.max_length:
        schema["maxLength"] = one.max_length
    return schema


def _id(resource: Resource) -> dict[str, Any]:
    return {"type": "integer"} if resource.is_numbered else {"type": "string", "format": "uuid"}


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}
