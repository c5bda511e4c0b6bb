"""One request, from its first byte to its commit: host → tenant → person → context → feature → view → one commit."""

import logging
import random
import re
from collections.abc import Callable
from time import perf_counter
from typing import Any

from flask import Flask, Request, Response, g, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

from app.core import assets, languages, rate_limits, security, tenancy
from app.core.api_keys import HEADER
from app.core.callers import caller_address
from app.core.headers import REPORTS, add_headers, reports
from app.core.own_fields import Reshaped
from app.core.profile import date_format
from starline.core import db, language
from starline.core import tenancy as context
from starline.core.errors import DomainError, NotAllowed, Unauthenticated
from starline.core.language import gettext as _

OPEN_APIS = frozenset({"", "AuthApi", "TelephonyApi", "health", "openapi"})
"""APIs that answer strangers; an address that is none of ours answers 404 to everybody."""
log = logging.getLogger(__name__)

_large: dict[str, int] = {}

REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")


class CookieSessions(SecureCookieSessionInterface):
    """The signed cookie, except for requests that come with a token or key: theirs is empty and never sent back."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return SecureCookieSession() if _has_token(request) else super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not _has_token(request):
            super().save_session(app, session, response)


class StarlineFlask(Flask):
    """Flask with the transaction's boundary around every view."""

    session_interface = CookieSessions()

    def full_dispatch_request(self) -> Response:
        asked = request.headers.get("X-Request-ID", "")
        request_id = asked if REQUEST_ID.fullmatch(asked) else f"{random.getrandbits(64):016x}"  # nosec B311 # a name, no secret
        began = perf_counter()
        with (
            context.acting(None, None, request_id=request_id),
            language.speaking(language.DEFAULT),
            language.writing_days(date_format),
        ):
            response = super().full_dispatch_request()
            if not _is_routine():
                _log(response, perf_counter() - began)
        return response

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """As it is: no view or hook is a coroutine, and Flask would look at each of them in every request."""
        return func

    def send_static_file(self, filename: str) -> Response:
        return super().send_static_file(assets.path_of(filename))

    def get_send_file_max_age(self, filename: str | None) -> int | None:
        return assets.seconds_kept(request)

    def dispatch_request(self) -> Any:
        """Run the view and commit what it did; an answer that refuses leaves nothing behind."""
        try:
            answered = super().dispatch_request()
        except Reshaped:
            db.session.rollback()
            answered = super().dispatch_request()
        response = self.make_response(answered)
        if not db.session.registry.has():
            return response  # a read that used no session
        if response.status_code < 400:
            db.session.commit()
        else:
            db.session.rollback()
        return response


def take_large_bodies(endpoint: str, largest_bytes: int) -> None:
    """Let `endpoint` ("FileView.add") be sent more than others, by somebody who is signed in."""
    _large[endpoint] = largest_bytes


def init_requests(app: Flask) -> None:
    app.register_blueprint(reports)
    app.before_request(_enter)
    app.after_request(_finish)
    app.teardown_appcontext(lambda _error: db.session.remove())


def _enter() -> None:
    g.viewer = None
    if _is_routine():
        return
    languages.speak(languages.language_of_stranger())
    tenant = tenancy.tenant_of_request()
    g.tenant = tenant
    if tenant is not None:
        context.switch(tenant.id, None)
    try:
        viewer = security.authenticate(tenant.id if tenant else None)
    except DomainError as refusal:
        rate_limits.check(None, caller_address())
        security.keep_refused_token(tenant.id if tenant else None, refusal.code)
        _refuse_shut(tenant)  # says more than that the token is no good any more
        raise
    if viewer is not None:
        g.viewer = viewer
        languages.speak(viewer.locale)
        if g.tenant is None:
            g.tenant = tenancy.find(by_id=viewer.organization_id)
        context.switch(viewer.organization_id, viewer.user_id, viewer.via, viewer.support)
        if request.endpoint in _large:
            request.max_content_length = _large[request.endpoint]
    g.user = viewer
    rate_limits.check(viewer, caller_address())
    _refuse_shut(g.tenant)
    if viewer is None and _needs_person():
        raise Unauthenticated(_("Please sign in, and send the access token as: Authorization: Bearer …"))
    security.check_feature()
    security.check_csrf()
    security.check_second_factor()
    security.check_support()
    security.touch_session()


def _refuse_shut(tenant: tenancy.Tenant | None) -> None:
    if tenant is not None and not tenant.is_open:
        raise NotAllowed(
            _("This agency's account is not active. Please contact your administrator."),
            code="suspended",
        )


def _has_token(asked: Request) -> bool:
    return "Authorization" in asked.headers or HEADER in asked.headers


def _is_routine() -> bool:
    """Whether it is about a file, the health check or a browser's report, which are nobody's."""
    return request.path.startswith("/static/") or request.path in ("/api/v1/health", REPORTS)


def _log(response: Response, seconds: float) -> None:
    """By the rule, never the path: a path holds ids, and some hold the secret of a link."""
    facts = {
        "route": request.url_rule.rule if request.url_rule else "-",
        "method": request.method,
        "status": response.status_code,
        "duration_ms": round(seconds * 1000, 1),
    }
    log.info("request", extra=facts)


def _needs_person() -> bool:
    """Whether the endpoint is an API that is closed to strangers. Screens send strangers to the sign-in page."""
    return request.path.startswith("/api/") and (request.endpoint or "").partition(".")[0] not in OPEN_APIS


def _finish(response: Response) -> Response:
    response.headers["X-Request-ID"] = context.current().request_id
    rate_limits.add_headers(response)
    add_headers(response)
    return response
