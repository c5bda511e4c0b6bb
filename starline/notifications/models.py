"""One thing that one person should know."""

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Index, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped

from starline.core.db import TenantModel, belongs_to, column
from starline.identity.models import CASCADE


class Notification(TenantModel):
    """A sentence for one person. `facts` fill it; a day among them is kept as `{"on": "2026-11-30"}`."""

    __tablename__ = "notifications"
    __label__ = ("sentence",)
    __table_args__ = (
        Index(None, "organization_id", "user_id", "id"),
        Index("ix_notifications_unread", "organization_id", "user_id", postgresql_where="read_at IS NULL"),
        Index("uq_notifications_key", "organization_id", "user_id", "key", unique=True),
    )

    user_id: Mapped[int] = belongs_to("ab_user", "Person", on_delete=CASCADE)
    kind: Mapped[str] = column("Kind", String(40))
    sentence: Mapped[str] = column("Sentence", Text)
    facts: Mapped[dict[str, Any]] = column("Facts", JSONB, default=dict)
    link: Mapped[str | None] = column("Link", String(300), help="A path of this site.")
    key: Mapped[str | None] = column(
        "Key", String(120), help="What is told once to a person, however often it is said."
    )
    read_at: Mapped[datetime | None] = column("Read", DateTime(timezone=True))

    @property
    def is_read(self) -> bool:
        return self.read_at is not None
