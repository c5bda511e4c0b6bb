"""Who is looking: everything that permission and record scope need to know of a person, in one statement."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import text as sql

from starline.core import clock, tenancy
from starline.core.db import session
from starline.identity.models import RecordScope
from starline.identity.rules import WEB, SecurityPolicy

NO_SESSION = UUID(int=0)
"""The session of a viewer that was loaded for a person who isn't signed in."""

SUPPORT = "support"
"""The kind of a session that a support access opens."""

WIDEST_FIRST = (RecordScope.ALL, RecordScope.BRANCH, RecordScope.ASSIGNED, RecordScope.OWN)


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person at one version of the organisation's users, roles and settings. May be kept in memory.

    `permissions` are (action, resource) pairs such as ("can_read", "Clients"); `scope` is the widest of the roles'.
    `requires_second_factor`: a code is demanded and this session has none, so nothing but enrolling is open.
    """

    user_id: int
    organization_id: UUID
    session_id: UUID
    name: str
    email: str
    roles: tuple[str, ...]
    permissions: frozenset[tuple[str, str]]
    scope: RecordScope
    branch_id: UUID | None
    locale: str
    time_zone: str
    requires_second_factor: bool
    version: int
    last_seen_at: datetime
    idle_until: datetime
    expires_at: datetime
    support: str | None = None
    """Who of the platform looks, and why, where this is a support access: it may read and do nothing else."""

    def can(self, verb: str, resource: str) -> bool:
        """Whether the person may `verb` (read, add, edit, delete, export) rows of `resource`."""
        return (f"can_{verb}", resource) in self.permissions

    @property
    def readable(self) -> list[str]:
        """The resources that the person may read, by name: what a record scope asks that depends on several."""
        return list(_readable(self.permissions))

    def is_current(self, now: datetime) -> bool:
        """Whether the session still holds. A viewer from memory may be idle in memory alone: load it again."""
        return now < self.idle_until and now < self.expires_at

    @property
    def via(self) -> str | None:
        """What acts in the person's name, if it isn't they themselves."""
        return None

    @property
    def id(self) -> int:
        """The user's id, under the name that Flask-Login and FAB ask for."""
        return self.user_id

    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def is_active(self) -> bool:
        return True

    @property
    def is_anonymous(self) -> bool:
        return False

    def get_id(self) -> str:
        return str(self.user_id)

    def get_full_name(self) -> str:
        return self.name


def load_viewer(session_id: UUID) -> Viewer | None:
    """The person of an open session of the acting organisation.

    None for a disabled person, an ended, idle or expired session, and an organisation that is closed.
    """
    row = session.execute(sql(_OF_SESSION), _parameters(session_id=session_id)).mappings().first()
    found = _viewer(row) if row is not None else None
    if found is not None and row is not None and row["kind"] == SUPPORT:
        found = _as_support(found)
    return found if found is not None and found.is_current(clock.now()) else None


@lru_cache(maxsize=1024)
def _readable(permissions: frozenset[tuple[str, str]]) -> tuple[str, ...]:
    """Kept, because every read asks and a process meets few sets of permissions."""
    return tuple(sorted(resource for action, resource in permissions if action == "can_read"))


def load_viewer_of_user(user_id: int) -> Viewer | None:
    """What a person could see and do if they were signed in now, with a second factor if they have one."""
    row = session.execute(sql(_OF_USER), _parameters(user_id=user_id)).mappings().first()
    return _viewer(row) if row is not None else None


