"""An operator's requests to look at one agency's data, and the way in while one runs."""

from flask import flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response

from app.core.access import operator
from app.core.display import choice_label
from app.core.profile import current_profile
from starline.core import tenancy
from starline.core.db import session
from starline.core.errors import Conflict, Invalid, NotFound
from starline.core.identifiers import parse_uuid
from starline.core.language import gettext as _
from starline.core.tenancy import PLATFORM_ID
from starline.identity import support
from starline.identity.links import home_of
from starline.identity.support import Operator, SupportAccess
from starline.identity.viewer import Viewer
from starline.organizations.models import Organization

TONES = {"requested": "info", "running": "warn", "refused": "bad", "ended": "plain"}


class PlatformSupportView(BaseView):  # type: ignore[misc]
    """`/organizations/<pk>/support`."""

    route_base = "/organizations"

    @expose("/<pk>/support", methods=["GET"])
    def list(self, pk: str) -> str:
        return _page(operator("can_read"), _agency(pk))

    @expose("/<pk>/support", methods=["POST"])
    def request(self, pk: str) -> Response:
        viewer, agency = operator("can_edit"), _agency(pk)
        hours = request.form.get("hours", "")
        try:
            with session.begin_nested(), tenancy.acting(agency.id, reason=_why(viewer)):
                asking = Operator(viewer.user_id, viewer.name, viewer.email)
                number = int(hours) if hours.isascii() and hours.isdigit() and len(hours) < 4 else 0
                access = support.request_access(asking, reason=request.form.get("reason", ""), hours=number)
                is_running = access.is_running
            flash(_("The access runs.") if is_running else _("The agency was asked."), "success")
        except (Invalid, Conflict) as problem:
            sentences = [sentence for found in problem.errors.values() for sentence in found]
            flash(" ".join(_(one) for one in sentences or [problem.message]), "danger")
        return redirect(f"/organizations/{agency.id}/support")

    @expose("/<pk>/support/<access>/enter", methods=["POST"])
    def enter(self, pk: str, access: str) -> str | Response:
        viewer, agency = operator("can_edit"), _agency(pk)
        try:
            with tenancy.acting(agency.id, reason=_why(viewer)):
                secret = support.hand_over(_access(viewer, access))
        except Conflict as problem:
            flash(_(problem.message), "danger")
            return redirect(f"/organizations/{agency.id}/support")
        return _page(viewer, agency, f"{home_of(agency)}/support/{secret}")

    @expose("/<pk>/support/<access>/end", methods=["POST"])
    def end(self, pk: str, access: str) -> Response:
        viewer, agency = operator("can_edit"), _agency(pk)
        try:
            with session.begin_nested(), tenancy.acting(agency.id, reason=_why(viewer)):
                support.end(_access(viewer, access), by=None)
            flash(_("The access has ended."), "success")
        except Conflict as problem:
            flash(_(problem.message), "danger")
        return redirect(f"/organizations/{agency.id}/support")


def _agency(pk: str) -> Organization:
    key = parse_uuid(pk)
    found = session.get(Organization, key) if key and key != PLATFORM_ID else None
    if found is None:
        raise NotFound(_("There is no such record, or you may not see it."))
    return found


def _access(viewer: Viewer, key: str) -> SupportAccess:
    return support.find_access(parse_uuid(key), operator_number=viewer.user_id)


def _why(viewer: Viewer) -> str:
    return f"Asked by {viewer.name} of the platform's support"


def _page(viewer: Viewer, agency: Organization, way_in: str | None = None) -> str:
    instant = current_profile().display.instant
    with tenancy.acting(agency.id, reason=_why(viewer)):
        accesses = [
            {
                "id": one.id,
                "reason": one.reason,
                "state": choice_label(one.state),
                "tone": TONES[one.state],
                "asked": instant(one.created_on),
                "ends": instant(one.ends_at) if one.ends_at else "",
                "is_running": one.is_running,
                "is_open": one.is_running or one.state == support.SupportState.REQUESTED,
            }
            for one in support.accesses_of(viewer.user_id)
        ]
    base = f"/organizations/{agency.id}"
    shown = {"agency": agency.name, "accesses": accesses, "way_in": way_in, "base": base, "most": support.MOST_HOURS}
    return render_template("platform/support.html", **shown)
