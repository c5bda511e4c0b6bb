"""Making the client of a referral, or linking the one who is known already."""

from datetime import date
from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_appbuilder.api import BaseApi

from app.clients.entering import as_json, note_seen, told
from app.core.access import allowed
from app.core.bodies import object_sent
from app.core.display import choice_label
from app.core.idempotency import once
from app.core.openapi import VERSIONED, answers, document
from app.core.reading import note_sight
from app.core.resource import Resource, registry
from app.core.security import required_viewer
from app.core.versions import check_version
from app.core.writing import find_row
from starline.clients import matching, referrals
from starline.clients.matching import Match
from starline.clients.models import Client, Referral
from starline.core.db import session
from starline.core.errors import Conflict, DomainError, Invalid
from starline.core.language import gettext as _

MAY_EDIT, MAY_MAKE_CLIENTS = ("can_edit", "Referrals"), ("can_add", "Clients")


class WinningView(BaseView):  # type: ignore[misc]
    """`/intake/<pk>/client`."""

    route_base = "/intake"

    @expose("/<pk>/client", methods=["GET", "POST"])
    def client(self, pk: str) -> Any:
        """Making the client of a referral, or linking the one that is known already."""
        viewer = allowed(*MAY_EDIT)
        allowed(*MAY_MAKE_CLIENTS)
        referral = find_row(_resource(), pk, lock=request.method == "POST")
        if referral.client_id:
            return redirect(f"/clients/show/{referral.client_id}")
        if request.method == "GET":
            return _client_page(referral, referral.birth_date)
        try:
            with session.begin_nested():
                made = _won(referral, dict(request.form), by=viewer.user_id, asked=request.form.getlist("known"))
        except DomainError as problem:
            return _client_page(referral, _day(request.form.get("birth_date")), problem), problem.status
        flash(_("%(what)s is a client now. Check what was carried over.", what=str(made)), "success")
        return redirect(f"/clients/show/{made.id}")


class WinningApi(BaseApi):  # type: ignore[misc]
    """`POST /api/v1/intake/<pk>/client`."""

    resource_name = "intake"
    openapi_spec_tag = "Referrals"

    @expose("/<row:pk>/client", methods=["POST"])
    @once
    def make_client(self, pk: str) -> Response:
        viewer = allowed(*MAY_EDIT)
        allowed(*MAY_MAKE_CLIENTS)
        body = object_sent("birth_date", "sex", "client_id")
        referral = find_row(_resource(), pk, lock=True)
        check_version(referral)
        found = matching.possible_duplicates(_as_typed(referral, body), viewer=viewer)
        made = _won(referral, {"link": body.get("client_id"), **body}, by=viewer.user_id, asked=None)
        others = [one for one in found if one.client.id != made.id]
        note_seen(others)
        answer = jsonify(id=str(made.id), referral_id=str(referral.id), possible_duplicates=as_json(others))
        answer.status_code = 201
        return answer


def _resource() -> Resource:
    return registry["Referrals"]


def _won(referral: Referral, given: dict[str, Any], *, by: int, asked: list[str] | None) -> Client:
    """The client: the one named by `link`, or a new one; somebody who looks known is asked about first."""
    if given.get("link"):
        known = find_row(registry["Clients"], str(given["link"]))
        return referrals.link_client(referral, known, by=by)
    values = {"birth_date": _day(given.get("birth_date")), "sex": _sex(given.get("sex"))}
    found = [] if asked is None else _alike(referral, values["birth_date"])
    if any(str(one.client.id) not in (asked or ()) for one in found):
        raise Conflict(_("This may be somebody you know already. Choose below."))
    return referrals.make_client(referral, values, by=by)


def _alike(referral: Referral, born: date | None) -> list[Match]:
    return matching.possible_duplicates(_as_typed(referral, {"birth_date": born}), viewer=required_viewer())


def _as_typed(referral: Referral, given: dict[str, Any]) -> dict[str, Any]:
    names = ("first_name", "last_name", "phone")
    born = _day(given.get("birth_date")) or referral.birth_date
    return {**{name: getattr(referral, name) for name in names}, "birth_date": born}


def _client_page(referral: Referral, born: date | None, problem: DomainError | None = None) -> str:
    note_sight(_resource(), referral)
    return render_template(
        "clients/conversion.html",
        referral=referral,
        born=born.isoformat() if born else "",
        sex=request.form.get("sex", ""),
        sexes=[(one, choice_label(one)) for one in registry["Clients"].fields["sex"].choices],
        alike=told(_alike(referral, born)),
        carried=_carried(referral),
        sentence=_(problem.message) if problem else None,
    )


def _carried(referral: Referral) -> list[str]:
    """What goes along to the client, as sentences."""
    home = ", ".join(filter(None, (referral.line1, referral.city, referral.state, referral.postal_code)))
    is_whole = all(getattr(referral, name) for name in referrals.HOME)
    named = (
        (_("Service address: %(home)s", home=home), is_whole),
        (_("Contact: %(name)s", name=referral.contact_name), referral.contact_name),
        (_("Coverage: %(payer)s", payer=referral.payer_name), referral.payer_name),
        (_("A pinned note with what is needed"), referral.needs or referral.services_wanted),
    )
    return [sentence for sentence, is_there in named if is_there]


def _day(value: Any) -> date | None:
    if isinstance(value, date) or not value:
        return value or None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        sentence = _("Write the day as YYYY-MM-DD.")
        raise Invalid(sentence, errors={"birth_date": [sentence]}) from None


def _sex(value: Any) -> str | None:
    if value and value not in registry["Clients"].fields["sex"].choices:
        raise Invalid(_("Choose one from the list."), errors={"sex": [_("Choose one from the list.")]})
    return str(value) if value else None


VIEWS = (WinningView,)
APIS = (WinningApi,)

_ID = {"type": "string", "format": "uuid"}
_PK = {"name": "pk", "in": "path", "required": True, "schema": _ID}
document(
    "/api/v1/intake/{pk}/client",
    "post",
    {
        "tags": ["Referrals"],
        "summary": "Make the client of a referral, or link the one named by client_id",
        "parameters": [_PK, *VERSIONED],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "properties": {
                            "birth_date": {"type": "string", "format": "date"},
                            "sex": {"type": "string"},
                            "client_id": _ID,
                        },
                    }
                }
            },
        },
        "responses": answers(
            404,
            409,
            412,
            422,
            schema={
                "type": "object",
                "properties": {"id": _ID, "referral_id": _ID, "possible_duplicates": {"type": "array", "items": {}}},
            },
            ok=201,
        ),
    },
)
