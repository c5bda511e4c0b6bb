"""Verification: the chain of an organisation computed again from its rows, and compared with the heads kept outside.

It names what isn't as it was sealed. Rows younger than the last block are not sealed yet and are taken as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby, product
from uuid import UUID

from starline.core import clock, tenancy
from starline.core.audit import recording, rules
from starline.core.audit.heads import head_store
from starline.core.audit.models import AuditEvent
from starline.core.audit.rules import Head, SealedRow
from starline.core.audit.snapshots import Snapshot, snapshot

HEAD_DELAY = timedelta(minutes=10)
"""After this time a block whose head isn't outside is told."""

MOST_COMPARED = 12
"""Rows that are compared with one another for having changed places; of more, each is told by itself."""

RECORD_ID = "verification"
"""`subject_id` of the entries that tell of verifications, by which the last one is found."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that isn't as it was sealed. `block` and `row` are None where it is none's."""

    what: str
    block: int | None = None
    row: int | None = None

    def __str__(self) -> str:
        place = [f"block {self.block}"] if self.block is not None else []
        place += [f"row {self.row}"] if self.row is not None else []
        return ": ".join([", ".join(place), self.what]) if place else self.what


@dataclass
class Report:
    """What a verification saw of one organisation."""

    blocks: int = 0
    rows: int = 0
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Block:
    """An `AuditBlock` as a plain value."""

    organization_id: UUID
    number: int
    first_transaction: int
    first_row: int
    last_transaction: int
    last_row: int
    row_count: int
    row_hashes: bytes
    horizon: int
    newest: int
    open_since: datetime
    sealed_at: datetime
    rows_hash: str
    previous_hash: str
    block_hash: str

    @property
    def start(self) -> tuple[int, int]:
        return self.first_transaction, self.first_row

    @property
    def end(self) -> tuple[int, int]:
        return self.last_transaction, self.last_row


def verify() -> Report:
    """Check the acting organisation's trail; the trail keeps that it was checked."""
    # Asked first: a head that is outside now has its block in the database by then.
    organization_id = tenancy.current_organization_id()
    heads = head_store().heads(organization_id)
    with snapshot(organization_id) as reading:
        report = _Check(organization_id, heads).run(reading)
    facts = {"blocks": report.blocks, "rows": report.rows, "findings": len(report.findings)}
    recording.record("verified", "audit_events", subject_id=RECORD_ID, changes=facts)
    return report


