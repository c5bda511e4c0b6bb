"""TenantTombstone: what is left of a deleted organisation."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from starline.core.db import Model


class TenantTombstone(Model):  # type: ignore[misc]
    """One deleted organisation, by its id. Kept by the platform; only the owner of the tables writes it."""

    __tablename__ = "tenant_tombstones"

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    slug: Mapped[str] = mapped_column(String(63))
    deleted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    certificate: Mapped[str] = mapped_column(Text)
    certificate_sha256: Mapped[str] = mapped_column(String(64))
    last_version: Mapped[int] = mapped_column(BigInteger)
    revived_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revived_because: Mapped[str | None] = mapped_column(Text)

    @property
    def is_standing(self) -> bool:
        """Whether the organisation is to stay deleted."""
        return self.revived_at is None
