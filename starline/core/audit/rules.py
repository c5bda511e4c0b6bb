"""How rows and blocks are hashed: pure, so that whoever holds the rows can do it again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

GENESIS = "0" * 64
"""Stands for the hash before the first block."""

ID_BYTES, HASH_BYTES = 8, 32
ENTRY_BYTES = ID_BYTES + HASH_BYTES
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

ROW_COLUMNS = (
    "id, (extract(epoch FROM at) * 1000000)::bigint AS at_micros, transaction_id,"
    " jsonb_build_array(actor_id, request_id, action, subject, subject_id, client_ids, changes, reason)::text AS body"
)
"""What is read of a row to hash it: PostgreSQL writes equal values as equal text."""


@dataclass(frozen=True, slots=True)
class SealedRow:
    """An audit row as it is hashed. `at_micros`: microseconds since 1970."""

    id: int
    at_micros: int
    transaction_id: int
    body: str

    @property
    def position(self) -> tuple[int, int]:
        return self.transaction_id, self.id

    @property
    def at(self) -> datetime:
        return EPOCH + timedelta(microseconds=self.at_micros)

    def hash(self, organization_id: UUID) -> bytes:
        text = f"{organization_id}|{self.id}|{self.at_micros}|{self.transaction_id}|{self.body}"
        return hashlib.sha256(text.encode()).digest()


@dataclass(frozen=True, slots=True)
class Head:
    """What is kept of a block outside the database."""

    organization_id: UUID
    number: int
    first_row: int
    last_row: int
    row_count: int
    block_hash: str
    sealed_at: datetime


def entries_of(organization_id: UUID, rows: Iterable[SealedRow]) -> bytes:
    """`AuditBlock.row_hashes` of these rows."""
    return b"".join(row.id.to_bytes(ID_BYTES, "big") + row.hash(organization_id) for row in rows)


def hashes_of(entries: bytes) -> dict[int, bytes]:
    """The rows' hashes by their ids."""
    found = {}
    for start in range(0, len(entries) - ENTRY_BYTES + 1, ENTRY_BYTES):
        entry = entries[start : start + ENTRY_BYTES]
        found[int.from_bytes(entry[:ID_BYTES], "big")] = entry[ID_BYTES:]
    return found


def rows_hash(entries: bytes) -> str:
    return hashlib.sha256(entries).hexdigest()


def block_hash(block: Any) -> str:
    """The hash over all of an `AuditBlock` but the hash itself."""
    parts = (
        block.organization_id,
        block.number,
        block.first_transaction,
        block.first_row,
        block.last_transaction,
        block.last_row,
        block.row_count,
        block.horizon,
        block.newest,
        _micros(block.open_since),
        _micros(block.sealed_at),
        block.rows_hash,
        block.previous_hash,
    )
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()


def _micros(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)
