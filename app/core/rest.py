"""The REST face of a resource: FAB's `ModelRestApi` in declaration, routing and permission names, its work replaced.

Reads are one statement (see `query`); writes share their checks with the screens (see `writing`).
"""

from typing import Any

import orjson
from flask import Response, request
from flask_appbuilder import ModelRestApi, expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import protect
from werkzeug.routing import BaseConverter

from app.core.idempotency import not_kept, once, require_key
from app.core.own_fields import Tailored
from app.core.parameters import allowed_operators, read_list_request
from app.core.reading import detail_columns, read_one, read_page, read_within
from app.core.related import choices
from app.core.resource import MOST_IN_BULK, Resource
from app.core.security import confirm_viewer, required_viewer
from app.core.versions import check_version, version_asked
from app.core.writing import create_row, delete_row, find_row, update_row
from starline.core.errors import DomainError, Invalid, NotAllowed, Unauthenticated
from starline.core.language import gettext as _

METHOD_PERMISSIONS = {
    "info": "read",
    "get": "read",
    "get_list": "read",
    "related": "read",
    "post": "add",
    "bulk": "add",
    "put": "edit",
    "delete": "delete",
}
ROUTES = {"add": {"post", "bulk"}, "edit": {"put"}, "delete": {"delete"}}


class RowConverter(BaseConverter):
    """`<row:pk>`: one part of an address, but never a word that is an address of the resource itself.

    Without it `PUT /clients/bulk` would look for a client called bulk, and `OPTIONS` would say that it can be changed.
    """

    regex = r"(?!(?:_info|bulk|related|search)$)[^/]+"
    part_isolating = True


class ResourceApi(ModelRestApi):
    """`/api/v1/<resource>/`. Subclassed once per resource by `rest_view`."""

    resource: Resource
    allow_browser_login = True
    method_permission_name = METHOD_PERMISSIONS

    def response_401(self) -> Response:
        raise Unauthenticated(_("Please sign in."))

    def response_403(self) -> Response:
        raise NotAllowed(_("You may not do this."))

    def _init_properties(self) -> None:
        """None of FAB's columns and filters: `resource` names its own, and nothing is found by default."""

    def _init_model_schemas(self) -> None:
        """None: values are checked by `fields`, and OpenAPI is written from them."""

    @expose("/", methods=["GET"])
    @protect()
    def get_list(self) -> Response:
        asked = read_list_request(self.resource, request.args, scope=required_viewer().scope)
        document, _rows = read_page(self.resource, asked)
        return _json(document)

    @expose("/<row:pk>", methods=["GET"])
    @protect()
    def get(self, pk: str) -> Response:
        return _one(read_one(self.resource, pk, detail_columns(self.resource)))

    @expose("/_info", methods=["GET"])
    @protect()
    def info(self) -> Response:
        """What may be done with this resource, and its fields, for programs that build forms."""
        confirm_viewer()
        viewer = required_viewer()
        name = self.resource.permission
        return _json(
            orjson.dumps(
                {
                    "permissions": sorted(action for action, of in viewer.permissions if of == name),
                    "filters": {one: list(_operators(self.resource, one)) for one in self.resource.filter_fields},
                    "order_columns": sorted(self.resource.order_fields),
                    "columns": [_described(one) for one in self.resource.fields.values()],
                }
            )
        )

    @expose("/related/<name>", methods=["GET"])
    @protect()
    def related(self, name: str) -> Response:
        """What a reference can be set to: `{result: [{id, label}]}`, by `search`, 20 at a time."""
        return _json(orjson.dumps({"result": choices(self.resource, name, request.args.get("search", ""))}))

    @expose("/", methods=["POST"])
    @protect()
    @once
    def post(self) -> Response:
        self._require_key()
        confirm_viewer()
        row = create_row(self.resource, _body())
        answer = _one(self._written(row), status=201, more=self._shown_once(row))
        answer.headers["Location"] = f"{request.path.rstrip('/')}/{row.id}"
        return answer

    @expose("/bulk", methods=["POST"])
    @protect()
    @once
    def bulk(self) -> Response:
        """Create many in one transaction: all, or none with every fault by its position."""
        self._require_key()
        confirm_viewer()
        items = _body().get("items")
        if not isinstance(items, list) or not 1 <= len(items) <= MOST_IN_BULK:
            sentence = _("items is a list of 1 to %(most)d records.", most=MOST_IN_BULK)
            raise Invalid(sentence, errors={"items": [sentence]})
        rows: list[Any] = []
        errors: dict[str, list[str]] = {}
        for position, item in enumerate(items):
            try:
                if not isinstance(item, dict):
                    raise Invalid(_("A record is an object."))
                rows.append(create_row(self.resource, item))
            except DomainError as problem:
                errors |= {f"items.{position}.{name}": texts for name, texts in problem.errors.items()}
                errors.setdefault(f"items.{position}", []).append(problem.message)
        if errors:
            raise Invalid(_("Nothing was created. Please check the named records."), errors=errors)
        secrets = {name: [getattr(row, name) for row in rows] for name in self.resource.shown_once.split()}
        not_kept(secrets)
        return _json(orjson.dumps({"ids": [str(row.id) for row in rows], **secrets}), status=201)

    @expose("/<row:pk>", methods=["PUT", "PATCH"])
    @protect()
    def put(self, pk: str) -> Response:
        confirm_viewer()
        row = find_row(self.resource, pk, lock=True)
        update_row(self.resource, row, _body(), version=version_asked())
        return _one(self._written(row))

    @expose("/<row:pk>", methods=["DELETE"])
    @protect()
    def delete(self, pk: str) -> Response:
        confirm_viewer()
        row = find_row(self.resource, pk, lock=True)
        check_version(row)
        delete_row(self.resource, row)
        return _json(orjson.dumps({"message": _("Deleted.")}))

    def _require_key(self) -> None:
        if self.resource.needs_key:
            require_key()

    def _shown_once(self, row: Any) -> dict[str, Any]:
        """What of a new row is told now and never again, not even to the same request sent twice."""
        secrets = {name: getattr(row, name) for name in self.resource.shown_once.split()}
        not_kept(secrets)
        return secrets

    def _written(self, row: Any) -> str:
        """The row as it stands in this transaction, in the words of `get`."""
        return read_within(self.resource, row.id, detail_columns(self.resource))