_COLUMNS = """
SELECT u.id AS user_id, u.organization_id, u.first_name, u.last_name, u.email, u.branch_id,
       coalesce(u.locale, settings.locale, 'en') AS locale,
       coalesce(u.time_zone, branch.time_zone, settings.time_zone, 'UTC') AS time_zone,
       settings.security_policy, coalesce(version.value, 0) AS version,
       (SELECT json_agg(json_build_array(r.name, r.record_scope, r.requires_second_factor) ORDER BY r.name)
          FROM ab_user_role ur
          JOIN ab_role r ON r.organization_id = ur.organization_id AND r.id = ur.role_id
         WHERE ur.organization_id = u.organization_id AND ur.user_id = u.id) AS roles,
       (SELECT array_agg(DISTINCT p.name || ' ' || v.name)
          FROM ab_user_role ur
          JOIN ab_permission_view_role pvr ON pvr.organization_id = ur.organization_id AND pvr.role_id = ur.role_id
          JOIN ab_permission_view pv ON pv.id = pvr.permission_view_id
          JOIN ab_permission p ON p.id = pv.permission_id
          JOIN ab_view_menu v ON v.id = pv.view_menu_id
         WHERE ur.organization_id = u.organization_id AND ur.user_id = u.id) AS permissions,
"""
_PEOPLE = """
  JOIN organizations o ON o.id = u.organization_id AND o.status IN ('trial', 'active')
  LEFT JOIN branches branch ON branch.organization_id = u.organization_id AND branch.id = u.branch_id
  LEFT JOIN organization_settings settings ON settings.organization_id = u.organization_id
  LEFT JOIN organization_versions version ON version.organization_id = u.organization_id
 WHERE u.organization_id = :organization_id
"""
_OF_SESSION = f"""{_COLUMNS}
       s.id AS session_id, s.kind, s.last_seen_at, s.expires_at, s.has_second_factor,
       CASE WHEN s.kind = 'support' THEN (
           SELECT 'Support access by ' || a.operator_name || ': ' || a.reason FROM support_accesses a
            WHERE a.organization_id = s.organization_id AND a.user_id = s.user_id AND a.state = 'running'
              AND a.ends_at > now() LIMIT 1) END AS support
  FROM user_sessions s
  JOIN ab_user u ON u.organization_id = s.organization_id AND u.id = s.user_id
{_PEOPLE}   AND (u.active OR s.kind = 'support')
   AND s.organization_id = :organization_id AND s.id = :session_id AND s.ended_at IS NULL"""
_OF_USER = f"""{_COLUMNS}
       CAST('00000000-0000-0000-0000-000000000000' AS uuid) AS session_id, 'api' AS kind,
       now() AS last_seen_at, now() + interval '1 hour' AS expires_at,
       EXISTS (SELECT FROM second_factors f WHERE f.organization_id = u.organization_id AND f.user_id = u.id
                  AND f.confirmed_at IS NOT NULL) AS has_second_factor, CAST(NULL AS text) AS support
  FROM ab_user u
{_PEOPLE} AND u.active AND u.id = :user_id"""
_ALL_READING = "SELECT v.name FROM ab_view_menu v WHERE v.name <> 'Organizations'"


def _parameters(**values: Any) -> dict[str, Any]:
    return {"organization_id": tenancy.current_organization_id(), **values}


def _viewer(row: Any) -> Viewer:
    policy = SecurityPolicy.of(row["security_policy"])
    roles = row["roles"] or []
    scopes = {scope for _name, scope, _demands in roles}
    is_demanded = policy.demands_second_factor((name, demands) for name, _scope, demands in roles)
    idle = timedelta(minutes=policy.idle_minutes)
    return Viewer(
        user_id=row["user_id"],
        organization_id=row["organization_id"],
        session_id=row["session_id"],
        name=f"{row['first_name']} {row['last_name']}".strip(),
        email=row["email"],
        roles=tuple(name for name, _scope, _demands in roles),
        permissions=frozenset(_pair(text) for text in row["permissions"] or ()),
        scope=next((scope for scope in WIDEST_FIRST if scope in scopes), RecordScope.OWN),
        branch_id=row["branch_id"],
        locale=row["locale"],
        time_zone=row["time_zone"],
        requires_second_factor=is_demanded and not row["has_second_factor"],
        version=row["version"],
        last_seen_at=row["last_seen_at"],
        idle_until=row["last_seen_at"] + idle if row["kind"] in (WEB, SUPPORT) else row["expires_at"],
        expires_at=row["expires_at"],
        support=row["support"],
    )


def _as_support(found: Viewer) -> Viewer | None:
    """May read all and do nothing, whatever roles the stand-in was given; nobody once the access has ended."""
    if found.support is None:
        return None
    reading = frozenset(("can_read", name) for name in session.scalars(sql(_ALL_READING)))
    return replace(found, permissions=reading, scope=RecordScope.ALL, requires_second_factor=False)


def _pair(text: str) -> tuple[str, str]:
    action, _space, resource = text.partition(" ")
    return action, resource
