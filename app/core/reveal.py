"""Showing one secret of one row in the clear: for who may, with a reason, on record, and never kept by the browser."""

from typing import Any

import orjson
from flask import Response, render_template, request
from flask_appbuilder import BaseView, expose
from flask_appbuilder.api import BaseApi

from app.core import pages
from app.core.access import may
from app.core.openapi import document_reveal
from app.core.own_fields import Tailored
from app.core.reading import note_sight
from app.core.resource import Resource
from app.core.security import confirm_viewer, required_viewer
from app.core.writing import find_row
from starline.core import audit
from starline.core.errors import Invalid, NotAllowed, NotFound
from starline.core.language import gettext as _
from starline.organizations.settings import policy

SHORTEST_REASON, LONGEST_REASON = 5, 300
REVEAL = "can_reveal"


class RevealView(BaseView):
    """`/<resource>/<pk>/reveal/<secret>`: the question for a reason, then the value."""

    resource: Resource

    @expose("/<pk>/reveal/<secret>", methods=["GET"])
    def ask(self, pk: str, secret: str) -> str:
        row = _row(self.resource, pk, secret)
        note_sight(self.resource, row)
        return self._page(row, secret)

    @expose("/<pk>/reveal/<secret>", methods=["POST"])
    def reveal(self, pk: str, secret: str) -> Any:
        row = _row(self.resource, pk, secret)
        try:
            value = _reveal(self.resource, row, secret, request.form.get("reason", ""))
        except Invalid as problem:
            note_sight(self.resource, row)
            return self._page(row, secret, error=problem.message), 422
        return self._page(row, secret, value=value or _("Nothing is kept here."))

    def _page(self, row: Any, secret: str, error: str | None = None, **more: Any) -> str:
        return render_template(
            "resource/reveal.html",
            title=str(row),
            label=_(self.resource.secrets[secret].label),
            back_url=pages.address(self.resource, "show", row.id),
            error=error,
            needs_reason=needs_reason(),
            **more,
        )


class RevealApi(BaseApi):
    """`POST /api/v1/<resource>/<pk>/reveal/<secret>` with a `reason`."""

    resource: Resource

    @expose("/<row:pk>/reveal/<secret>", methods=["POST"])
    def reveal(self, pk: str, secret: str) -> Response:
        row = _row(self.resource, pk, secret)
        value = _reveal(self.resource, row, secret, sent_reason())
        return Response(orjson.dumps({"id": str(row.id), "result": {secret: value}}), mimetype="application/json")


def reveal_view(resource: Resource) -> type[RevealView]:
    attributes = {"resource": Tailored(resource), "route_base": f"/{resource.name}"}
    return type(f"{resource.permission}RevealView", (RevealView,), attributes)


def reveal_api(resource: Resource) -> type[RevealApi]:
    """The API class, and its words in the OpenAPI document."""
    document_reveal(resource, SHORTEST_REASON, LONGEST_REASON)
    attributes = {"resource": Tailored(resource), "resource_name": resource.name, "openapi_spec_tag": resource.title}
    return type(f"{resource.permission}RevealApi", (RevealApi,), attributes)


def needs_reason() -> bool:
    """Whether the agency wants to be told why."""
    return bool(policy("client_policy")["reveal_needs_reason"])


def checked_reason(reason: str) -> str:
    """The reason as it is kept. Raises `Invalid` where it is too short or too long."""
    reason = " ".join(reason.split())
    shortest = SHORTEST_REASON if needs_reason() else 0
    if not shortest <= len(reason) <= LONGEST_REASON:
        sentence = _("Say in %(low)d to %(high)d characters why.", low=shortest, high=LONGEST_REASON)
        raise Invalid(sentence, errors={"reason": [sentence]})
    return reason


def _row(resource: Resource, pk: str, secret: str) -> Any:
    """The row within the viewer's scope, if they may reveal what it keeps."""
    required_viewer()
    confirm_viewer()
    if secret not in resource.secrets:
        raise NotFound(_("There is nothing here, or you may not see it."))
    if not may(REVEAL, resource):
        raise NotAllowed(_("You may not reveal this. Ask an administrator of your agency."))
    return find_row(resource, pk)


def _reveal(resource: Resource, row: Any, secret: str, reason: str) -> str | None:
    """The value, after it was written down who saw it and why. The value itself is written nowhere."""
    reason = checked_reason(reason)
    client = getattr(row, resource.client_column) if resource.client_column else None
    audit.record(
        "reveal",
        resource.model.__tablename__,
        subject_id=str(row.id),
        client_ids=[client] if client else None,
        changes={"field": secret},
        reason=reason or None,
    )
    value: str | None = getattr(row, secret)
    return value


def sent_reason() -> str:
    """The reason in the body that a program sent."""
    try:
        body = orjson.loads(request.get_data() or b"{}")
    except orjson.JSONDecodeError:
        raise Invalid(_("The body is not valid JSON."), code="invalid_json") from None
    reason = body.get("reason", "") if isinstance(body, dict) else None
    if not isinstance(reason, str):
        raise Invalid(_("Send one JSON object."), code="invalid_json")
    return reason
