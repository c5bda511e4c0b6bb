"""Who is asking: one viewer per request, loaded once per version of the organisation's people and settings.

FAB asks this security manager whenever it wants to know who may do what. Its own tables, forms and APIs for users and
roles are replaced by declared resources; its permission names are kept.
"""

import time
from typing import Any
from uuid import UUID

from flask import Flask, abort, g, has_request_context, redirect, request, session
from flask_appbuilder.security.sqla.manager import SecurityManager as FabSecurityManager
from flask_login import LoginManager
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import Connection, create_engine
from sqlalchemy import text as sql

from app.core import api_keys
from app.core.callers import origin_of_request
from app.core.profile import current_profile
from app.core.registry import feature_of_endpoint
from app.core.resource import ACTIONS, registry
from app.core.way_in import OPEN_WITHOUT_CODE
from config import settings
from starline.core import clock, db, tenancy
from starline.core.errors import NotAllowed, NotFound, Unauthenticated
from starline.core.identifiers import parse_uuid
from starline.core.language import N_
from starline.core.language import gettext as _
from starline.core.tenancy import PLATFORM_ID
from starline.identity import attempts, roles, sessions, tokens
from starline.identity.key_viewer import KeyViewer
from starline.identity.viewer import NO_SESSION, Viewer, load_viewer, load_viewer_of_user
from starline.organizations.models import Organization

KEPT_SECONDS = 60
"""How long a viewer is kept at most; a change of users, roles, sessions or settings ends it at once."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

ASKED_BY_SCRIPTS = frozenset({"static", "ShellView.news", "ImportView.progress", "ExportView.progress"})
"""What a page asks for by itself: an open page that nobody looks at must not keep its session alive."""

csrf = CSRFProtect()

_viewers: dict[UUID, tuple[float, Viewer]] = {}
_claims: dict[str, tokens.AccessClaims] = {}


def current_viewer() -> Viewer | None:
    """The signed-in person of this request, or None."""
    if not has_request_context():
        return None
    viewer: Viewer | None = g.get("viewer")
    return viewer


def required_viewer() -> Viewer:
    """The signed-in person; raises `Unauthenticated` where there is none."""
    viewer = current_viewer()
    if viewer is None:
        raise Unauthenticated(_("Please sign in."))
    return viewer


def authenticate(tenant_id: UUID | None) -> Viewer | None:
    """Find out who is asking, by API key, bearer token or session cookie.

    A bad key or token is refused, a bad cookie ignored.
    """
    key = api_keys.sent_key()
    if key is not None:
        g.by_token = True
        return api_keys.viewer_by_key(key, tenant_id)
    header = request.headers.get("Authorization", "")
    if header:
        g.by_token = True
        claims = _claims_of(header)
        if tenant_id is not None and claims.organization_id != tenant_id:
            raise NotAllowed(_("This token belongs to another organisation."), code="tenant_mismatch")
        tenancy.switch(claims.organization_id, claims.user_id)
        viewer = viewer_of(claims.session_id, claims.organization_id)
        if viewer is None:
            raise Unauthenticated(_("This session has ended. Please sign in again."), code="session_ended")
        return viewer
    session_id = parse_uuid(session.get("session_id", ""))
    if session_id is None or tenant_id is None:
        return None
    return viewer_of(session_id, tenant_id)


def viewer_of(session_id: UUID, organization_id: UUID) -> Viewer | None:
    """The viewer of a session, from memory while nothing has changed."""
    kept_until, viewer = _viewers.get(session_id, (0.0, None))
    if viewer is not None and (kept_until < time.monotonic() or not viewer.is_current(clock.now())):
        viewer = None
    if viewer is None:
        viewer = load_viewer(session_id=session_id)
        if viewer is None or not viewer.is_current(clock.now()):
            _viewers.pop(session_id, None)
            return None
        if len(_viewers) > 20_000:
            _viewers.clear()
        _viewers[session_id] = (time.monotonic() + KEPT_SECONDS, viewer)
    return viewer if viewer.organization_id == organization_id else None


def forget_viewer() -> None:
    """Load this request's viewer again: something about people or settings has changed."""
    viewer = current_viewer()
    if viewer is not None:
        _viewers.pop(viewer.session_id, None)
        if isinstance(viewer, KeyViewer):
            g.viewer = _renewed(viewer)
        elif viewer.session_id == NO_SESSION:  # a worker acts for the person
            g.viewer = load_viewer_of_user(viewer.user_id)
        else:
            g.viewer = viewer_of(viewer.session_id, viewer.organization_id)
        g.pop("profile", None)
        _refuse_without_feature()
        _check_what_was_relied_on()
        _refuse_without_second_factor()


def _renewed(viewer: KeyViewer) -> KeyViewer:
    try:
        return api_keys.renewed(viewer)
    except Unauthenticated as refusal:
        g.viewer = None
        keep_refused_token(viewer.organization_id, refusal.code)
        raise


