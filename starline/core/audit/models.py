"""The audit's rows, the blocks that seal them, and what sealing notes about clients."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Identity, Index, LargeBinary, String, Text, Uuid, func
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from starline.core import tenancy
from starline.core.crypto import FormerText
from starline.core.db import Model
from starline.core.identifiers import uuid7

WRITES = ("insert", "update", "delete")
"""The trigger's actions; every other one is somebody's look, or a named event."""


class AuditEvent(Model):  # type: ignore[misc]
    """One write of one row, or one request's reading of many.

    `action`: insert, update, delete, read, or a named event such as `auth:failed`. `changes`: {column: [old, new]}.
    `transaction_id`: PostgreSQL's number of the transaction that wrote the row, by which sealing knows what is settled.
    """

    __tablename__ = "audit_events"
    __table_args__ = (
        # Pages of many rows name no single subject; each index entry is paid for by every list that is read.
        Index(None, "organization_id", "subject_id", "at", postgresql_where=sql("subject_id IS NOT NULL")),
        {"postgresql_partition_by": "RANGE (at)"},
    )

    organization_id: Mapped[UUID] = mapped_column(
        Uuid(), primary_key=True, server_default=func.app.current_organization_id()
    )
    at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), primary_key=True, server_default=func.clock_timestamp()
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    actor_id: Mapped[int | None] = mapped_column(server_default=func.app.current_user_id())
    request_id: Mapped[str] = mapped_column(Text, server_default=func.current_setting("app.request_id", True))
    action: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[str | None] = mapped_column(Text)
    client_ids: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid()))
    changes: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    reason: Mapped[str | None] = mapped_column(
        Text, server_default=func.nullif(func.current_setting("app.reason", True), "")
    )
    transaction_id: Mapped[int] = mapped_column(BigInteger, server_default=sql("pg_current_xact_id()::text::bigint"))


class AuditBlock(Model):  # type: ignore[misc]
    """A run of an organisation's audit rows, sealed: its hash holds every row's hash and the previous block's.

    Rows stand in the order of (transaction, id). Every transaction below `horizon` is sealed here or earlier, and no
    row that is still to be sealed was written before `open_since`.
    """

    __tablename__ = "audit_blocks"

    organization_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=tenancy.current_organization_id)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    first_transaction: Mapped[int] = mapped_column(BigInteger)
    first_row: Mapped[int] = mapped_column(BigInteger)
    last_transaction: Mapped[int] = mapped_column(BigInteger)
    last_row: Mapped[int] = mapped_column(BigInteger)
    row_count: Mapped[int]
    row_hashes: Mapped[bytes] = mapped_column(LargeBinary)
    """Of each row its id (8 bytes) and its SHA-256 (32 bytes)."""
    horizon: Mapped[int] = mapped_column(BigInteger)
    newest: Mapped[int] = mapped_column(BigInteger)
    """The first transaction that had not begun when the block was sealed."""
    open_since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    sealed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    rows_hash: Mapped[str] = mapped_column(String(64))
    previous_hash: Mapped[str] = mapped_column(String(64))
    block_hash: Mapped[str] = mapped_column(String(64))


class AuditSighting(Model):  # type: ignore[misc]
    """One client seen in one audited look: `audit_events.client_ids`, one row each, found by the client."""

    __tablename__ = "audit_sightings"

    organization_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=tenancy.current_organization_id)
    client_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    audit_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    actor_id: Mapped[int | None]
    action: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)


class AuditText(Model):  # type: ignore[misc]
    """What a sealed text said before the change that an event tells of, sealed; empty where nothing was written yet.

    Written by the trigger that writes the event. `subject`, `subject_id` and `field` (a column) are where it stood.
    """

    __tablename__ = "audit_texts"
    __table_args__ = (Index(None, "organization_id", "subject_id", "event_id"),)

    organization_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=tenancy.current_organization_id)
    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=uuid7)
    event_id: Mapped[int] = mapped_column(BigInteger)
    subject: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[str] = mapped_column(Text)
    field: Mapped[str] = mapped_column(Text)
    text_encrypted: Mapped[bytes | None] = mapped_column(LargeBinary)

    text = FormerText("text_encrypted")
