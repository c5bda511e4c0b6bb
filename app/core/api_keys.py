"""API keys on requests: who asks by key, from memory while nothing has changed. Never for screens."""

import time
from uuid import UUID

from flask import g, request

from starline.core import clock, tenancy
from starline.core.errors import NotAllowed, Unauthenticated
from starline.core.language import gettext as _
from starline.identity import key_viewer
from starline.identity.api_keys import NamedKey, named_in
from starline.identity.key_viewer import KeyViewer, RefusedKey, load_key_viewer

HEADER = "X-API-Key"
KEPT_SECONDS = 60
SENTENCES = {
    key_viewer.UNKNOWN: "This API key is not known here.",
    key_viewer.REVOKED: "This API key was revoked.",
    key_viewer.EXPIRED: "This API key has expired.",
    key_viewer.ORPHANED: "The owner of this API key may not sign in any more.",
}

_kept: dict[UUID, tuple[float, KeyViewer]] = {}
_touched: dict[UUID, float] = {}


def sent_key() -> str | None:
    """The key in `X-API-Key` or `Authorization: Bearer sl_…`; None where none is sent. Raises where it isn't alone."""
    header, authorization = request.headers.get(HEADER), request.headers.get("Authorization", "")
    if header is not None and authorization:
        raise Unauthenticated(_("Send either X-API-Key or Authorization, not both."), code="two_credentials")
    if header is not None:
        return header
    return authorization[7:] if authorization[7:10] == "sl_" and authorization[:7].lower() == "bearer " else None


def viewer_by_key(text: str, tenant_id: UUID | None) -> KeyViewer:
    """Who acts by the key. Raises `Unauthenticated`, and `NotAllowed` on screens and at another organisation's host."""
    if not request.path.startswith("/api/"):
        raise NotAllowed(_("API keys open the API only, never screens."), code="api_only")
    named = named_in(text)
    if named is None:
        raise Unauthenticated(_(SENTENCES[key_viewer.UNKNOWN]), code=key_viewer.UNKNOWN)
    if tenant_id is not None and named.organization_id != tenant_id:
        raise NotAllowed(_("This API key belongs to another organisation."), code="tenant_mismatch")
    tenancy.switch(named.organization_id, None)
    until, viewer = _kept.get(named.key_id, (0.0, None))
    if viewer is not None and until > time.monotonic() and viewer.is_current(clock.now()):
        # Ids are no secret: what was loaded for one organisation or secret opens nothing for another.
        if viewer.organization_id != named.organization_id or not viewer.is_opened_by(named):
            raise Unauthenticated(_(SENTENCES[key_viewer.UNKNOWN]), code=key_viewer.UNKNOWN)
        return viewer
    return _loaded(named)


def renewed(viewer: KeyViewer) -> KeyViewer:
    """The key's viewer as it is now. Raises `Unauthenticated` where it opens nothing any more."""
    return _loaded(NamedKey(viewer.organization_id, viewer.session_id, viewer.secret_hash))


def touch(viewer: KeyViewer) -> None:
    """Note that the key is in use: at most once a minute and process."""
    now = clock.now().timestamp()
    if now - _touched.get(viewer.session_id, 0.0) >= key_viewer.TOUCH_EVERY.total_seconds():
        if len(_touched) > 20_000:
            _touched.clear()
        _touched[viewer.session_id] = now
        key_viewer.touch(viewer)


def _loaded(named: NamedKey) -> KeyViewer:
    found = load_key_viewer(named)
    if isinstance(found, RefusedKey):
        _kept.pop(named.key_id, None)
        if found.is_proven:
            g.refused_key = named
        raise Unauthenticated(_(SENTENCES[found.reason]), code=found.reason)
    if len(_kept) > 20_000:
        _kept.clear()
    _kept[named.key_id] = (time.monotonic() + KEPT_SECONDS, found)
    return found
