"""`/api/v1/organizations/…` for the platform's operators, `/api/v1/organization/settings` for an agency."""

from typing import Any

import orjson
from flask import Response, jsonify, request
from flask_appbuilder.api import BaseApi, expose

import starline.subscribers  # noqa: F401  (set-up needs what other domains add)
from app.core.access import allowed, operator
from app.core.idempotency import once
from app.core.versions import check_version, version_asked
from app.organizations.documentation import document_organizations
from app.organizations.tax_id import TaxIdRevealApi
from starline.core.db import session
from starline.core.errors import Invalid, NotFound
from starline.core.identifiers import parse_uuid
from starline.core.language import gettext as _
from starline.core.tenancy import PLATFORM_ID
from starline.organizations import preferences, service
from starline.organizations.models import Organization


class OrganizationsApi(BaseApi):  # type: ignore[misc]
    """The agencies on the platform. To an agency's own people these addresses answer 404."""

    resource_name = "organizations"
    openapi_spec_tag = "Organisations"

    @expose("/", methods=["GET"])
    def get_list(self) -> Response:
        operator("can_read")
        found = [_described(one) for one in service.organizations()]
        return jsonify(count=len(found), result=found)

    @expose("/setup", methods=["POST"])
    @once
    def setup(self) -> Response:
        organization = service.set_up_organization(_body(), by=operator("can_add").user_id)
        return _answer(organization, 201)

    @expose("/<row:pk>/suspend", methods=["POST"])
    @once
    def suspend(self, pk: str) -> Response:
        viewer = operator("can_edit")
        return _answer(service.suspend_organization(_agency(pk), by=viewer.user_id, reason=_reason()))

    @expose("/<row:pk>/reopen", methods=["POST"])
    @once
    def reopen(self, pk: str) -> Response:
        viewer = operator("can_edit")
        return _answer(service.reopen_organization(_agency(pk), by=viewer.user_id, reason=_reason()))


class OrganizationSettingsApi(BaseApi):  # type: ignore[misc]
    """What the acting agency has decided for itself, with every default filled in."""

    resource_name = "organization"
    openapi_spec_tag = "Organisations"

    @expose("/settings", methods=["GET"])
    def get_settings(self) -> Response:
        allowed("can_read", "Settings")
        return _settings()

    @expose("/settings", methods=["PATCH", "PUT"])
    def patch_settings(self) -> Response:
        viewer = allowed("can_edit", "Settings")
        given = _body()
        version = given.pop("version", None)
        asked = version_asked(version if isinstance(version, int) else None)
        preferences.update_settings(given, by=viewer.user_id, version=asked)
        return _settings()


VIEWS = (OrganizationsApi, OrganizationSettingsApi, TaxIdRevealApi)
document_organizations()


def _settings() -> Response:
    found = preferences.read_settings()
    answer = Response(orjson.dumps(found), mimetype="application/json")
    answer.headers["ETag"] = f'"{found["version"]}"'
    return answer


def _answer(organization: Organization, status: int = 200) -> Response:
    answer = jsonify(id=str(organization.id), result=_described(organization))
    answer.status_code = status
    return answer


def _described(organization: Organization) -> dict[str, Any]:
    return {
        "id": str(organization.id),
        "name": organization.name,
        "slug": organization.slug,
        "status": organization.status,
        "subscription_tier": organization.subscription_tier,
        "created_on": organization.created_on.isoformat(),
    }


def _agency(pk: str) -> Organization:
    key = parse_uuid(pk)
    found = session.get(Organization, key, with_for_update=True) if key and key != PLATFORM_ID else None
    if found is None:
        raise NotFound(_("There is no such record, or you may not see it."))
    check_version(found)
    return found


def _body() -> dict[str, Any]:
    try:
        body = orjson.loads(request.get_data() or b"null")
    except orjson.JSONDecodeError:
        raise Invalid(_("The body is not valid JSON."), code="invalid_json") from None
    if not isinstance(body, dict):
        raise Invalid(_("Send one JSON object."), code="invalid_json")
    return body


def _reason() -> str:
    reason = _body().get("reason")
    if not isinstance(reason, str) or not 1 <= len(reason.strip()) <= 300:
        sentence = _("Give a reason of at most 300 characters; the audit trail keeps it.")
        raise Invalid(sentence, errors={"reason": [sentence]})
    return reason
