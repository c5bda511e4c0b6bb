"""Emergency access to a client beyond one's record scope, as a screen."""

from typing import Any

from flask import flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response

from app.clients import conversion, intake, pairs, reports, status, winning
from app.clients import page as _page_of_a_client  # noqa: F401  (what it adds to that page)
from app.clients.emergency import NAMES, asking, find
from app.core.navigation import Entry, add_entry
from app.core.profile import current_profile
from starline.clients import emergency
from starline.core.db import session
from starline.core.errors import Conflict, DomainError, Invalid, NotFound
from starline.core.language import gettext as _

add_entry(Entry("People", "Emergency access", "/break-glass/", "alert-triangle", ("can_add", "BreakGlass")))


class BreakGlassView(BaseView):  # type: ignore[misc]
    """`/break-glass/`: say who the client is, then why."""

    route_base = "/break-glass"
    default_view = "ask"

    @expose("/", methods=["GET", "POST"])
    def ask(self) -> Any:
        viewer = asking()
        values = {name: request.form.get(name, "").strip() for name in NAMES}
        if request.method == "GET":
            return _page(values)
        try:
            find(values, viewer)
        except (Invalid, NotFound) as problem:
            return _page(values, problem=problem), problem.status
        return _page(values, is_found=True)

    @expose("/open", methods=["POST"])
    def open(self) -> str | Response | tuple[str, int]:
        viewer = asking()
        values = {name: request.form.get(name, "").strip() for name in NAMES}
        try:
            with session.begin_nested():
                opened = emergency.open_client(values, reason=request.form.get("reason", ""), viewer=viewer)
        except (Invalid, NotFound, Conflict) as problem:
            return _page(values, is_found="reason" in problem.errors, problem=problem), problem.status
        until = current_profile().display.instant(opened.expires_at)
        flash(_("Emergency access until %(until)s. What you open is recorded and reviewed.", until=until), "warning")
        return redirect(f"/clients/show/{opened.client_id}")


VIEWS = (
    BreakGlassView,
    *conversion.VIEWS,
    *intake.VIEWS,
    *pairs.VIEWS,
    *reports.VIEWS,
    *status.VIEWS,
    *winning.VIEWS,
)


def _page(values: dict[str, str], *, is_found: bool = False, problem: DomainError | None = None) -> str:
    return render_template(
        "clients/break_glass.html",
        values=values,
        is_found=is_found,
        sentence=_(problem.message) if problem else None,
    )
