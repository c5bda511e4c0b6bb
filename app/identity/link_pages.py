"""Pages behind the links in e-mails: invitation, forgotten password, new address. Opening a link changes nothing."""

from typing import Any

from flask import flash, g, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response

from app.identity.refusals import enter, find_organization, web_origin
from starline.core.errors import Invalid, NotFound
from starline.core.language import gettext as _
from starline.identity import attempts, invitations, links
from starline.identity.models import TokenPurpose
from starline.identity.policy import policy
from starline.identity.rules import PASSWORD_RULES


class LinkView(BaseView):  # type: ignore[misc]
    """`/forgot`, `/reset/<token>`, `/invitation/<token>`, `/email/<token>`."""

    route_base = ""

    @expose("/forgot", methods=["GET", "POST"])
    def forgot(self) -> Any:
        email = request.form.get("email", "")
        if request.method == "GET":
            return _forgot_page()
        if g.get("tenant") is None:
            tenant = find_organization(request.form.get("organization", ""), email)
            if tenant is None:
                return _sent()
            enter(tenant)
        attempts.check_rate(web_origin())
        invitations.request_password_reset(email)
        return _sent()

    @expose("/reset/<token>", methods=["GET", "POST"])
    def reset(self, token: str) -> Any:
        _required_tenant()
        links.user_of(links.find_link(token, TokenPurpose.PASSWORD_RESET))
        if request.method == "GET":
            return _password_page("reset")
        try:
            invitations.complete_password_reset(token, new_password())
        except Invalid as problem:
            return _password_page("reset", problem), 422
        return _welcome(_("Your new password is set. Please sign in."))

    @expose("/invitation/<token>", methods=["GET", "POST"])
    def invitation(self, token: str) -> Any:
        _required_tenant()
        person = invitations.invited_person(token)
        about = {"name": person.first_name, "email": person.email}
        if request.method == "GET":
            return _password_page("invitation", **about)
        try:
            invitations.accept_invitation(token, new_password())
        except Invalid as problem:
            return _password_page("invitation", problem, **about), 422
        return _welcome(_("Your account is open. Please sign in."))

    @expose("/email/<token>", methods=["GET", "POST"])
    def email(self, token: str) -> Any:
        _required_tenant()
        link = links.find_link(token, TokenPurpose.EMAIL_CHANGE)
        if request.method == "GET":
            return render_template("security/email_change.html", organization=g.tenant, email=link.email)
        invitations.complete_email_change(token)
        return _welcome(_("Your new e-mail address is in use. Please sign in with it."))


def _required_tenant() -> None:
    """Links name no organisation: the host must."""
    if g.get("tenant") is None:
        raise NotFound(_("There is nothing here, or you may not see it."))


def _forgot_page() -> str:
    return render_template(
        "security/forgot.html",
        action="/forgot",
        organization=g.get("tenant"),
        ask_organization=g.get("tenant") is None,
        sign_in_url="/login",
    )


def _sent() -> str:
    sentence = _("If this address has an account, a message with a link is on its way. The link works for 24 hours.")
    return render_template("security/sent.html", sentence=sentence, sign_in_url="/login", organization=g.get("tenant"))


def new_password() -> str:
    """The password typed twice. Raises `Invalid` where the two differ."""
    password, again = request.form.get("password", ""), request.form.get("password_again", "")
    if password != again:
        raise Invalid(_("Please check the marked fields."), errors={"password_again": [_("The two are not the same.")]})
    return password


def password_hints() -> list[str]:
    """What a good password is at this agency."""
    return [_(rule, shortest=policy().min_password_length) for rule in PASSWORD_RULES]


def _password_page(template: str, problem: Invalid | None = None, **about: str) -> str:
    return render_template(
        f"security/{template}.html",
        organization=g.tenant,
        rules=password_hints(),
        errors=problem.errors if problem is not None else None,
        **about,
    )


def _welcome(sentence: str) -> Response:
    flash(sentence, "success")
    return redirect("/login")
