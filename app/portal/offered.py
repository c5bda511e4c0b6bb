"""`/my/offers`: open visits that one is asked about, each with one's yes or no."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, request
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response

from app.core.access import allowed
from app.core.security import current_viewer
from app.portal.days import day_label, length_label, time_label
from app.portal.frame import draw, ended
from app.portal.person import OFFERS, own_file
from starline.core.db import session
from starline.core.errors import DomainError, NotFound
from starline.core.identifiers import parse_uuid
from starline.core.language import gettext as _
from starline.identity.viewer import Viewer
from starline.organizations.calendar import today
from starline.scheduling import offers, telling
from starline.scheduling.models import OfferInvitation
from starline.staff.models import StaffMember


class OfferedView(BaseView):  # type: ignore[misc]
    """The page of whoever is asked, as the phone has it."""

    route_base = "/my/offers"
    default_view = "show"

    @expose("", methods=["GET"])
    def show(self) -> Any:
        if current_viewer() is None:
            return ended()
        member = own_file(allowed("can_read", OFFERS).user_id)
        return draw("offers", rows=[_shown(one, member) for one in offers.open_offers_of(member)])

    @expose("/<pk>/accept", methods=["POST"])
    def accept(self, pk: str) -> Response:
        done = _("The visit is yours. Thank you.")
        return _answer(pk, done, lambda one, viewer: offers.accept(one, by=viewer.user_id))

    @expose("/<pk>/decline", methods=["POST"])
    def decline(self, pk: str) -> Response:
        reason = request.form.get("reason", "").strip() or None
        done = _("The office knows that you can't.")
        return _answer(pk, done, lambda one, viewer: offers.decline(one, reason=reason, by=viewer.user_id))


def offered_to(member: StaffMember, viewer: Viewer) -> int:
    """How many open visits wait for the person's answer."""
    return len(offers.open_offers_of(member)) if viewer.can("read", OFFERS) else 0


def _answer(pk: str, done: str, verb: Callable[[OfferInvitation, Viewer], Any]) -> Response:
    viewer = allowed("can_edit", OFFERS)
    key = parse_uuid(pk)
    one = session.get(OfferInvitation, key) if key is not None else None
    if one is None or one.staff_member.user_id != viewer.user_id:
        raise NotFound(_("There is no such offer."))
    try:
        with session.begin_nested():
            verb(one, viewer)
        flash(done, "success")
    except DomainError as problem:
        flash(problem.message, "danger")
    return redirect("/my/offers")


def _shown(one: OfferInvitation, member: StaffMember) -> dict[str, Any]:
    """What somebody may know before they have the visit: neither client nor address."""
    visit, now = one.offer.visit, today(member.branch_id)
    until = one.offer.expires_at.astimezone(ZoneInfo(visit.time_zone)).date()
    return {
        "id": str(one.id),
        "day": day_label(visit.local_start.date(), now),
        "when": f"{time_label(visit, visit.starts_at)} – {time_label(visit, visit.ends_at)}",
        "length": length_label(visit.minutes),
        "service": str(visit.service_type),
        "area": telling.area_of(visit),
        "note": one.offer.note or "",
        "until": f"{day_label(until, now)} {time_label(visit, one.offer.expires_at)}",
    }