def check_feature() -> None:
    """What the agency has not switched on is not there. Asks anew before it refuses: it may just have been."""
    if current_viewer() is None or _has_features():
        return
    confirm_viewer()
    _refuse_without_feature()


def _refuse_without_feature() -> None:
    if current_viewer() is None or _has_features():
        return
    if request.path.startswith("/api/"):
        raise NotAllowed(_("Your agency has not switched this feature on."), code="feature_off")
    raise NotFound(_("There is nothing here, or you may not see it."))


def _has_features() -> bool:
    """Whether the feature of the endpoint is on, and for a key that of the API."""
    by_key = "api_access" if isinstance(current_viewer(), KeyViewer) else None
    asked = (feature_of_endpoint(request.endpoint or ""), by_key)
    return all(feature is None or current_profile().has_feature(feature) for feature in asked)


def _check_what_was_relied_on() -> None:
    """A permission that let this request in and was taken away since ends it."""
    viewer = current_viewer()
    if viewer is not None and not g.get("relied_on", set()) <= viewer.permissions:
        raise NotAllowed(_("You may not do this."))


def confirm_viewer() -> None:
    """Make sure that this request's viewer is the newest. Reads that carry the version in their statement need not."""
    viewer = current_viewer()
    if viewer is None:
        return
    if db.current_version() != viewer.version:
        forget_viewer()
        if current_viewer() is None:
            raise Unauthenticated(_("This session has ended. Please sign in again."), code="session_ended")


def keep_refused_token(tenant_id: UUID | None, code: str) -> None:
    """Remember a refused token where it is known whose house was knocked at, or whose key it was for certain."""
    key = g.get("refused_key")
    house = key.organization_id if key is not None else tenant_id
    if house is None:
        return
    tenancy.switch(house, None)
    attempts.record_refused_token(code, origin_of_request("api"), key_id=key and key.key_id)
    db.session.commit()


def check_second_factor() -> None:
    """Somebody who must have a second factor and has none can do nothing but get one. Asks anew before it refuses."""
    if _lacks_second_factor():
        confirm_viewer()
    _refuse_without_second_factor()


def _refuse_without_second_factor() -> None:
    if _lacks_second_factor():
        if request.path.startswith("/api/"):
            raise NotAllowed(_("Please set up your second factor first, at /enrol."), code="second_factor_required")
        abort(redirect("/enrol"))


def _lacks_second_factor() -> bool:
    viewer = current_viewer()
    return viewer is not None and viewer.requires_second_factor and request.endpoint not in OPEN_WITHOUT_CODE


def check_support() -> None:
    """A support access looks and does nothing, not even to itself, but leave."""
    viewer = current_viewer()
    if viewer is None or viewer.support is None or request.endpoint in ("AuthView.logout", "SupportView.enter"):
        return
    is_own_account = (request.endpoint or "").startswith(("AccountView.", "EnrolmentView."))
    if request.method not in SAFE_METHODS or is_own_account:
        raise NotAllowed(_("Support access may look and change nothing."), code="support_reads_only")


def check_csrf() -> None:
    """Every write that a cookie could authenticate carries the page's token; a bearer token can't be borrowed."""
    if request.url_rule is None:
        return  # there is nothing at this address, or nothing for this method: that is the answer
    if request.method not in SAFE_METHODS and not g.get("by_token") and not _is_sign_in_api():
        csrf.protect()


def _is_sign_in_api() -> bool:
    """Signing in by REST proves itself by what it sends and sets no cookie; a cookie that comes along means nothing.
    So does a call that its telephone line has signed."""
    return request.endpoint in {"AuthApi.login", "AuthApi.refresh", "AuthApi.verify", "TelephonyApi.call"}


def _claims_of(header: str) -> tokens.AccessClaims:
    scheme, _space, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated(
            _("Send the access token as: Authorization: Bearer …"),
            code="unknown_scheme",
        )
    claims = _claims.get(token)
    if claims is None:
        claims = tokens.read_access_token(token)
        if len(_claims) > 20_000:
            _claims.clear()
        _claims[token] = claims
    elif claims.expires_at <= clock.now():
        _claims.pop(token, None)
        claims = tokens.read_access_token(token)
    return claims


class SecurityManager(FabSecurityManager):
    """FAB's questions, answered from the viewer."""

    def register_views(self) -> None:
        """Only the sign-in view; users and roles are resources, and there is no second API for them."""
        self.auth_view = self.authdbview()
        self.appbuilder.add_view_no_menu(self.auth_view)

    def create_login_manager(self, app: Flask) -> LoginManager:
        manager = LoginManager(app)
        manager.request_loader(lambda _request: current_viewer())
        return manager

    def has_access(self, permission_name: str, view_name: str) -> bool:
        viewer, pair = current_viewer(), (permission_name, view_name)
        if viewer is not None and pair not in viewer.permissions:
            # What was granted a moment ago holds now: ask before refusing by what this process remembers.
            confirm_viewer()
            viewer = current_viewer()
        if viewer is None or pair not in viewer.permissions:
            return False
        g.setdefault("relied_on", set()).add(pair)
        return True

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        return False

    def get_public_permissions(self) -> list[Any]:
        """None: FAB asks before it is known which organisation asks."""
        return []

    def get_user_menu_access(self, menu_names: list[str] | None = None) -> set[str]:
        viewer = current_viewer()
        return {name for name in menu_names or [] if viewer and ("can_read", name) in viewer.permissions}

    @staticmethod
    def before_request() -> None:
        """FAB's hook; `app.core.requests` has put the viewer in place already."""
        g.user = current_viewer()


