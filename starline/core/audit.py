"""Who did and who saw what. Writes are caught by a trigger on every tenant table; reads are recorded here.

Rows are append-only for the runtime role and partitioned by month.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Identity, Index, Text, Uuid, func, insert, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from starline.core import tenancy
from starline.core.db import Model, session


class AuditEvent(Model):  # type: ignore[misc]
    """One write of one row, or one request's reading of many.

    `action`: insert, update, delete, read, or a named event such as `auth:failed`. `changes`: {column: [old, new]}.
    """

    __tablename__ = "audit_events"
    __table_args__ = (
        # Pages of many rows name no single subject; each index entry is paid for by every list that is read.
        Index(None, "organization_id", "subject_id", "at", postgresql_where=text("subject_id IS NOT NULL")),
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


def record_read(subject: str, ids: Iterable[object], client_ids: Iterable[UUID] = ()) -> None:
    """One row for one request's reading of `subject` (a table name); fails the read if it can't be written."""
    ids = [str(one) for one in ids]
    record(
        "read",
        subject,
        subject_id=ids[0] if len(ids) == 1 else None,
        client_ids=sorted(set(client_ids)) or None,
        changes=None if len(ids) == 1 else {"ids": ids},
    )


def record(action: str, subject: str, **values: Any) -> None:
    """A named event that is no row's change: a refused sign-in, a denied request, a reveal."""
    session.execute(insert(AuditEvent).values(action=action, subject=subject, **values))


def history(subject: str, subject_id: object, *, limit: int = 20) -> list[AuditEvent]:
    """What happened to one record, newest first; reads are left out."""
    query = (
        session.query(AuditEvent)
        .filter(AuditEvent.organization_id == tenancy.current_organization_id())
        .filter(
            AuditEvent.subject_id == str(subject_id),
            AuditEvent.subject == subject,
            AuditEvent.action != "read",
        )
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    )
    events: list[AuditEvent] = query.limit(limit).all()
    return events
