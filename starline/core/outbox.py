"""Work that leaves the database, written in the transaction that causes it, so that neither is lost alone."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from starline.core import clock, tenancy
from starline.core.db import Model, session
from starline.core.identifiers import uuid7


class OutboxMessage(Model):  # type: ignore[misc]
    """One task to hand to the workers. `arguments` hold identifiers only, never health information."""

    __tablename__ = "outbox_messages"
    __table_args__ = (Index("ix_outbox_messages_due", "due_at", postgresql_where="done_at IS NULL"),)

    organization_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=tenancy.current_organization_id)
    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=uuid7)
    task: Mapped[str] = mapped_column(Text)
    arguments: Mapped[dict[str, Any]] = mapped_column(JSONB)
    user_id: Mapped[int | None] = mapped_column(default=lambda: tenancy.current().user_id)
    request_id: Mapped[str] = mapped_column(Text, default=lambda: tenancy.current().request_id)
    created_on: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=clock.now)
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=clock.now)
    dispatched_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    attempts: Mapped[int] = mapped_column(default=0)
    failed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    failure: Mapped[str | None] = mapped_column(Text)


def enqueue(task: str, *, due_at: datetime | None = None, **arguments: Any) -> OutboxMessage:
    """Promise that `task` will run once this transaction has committed; `arguments` are JSON values, ids only."""
    message = OutboxMessage(task=task, arguments=arguments, due_at=due_at or clock.now())
    session.add(message)
    return message