def rest_view(resource: Resource) -> type[ResourceApi]:
    """The API class of a resource, ready for `AppBuilder.add_api`."""
    routes = {"get_list", "get", "info", "related"}
    for method in resource.methods:
        routes |= ROUTES[method]
    columns = [one.key for one in resource.table_fields if one.key in resource.model.__mapper__.attrs]
    attributes = {
        "resource": Tailored(resource),
        "datamodel": SQLAInterface(resource.model),
        "resource_name": resource.name,
        "class_permission_name": resource.permission,
        "include_route_methods": routes,
        "openapi_spec_tag": resource.title,
        "list_columns": columns,
        "show_columns": columns,
        "add_columns": columns,
        "edit_columns": columns,
        "search_columns": [],
        "order_columns": [],
        "label_columns": {one.key: one.label for one in resource.table_fields},
    }
    return type(f"{resource.permission}Api", (resource.api or ResourceApi,), attributes)


def _body() -> dict[str, Any]:
    try:
        body = orjson.loads(request.get_data() or b"null")
    except orjson.JSONDecodeError:
        raise Invalid(_("The body is not valid JSON."), code="invalid_json") from None
    if not isinstance(body, dict):
        raise Invalid(_("Send one JSON object."), code="invalid_json")
    return body


def _one(document: str, status: int = 200, more: dict[str, Any] | None = None) -> Response:
    """One record, with its version as `ETag`."""
    record = orjson.loads(document)
    body = orjson.dumps({"id": record["id"], "result": record, **(more or {})})
    answer = _json(body, status)
    if record.get("version") is not None:
        answer.headers["ETag"] = f'"{record["version"]}"'
    return answer


def _json(body: str | bytes, status: int = 200) -> Response:
    return Response(body, status=status, mimetype="application/json")


def _operators(resource: Resource, name: str) -> tuple[str, ...]:
    return allowed_operators(resource.filter_fields[name])


def _described(one: Any) -> dict[str, Any]:
    return {
        "name": one.key,
        "label": _(one.label),
        "description": _(one.help) if one.help else "",
        "type": one.kind.value,
        "required": one.required,
        "max_length": one.max_length,
        "choices": list(one.choices),
    }
