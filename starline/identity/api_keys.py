"""API keys: what an agency's own programs sign in with, and what a key may do.

A key is `sl_<word>_<64 bytes>`: the word stands on screens, the bytes are organisation, id and secret, so that the key
is found before it is known for whom the request is. A secret of 256 random bits can't be guessed: SHA-256 keeps it.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import select

from starline.core import clock, events, tenancy
from starline.core.db import PermissionView, Role, session
from starline.core.errors import Conflict, Invalid
from starline.core.identifiers import uuid7
from starline.core.language import _
from starline.core.rows import assign
from starline.identity import roles
from starline.identity.models import AgencyApiKey
from starline.identity.roles import Pair
from starline.identity.viewer import load_viewer_of_user

LONGEST_LIFE = timedelta(days=730)
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
SPELLING = re.compile(r"sl_[a-z2-7]{8}_([A-Za-z0-9_-]{86})")
NEVER_WRITTEN = "Users Roles RoleAssignments ApiKeys Settings Organizations Support* BreakGlass* Access*"
"""Who may do what is changed by people only: a key that could would soon do more than its scopes."""


@dataclass(frozen=True, slots=True)
class NamedKey:
    """What the text of a key says; whether it is true shows against the stored hash."""

    organization_id: UUID
    key_id: UUID
    secret_hash: str


def named_in(text: str) -> NamedKey | None:
    """Whose key the text says it is; None where it isn't spelled like one."""
    spelled = SPELLING.fullmatch(text)
    if spelled is None:
        return None
    content = base64.urlsafe_b64decode(spelled.group(1) + "==")
    return NamedKey(UUID(bytes=content[:16]), UUID(bytes=content[16:32]), _hash(content[32:]))


def issue(values: Mapping[str, Any], *, by: int) -> AgencyApiKey:
    """A new key that acts for `by`. `values`: name, role_id, scopes, and expires_at unless it is a year.

    The row's `key` is what the program sends; it is known now and never again. Raises `Invalid`, and `NotAllowed` for
    a role that may do more than the issuer.
    """
    given = {name: value for name, value in values.items() if value is not None}
    _check(given, by=by)
    secret, word = secrets.token_bytes(32), "".join(secrets.choice(ALPHABET) for _ in range(8))
    made = AgencyApiKey(id=uuid7(), prefix=f"sl_{word}", secret_hash=_hash(secret), user_id=by, **given)
    content = tenancy.current_organization_id().bytes + made.id.bytes + secret
    made.__dict__["key"] = f"{made.prefix}_{base64.urlsafe_b64encode(content).decode().rstrip('=')}"
    session.add(made)
    session.flush()
    events.record("api_key:issued", made)
    return made


def update(key: AgencyApiKey, values: Mapping[str, Any], *, by: int) -> AgencyApiKey:
    """Change a key's name, role, scopes or expiry; the secret stays. Raises like `issue`, `Conflict` once revoked."""
    if key.revoked_at is not None:
        raise Conflict("This key is revoked. Issue a new one.")
    given = {name: value for name, value in values.items() if value is not None}
    changed = {name: value for name, value in given.items() if getattr(key, name) != value}
    if changed:
        _check({"role_id": key.role_id, "scopes": key.scopes, **changed}, by=by)
        assign(key, changed)
        session.flush()
        events.record("api_key:changed", key)
    return key


def revoke(key: AgencyApiKey, *, by: int) -> AgencyApiKey:
    """End the key: every node refuses its next request. Whoever may edit keys may revoke any of them."""
    if key.revoked_at is not None:
        raise Conflict("This key was revoked before.")
    key.revoked_at, key.revoked_by_id = clock.now(), by
    session.flush()
    events.record("api_key:revoked", key)
    return key


def permitted(pairs: Iterable[Pair], scopes: Iterable[str]) -> frozenset[Pair]:
    """Those of the pairs that the scopes cover and that a key may have at all."""
    named = frozenset(scopes)
    return frozenset(pair for pair in pairs if scope_of(pair) in named and not _is_barred(pair))


@lru_cache(maxsize=1024)
def scope_of(pair: Pair) -> str:
    """The scope that covers a pair: ("can_edit", "StaffMembers") is in `staff_members:write`."""
    action, resource = pair
    verb = {"can_read": "read", "can_export": "export"}.get(action, "write")
    return re.sub(r"(?<!^)(?=[A-Z])", "_", resource).lower() + f":{verb}"


@lru_cache(maxsize=1024)
def _is_barred(pair: Pair) -> bool:
    is_access = any(fnmatchcase(pair[1], pattern) for pattern in NEVER_WRITTEN.split())
    return is_access and not scope_of(pair).endswith(":read")


def _check(values: Mapping[str, Any], *, by: int) -> None:
    """That the issuer may hand out the role and the scopes, and that the key ends in time."""
    role = session.get(Role, values["role_id"])
    if role is None:
        raise _invalid("role_id", _("Role: choose one from the list."))
    _check_scopes(values["scopes"], by=by)
    expires_at: datetime | None = values.get("expires_at")
    if expires_at is not None and not clock.now() < expires_at <= clock.now() + LONGEST_LIFE:
        raise _invalid("expires_at", _("Expires: choose a time within the next two years."))
    roles.check_may_grant([role], by=by)


def _check_scopes(scopes: list[str], *, by: int) -> None:
    rows = session.scalars(select(PermissionView)).unique()
    covered: dict[str, set[Pair]] = {}
    for pair in ((row.permission.name, row.view_menu.name) for row in rows):
        if not _is_barred(pair):
            covered.setdefault(scope_of(pair), set()).add(pair)
    issuer = load_viewer_of_user(by)
    own = issuer.permissions if issuer is not None else frozenset()
    if not scopes:
        raise _invalid("scopes", _("Scopes: name at least one, such as clients:read."))
    for scope in scopes:
        if scope not in covered:
            sentence = _(
                "Scopes: %(scope)s is none that a key can have. Write a resource and read, write or export.",
                scope=scope,
            )
            raise _invalid("scopes", sentence)
        if not covered[scope] <= own:
            raise _invalid(
                "scopes", _("Scopes: you may not give %(scope)s, because you may not do that yourself.", scope=scope)
            )


def _invalid(name: str, sentence: str) -> Invalid:
    return Invalid("Please check the marked fields.", errors={name: [sentence]})


def _hash(secret: bytes) -> str:
    return hashlib.sha256(secret).hexdigest()
