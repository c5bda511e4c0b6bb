"""Setting up the second factor: by choice when signed in, or on the way in where it is demanded."""

from typing import Any

import segno
from flask import flash, g, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response

from app.core.security import confirm_viewer, current_viewer
from app.identity import web_session
from app.identity.refusals import confirmed_viewer, keep, web_origin
from starline.core import db
from starline.core.db import User
from starline.core.errors import Unauthenticated
from starline.core.language import gettext as _
from starline.identity import attempts, passwords, second_factor, sessions, signin
from starline.identity.models import SignInOutcome
from starline.identity.policy import must_have_second_factor


class EnrolmentView(BaseView):  # type: ignore[misc]
    """`/enrol`, `/recovery-codes`, `/me/second-factor`."""

    route_base = ""

    @expose("/enrol", methods=["GET", "POST"])
    def enrol(self) -> Any:
        confirm_viewer()
        user = _enrolling_user()
        if second_factor.confirmed(user.id) is not None:
            return _go_on()
        enrolment = second_factor.enrol(user, issuer=g.tenant.name)
        if request.method == "GET":
            return _enrol_page(enrolment)
        codes = second_factor.confirm(user, request.form.get("code", ""))
        if codes is None:
            attempts.record(user, SignInOutcome.WRONG_CODE, web_origin())
            keep()
            sentence = _("This code does not match. Check that your phone's clock is right, and try the next code.")
            return _enrol_page(enrolment, error=sentence), 422
        return _show_codes(codes, _open_session(user))

    @expose("/me/second-factor", methods=["GET"])
    def settings(self) -> Any:
        """What protects the account besides the password."""
        user = db.session.get_one(User, confirmed_viewer().user_id)
        if second_factor.confirmed(user.id) is None:
            return redirect("/enrol")
        return render_template(
            "security/second_factor_settings.html",
            left=second_factor.unused_recovery_codes(user.id),
            may_remove=not must_have_second_factor(user),
            codes_url="/recovery-codes",
            remove_url="/me/second-factor/remove",
            back_url="/me",
        )

    @expose("/recovery-codes", methods=["POST"])
    def recovery_codes(self) -> Any:
        """New codes in place of the old ones; the person proves their password first."""
        viewer = confirmed_viewer()
        user = db.session.get_one(User, viewer.user_id)
        if not passwords.is_proven(user, request.form.get("current_password", ""), origin=web_origin()):
            return _wrong_password()
        return _show_codes(second_factor.renew_recovery_codes(user), "/me")

    @expose("/me/second-factor/remove", methods=["POST"])
    def remove(self) -> Any:
        viewer = confirmed_viewer()
        user = db.session.get_one(User, viewer.user_id)
        if must_have_second_factor(user):
            flash(_("Your agency asks for a second factor; it can't be removed."), "danger")
            return redirect("/me")
        if not passwords.is_proven(user, request.form.get("current_password", ""), origin=web_origin()):
            return _wrong_password()
        second_factor.remove(user, by=user.id)
        flash(_("The second factor was removed."), "success")
        return redirect("/me")


def _enrolling_user() -> User:
    """The signed-in person, or the one whose password was right and who must enrol now."""
    viewer, waiting = current_viewer(), web_session.pending()
    if viewer is None and (waiting is None or not waiting.must_enrol):
        raise Unauthenticated(_("Please sign in."))
    user_id = viewer.user_id if viewer is not None else waiting.user_id  # type: ignore[union-attr]
    user = db.session.get(User, user_id)
    if user is None or not user.active:
        raise Unauthenticated(_("Please sign in."))
    return user


def _go_on() -> Response:
    """For whoever has a generator already. A session that was opened before there was one ends: the code is asked for
    on the way in."""
    viewer = current_viewer()
    if viewer is None or not viewer.requires_second_factor:
        return redirect("/me")
    sessions.end(viewer.session_id, user_id=viewer.user_id)
    web_session.forget_session()
    flash(_("Please sign in again, with a code of your authenticator app."), "info")
    return redirect("/login")


def _open_session(user: User) -> str:
    """Go on in a session that has its second factor; where to."""
    waiting = web_session.pending()
    viewer = current_viewer()
    if viewer is not None:
        sessions.confirm_second_factor(viewer.session_id)
        return "/me"
    opened = signin.open_session(signin.SignedIn(user, has_second_factor=True), origin=web_origin())
    web_session.remember_session(opened)
    return waiting.next if waiting is not None else "/"


def _enrol_page(enrolment: second_factor.Enrolment, *, error: str | None = None) -> str:
    picture = segno.make(enrolment.uri, error="m").svg_data_uri(scale=5, border=3, light="#fff")
    viewer = current_viewer()
    return render_template(
        "security/enrol.html",
        organization=g.tenant,
        qr_svg=picture,
        secret=enrolment.secret,
        error=error,
        cancel_url="/me" if viewer is not None and not viewer.requires_second_factor else None,
        sign_out_url="/logout" if viewer is not None and viewer.requires_second_factor else None,
    )


def _show_codes(codes: list[str], path: str) -> str:
    return render_template("security/recovery_codes.html", codes=codes, continue_url=path, organization=g.tenant)


def _wrong_password() -> Response:
    keep()
    flash(_("This password is not right."), "danger")
    return redirect("/me/second-factor")
