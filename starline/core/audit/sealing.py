"""Sealing: the new rows of an organisation become a block, chained to the one before.

A row shows only when its transaction commits, and a long one may commit after many later rows were sealed. So a block
holds the rows of those transactions that were all over when it was sealed: whatever has a number below the oldest
running one is there for good or never will be. `tests/audit/test_sealing.py` holds transactions open to prove it.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy import text as sql

from starline.core import tenancy
from starline.core.audit import rules
from starline.core.audit.models import WRITES, AuditBlock
from starline.core.audit.rules import SealedRow
from starline.core.db import session, transaction

BLOCK_ROWS = 5_000
"""Rows in one block at most: 200 kB of hashes."""

CLOCK_SLACK = timedelta(minutes=5)
"""How much earlier a row's time may be than the moment its transaction got its number: clocks are set back."""

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Moment:
    """What is settled now: every transaction below `horizon` is over, none from `newest` on had begun at `at`."""

    at: datetime
    horizon: int
    newest: int


def audited_organizations() -> list[UUID]:
    """Every organisation, also the platform's own and those that are suspended or closed: all have a trail."""
    return list(session.scalars(sql("SELECT app.audited_organizations()")))


def seal_everything() -> int:
    """Seal each organisation's new rows in a transaction of its own; how many rows."""
    with transaction():
        organization_ids = audited_organizations()
    count = 0
    for organization_id in organization_ids:
        with tenancy.acting(organization_id, reason="audit seal"), transaction():
            count += seal()
    return count


def seal() -> int:
    """Seal the acting organisation's new rows, as far as they are settled; how many. Safe beside another sealer."""
    organization_id = tenancy.current_organization_id()
    session.execute(_LOCK, {"key": f"audit seal {organization_id}"})
    last, now = newest_block(), _moment()
    if last is not None and now.horizon < last.horizon:
        log.error("audit not sealed: transactions went back", extra={"organization_id": str(organization_id)})
        return 0
    span = {
        "organization_id": organization_id,
        "since": last.open_since if last else BEGINNING,
        "start": last.horizon if last else 0,
        "horizon": now.horizon,
    }
    open_since = _open_since(now)
    count = 0
    for rows in session.execute(_ROWS, span, execution_options={"stream_results": True}).partitions(BLOCK_ROWS):
        last = _block([SealedRow(*row) for row in rows], previous=last, now=now, open_since=open_since)
        session.add(last)
        session.flush()
        count += last.row_count
    if count:
        session.execute(_SIGHTINGS, {**span, "writes": list(WRITES)})
    return count


def newest_block() -> AuditBlock | None:
    """The acting organisation's last block."""
    query = select(AuditBlock).where(AuditBlock.organization_id == tenancy.current_organization_id())
    found: AuditBlock | None = session.scalars(query.order_by(AuditBlock.number.desc()).limit(1)).first()
    return found


def is_foreign() -> bool:
    """Whether the acting organisation was sealed by another cluster, which had counted its transactions further."""
    last = newest_block()
    return last is not None and _moment().newest < last.horizon


def start_anew() -> None:
    """Leave the acting organisation's seals behind: all its rows count as written by this transaction, and the next
    sealing begins a chain. For a restore whose rows can't keep their numbers; needs the rights of the tables' owner.
    """
    whose = {"organization_id": tenancy.current_organization_id()}
    session.execute(sql("DELETE FROM audit_blocks WHERE organization_id = :organization_id"), whose)
    session.execute(_RENUMBER, whose)


def _moment() -> Moment:
    return Moment(*session.execute(_MOMENT).one())


def _open_since(now: Moment) -> datetime:
    """No row of a transaction at or above the horizon was written before this.

    Such a transaction got its number after the last sealing at which that number was still to come.
    """
    if now.newest <= now.horizon:
        return now.at - CLOCK_SLACK
    query = (
        select(AuditBlock.sealed_at)
        .where(AuditBlock.organization_id == tenancy.current_organization_id(), AuditBlock.newest <= now.horizon)
        .order_by(AuditBlock.number.desc())
        .limit(1)
    )
    known: datetime | None = session.scalar(query)
    return known - CLOCK_SLACK if known else BEGINNING


def _block(rows: Iterable[SealedRow], *, previous: AuditBlock | None, now: Moment, open_since: datetime) -> AuditBlock:
    rows = list(rows)
    entries = rules.entries_of(tenancy.current_organization_id(), rows)
    values: dict[str, Any] = {
        "organization_id": tenancy.current_organization_id(),
        "number": previous.number + 1 if previous else 1,
        "first_transaction": rows[0].transaction_id,
        "first_row": rows[0].id,
        "last_transaction": rows[-1].transaction_id,
        "last_row": rows[-1].id,
        "row_count": len(rows),
        "row_hashes": entries,
        "horizon": now.horizon,
        "newest": now.newest,
        "open_since": open_since,
        "sealed_at": now.at,
        "rows_hash": rules.rows_hash(entries),
        "previous_hash": previous.block_hash if previous else rules.GENESIS,
    }
    block = AuditBlock(**values)
    block.block_hash = rules.block_hash(block)
    return block


_LOCK = sql("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
# The time of the statement's arrival: before its snapshot, never after.
_MOMENT = sql(
    "SELECT statement_timestamp(), pg_snapshot_xmin(pg_current_snapshot())::text::bigint,"
    " pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
)
_RENUMBER = sql(
    "UPDATE audit_events SET transaction_id = pg_current_xact_id()::text::bigint"
    " WHERE organization_id = :organization_id"
)
_SPAN = "organization_id = :organization_id AND at >= :since AND transaction_id >= :start AND transaction_id < :horizon"
_ROWS = sql(f"SELECT {rules.ROW_COLUMNS} FROM audit_events WHERE {_SPAN} ORDER BY transaction_id, id")
_SIGHTINGS = sql(
    "INSERT INTO audit_sightings (organization_id, client_id, at, audit_id, actor_id, action, subject)"
    " SELECT organization_id, client, at, id, actor_id, action, subject FROM audit_events"
    # Older lists named nobody, too.
    " CROSS JOIN LATERAL (SELECT DISTINCT unnest(array_remove(client_ids, NULL)) AS client) AS seen"
    f" WHERE {_SPAN} AND client_ids IS NOT NULL AND action <> ALL (:writes)"
    " ON CONFLICT DO NOTHING"  # restored rows may bring theirs along
)
