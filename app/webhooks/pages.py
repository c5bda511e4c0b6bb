"""`/webhook_endpoints/<id>/secret`: sign with another secret, which is shown once."""

from typing import Any

from flask import Response, jsonify, render_template
from flask_appbuilder import BaseView, expose
from flask_appbuilder.api import BaseApi

from app.core.access import allowed
from app.core.idempotency import not_kept, once
from app.core.openapi import ID, VERSIONED, document_post
from app.core.resource import registry
from app.core.versions import check_version
from app.core.writing import find_row
from starline.core.db import session
from starline.core.language import gettext as _
from starline.webhooks import endpoints
from starline.webhooks.models import WebhookEndpoint

PERMISSION = "WebhookEndpoints"


class WebhookSecretView(BaseView):  # type: ignore[misc]
    """The page that asks, and the one that shows."""

    route_base = "/webhook_endpoints"
    default_view = "ask"

    @expose("/<pk>/secret", methods=["GET"])
    def ask(self, pk: str) -> str:
        allowed("can_edit", PERMISSION)
        return render_template("webhooks/new_secret.html", endpoint=_endpoint(pk))

    @expose("/<pk>/secret", methods=["POST"])
    def renew(self, pk: str) -> str:
        viewer = allowed("can_edit", PERMISSION)
        endpoint = endpoints.renew_secret(_endpoint(pk, lock=True), by=viewer.user_id)
        return render_template(
            "resource/shown_once.html",
            title=_("New secret of %(name)s", name=endpoint.name),
            secret=endpoint.secret,
            next_url=f"/webhook_endpoints/show/{endpoint.id}",
        )


class WebhookSecretApi(BaseApi):  # type: ignore[misc]
    """`POST /api/v1/webhook_endpoints/<pk>/renew_secret`."""

    resource_name = "webhook_endpoints"
    openapi_spec_tag = "Webhooks"

    @expose("/<row:pk>/renew_secret", methods=["POST"])
    @once
    def renew(self, pk: str) -> Response:
        viewer = allowed("can_edit", PERMISSION)
        endpoint = _endpoint(pk, lock=True)
        check_version(endpoint)
        endpoints.renew_secret(endpoint, by=viewer.user_id)
        session.flush()
        not_kept(["secret"])
        return jsonify(id=str(endpoint.id), secret=endpoint.secret)


VIEWS = (WebhookSecretView, WebhookSecretApi)


def _endpoint(pk: str, *, lock: bool = False) -> Any:
    found: WebhookEndpoint = find_row(registry[PERMISSION], pk, lock=lock)
    return found


document_post(
    "/api/v1/webhook_endpoints/{pk}/renew_secret",
    "Webhooks",
    "Sign with another secret, which this answer tells once",
    body=None,
    headers=VERSIONED,
    told={"type": "object", "required": ["id"], "properties": {"id": ID, "secret": {"type": "string"}}},
)
