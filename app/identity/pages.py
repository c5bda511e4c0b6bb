"""Signing in and out in the browser."""

from typing import Any
from urllib.parse import urlencode

from flask import flash, g, redirect, render_template, request
from flask_appbuilder import expose
from flask_appbuilder.security.views import AuthDBView
from werkzeug.wrappers import Response

from app.core import languages
from app.core.security import current_viewer
from app.identity import web_session
from app.identity.account_pages import AccountView
from app.identity.enrolment_pages import EnrolmentView
from app.identity.link_pages import LinkView
from app.identity.refusals import find_organization, keep, web_origin
from app.identity.review_pages import AccessReviewView
from app.identity.role_permissions import RolePermissionsView
from app.identity.support_pages import SupportView
from starline.core.language import LANGUAGES, current
from starline.core.language import gettext as _
from starline.identity import second_factor, sessions, signin
from starline.identity.links import home_of
from starline.identity.models import RecordScope
from starline.identity.policy import policy
from starline.identity.viewer import load_viewer_of_user
from starline.organizations.models import Organization
from starline.staff.service import member_of


class AuthView(AuthDBView):  # type: ignore[misc]
    """`/login`, `/login/second-factor`, `/login/recovery`, `/logout`."""

    route_base = ""

    @expose("/login", methods=["GET", "POST"])
    @expose("/login/", methods=["GET", "POST"])
    def login(self) -> Any:
        if g.get("tenant") is None:
            return _find_agency()
        if current_viewer() is not None:
            return redirect(web_session.next_path())
        if request.method == "GET":
            return _in_chosen_language() or _login_page()
        email, password = request.form.get("email", ""), request.form.get("password", "")
        remembered = web_session.remembered_device()
        result = signin.authenticate(email, password, origin=web_origin(), remembered=remembered)
        if isinstance(result, signin.Refused):
            keep()
            return _login_page(error=_(result.sentence), email=email), 401
        if isinstance(result, signin.SecondFactorRequired):
            path = web_session.next_path()
            web_session.remember_pending(result.user.id, must_enrol=result.must_enrol, next_path=path)
            return redirect("/enrol" if result.must_enrol else "/login/second-factor")
        return _enter(result, web_session.next_path())

    @expose("/login/second-factor", methods=["GET", "POST"])
    def second_factor(self) -> Any:
        waiting = web_session.pending()
        if waiting is None or waiting.must_enrol:
            return redirect("/login")
        if request.method == "GET":
            return _code_page("second_factor")
        result = signin.verify_code(waiting.user_id, request.form.get("code", ""), origin=web_origin())
        if isinstance(result, signin.Refused):
            keep()
            return _code_page("second_factor", error=_(result.sentence)), 401
        answer = _enter(result, waiting.next)
        if request.form.get("remember_device"):
            _remember_device(answer, result)
        return answer

    @expose("/login/recovery", methods=["GET", "POST"])
    def recovery(self) -> Any:
        waiting = web_session.pending()
        if waiting is None or waiting.must_enrol:
            return redirect("/login")
        if request.method == "GET":
            return _code_page("recovery")
        result = signin.verify_recovery_code(waiting.user_id, request.form.get("code", ""), origin=web_origin())
        if isinstance(result, signin.Refused):
            keep()
            return _code_page("recovery", error=_(result.sentence)), 401
        left = second_factor.unused_recovery_codes(result.user.id)
        flash(_("You have %(left)d recovery codes left.", left=left), "info")
        return _enter(result, waiting.next)

    @expose("/logout", methods=["POST"])
    @expose("/logout/", methods=["POST"])
    def logout(self) -> Response:
        viewer = current_viewer()
        if viewer is not None:
            sessions.end(viewer.session_id, user_id=viewer.user_id)
        web_session.forget_session()
        return redirect("/login")


VIEWS = (EnrolmentView, LinkView, AccountView, RolePermissionsView, SupportView, AccessReviewView)


def _in_chosen_language() -> Response | None:
    """The page again where a stranger has just chosen its language, which the browser keeps from then on."""
    chosen = request.args.get("language")
    if chosen not in LANGUAGES:
        return None
    languages.remember(chosen)
    return redirect(f"/login?{urlencode({'next': web_session.next_path()})}")


def _find_agency() -> Any:
    """The plain host: which agency's sign-in page does the person want?"""
    if request.method == "GET":
        return _in_chosen_language() or _login_page(ask_organization=False)
    name, email = request.form.get("organization", ""), request.form.get("email", "")
    tenant = find_organization(name, email)
    if tenant is None:
        error = _("We do not know an agency by that short name.") if name else None
        return _login_page(ask_organization=True, error=error, email=email, organization_slug=name)
    return redirect(home_of(Organization(slug=tenant.slug)) + "/login")


def _login_page(*, ask_organization: bool = False, error: str | None = None, **kept: str) -> str:
    return render_template(
        "security/login.html",
        action="/login",
        organization=g.get("tenant"),
        next=web_session.next_path(),
        languages=_other_languages(),
        error=error,
        ask_organization=ask_organization,
        ask_password=g.get("tenant") is not None,
        forgot_url="/forgot" if g.get("tenant") is not None else None,
        **kept,
    )


def _other_languages() -> list[dict[str, str]]:
    """The languages that the page isn't in, each by its own name."""
    kept = web_session.next_path()
    return [
        {"code": code, "name": name, "url": f"/login?{urlencode({'language': code, 'next': kept})}"}
        for code, name in LANGUAGES.items()
        if code != current()
    ]


def _code_page(name: str, *, error: str | None = None) -> str:
    return render_template(
        f"security/{name}.html",
        organization=g.tenant,
        error=error,
        remember_days=policy().remember_days,
        recovery_url="/login/recovery",
        second_factor_url="/login/second-factor",
    )


def _enter(result: signin.SignedIn, path: str) -> Response:
    opened = signin.open_session(result, origin=web_origin())
    web_session.remember_session(opened)
    return redirect(_start_of(result.user.id) if path == "/" else path)


def _start_of(user_id: int) -> str:
    """Where somebody's work is: a caregiver's own day, for everybody else the first page."""
    viewer = load_viewer_of_user(user_id)
    works_outside = viewer is not None and viewer.scope == RecordScope.ASSIGNED and viewer.can("read", "OwnVisits")
    return "/my" if works_outside and member_of(user_id) is not None else "/"


def _remember_device(answer: Response, result: signin.SignedIn) -> None:
    token = second_factor.remember_device(result.user, device=web_origin().device)
    if token is not None:
        web_session.remember_device(answer, token, policy().remember_days)
