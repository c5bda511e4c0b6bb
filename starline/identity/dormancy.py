"""Accounts that nobody uses: warned 14 and 3 days before, disabled after the agency's number of days."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text as sql

from starline.core import audit, outbox, tenancy
from starline.core.db import User, session
from starline.core.errors import Conflict
from starline.identity import users
from starline.identity.policy import policy

FIRST_WARNING, LAST_WARNING = 14, 3
"""Days before the end at which the person is told."""
WARNED = "auth:dormancy_warned"


@dataclass(frozen=True, slots=True)
class Idle:
    """An active account and when it was last used, or opened, or enabled again; `first`, `last` are its warnings."""

    user_id: int
    since: datetime
    first: datetime | None
    last: datetime | None


def tend(now: datetime) -> tuple[int, int]:
    """Warn and disable the acting agency's dormant accounts; how many of each.

    Nobody is disabled unwarned: where the job stood still, the last warning comes late and the end three days after it.
    """
    days = policy().dormant_days
    parameters = {
        "organization_id": tenancy.current_organization_id(),
        "before": now - timedelta(days=days - FIRST_WARNING),
    }
    found = [Idle(**row) for row in session.execute(sql(_IDLE), parameters).mappings()]
    steps = [(one, step_of(one, now=now, days=days)) for one in found]
    for one, step in steps:
        if step:
            _warn(one, step)
    disabled = [_disable(one, days) for one, step in steps if step == 0]
    return sum(bool(step) for _one, step in steps), sum(disabled)


def step_of(one: Idle, *, now: datetime, days: int) -> int | None:
    """What is due: 14 or 3 for that warning, 0 for the end, None for nothing."""
    idle = now - one.since
    if one.last is not None:
        is_over = idle >= timedelta(days=days) and now - one.last >= timedelta(days=LAST_WARNING)
        return 0 if is_over else None
    if idle >= timedelta(days=days - LAST_WARNING):
        return LAST_WARNING
    return FIRST_WARNING if one.first is None and idle >= timedelta(days=days - FIRST_WARNING) else None


def _warn(one: Idle, days_left: int) -> None:
    audit.record(WARNED, "ab_user", subject_id=str(one.user_id), changes={"days_left": days_left})
    outbox.enqueue("identity.send_dormancy_warning", user_id=one.user_id, days_left=days_left)


def _disable(one: Idle, days: int) -> bool:
    """Whether the account was disabled: the last administrator never is."""
    user = session.get_one(User, one.user_id)
    try:
        with tenancy.because(f"No sign-in for {days} days"):
            users.disable(user, by=None)
    except Conflict:
        return False
    return True


_IDLE = """
SELECT * FROM (
    SELECT u.id AS user_id, used.since,
           (SELECT max(e.at) FROM audit_events e WHERE e.organization_id = u.organization_id AND e.subject = 'ab_user'
               AND e.subject_id = u.id::text AND e.action = 'auth:dormancy_warned' AND e.at > used.since
               AND (e.changes ->> 'days_left')::int = 14) AS first,
           (SELECT max(e.at) FROM audit_events e WHERE e.organization_id = u.organization_id AND e.subject = 'ab_user'
               AND e.subject_id = u.id::text AND e.action = 'auth:dormancy_warned' AND e.at > used.since
               AND (e.changes ->> 'days_left')::int = 3) AS last
      FROM ab_user u
      CROSS JOIN LATERAL (
           SELECT greatest(u.created_on, u.last_login,
                  (SELECT max(s.last_seen_at) FROM user_sessions s
                    WHERE s.organization_id = u.organization_id AND s.user_id = u.id),
                  (SELECT max(e.at) FROM audit_events e WHERE e.organization_id = u.organization_id
                      AND e.subject = 'ab_user' AND e.subject_id = u.id::text AND e.action = 'auth:enabled')) AS since
      ) AS used
     WHERE u.organization_id = :organization_id AND u.active) AS idle
 WHERE since <= :before ORDER BY user_id
"""
