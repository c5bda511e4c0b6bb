"""The verbs that a resource declares as `actions`: a button each on the detail page, an address each for programs."""

import inspect
from typing import Any

import orjson
from flask import Response, flash, redirect, request
from flask_appbuilder import BaseView, expose
from flask_appbuilder.api import BaseApi
from werkzeug.wrappers import Response as AnyResponse

from app.core import pages
from app.core.idempotency import once, require_key
from app.core.openapi import document_action
from app.core.own_fields import Tailored
from app.core.reading import detail_columns, read_within
from app.core.redirects import local_path
from app.core.resource import Resource, label_of_action
from app.core.security import confirm_viewer, required_viewer
from app.core.versions import check_version
from app.core.writing import find_row
from starline.core.db import session
from starline.core.errors import DomainError, Invalid, NotAllowed, NotFound, Unauthenticated
from starline.core.language import gettext as _

LONGEST_NOTE = 300


class ActionView(BaseView):
    """`POST /<resource>/<pk>/<action>`."""

    resource: Resource

    @expose("/<pk>/<action>", methods=["POST"])
    def act(self, pk: str, action: str) -> AnyResponse:
        try:
            with session.begin_nested():
                _act(self.resource, pk, action, {})
            flash(_("Done: %(action)s.", action=_(label_of_action(action))), "success")
        except (NotFound, NotAllowed, Unauthenticated):
            raise
        except DomainError as problem:
            flash(problem.message, "danger")
        back = local_path(request.args.get("back", ""), otherwise="")
        return redirect(back or pages.address(self.resource, "show", pk))


class ActionApi(BaseApi):
    """`POST /api/v1/<resource>/<pk>/<action>`, with an optional `note` where the verb takes one."""

    resource: Resource

    @expose("/<row:pk>/<action>", methods=["POST"])
    @once
    def act(self, pk: str, action: str) -> Response:
        if self.resource.needs_key:
            require_key()
        row = _act(self.resource, pk, action, _given())
        session.flush()
        record = orjson.loads(read_within(self.resource, row.id, detail_columns(self.resource)))
        body = orjson.dumps({"id": record["id"], "result": record})
        answer = Response(body, mimetype="application/json")
        if record.get("version") is not None:
            answer.headers["ETag"] = f'"{record["version"]}"'
        return answer


def action_view(resource: Resource) -> type[ActionView]:
    attributes = {"resource": Tailored(resource), "route_base": f"/{resource.name}"}
    return type(f"{resource.permission}ActionView", (ActionView,), attributes)


def action_api(resource: Resource) -> type[ActionApi]:
    """The API class, and its words in the OpenAPI document."""
    for name, verb in resource.actions.items():
        properties = {"note": {"type": "string", "maxLength": LONGEST_NOTE}} if _takes_note(verb) else {}
        document_action(resource, name, label_of_action(name), properties)
    attributes = {"resource": Tailored(resource), "resource_name": resource.name, "openapi_spec_tag": resource.title}
    return type(f"{resource.permission}ActionApi", (ActionApi,), attributes)


def _act(resource: Resource, pk: str, action: str, given: dict[str, Any]) -> Any:
    """Call the verb on the row and return it, within the viewer's scope and permission to edit."""
    required_viewer()
    confirm_viewer()
    viewer = required_viewer()
    verb = resource.actions.get(action)
    if verb is None:
        raise NotFound(_("There is nothing here, or you may not see it."))
    if ("can_edit", resource.permission) not in viewer.permissions:
        raise NotAllowed(_("You may not do this. Ask an administrator of your agency."))
    row = find_row(resource, pk, lock=True)
    check_version(row)
    if not _takes_note(verb) and given:
        raise Invalid(_("There is no field called this."), errors={name: [_("Not taken here.")] for name in given})
    verb(row, by=viewer.user_id, **given)
    return row


def _takes_note(verb: Any) -> bool:
    return "note" in inspect.signature(verb).parameters


def _given() -> dict[str, Any]:
    try:
        body = orjson.loads(request.get_data() or b"{}")
    except orjson.JSONDecodeError:
        raise Invalid(_("The body is not valid JSON."), code="invalid_json") from None
    if not isinstance(body, dict):
        raise Invalid(_("Send one JSON object."), code="invalid_json")
    note = body.get("note")
    if body.keys() - {"note"} or not (note is None or (isinstance(note, str) and len(note) <= LONGEST_NOTE)):
        sentence = _("Send a note of at most %(most)d characters, or nothing.", most=LONGEST_NOTE)
        raise Invalid(sentence, errors={"note": [sentence]})
    return {"note": note} if note else {}
