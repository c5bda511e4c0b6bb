"""A person's own account: profile, password, where they are signed in."""

from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from flask import current_app, flash, g, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, Length

from app.core.profile import current_profile
from app.identity.link_pages import new_password, password_hints
from app.identity.refusals import confirmed_viewer, keep, web_origin
from starline.core import db
from starline.core.db import User
from starline.core.errors import DomainError, Invalid
from starline.core.language import gettext as _
from starline.identity import attempts, invitations, passwords, rules, second_factor, sessions, users
from starline.identity.models import SignInAttempt, SignInOutcome, UserSession
from starline.organizations import calendar

THEMES = ("auto", "light", "dark")
THEME_SECONDS = 31_536_000
TONES = {SignInOutcome.SUCCEEDED: "good", SignInOutcome.CODE_REQUIRED: "plain"}
OUTCOMES = {
    SignInOutcome.SUCCEEDED: lazy_gettext("Signed in"),
    SignInOutcome.WRONG_PASSWORD: lazy_gettext("Wrong password"),
    SignInOutcome.UNKNOWN_USER: lazy_gettext("Unknown e-mail"),
    SignInOutcome.WRONG_CODE: lazy_gettext("Wrong code"),
    SignInOutcome.REPLAYED_CODE: lazy_gettext("Code used before"),
    SignInOutcome.LOCKED: lazy_gettext("Locked"),
    SignInOutcome.DISABLED: lazy_gettext("Disabled"),
    SignInOutcome.CODE_REQUIRED: lazy_gettext("Asked for a code"),
    SignInOutcome.REUSED_TOKEN: lazy_gettext("Token used twice"),
}


class ProfileForm(FlaskForm):  # type: ignore[misc]
    """What a person may change of themselves."""

    first_name = StringField(lazy_gettext("First name"), [DataRequired(), Length(max=64)])
    last_name = StringField(lazy_gettext("Last name"), [DataRequired(), Length(max=64)])
    email = StringField(
        lazy_gettext("E-mail"),
        [DataRequired(), Length(max=254)],
        description=lazy_gettext("A new address counts once you have opened the link that we send to it."),
    )
    current_password = PasswordField(
        lazy_gettext("Current password"),
        description=lazy_gettext("For a new e-mail address only."),
        render_kw={"autocomplete": "current-password"},
    )
    phone = StringField(lazy_gettext("Phone"), [Length(max=20)])
    locale = SelectField(lazy_gettext("Language"))
    time_zone = SelectField(lazy_gettext("Time zone"))
    theme = SelectField(lazy_gettext("Appearance"), description=lazy_gettext("On this device."))


class AccountView(BaseView):  # type: ignore[misc]
    """`/me`, `/me/password`, `/me/sessions`."""

    route_base = "/me"

    @expose("", methods=["GET", "POST"])
    @expose("/", methods=["GET", "POST"])
    def profile(self) -> Any:
        user = _user()
        form = _profile_form(user)
        if request.method == "GET":
            return _profile_page(user, form)
        if not form.validate() or not _may_have_email(user, form):
            return _profile_page(user, form), 422
        try:
            with db.session.begin_nested():
                _save_profile(user, form)
        except DomainError as problem:
            for name, sentences in problem.errors.items():
                form[name].errors = sentences
            return _profile_page(user, form), problem.status
        flash(_("Your profile was saved."), "success")
        answer = redirect("/me")
        _keep_theme(answer, form.theme.data)
        return answer

    @expose("/password", methods=["GET", "POST"])
    def password(self) -> Any:
        viewer, user = confirmed_viewer(), _user()
        if request.method == "GET":
            return _password_page()
        current = request.form.get("current_password", "")
        try:
            is_changed = passwords.change_password(
                user, current, new_password(), origin=web_origin(), session_id=viewer.session_id
            )
        except Invalid as problem:
            return _password_page(errors=problem.errors), 422
        if not is_changed:
            keep()
            return _password_page(error=_("Your current password is not right.")), 422
        flash(_("Your password was changed. You are signed out everywhere else."), "success")
        return redirect("/me")

    @expose("/sessions", methods=["GET"])
    def list_sessions(self) -> str:
        viewer = confirmed_viewer()
        return render_template(
            "security/sessions.html",
            sessions=[_session(one, viewer.session_id) for one in sessions.open_sessions(viewer.user_id)],
            history=[_attempt(one) for one in attempts.history(viewer.user_id)],
            revoke_all_url="/me/sessions/others",
            back_url="/me",
        )

    @expose("/sessions/<uuid:session_id>", methods=["POST"])
    def revoke(self, session_id: UUID) -> Response:
        sessions.end(session_id, user_id=confirmed_viewer().user_id, reason=sessions.REVOKED)
        flash(_("That session has ended."), "success")
        return redirect("/me/sessions")

    @expose("/sessions/others", methods=["POST"])
    def revoke_others(self) -> Response:
        viewer = confirmed_viewer()
        sessions.end_all(viewer.user_id, reason=sessions.REVOKED, but=viewer.session_id)
        second_factor.forget_devices(_user())
        flash(_("You are signed out everywhere else."), "success")
        return redirect("/me/sessions")


