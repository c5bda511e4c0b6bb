"""Who is acting, in which organisation: the context that every statement runs under.

The database is told by a signed, transaction-local setting (see `db`), so that not even an SQL
injection can pick another organisation.
"""

import hashlib
import hmac
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import text as sql

from config import settings
from starline.core.errors import NotAllowed

PLATFORM_ID = UUID("00000000-0000-7000-8000-000000000000")
"""The platform's own organisation. Its users are the operators; it holds no agency's rows."""

CONTEXT_LIFETIME = 900
"""Seconds a signature stays valid: longer than any request or task step, far shorter than a leak is useful."""


@dataclass(frozen=True, slots=True)
class Context:
    """One request's or one task's identity. `user_id` is None for the system itself.

    `via` is what acts in the person's name, an API key; the audit keeps it beside the reason.
    """

    organization_id: UUID | None = None
    user_id: int | None = None
    request_id: str = ""
    reason: str | None = None
    via: str | None = None

    def signed(self) -> str:
        """`organization.user.expiry.hmac`, the value of the setting `app.context`; empty without an organisation."""
        if self.organization_id is None:
            return ""
        # Rounded up, so that one signature serves a caller for minutes and can be cached.
        expiry = (int(time.time()) // CONTEXT_LIFETIME + 2) * CONTEXT_LIFETIME
        return _sign(self.organization_id, self.user_id or 0, expiry)


_nobody = Context()
_current: ContextVar[Context] = ContextVar("tenant_context", default=_nobody)


def current() -> Context:
    return _current.get()


def current_organization_id() -> UUID:
    """The acting organisation; refuses to guess where there is none."""
    organization_id = _current.get().organization_id
    if organization_id is None:
        raise NotAllowed(
            "This work belongs to an organisation, and none was named.",
            code="no_organization",
        )
    return organization_id


@contextmanager
def acting(
    organization_id: UUID | None,
    user_id: int | None = None,
    request_id: str | None = None,
    reason: str | None = None,
) -> Iterator[Context]:
    """Act for an organisation inside the block, also within a transaction that is already open."""
    outer = _current.get()
    context = Context(
        organization_id,
        user_id,
        outer.request_id if request_id is None else request_id,
        reason,
        outer.via,
    )
    with _entered(context):
        yield context


def switch(
    organization_id: UUID | None, user_id: int | None, via: str | None = None, reason: str | None = None
) -> None:
    """Go on as another person or organisation until the enclosing `acting` ends: a request learns who asks in steps."""
    from starline.core import db

    db.flush_pending()
    _current.set(Context(organization_id, user_id, _current.get().request_id, reason, via))
    db.apply_context()


def rename_request(request_id: str) -> None:
    """Go on under another request's name until the enclosing `acting` ends: so the trail tells a long work's steps."""
    from starline.core import db

    db.flush_pending()
    _current.set(replace(_current.get(), request_id=request_id))
    db.apply_context()


@contextmanager
def because(reason: str) -> Iterator[None]:
    """Attach a person's reason to every change made inside the block; the audit keeps it."""
    with _entered(replace(_current.get(), reason=reason)):
        yield


def every_organization(why: str) -> Iterator[UUID]:
    """Act for each active organisation in turn, with `why` as the reason the audit keeps; the platform is left out."""
    from starline.core import db

    organization_ids = list(db.session.scalars(sql("SELECT app.active_organizations()")))
    for organization_id in organization_ids:
        with acting(organization_id, reason=why):
            yield organization_id


def key(*parts: object) -> str:
    """A cache, limit or lock key that can't collide with another organisation's."""
    return ":".join(["org", str(current_organization_id()), *map(str, parts)])


@contextmanager
def _entered(context: Context) -> Iterator[None]:
    from starline.core import db

    db.flush_pending()
    token = _current.set(context)
    db.apply_context()
    try:
        yield
        db.flush_pending()
    finally:
        _current.reset(token)
        db.apply_context()


_signatures: dict[tuple[UUID, int, int], str] = {}


def _sign(organization_id: UUID, user_id: int, expiry: int) -> str:
    known = _signatures.get((organization_id, user_id, expiry))
    if known is None:
        message = f"{organization_id}.{user_id}.{expiry}"
        digest = hmac.new(settings().context_key.encode(), message.encode(), hashlib.sha256).hexdigest()
        if len(_signatures) > 10_000:
            _signatures.clear()
        known = _signatures[organization_id, user_id, expiry] = f"{message}.{digest}"
    return known
