"""`/me/offers` and `/api/v1/my/offers`: open visits that one is asked about, and one's own yes or no."""

from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_appbuilder.api import BaseApi

from app.core.access import allowed
from app.core.bodies import object_sent
from app.core.idempotency import once
from app.core.navigation import Entry, add_entry
from app.core.openapi import VERSIONED, answers, document
from app.core.versions import check_version
from app.scheduling.matching_rows import there
from starline.core.db import session
from starline.core.errors import DomainError, NotAllowed, NotFound
from starline.core.identifiers import parse_uuid
from starline.core.language import gettext as _
from starline.core.problems import invalid
from starline.identity.key_viewer import KeyViewer
from starline.identity.viewer import Viewer
from starline.scheduling import offers, telling
from starline.scheduling.models import OfferInvitation
from starline.staff.service import member_of

PERMISSION = "OwnOffers"

add_entry(Entry("Mine", "Visits offered to me", "/me/offers", "send", ("can_edit", PERMISSION)))


class OwnOffersView(BaseView):  # type: ignore[misc]
    """The page of whoever is asked."""

    route_base = "/me/offers"
    default_view = "show"

    @expose("", methods=["GET"])
    def show(self) -> str:
        viewer = _reader("can_read")
        return render_template("scheduling/own_offers.html", rows=[_shown(one) for one in _asked(viewer)])

    @expose("/<pk>/accept", methods=["POST"])
    def accept(self, pk: str) -> Any:
        viewer = _reader("can_edit")
        try:
            with session.begin_nested():
                offers.accept(_own(viewer, pk), by=viewer.user_id)
            flash(_("The visit is yours. Thank you."), "success")
        except NotFound:
            raise
        except DomainError as problem:
            flash(problem.message, "danger")
        return redirect("/me/offers")

    @expose("/<pk>/decline", methods=["POST"])
    def decline(self, pk: str) -> Any:
        viewer = _reader("can_edit")
        try:
            with session.begin_nested():
                reason = request.form.get("reason", "").strip() or None
                offers.decline(_own(viewer, pk), reason=reason, by=viewer.user_id)
            flash(_("The office knows that you can't."), "success")
        except NotFound:
            raise
        except DomainError as problem:
            flash(problem.message, "danger")
        return redirect("/me/offers")


class OwnOffersApi(BaseApi):  # type: ignore[misc]
    """The same for the phone and other programs. `<pk>` is the invitation's."""

    resource_name = "my/offers"
    openapi_spec_tag = "My offers"

    @expose("", methods=["GET"])
    def get_list(self) -> Response:
        shown = [_shown(one) for one in _asked(_reader("can_read"))]
        return jsonify(count=len(shown), result=shown)

    @expose("/<pk>/accept", methods=["POST"])
    @once
    def accept(self, pk: str) -> Response:
        viewer = _reader("can_edit")
        asked = _held(viewer, pk)
        object_sent()
        visit = offers.accept(asked, by=viewer.user_id)
        session.flush()
        return jsonify(id=pk, answer="accepted", visit_id=str(visit.id))

    @expose("/<pk>/decline", methods=["POST"])
    @once
    def decline(self, pk: str) -> Response:
        viewer = _reader("can_edit")
        asked = _held(viewer, pk)
        reason = object_sent("reason").get("reason")
        if not (reason is None or isinstance(reason, str)):
            raise invalid("reason", _("Give a reason of at most %(most)d characters, or none.", most=300))
        offers.decline(asked, reason=reason, by=viewer.user_id)
        session.flush()
        return jsonify(id=pk, answer="declined")


VIEWS = (OwnOffersView,)
APIS = (OwnOffersApi,)


def _reader(action: str) -> Viewer:
    """The person who is asked. A key takes no visits."""
    viewer = allowed(action, PERMISSION)
    if isinstance(viewer, KeyViewer):
        raise NotAllowed(_("Offers are for people; an API key has none."))
    return viewer


def _asked(viewer: Viewer) -> list[OfferInvitation]:
    member = member_of(viewer.user_id)
    return offers.open_offers_of(member) if member is not None else []


def _own(viewer: Viewer, pk: str) -> OfferInvitation:
    """What this person was asked; somebody else's is not there."""
    key = parse_uuid(pk)
    found = session.get(OfferInvitation, key) if key is not None else None
    if found is None or found.staff_member.user_id != viewer.user_id:
        raise NotFound(_("There is no such offer."))
    return found


def _held(viewer: Viewer, pk: str) -> OfferInvitation:
    """The same, held with its offer, as the caller has read it."""
    found = _own(viewer, pk)
    offers.hold(found.offer)
    session.refresh(found)
    check_version(found)
    return found


def _shown(one: OfferInvitation) -> dict[str, Any]:
    """What somebody may know before they have the visit: no client, no address."""
    offer, visit = one.offer, one.offer.visit
    display = there(visit)
    return {
        "id": str(one.id),
        "offer_id": str(offer.id),
        "starts_at": offer.starts_at.isoformat(),
        "ends_at": offer.ends_at.isoformat(),
        "time_zone": visit.time_zone,
        "when": there(visit).span(offer.starts_at, offer.ends_at),
        "service": str(visit.service_type),
        "area": telling.area_of(visit),
        "expires_at": offer.expires_at.isoformat(),
        "until": display.instant(offer.expires_at),
        "note": offer.note,
    }


_ID: dict[str, Any] = {"type": "string", "format": "uuid"}
_TEXT: dict[str, Any] = {"type": "string"}
_INSTANT = {**_TEXT, "format": "date-time"}
_OFFER = {
    "type": "object",
    "properties": {
        "id": _ID,
        "offer_id": _ID,
        **dict.fromkeys(("starts_at", "ends_at", "expires_at"), _INSTANT),
        **dict.fromkeys(("time_zone", "when", "service", "area", "until"), _TEXT),
        "note": {**_TEXT, "nullable": True},
    },
}
_PK = {"name": "pk", "in": "path", "required": True, "schema": _ID}


def _document(verb: str, summary: str, body: dict[str, Any], shown: dict[str, Any]) -> None:
    schema = {"type": "object", "properties": body, "additionalProperties": False}
    document(
        f"/api/v1/my/offers/{{pk}}/{verb}",
        "post",
        {
            "tags": ["My offers"],
            "summary": summary,
            "parameters": [_PK, *VERSIONED],
            "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
            "responses": answers(404, 409, 412, 422, schema={"type": "object", "properties": shown}),
        },
    )


_LIST = {"type": "object", "properties": {"count": {"type": "integer"}, "result": {"type": "array", "items": _OFFER}}}
document(
    "/api/v1/my/offers",
    "get",
    {"tags": ["My offers"], "summary": "Open visits that you are asked about", "responses": answers(schema=_LIST)},
)
_document("accept", "Take the visit: the first who does has it", {}, {"id": _ID, "answer": _TEXT, "visit_id": _ID})
_document("decline", "Say no", {"reason": {**_TEXT, "maxLength": 300, "nullable": True}}, {"id": _ID, "answer": _TEXT})