FURTHER_PERMISSIONS = frozenset(
    {
        ("can_read", "Audit"),
        ("can_export", "Audit"),
        ("can_read", "Settings"),
        ("can_edit", "Settings"),
        ("can_read", "Organizations"),
        ("can_add", "Organizations"),
        ("can_edit", "Organizations"),
        ("can_add", "BreakGlass"),
        ("can_read", "AccessReview"),
        ("can_edit", "AccessReview"),
        ("can_export", "AccessReview"),
        ("can_share", "SavedViews"),
        ("can_read", "Compliance"),
        ("can_export", "Compliance"),
        ("can_read", "OwnCredentials"),
        ("can_add", "OwnCredentials"),
        ("can_read", "OwnOffers"),
        ("can_edit", "OwnOffers"),
        ("can_read", "OwnCalendar"),
        ("can_add", "OwnCalendar"),
        ("can_read", "OwnVisits"),
        ("can_add", "OwnVisits"),
        ("can_add", "Files"),
        ("can_delete", "Files"),
        ("can_hold", "Files"),
        ("can_add", "Imports"),
        ("can_export", "Exports"),
        ("can_add", "ClockEvents"),
        ("can_edit", "VisitTasks"),
        ("can_edit", "VisitRecords"),
    }
)
"""Of screens and endpoints that are no resource; `Organizations` is the operators'."""

FURTHER_TITLES = {
    "AccessReview": N_("Access review"),
    "Audit": N_("Audit trail"),
    "BreakGlass": N_("Emergency access"),
    "Compliance": N_("Compliance"),
    "Organizations": N_("Agencies"),
    "OwnCalendar": N_("One's own calendar address"),
    "OwnCredentials": N_("One's own credentials"),
    "OwnOffers": N_("Visits offered to oneself"),
    "OwnVisits": N_("One's own visits"),
    "Settings": N_("Settings"),
}
"""What people call them, by name."""


def all_permissions() -> set[tuple[str, str]]:
    """Every (action, resource) pair that a role can hold."""
    pairs = set()
    for resource in registry.values():
        offered = {f"can_{method}" for method in resource.methods} | ({"can_edit"} if resource.actions else set())
        pairs |= {(action, resource.permission) for action in ACTIONS if action in offered | {"can_read", "can_export"}}
        if resource.secrets:
            pairs.add(("can_reveal", resource.permission))
    return pairs | FURTHER_PERMISSIONS


def synchronise_permissions() -> int:
    """Write every pair into FAB's tables as the owner and bring every agency's roles up to date; how many are new.

    Part of a release: a web worker neither may nor does write permissions.
    """
    owner = create_engine(settings().owner_database_url)
    try:
        with owner.begin() as connection:
            new = {pair for pair in sorted(all_permissions()) if _write_permission(connection, *pair)}
    finally:
        owner.dispose()
    for organization_id in _organizations():
        with tenancy.acting(organization_id, reason="new permissions"), db.transaction():
            roles.extend_roles(new)
            roles.create_roles_from_templates()
    return len(new)


def _organizations() -> list[UUID]:
    """Every agency, and the platform's own organisation once it is set up."""
    with db.transaction():
        found = list(db.session.scalars(sql("SELECT app.active_organizations()")))
    with tenancy.acting(PLATFORM_ID), db.transaction():
        platform = db.session.get(Organization, PLATFORM_ID)
    return found if platform is None else [*found, PLATFORM_ID]


def _write_permission(connection: Connection, action: str, name: str) -> bool:
    """Write one pair; whether it was new."""
    pair = {"action": action, "name": name}
    connection.execute(sql("INSERT INTO ab_permission (name) VALUES (:action) ON CONFLICT DO NOTHING"), pair)
    connection.execute(sql("INSERT INTO ab_view_menu (name) VALUES (:name) ON CONFLICT DO NOTHING"), pair)
    written = connection.execute(
        sql(
            "INSERT INTO ab_permission_view (permission_id, view_menu_id)"
            " SELECT p.id, v.id FROM ab_permission p, ab_view_menu v WHERE p.name = :action AND v.name = :name"
            " ON CONFLICT DO NOTHING"
        ),
        pair,
    )
    return written.rowcount == 1


def touch_session() -> None:
    """Note that the person is still there, or that the key is in use (at most once a minute)."""
    viewer = current_viewer()
    if isinstance(viewer, KeyViewer):
        api_keys.touch(viewer)
    elif viewer is not None and not g.get("by_token") and request.endpoint not in ASKED_BY_SCRIPTS:
        sessions.touch(viewer)
