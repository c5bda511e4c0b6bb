"""Telling people, and what they do with what they were told."""

from collections.abc import Iterable
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert

from starline.core import clock, tenancy
from starline.core.db import User, session
from starline.core.errors import NotFound
from starline.notifications.models import Notification

KEPT = timedelta(days=90)
MOST_SHOWN = 50

Facts = str | int | date | time


def notify(
    user_id: int, kind: str, sentence: str, *, link: str | None = None, key: str | None = None, **facts: Facts
) -> None:
    """Tell one person. `sentence` is marked by `N_`; `facts` fill its `%(name)s`; `link` is a path of this site.

    With a `key` ("credential:<id>:30") the person is told once, however often this is called.
    """
    notify_all([user_id], kind, sentence, link=link, key=key, **facts)


def notify_all(
    user_ids: Iterable[int],
    kind: str,
    sentence: str,
    *,
    link: str | None = None,
    key: str | None = None,
    **facts: Facts,
) -> None:
    """Tell several people the same. Whoever acts is left out: they know. So is who was disabled."""
    wanted = sorted(set(user_ids) - {tenancy.current().user_id})
    active = session.scalars(select(User.id).where(User.id.in_(wanted), User.active)).all() if wanted else []
    if not active:
        return
    told = {"kind": kind, "sentence": sentence, "link": link, "key": key, "facts": _kept(facts), "version": 1}
    once = insert(Notification).on_conflict_do_nothing(index_elements=["organization_id", "user_id", "key"])
    session.execute(once, [{"user_id": user_id, **told} for user_id in active])


def people_who_may(action: str, resource: str, *, branch_id: UUID | None = None) -> list[int]:
    """The active people who hold a permission ("edit", "TimeOffRequests") for all records or for the branch's."""
    given = {
        "organization_id": tenancy.current_organization_id(),
        "action": f"can_{action}",
        "resource": resource,
        "branch_id": branch_id,
    }
    return list(session.scalars(sql(_PEOPLE_WHO_MAY), given))


def newest(user_id: int, *, limit: int = MOST_SHOWN, only_unread: bool = False) -> list[Notification]:
    """What the person was told, newest first."""
    query = select(Notification).where(Notification.user_id == user_id)
    if only_unread:
        query = query.where(Notification.read_at.is_(None))
    return list(session.scalars(query.order_by(Notification.id.desc()).limit(limit)))


def count_unread(user_id: int) -> int:
    query = select(func.count()).where(Notification.user_id == user_id, Notification.read_at.is_(None))
    return session.scalar(query) or 0


def mark_read(notification_id: UUID, *, by: int) -> Notification:
    """Note that the person has read it. Raises `NotFound` for anybody else's."""
    query = select(Notification).where(Notification.id == notification_id, Notification.user_id == by)
    found = session.scalars(query.with_for_update()).one_or_none()
    if found is None:
        raise NotFound("There is no such notification.")
    if found.read_at is None:
        found.read_at = clock.now()
        session.flush()
    return found


def mark_all_read(*, by: int) -> int:
    """Note that the person has read all there is; how many that were."""
    query = update(Notification).where(Notification.user_id == by, Notification.read_at.is_(None))
    read = session.execute(query.values(read_at=clock.now(), version=Notification.version + 1))
    return int(read.rowcount)  # type: ignore[attr-defined]


def clear_old() -> int:
    """Remove what was told ninety days ago or earlier; how many."""
    gone = session.execute(delete(Notification).where(Notification.created_on < clock.now() - KEPT))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _kept(facts: dict[str, Facts]) -> dict[str, Any]:
    """Days and times stay what they are: each reader is told them in their own way."""
    return {name: _plain(one) for name, one in facts.items()}


def _plain(one: Facts) -> Any:
    if isinstance(one, date):
        return {"on": one.isoformat()}
    return {"at": one.isoformat("minutes")} if isinstance(one, time) else one


_PEOPLE_WHO_MAY = """
SELECT DISTINCT u.id
  FROM ab_user u
  JOIN ab_user_role ur ON ur.organization_id = u.organization_id AND ur.user_id = u.id
  JOIN ab_role r ON r.organization_id = ur.organization_id AND r.id = ur.role_id
  JOIN ab_permission_view_role pvr ON pvr.organization_id = r.organization_id AND pvr.role_id = r.id
  JOIN ab_permission_view pv ON pv.id = pvr.permission_view_id
  JOIN ab_permission p ON p.id = pv.permission_id AND p.name = :action
  JOIN ab_view_menu v ON v.id = pv.view_menu_id AND v.name = :resource
 WHERE u.organization_id = :organization_id AND u.active
   AND (r.record_scope = 'all' OR (r.record_scope = 'branch' AND u.branch_id = CAST(:branch_id AS uuid)))
 ORDER BY u.id
"""
