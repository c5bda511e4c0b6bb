"""Showing the agency's tax id in the clear: for who may change the settings, with a reason, on record."""

from typing import Any

from flask import Response, jsonify, render_template, request
from flask_appbuilder import BaseView, expose
from flask_appbuilder.api import BaseApi

from app.core.access import allowed
from app.core.openapi import answers, document
from app.core.reveal import LONGEST_REASON, SHORTEST_REASON, checked_reason, needs_reason, sent_reason
from starline.core import audit
from starline.core.errors import Invalid
from starline.core.language import gettext as _
from starline.organizations.preferences import own_organization

MAY = ("can_edit", "Settings")


class TaxIdView(BaseView):  # type: ignore[misc]
    """`/settings/tax-id`: the question for a reason, then the number."""

    route_base = "/settings"

    @expose("/tax-id", methods=["GET"])
    def ask(self) -> str:
        allowed(*MAY)
        return _page()

    @expose("/tax-id", methods=["POST"])
    def reveal(self) -> Any:
        allowed(*MAY)
        try:
            found = _revealed(request.form.get("reason", ""))
        except Invalid as problem:
            return _page(error=problem.message), 422
        return _page(value=found or _("Nothing is kept here."))


class TaxIdRevealApi(BaseApi):  # type: ignore[misc]
    """`POST /api/v1/organization/tax_id/reveal` with a `reason`."""

    resource_name = "organization"
    openapi_spec_tag = "Organisations"

    @expose("/tax_id/reveal", methods=["POST"])
    def reveal(self) -> Response:
        allowed(*MAY)
        return jsonify(result={"tax_id": _revealed(sent_reason())})


def _revealed(reason: str) -> str | None:
    """The number, after it was written down who saw it and why."""
    reason, organization = checked_reason(reason), own_organization()
    told = {"field": "tax_id"}
    audit.record("reveal", "organizations", subject_id=str(organization.id), changes=told, reason=reason or None)
    return organization.tax_id


def _page(error: str | None = None, **more: Any) -> str:
    return render_template(
        "resource/reveal.html",
        title=_("Agency settings"),
        label=_("Tax id"),
        back_url="/settings/",
        error=error,
        needs_reason=needs_reason(),
        **more,
    )


_REASON = {"type": "string", "minLength": SHORTEST_REASON, "maxLength": LONGEST_REASON}
_BODY = {"type": "object", "required": ["reason"], "properties": {"reason": _REASON}}
_TOLD = {"type": "object", "properties": {"tax_id": {"type": "string", "nullable": True}}}
document(
    "/api/v1/organization/tax_id/reveal",
    "post",
    {
        "tags": ["Organisations"],
        "summary": "Show the agency's tax id",
        "requestBody": {"required": True, "content": {"application/json": {"schema": _BODY}}},
        "responses": answers(422, schema={"type": "object", "properties": {"result": _TOLD}}),
    },
)
