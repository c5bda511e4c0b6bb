"""One thing that one person should know, and the browsers that may show such things with every page closed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped

from starline.core.crypto import Encrypted
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


class PushDevice(TenantModel):
    """A browser, by the hash of its address at its push service. `subscription` is the address and the keys to it."""

    __tablename__ = "push_devices"
    __label__ = ("user_id",)
    __table_args__ = (
        UniqueConstraint("organization_id", "address_hash"),
        Index(None, "organization_id", "user_id"),
        Index(None, "organization_id", "session_id"),
    )

    user_id: Mapped[int] = belongs_to("ab_user", "Person", on_delete=CASCADE)
    session_id: Mapped[UUID] = belongs_to("user_sessions", "Session", on_delete=CASCADE)
    """Where it was turned on: once that is ended, the device is forgotten."""
    address_hash: Mapped[str] = column("Address", String(64))
    subscription_encrypted: Mapped[bytes] = column("Subscription", LargeBinary)

    subscription = Encrypted("subscription_encrypted")
