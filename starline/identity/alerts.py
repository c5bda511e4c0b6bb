"""Security alerts: one person sees or takes unusually many records, or a person or address is refused unusually often.

Counted each minute from what the audit and the sign-in history hold already; nothing is counted while people work.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Index, String, Text, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped

from starline.core import clock, events, tenancy
from starline.core.db import TenantModel, User, belongs_to, choice, column, joined, session
from starline.core.errors import Invalid
from starline.core.rows import assign
from starline.identity import notices
from starline.identity.models import of_people_visible_to
from starline.identity.policy import policy

TAKING = ("opened", "reveal", "export")
"""What the trail calls the ways in which content leaves: a file, a hidden value, the trail itself."""

SEEING = ("read", *TAKING)
READING_WINDOW = timedelta(hours=1)
DENIAL_WINDOW = timedelta(minutes=5)
ONCE_PER = timedelta(hours=1)
"""One alert, and one mail, per person or address and kind in so long; further ones raise its count."""
CRITICAL_FACTOR = 5
"""So many times the limit is critical."""


class AlertKind(StrEnum):
    MASS_EXPORT = "mass_export"
    DENIALS = "denials"


class AlertSeverity(StrEnum):
    WARNING = "warning"
    CRITICAL = "critical"


class SecurityAlert(TenantModel):
    """What looked unusual: `count` records seen or taken, or requests refused, by `user` or from `address`."""

    __tablename__ = "security_alerts"
    __label__ = ("kind",)
    __table_args__ = (Index(None, "organization_id", "created_on"),)

    kind: Mapped[AlertKind] = choice("Kind", AlertKind)
    severity: Mapped[AlertSeverity] = choice("Severity", AlertSeverity, default=AlertSeverity.WARNING)
    user_id: Mapped[int | None] = belongs_to("ab_user", "Person")
    address: Mapped[str | None] = column("Address", String(45))
    count: Mapped[int] = column("Count", default=0, help="Records in an hour, or refusals in five minutes.")
    last_seen_at: Mapped[datetime] = column("Last seen", DateTime(timezone=True), default=clock.now)
    comment: Mapped[str | None] = column("Comment", Text, help="What was found out, and what was done.")
    acknowledged_at: Mapped[datetime | None] = column("Acknowledged", DateTime(timezone=True))
    acknowledged_by_id: Mapped[int | None] = belongs_to("ab_user", "Acknowledged by")

    user: Mapped[User | None] = joined("SecurityAlert.user_id", to="User")
    acknowledged_by: Mapped[User | None] = joined("SecurityAlert.acknowledged_by_id", to="User")
    visible_to = classmethod(of_people_visible_to)


def watch() -> int:
    """Look at the acting agency's last hour and raise what is unusual; how many new alerts."""
    limits = policy()
    now = clock.now()
    findings = []
    for actions, limit in ((SEEING, limits.mass_export_rows), (TAKING, limits.mass_openings)):
        found = _found(_RECORDS, since=now - READING_WINDOW, limit=limit, actions=list(actions))
        findings += [(AlertKind.MASS_EXPORT, limit, row) for row in found]
    for query in (_DENIALS_OF_PEOPLE, _DENIALS_OF_ADDRESSES):
        found = _found(query, since=now - DENIAL_WINDOW, limit=limits.alert_denials)
        findings += [(AlertKind.DENIALS, limits.alert_denials, row) for row in found]
    return sum(_raise(kind, limit, **row) for kind, limit, row in findings)


def acknowledge(alert: SecurityAlert, values: dict[str, Any], *, by: int | None) -> SecurityAlert:
    """Keep who looked into the alert and what they found. Raises `Invalid` for an empty comment."""
    comment = (values.get("comment") or alert.comment or "").strip()
    if not comment:
        sentence = "Write what you found out and what was done."
        raise Invalid(sentence, errors={"comment": [sentence]})
    assign(alert, {"comment": comment, "acknowledged_at": clock.now(), "acknowledged_by_id": by})
    session.flush()
    events.record("alert:acknowledged", alert)
    return alert


def severity_of(count: int, limit: int) -> AlertSeverity:
    """How bad `count` is where `limit` is the most that is usual."""
    return AlertSeverity.CRITICAL if count >= CRITICAL_FACTOR * limit else AlertSeverity.WARNING


