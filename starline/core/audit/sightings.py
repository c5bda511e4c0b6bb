"""Who saw a client: sealed looks by index, and the looks of the last minute from the trail itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text as sql

from starline.core import tenancy
from starline.core.audit.models import WRITES
from starline.core.db import session


@dataclass(frozen=True, slots=True)
class Onlooker:
    """A person's looks at one client in a period. `subjects`: the tables they looked at. No person: the system."""

    actor_id: int | None
    views: int
    first_at: datetime
    last_at: datetime
    subjects: list[str]


@dataclass(frozen=True, slots=True)
class Sighting:
    """One look at one client."""

    at: datetime
    audit_id: int
    actor_id: int | None
    action: str
    subject: str


def onlookers(client_id: UUID, *, since: datetime, until: datetime) -> list[Onlooker]:
    """Everybody who saw the client from `since` to before `until`, who saw them last first."""
    return [Onlooker(*row) for row in session.execute(_ONLOOKERS, _parameters(client_id, since, until))]


def sightings(
    client_id: UUID,
    *,
    since: datetime,
    until: datetime,
    before: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> list[Sighting]:
    """Single looks, newest first; `before` is the (at, audit_id) of the last one already known."""
    at, audit_id = before or (until, 0)
    page = {"before_at": at, "before_id": audit_id, "limit": limit}
    return [Sighting(*row) for row in session.execute(_SIGHTINGS, {**_parameters(client_id, since, until), **page})]


def _parameters(client_id: UUID, since: datetime, until: datetime) -> dict[str, Any]:
    return {
        "organization_id": tenancy.current_organization_id(),
        "client_id": client_id,
        "since": since,
        "until": until,
        "writes": list(WRITES),
    }


# Both halves are read in one snapshot, and a block and its sightings were committed together: nothing falls between.
_SEEN = """
WITH seal AS (
    SELECT horizon, open_since FROM audit_blocks WHERE organization_id = :organization_id ORDER BY number DESC LIMIT 1
), seen AS (
    SELECT at, audit_id, actor_id, action, subject FROM audit_sightings
     WHERE organization_id = :organization_id AND client_id = :client_id AND at >= :since AND at < :until
    UNION ALL
    SELECT at, id, actor_id, action, subject FROM audit_events
     WHERE organization_id = :organization_id AND at < :until
       AND at >= greatest(CAST(:since AS timestamptz), coalesce((SELECT open_since FROM seal), '-infinity'))
       AND transaction_id >= coalesce((SELECT horizon FROM seal), 0)
       AND CAST(:client_id AS uuid) = ANY (client_ids) AND action <> ALL (:writes)
)
"""
_ONLOOKERS = sql(
    f"{_SEEN} SELECT actor_id, count(*), min(at), max(at), array_agg(DISTINCT subject)"
    " FROM seen GROUP BY actor_id ORDER BY max(at) DESC"
)
_SIGHTINGS = sql(
    f"{_SEEN} SELECT at, audit_id, actor_id, action, subject FROM seen"
    " WHERE (at, audit_id) < (CAST(:before_at AS timestamptz), :before_id) ORDER BY at DESC, audit_id DESC LIMIT :limit"
)