class _Check:
    """One walk along blocks and rows, both in the order of sealing."""

    def __init__(self, organization_id: UUID, heads: list[Head]) -> None:
        self.organization_id = organization_id
        self.report = Report()
        self.heads: dict[int, list[Head]] = {}
        for head in heads:
            self.heads.setdefault(head.number, []).append(head)
        self.lacking: dict[int, tuple[int, bytes]] = {}
        """Sealed rows that weren't found as they were sealed: their block and their hash, by id."""
        self.strange: list[tuple[int | None, SealedRow]] = []
        """Rows that no block holds as they are now, and the block they stand in."""
        self.unkept: list[int] = []

    def run(self, reading: Snapshot) -> Report:
        rows = (SealedRow(**row._mapping) for row in reading.stream(_ROWS))
        row, last = next(rows, None), None
        for found in reading.stream(_BLOCKS):
            block = Block(**found._mapping)
            is_gap = self._check_block(block, last)
            sealed = rules.hashes_of(bytes(block.row_hashes))
            while row is not None and row.position <= block.end:
                self._check_row(row, block, sealed, is_gap)
                row = next(rows, None)
            self.lacking |= {id_: (block.number, hash_) for id_, hash_ in sealed.items()}
            last = block
        if row is not None and last is not None:
            self._check_tail(row, rows, last)
        self._check_heads(last)
        self._explain_rows()
        self.report.findings.sort(key=lambda one: (one.block or 0, one.row or 0))
        return self.report

    def _check_block(self, block: Block, last: Block | None) -> bool:
        """Tell what is wrong with a block itself; whether blocks are missing before it."""
        self.report.blocks += 1
        number = last.number if last else 0
        previous = last.block_hash if last else rules.GENESIS
        is_gap = block.number != number + 1
        for missing in range(number + 1, block.number):
            self._tell_missing(missing)
        if rules.rows_hash(bytes(block.row_hashes)) != block.rows_hash or rules.block_hash(block) != block.block_hash:
            self._tell("the block was changed after it was sealed", block.number)
        elif not is_gap and block.previous_hash != previous:
            self._tell("the block doesn't follow from the one before", block.number)
        kept = self.heads.get(block.number, [])
        if any(head.block_hash != block.block_hash for head in kept):
            what = "the block is not the one whose head is kept outside"
            self._tell(f"{what} ({_rows_of(kept[0])})", block.number)
        elif not kept and block.sealed_at < clock.now() - HEAD_DELAY:
            self.unkept.append(block.number)
        return is_gap

    def _check_row(self, row: SealedRow, block: Block, sealed: dict[int, bytes], is_gap: bool) -> None:
        self.report.rows += 1
        if sealed.get(row.id) == row.hash(self.organization_id):
            del sealed[row.id]
        elif not (is_gap and row.position < block.start):  # the rows of a missing block are told with it
            self.strange.append((block.number, row))

    def _check_tail(self, row: SealedRow | None, rows: Iterator[SealedRow], last: Block) -> None:
        """Behind the last block stands what isn't sealed yet, and whatever was put where it can't belong."""
        while row is not None:
            if row.transaction_id < last.horizon or row.at < last.open_since or row.id in self.lacking:
                self.strange.append((None, row))
            row = next(rows, None)

    def _check_heads(self, last: Block | None) -> None:
        newest = last.number if last else 0
        for number in sorted(self.heads):
            if number > newest:
                self._tell_missing(number)
        for _key, run in groupby(enumerate(self.unkept), lambda pair: pair[1] - pair[0]):
            numbers = [number for _position, number in run]
            last_one = f" (the same up to block {numbers[-1]})" if len(numbers) > 1 else ""
            self._tell(f"no head of the block is kept outside{last_one}", numbers[0])

    def _explain_rows(self) -> None:
        moved = self._moved()
        present = {row.id: row for _block, row in self.strange}
        for id_, (block, _hash) in self.lacking.items():
            if id_ in moved:
                self._tell("the row was moved: it changed its number or its time with another", block, id_)
            elif id_ in present:
                self._tell("the row was changed", block, id_)
            else:
                self._tell("the row was deleted", block, id_)
        for block_number, row in self.strange:
            if row.id not in self.lacking:
                self._tell(
                    f"the row was inserted: no block has sealed it ({row.at:%Y-%m-%d %H:%M:%S} UTC)",
                    block_number,
                    row.id,
                )

    def _moved(self) -> set[int]:
        """Sealed rows whose content stands at another's place: what was sealed comes out again by putting it back."""
        if not self.lacking or len(self.strange) > MOST_COMPARED:
            return set()
        rows = [row for _block, row in self.strange]
        sealed = {hash_: id_ for id_, (_block, hash_) in self.lacking.items()}
        places = list(product(self.lacking, {row.at_micros for row in rows}, {row.transaction_id for row in rows}))
        if len(places) * len(rows) > MOST_COMPARED**4:
            return set()
        moved = set()
        for row, place in product(rows, places):
            if place != (row.id, row.at_micros, row.transaction_id):
                put_back = SealedRow(*place, row.body).hash(self.organization_id)
                moved |= {sealed[put_back]} if put_back in sealed else set()
        return moved

    def _tell_missing(self, number: int) -> None:
        kept = self.heads.get(number)
        self._tell(f"the block is missing{f' ({_rows_of(kept[0])})' if kept else ''}", number)

    def _tell(self, what: str, block: int | None = None, row: int | None = None) -> None:
        self.report.findings.append(Finding(what, block, row))


def _rows_of(head: Head) -> str:
    return f"{head.row_count} rows, {head.first_row} to {head.last_row}"


def last_verification() -> AuditEvent | None:
    """The entry about the acting organisation's last verification: its `changes` are {blocks, rows, findings}."""
    return recording.newest("verified", "audit_events", RECORD_ID)


_BLOCKS = (
    "SELECT organization_id, number, first_transaction, first_row, last_transaction, last_row, row_count, row_hashes,"
    " horizon, newest, open_since, sealed_at, rows_hash, previous_hash, block_hash FROM audit_blocks"
    " WHERE organization_id = :organization_id ORDER BY number"
)
_ROWS = (
    f"SELECT {rules.ROW_COLUMNS} FROM audit_events WHERE organization_id = :organization_id ORDER BY transaction_id, id"
)