def _raise(kind: AlertKind, limit: int, *, user_id: int | None, address: str | None, count: int) -> bool:
    """A new alert with its mails, or a higher count on one of the last hour; whether it is new."""
    query = select(SecurityAlert).where(
        SecurityAlert.kind == kind,
        SecurityAlert.user_id == user_id if user_id else SecurityAlert.address == address,
        SecurityAlert.created_on > clock.now() - ONCE_PER,
    )
    known, severity = session.scalars(query.limit(1)).first(), severity_of(count, limit)
    if known is not None:
        if severity is AlertSeverity.WARNING:
            severity = known.severity  # by the other limit it may be worse
        if count > known.count or severity != known.severity:
            more = {"count": max(count, known.count), "severity": severity, "last_seen_at": clock.now()}
            assign(known, more)
        return False
    values = {"user_id": user_id, "address": address, "count": count, "severity": severity}
    alert = SecurityAlert(kind=kind, **values)
    session.add(alert)
    session.flush()
    notices.notify_administrators("security_alert", alert.id)
    events.record("alert:raised", alert)
    return True


def _found(query: str, *, since: datetime, limit: int, **more: Any) -> list[dict[str, Any]]:
    parameters = {"organization_id": tenancy.current_organization_id(), "since": since, "limit": limit, **more}
    return [dict(row) for row in session.execute(sql(query), parameters).mappings()]


# Whoever can't be over the limit even if all they saw was different isn't looked at record by record.
_RECORDS = """
WITH looks AS MATERIALIZED (
    SELECT actor_id, subject, subject_id, client_ids,
           CASE WHEN jsonb_typeof(changes -> 'ids') = 'array' THEN changes -> 'ids' END AS ids
      FROM audit_events
     WHERE organization_id = :organization_id AND at > :since AND action = ANY (:actions) AND actor_id IS NOT NULL
), many AS (
    SELECT actor_id FROM looks GROUP BY actor_id
    HAVING sum(CASE WHEN subject_id IS NOT NULL THEN 1
                    ELSE coalesce(jsonb_array_length(ids), cardinality(client_ids), 0) END) > :limit
), records AS (
    SELECT actor_id, subject, subject_id AS id FROM looks JOIN many USING (actor_id) WHERE subject_id IS NOT NULL
    UNION
    SELECT actor_id, subject, jsonb_array_elements_text(ids) FROM looks JOIN many USING (actor_id)
     WHERE subject_id IS NULL
    UNION
    SELECT actor_id, 'clients', CAST(unnest(client_ids) AS text) FROM looks JOIN many USING (actor_id)
     WHERE subject_id IS NULL AND ids IS NULL
)
SELECT actor_id AS user_id, CAST(NULL AS text) AS address, count(id)::int AS count
  FROM records GROUP BY actor_id HAVING count(id) > :limit
"""
_DENIALS_OF_PEOPLE = """
SELECT actor_id AS user_id, CAST(NULL AS text) AS address, count(*)::int AS count
  FROM audit_events
 WHERE organization_id = :organization_id AND at > :since AND action = 'denied' AND actor_id IS NOT NULL
 GROUP BY actor_id HAVING count(*) >= :limit
"""
# A refused token's row stands for those since the row before it: the first, up to the tenth, up to the hundredth.
_DENIALS_OF_ADDRESSES = """
SELECT CAST(NULL AS int) AS user_id, address, sum(refused)::int AS count
  FROM (SELECT address, count(*) AS refused FROM sign_in_attempts
         WHERE organization_id = :organization_id AND created_on > :since AND address IS NOT NULL
           AND outcome NOT IN ('succeeded', 'code_required')
         GROUP BY address
         UNION ALL
        SELECT changes ->> 'address', sum((changes ->> 'count')::int - (changes ->> 'count')::int / 10)
          FROM audit_events
         WHERE organization_id = :organization_id AND at > :since AND action = 'auth:refused_token'
           AND changes ->> 'address' IS NOT NULL
         GROUP BY 1) AS refusals
 GROUP BY address HAVING sum(refused) >= :limit
"""
