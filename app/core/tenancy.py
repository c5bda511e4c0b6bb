"""The request's side of tenancy: which organisation a request is for, and that all its parts agree."""

import time
from dataclasses import dataclass
from uuid import UUID

from flask import request
from sqlalchemy import text as sql

from config import settings
from starline.core import db
from starline.core.errors import NotAllowed, NotFound
from starline.core.identifiers import parse_uuid
from starline.core.language import gettext as _
from starline.core.tenancy import PLATFORM_ID

KEPT_SECONDS = 15
"""How long a host's organisation is remembered; its status and settings are checked on every request besides."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """What must be known of an organisation before anybody acts for it."""

    id: UUID
    slug: str
    name: str
    status: str

    @property
    def is_open(self) -> bool:
        return self.status in ("trial", "active")

    @property
    def is_platform(self) -> bool:
        return self.id == PLATFORM_ID


_remembered: dict[tuple[str, str], tuple[float, Tenant | None]] = {}


def tenant_of_request() -> Tenant | None:
    """The organisation that host and header name, or None where neither does.

    Raises `NotFound` for a host or an id that names none, `NotAllowed` where the two disagree.
    """
    by_host = _of_host(request.host.rpartition(":")[0] or request.host)
    header = request.headers.get("X-Organization-ID")
    if header is None:
        return by_host
    identifier = parse_uuid(header)
    by_header = find(by_id=identifier) if identifier else None
    if by_header is None:
        raise NotAllowed(_("X-Organization-ID names no organisation."), code="unknown_organization")
    if by_host is not None and by_host.id != by_header.id:
        raise NotAllowed(
            _("The address and X-Organization-ID name different organisations."),
            code="tenant_mismatch",
        )
    return by_header


def find(*, slug: str | None = None, domain: str | None = None, by_id: UUID | None = None) -> Tenant | None:
    """The organisation by its subdomain, custom domain or id."""
    key = ("slug", slug) if slug else ("domain", domain) if domain else ("id", str(by_id))
    until, known = _remembered.get(key, (0.0, None))
    if until > time.monotonic():
        return known
    query = sql("SELECT id, slug, name, status FROM app.find_organization(:slug, :domain, :id)")
    row = db.session.execute(query, {"slug": slug, "domain": domain, "id": by_id}).first()
    found = Tenant(*row) if row else None
    if len(_remembered) > 10_000:
        _remembered.clear()
    if found is not None:  # an organisation that doesn't exist yet may be set up the next moment
        _remembered[key] = (time.monotonic() + KEPT_SECONDS, found)
    return found


def forget() -> None:
    """Forget what hosts stand for (after a change of slug, domain or status, and in tests)."""
    _remembered.clear()


def _of_host(host: str) -> Tenant | None:
    host = host.lower().strip("[]")
    base = settings().base_domain
    if host == base or host in settings().allowed_hosts:
        return None
    tenant = find(slug=host[: -len(base) - 1]) if host.endswith("." + base) else find(domain=host)
    if tenant is None:
        raise NotFound(_("No agency lives at this address."), code="unknown_host")
    return tenant
