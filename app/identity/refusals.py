"""The boundary of signing in: where requests come from, and refusals that must be kept.

A refused request leaves nothing behind, because the request's transaction is rolled back. An attempt to sign in is the
exception: services return it as a result, `keep` commits what they recorded, and only then is it answered.
"""

from flask import g
from sqlalchemy import text as sql

from app.core.callers import origin_of_request
from app.core.security import confirm_viewer, required_viewer
from app.core.tenancy import Tenant
from app.core.tenancy import find as find_tenant
from starline.core import tenancy
from starline.core.db import session
from starline.core.errors import NotAllowed
from starline.identity import attempts
from starline.identity.attempts import Origin
from starline.identity.rules import API, WEB
from starline.identity.viewer import Viewer

FIND_BY_DOMAIN = sql("SELECT id FROM app.find_organization_by_email_domain(:domain)")


def web_origin() -> Origin:
    return origin_of_request(WEB)


def api_origin() -> Origin:
    return origin_of_request(API)


def confirmed_viewer() -> Viewer:
    """The signed-in person as they are now, not as this process remembers them. Raises `Unauthenticated`."""
    confirm_viewer()
    return required_viewer()


def keep() -> None:
    """Commit what was recorded about a refusal, before the refusal rolls the request back."""
    session.commit()


def keep_refused_token(reason: str) -> None:
    """Record that a token was refused and keep it, where it is known for which organisation."""
    if tenancy.current().organization_id is not None:
        attempts.record_refused_token(reason, api_origin())
        keep()


def enter(tenant: Tenant) -> None:
    """Act for an organisation that the request's body named. Raises `NotAllowed` where host or header name another."""
    named = g.get("tenant")
    if named is not None and named.id != tenant.id:
        raise NotAllowed("The address names another organisation.", code="tenant_mismatch")
    if not tenant.is_open:
        raise NotAllowed("This agency's account is not active. Please contact your administrator.", code="suspended")
    g.tenant = tenant
    tenancy.switch(tenant.id, None)


def find_organization(name: str, email: str) -> Tenant | None:
    """The organisation by its short name, else by the domain of an e-mail address."""
    if name.strip():
        return find_tenant(slug=name.strip().lower())
    domain = email.rpartition("@")[2].strip().lower()
    if not domain:
        return None
    row = session.execute(FIND_BY_DOMAIN, {"domain": domain}).first()
    return find_tenant(by_id=row.id) if row is not None else None
