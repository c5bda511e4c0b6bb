"""The agency's own domain: asked for, proved, given up. Its state stands on the page of the brand."""

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response

from app.core import tenancy
from app.core.access import allowed
from starline.core.db import session
from starline.core.errors import DomainError
from starline.core.language import gettext as _
from starline.organizations import domains


class DomainView(BaseView):  # type: ignore[misc]
    """`/branding/domain…`."""

    route_base = "/branding/domain"

    @expose("", methods=["POST"])
    def ask(self) -> Response:
        viewer = allowed("can_edit", "Settings")
        try:
            with session.begin_nested():
                domains.ask_for_domain(request.form.get("domain", ""), by=viewer.user_id)
        except DomainError as problem:
            flash(problem.message, "danger")
        return _back()

    @expose("/check", methods=["POST"])
    def check(self) -> Response:
        viewer = allowed("can_edit", "Settings")
        try:
            is_proved = domains.check_domain(by=viewer.user_id)
        except DomainError as problem:
            flash(problem.message, "danger")
            return _back()
        if is_proved:
            tenancy.forget()
            flash(_("The domain is yours and in use from now on."), "success")
        else:
            flash(_("The text isn't published yet. It may take an hour to spread: check again later."), "warning")
        return _back()

    @expose("/give-up", methods=["POST"])
    def give_up(self) -> Response:
        domains.give_domain_up(by=allowed("can_edit", "Settings").user_id)
        tenancy.forget()
        flash(_("The domain is no longer used."), "success")
        return _back()


def _back() -> Response:
    return redirect(url_for("BrandingView.edit", _anchor="domain"))
