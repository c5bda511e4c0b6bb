"""`/api/v1/auth/…`: signing in for programs, with access and refresh tokens."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from flask import Response, g, jsonify, request
from flask_appbuilder.api import BaseApi, expose

from app.core.security import confirm_viewer, required_viewer
from app.core.tenancy import find as find_tenant
from app.identity.api_documentation import document_auth
from app.identity.public_keys import blueprint as blueprint
from app.identity.refusals import api_origin, enter, find_organization, keep, keep_refused_token
from app.identity.role_permissions import RolePermissionsApi, document_role_permissions
from starline.core.errors import Invalid, NotAllowed, Unauthenticated
from starline.core.language import gettext as _
from starline.identity import sessions, signin, tokens


class AuthApi(BaseApi):  # type: ignore[misc]
    """Every refusal is recorded; what a caller may learn from one is the same for all reasons."""

    resource_name = "auth"
    openapi_spec_tag = "Signing in"

    @expose("/login", methods=["POST"])
    def login(self) -> Response:
        """Exchange e-mail and password for tokens, or for a token that only takes the second factor's code."""
        given = _fields("email", "password", optional=("organization",))
        tenant = find_organization(given["organization"], given["email"]) if _needs_tenant(given) else g.tenant
        if tenant is None:
            raise Unauthenticated(_(signin.REFUSAL), code="sign_in_refused")
        enter(tenant)
        result = signin.authenticate(given["email"], given["password"], origin=api_origin())
        if isinstance(result, signin.SecondFactorRequired):
            return _second_step(result)
        return _signed_in(result)

    @expose("/mfa/verify", methods=["POST"])
    def verify(self) -> Response:
        """Finish signing in with a code of the authenticator app, or with a recovery code."""
        given = _fields("mfa_token", optional=("code", "recovery_code"))
        claims = _checked(lambda: tokens.read_second_step_token(given["mfa_token"]))
        tenant = find_tenant(by_id=claims.organization_id)
        if tenant is None or (g.tenant is not None and g.tenant.id != tenant.id):
            keep_refused_token("tenant_mismatch")
            raise NotAllowed(_("This token belongs to another organisation."), code="tenant_mismatch")
        enter(tenant)
        check = signin.verify_recovery_code if given["recovery_code"] else signin.verify_code
        code = given["recovery_code"] or given["code"]
        return _signed_in(check(claims.user_id, code, origin=api_origin()))

    @expose("/refresh", methods=["POST"])
    def refresh(self) -> Response:
        """Exchange a refresh token for a new pair; it serves once, and a second use ends the session."""
        token = _fields("refresh_token")["refresh_token"]
        organization_id = tokens.organization_of_refresh_token(token)
        tenant = find_tenant(by_id=organization_id) if organization_id else None
        if tenant is None:
            keep_refused_token("malformed_token")
            raise Unauthenticated(_(tokens.RefusedToken("").sentence), code="malformed_token")
        if g.tenant is not None and g.tenant.id != tenant.id:
            keep_refused_token("tenant_mismatch")
            raise NotAllowed(_("This token belongs to another organisation."), code="tenant_mismatch")
        enter(tenant)
        result = tokens.refresh(token, origin=api_origin())
        if isinstance(result, tokens.RefusedToken):
            keep()
            raise Unauthenticated(_(result.sentence), code=result.reason)
        return _pair(result)

    @expose("/logout", methods=["POST"])
    def logout(self) -> Response:
        """End this session with all its tokens."""
        viewer = required_viewer()
        sessions.end(viewer.session_id, user_id=viewer.user_id)
        return jsonify(message=_("You are signed out."))

    @expose("/me", methods=["GET"])
    def me(self) -> Response:
        """Who is signed in, and what they may see and do."""
        confirm_viewer()
        viewer = required_viewer()
        return jsonify(
            user={
                "id": viewer.user_id,
                "name": viewer.name,
                "email": viewer.email,
                "locale": viewer.locale,
                "time_zone": viewer.time_zone,
                "branch_id": viewer.branch_id,
            },
            organization_id=viewer.organization_id,
            roles=list(viewer.roles),
            permissions=[list(pair) for pair in sorted(viewer.permissions)],
            scope=viewer.scope,
            requires_second_factor=viewer.requires_second_factor,
        )


VIEWS = (AuthApi, RolePermissionsApi)
document_auth()
document_role_permissions()


def _needs_tenant(given: dict[str, str]) -> bool:
    return g.tenant is None or bool(given["organization"])


def _signed_in(result: signin.SignedIn | signin.Refused) -> Response:
    if isinstance(result, signin.Refused):
        keep()
        raise Unauthenticated(_(result.sentence), code="sign_in_refused")
    return _pair(tokens.issue(signin.open_session(result, origin=api_origin())))


def _second_step(result: signin.SecondFactorRequired) -> Response:
    if result.must_enrol:
        keep()
        sentence = _("Your agency asks for a second factor. Set it up in the browser first, then sign in here.")
        raise NotAllowed(sentence, code="second_factor_enrolment_required")
    return jsonify(mfa_required=True, mfa_token=tokens.second_step_token(result.user))


def _pair(pair: tokens.TokenPair) -> Response:
    return jsonify(token_type="Bearer", **asdict(pair))


def _checked(read: Any) -> Any:
    """What `read` makes of a token; a token that it refuses is recorded first."""
    try:
        return read()
    except Unauthenticated as refusal:
        keep_refused_token(refusal.code)
        raise


def _fields(*required: str, optional: Iterable[str] = ()) -> dict[str, str]:
    """The text fields of a JSON body; optional ones that are missing are empty. Raises `Invalid`."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Invalid(_("Send a JSON object."))
    errors: dict[str, list[str]] = {}
    found = {}
    for name in (*required, *optional):
        value = body.get(name)
        if value is None or value == "":
            value = ""
            if name in required:
                errors[name] = [_("This field is required.")]
        elif not isinstance(value, str) or len(value) > 4096 or "\x00" in value:
            errors[name] = [_("This field must be text.")]
            value = ""
        found[name] = value
    if errors:
        raise Invalid(_("Please check the marked fields."), errors=errors)
    return found
