"""The viewer that an API key makes: its owner, cut down to what role, scopes and owner all may."""

import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from starline.core import clock
from starline.core.statements import Statement, answer
from starline.identity import api_keys
from starline.identity.api_keys import NamedKey
from starline.identity.models import RecordScope
from starline.identity.viewer import WIDEST_FIRST, Viewer

TOUCH_EVERY = timedelta(minutes=1)
UNKNOWN, REVOKED, EXPIRED, ORPHANED = "unknown_key", "revoked_key", "expired_key", "disabled_key"


@dataclass(frozen=True, slots=True)
class KeyViewer(Viewer):
    """A program that acts by key. Its `session_id` is the key's id."""

    prefix: str = ""
    secret_hash: str = ""

    @property
    def via(self) -> str | None:
        return f"API key {self.prefix}"

    def is_opened_by(self, named: NamedKey) -> bool:
        """Whether the secret that was sent is this key's."""
        return hmac.compare_digest(self.secret_hash, named.secret_hash)


@dataclass(frozen=True, slots=True)
class RefusedKey:
    """Why a key opens nothing. `is_proven`: the secret was right, so the key's own organisation may be told."""

    reason: str
    is_proven: bool = False


def load_key_viewer(named: NamedKey) -> KeyViewer | RefusedKey:
    """Who acts by the key in the acting organisation; nothing but "unknown" is told to whoever lacks the secret."""
    parameters = {"organization_id": str(named.organization_id), "key_id": str(named.key_id)}
    found = answer(_OF_KEY, parameters)
    row = dict(zip(_NAMES, found, strict=True)) if found else None
    if row is None or not hmac.compare_digest(row["secret_hash"], named.secret_hash):
        return RefusedKey(UNKNOWN)
    if row["revoked_at"] is not None:
        return RefusedKey(REVOKED, is_proven=True)
    if row["expires_at"] <= clock.now():
        return RefusedKey(EXPIRED, is_proven=True)
    return _viewer(row) if row["active"] else RefusedKey(ORPHANED, is_proven=True)


def touch(viewer: KeyViewer) -> None:
    """Note that the key was used, unless that was noted within the last minute by anybody."""
    now = clock.now()
    answer(
        _TOUCH,
        {
            "now": now,
            "before": now - TOUCH_EVERY,
            "organization_id": str(viewer.organization_id),
            "key_id": str(viewer.session_id),
        },
        is_durable=False,
    )


_TOUCH = Statement(
    "WITH used AS (UPDATE api_keys SET last_seen_at = %(now)s::timestamptz"
    " WHERE organization_id = %(organization_id)s::uuid AND id = %(key_id)s::uuid"
    " AND (last_seen_at IS NULL OR last_seen_at < %(before)s::timestamptz) RETURNING id)"
    " SELECT count(*) FROM used",
    {},
)
_COLUMNS = {
    "key_id": "k.id::text",
    "key_name": "k.name",
    "prefix": "k.prefix",
    "secret_hash": "k.secret_hash",
    "scopes": "k.scopes",
    "expires_at": "k.expires_at",
    "revoked_at": "k.revoked_at",
    "last_seen_at": "coalesce(k.last_seen_at, k.created_on)",
    "user_id": "u.id",
    "organization_id": "k.organization_id::text",
    "active": "u.active",
    "email": "u.email",
    "branch_id": "u.branch_id::text",
    "locale": "coalesce(u.locale, settings.locale, 'en')",
    "time_zone": "coalesce(u.time_zone, settings.time_zone, 'UTC')",
    "version": "coalesce(version.value, 0)",
    "role": "role.name",
    "record_scope": "role.record_scope",
    "owner_scopes": """ARRAY(
        SELECT DISTINCT r.record_scope FROM ab_user_role ur
          JOIN ab_role r ON r.organization_id = ur.organization_id AND r.id = ur.role_id
         WHERE ur.organization_id = k.organization_id AND ur.user_id = k.user_id)""",
    "permissions": """ARRAY(
        SELECT p.name || ' ' || v.name FROM ab_permission_view_role pvr
          JOIN ab_permission_view pv ON pv.id = pvr.permission_view_id
          JOIN ab_permission p ON p.id = pv.permission_id
          JOIN ab_view_menu v ON v.id = pv.view_menu_id
         WHERE pvr.organization_id = k.organization_id AND pvr.role_id = k.role_id
           AND pvr.permission_view_id IN (
               SELECT own.permission_view_id FROM ab_user_role ur
                 JOIN ab_permission_view_role own
                   ON own.organization_id = ur.organization_id AND own.role_id = ur.role_id
                WHERE ur.organization_id = k.organization_id AND ur.user_id = k.user_id))""",
}
_NAMES = tuple(_COLUMNS)
_OF_KEY = Statement(
    f"""SELECT {", ".join(_COLUMNS.values())}
  FROM api_keys k
  JOIN ab_user u ON u.organization_id = k.organization_id AND u.id = k.user_id
  JOIN ab_role role ON role.organization_id = k.organization_id AND role.id = k.role_id
  JOIN organizations o ON o.id = k.organization_id AND o.status IN ('trial', 'active')
  LEFT JOIN organization_settings settings ON settings.organization_id = k.organization_id
  LEFT JOIN organization_versions version ON version.organization_id = k.organization_id
 WHERE k.organization_id = %(organization_id)s AND k.id = %(key_id)s""",
    {},
)


def _viewer(row: Any) -> KeyViewer:
    pairs = ((action, resource) for action, _space, resource in (text.partition(" ") for text in row["permissions"]))
    owners = next((scope for scope in WIDEST_FIRST if scope in row["owner_scopes"]), RecordScope.OWN)
    return KeyViewer(
        user_id=row["user_id"],
        organization_id=UUID(row["organization_id"]),
        session_id=UUID(row["key_id"]),
        name=row["key_name"],
        email=row["email"],
        roles=(row["role"],),
        permissions=api_keys.permitted(pairs, row["scopes"]),
        scope=max(RecordScope(row["record_scope"]), owners, key=WIDEST_FIRST.index),
        branch_id=UUID(row["branch_id"]) if row["branch_id"] else None,
        locale=row["locale"],
        time_zone=row["time_zone"],
        requires_second_factor=False,
        version=row["version"],
        last_seen_at=row["last_seen_at"],
        idle_until=row["expires_at"],
        expires_at=row["expires_at"],
        prefix=row["prefix"],
        secret_hash=row["secret_hash"],
    )
