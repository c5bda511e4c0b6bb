"""The trail as people read it: filtered, newest first, page by page; and its state of sealing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy import text as sql

from starline.core import tenancy
from starline.core.audit.models import AuditEvent
from starline.core.audit.sealing import newest_block
from starline.core.audit.snapshots import snapshot
from starline.core.audit.verification import last_verification
from starline.core.db import session

Position = tuple[datetime, int]
"""(at, id) of an event, after which a page goes on."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events are asked for, from `since` to before `until`; None and "" leave a filter open."""

    since: datetime
    until: datetime
    actor_id: int | None = None
    action: str = ""
    subject: str = ""
    subject_id: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """How far the trail is sealed, and what the last verification found (`findings` is None where there was none)."""

    sealed_at: datetime | None
    verified_at: datetime | None
    findings: int | None


def events(wanted: Wanted, *, before: Position | None = None, limit: int = 50) -> list[AuditEvent]:
    """The events, newest first."""
    query = _matching(wanted)
    if before is not None:
        at, number = before
        # Written out: the comparison of rows alone doesn't leave out the partitions after it.
        query = query.where(AuditEvent.at <= at, (AuditEvent.at < at) | (AuditEvent.id < number))
    return list(session.scalars(query.order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).limit(limit)))


def all_events(wanted: Wanted) -> Iterator[dict[str, Any]]:
    """Every event of the period, oldest first, from one snapshot however many they are; read after this call ends."""
    return _streamed(tenancy.current_organization_id(), wanted)


def clients_named(wanted: Wanted) -> list[UUID]:
    """Every client that an event of the period names."""
    return list(session.scalars(sql(_CLIENTS), _period(wanted)))


def actors(wanted: Wanted) -> set[int | None]:
    """Everybody who did something in the period."""
    return set(session.scalars(sql(_ACTORS), _period(wanted)))


def state() -> State:
    """The acting organisation's."""
    block, verified = newest_block(), last_verification()
    return State(
        sealed_at=block.sealed_at if block else None,
        verified_at=verified.at if verified else None,
        findings=(verified.changes or {}).get("findings") if verified else None,
    )


def _streamed(organization_id: UUID, wanted: Wanted) -> Iterator[dict[str, Any]]:
    with snapshot(organization_id) as reading:
        for row in reading.stream(_EVERYTHING, since=wanted.since, until=wanted.until):
            yield dict(row._mapping)


def _matching(wanted: Wanted) -> Select[Any]:
    query = select(AuditEvent).where(
        AuditEvent.organization_id == tenancy.current_organization_id(),
        AuditEvent.at >= wanted.since,
        AuditEvent.at < wanted.until,
    )
    if wanted.actor_id is not None:
        query = query.where(AuditEvent.actor_id == wanted.actor_id)
    for column, value in (
        (AuditEvent.action, wanted.action),
        (AuditEvent.subject, wanted.subject),
        (AuditEvent.subject_id, wanted.subject_id),
    ):
        if value:
            query = query.where(column == value)
    return query


def _period(wanted: Wanted) -> dict[str, Any]:
    return {
        "organization_id": tenancy.current_organization_id(),
        "since": wanted.since,
        "until": wanted.until,
    }


_IN_PERIOD = "FROM audit_events WHERE organization_id = :organization_id AND at >= :since AND at < :until"
_CLIENTS = f"SELECT DISTINCT unnest(array_remove(client_ids, NULL)) {_IN_PERIOD} AND client_ids IS NOT NULL"
_ACTORS = f"SELECT DISTINCT actor_id {_IN_PERIOD}"
_EVERYTHING = (
    "SELECT id, at, actor_id, action, subject, subject_id, client_ids::text[] AS client_ids, changes, reason,"
    f" request_id {_IN_PERIOD} ORDER BY at, id"
)