def _user() -> User:
    return db.session.get_one(User, confirmed_viewer().user_id)


def _profile_form(user: User) -> ProfileForm:
    form = ProfileForm(obj=user, meta={"csrf": False})  # the request's own check has been made already
    languages = current_app.config["LANGUAGES"].items()
    form.locale.choices = [("", _("As the agency"))] + [(code, one["name"]) for code, one in languages]
    form.time_zone.choices = [("", _zone_label(user))] + [(name, name) for name in sorted(available_timezones())]
    form.theme.choices = [("auto", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))]
    if "theme" not in request.form:
        chosen = request.cookies.get("theme")
        form.theme.data = chosen if chosen in THEMES else "auto"
    return form


def _zone_label(user: User) -> str:
    """What holds for somebody who chooses nothing: their branch's clock, or the agency's."""
    zone = calendar.zone_of(user.branch_id).replace("_", " ")
    return str(_("As your branch: %(zone)s", zone=zone) if user.branch_id else _("As the agency: %(zone)s", zone=zone))


def _keep_theme(answer: Response, theme: str) -> None:
    """Remembered by the device, as the button in the menu does: a phone may be dark and a desk light."""
    is_safe = current_app.config["SESSION_COOKIE_SECURE"]
    answer.set_cookie("theme", theme, max_age=THEME_SECONDS, secure=is_safe, samesite="Lax")


def _may_have_email(user: User, form: ProfileForm) -> bool:
    """Whether the address stays, or whoever wants another one has proven that the account is theirs."""
    password = form.current_password.data or ""
    if rules.email_of(form.email.data) == user.email:
        return True
    if not password:
        form.current_password.errors = [_("Type your current password to change your e-mail address.")]
        return False
    if not passwords.is_proven(user, password, origin=web_origin()):
        keep()
        form.current_password.errors = [_("Your current password is not right.")]
        return False
    return True


def _save_profile(user: User, form: ProfileForm) -> None:
    values = {name: form[name].data.strip() or None for name in ("phone", "locale", "time_zone")}
    values |= {name: form[name].data.strip() for name in ("first_name", "last_name")}
    users.update_profile(user, values)
    email = rules.email_of(form.email.data)
    if email != user.email:
        invitations.request_email_change(user, email)
        flash(_("We have sent a link to your new address. Until you open it, the old one counts."), "info")


def _profile_page(user: User, form: ProfileForm) -> str:
    errors = [{"field": field.id, "label": field.label.text, "sentence": " ".join(field.errors)} for field in form]
    page = {
        "title": _("Your profile"),
        "action": "edit",
        "action_url": "/me",
        "sections": [{"title": "", "fields": list(form)}],
        "cancel_url": "/",
        "conflict": None,
        "history": None,
        "errors_summary": [error for error in errors if error["sentence"]],
    }
    return render_template("security/profile.html", page=page, form=form, links=_doors(user), organization=g.tenant)


def _doors(user: User) -> list[dict[str, str]]:
    """The ways to the account's security, each with a sentence on how things stand."""
    has_factor = second_factor.confirmed(user.id) is not None
    left = second_factor.unused_recovery_codes(user.id)
    doors = [
        {
            "label": _("Password"),
            "sentence": _("Known to you alone."),
            "url": "/me/password",
            "action": _("Change"),
        },
        {
            "label": _("Sessions"),
            "sentence": _("Where you are signed in, and your sign-in history."),
            "url": "/me/sessions",
            "action": _("See"),
        },
    ]
    if has_factor:
        sentence = _("An authenticator app is set up. You have %(left)d recovery codes left.", left=left)
        return [
            *doors,
            {"label": _("Second step"), "sentence": sentence, "url": "/me/second-factor", "action": _("See")},
        ]
    sentence = _("Only your password protects this account. Add an authenticator app.")
    return [*doors, {"label": _("Second step"), "sentence": sentence, "url": "/enrol", "action": _("Set up")}]


def _password_page(*, error: str | None = None, errors: dict[str, list[str]] | None = None) -> str:
    return render_template(
        "security/change_password.html",
        error=error,
        errors=errors,
        rules=password_hints(),
        cancel_url="/me",
    )


def _session(one: UserSession, session_id: UUID) -> dict[str, Any]:
    return {
        "device": rules.device_label(one.device) + (f" ({_('program')})" if one.kind == rules.API else ""),
        "address": one.address or "",
        "last_seen": current_profile().display.instant(one.last_seen_at),
        "current": one.id == session_id,
        "revoke_url": f"/me/sessions/{one.id}",
    }


def _attempt(one: SignInAttempt) -> dict[str, Any]:
    return {
        "at": current_profile().display.instant(one.created_on),
        "what": OUTCOMES[one.outcome],
        "tone": TONES.get(one.outcome, "bad"),
        "device": rules.device_label(one.device),
        "address": one.address or "",
    }
