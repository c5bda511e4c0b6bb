"""Export: the lists that somebody takes along."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped

from starline.core.db import TenantModel, User, belongs_to, choice, column, joined


class ExportState(StrEnum):
    WORKING = "working"
    READY = "ready"
    REMOVED = "removed"


class ExportFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


class Export(TenantModel):
    """What one person asked for, and nobody else opens.

    `parts`: of each list that is written, its name, rows and key, and the record scope and branch it was read with.
    """

    __tablename__ = "exports"
    __label__ = ("file_name",)
    __table_args__ = (
        Index(None, "organization_id", "user_id", "created_on"),
        CheckConstraint("state <> 'ready' OR storage_key IS NOT NULL", name="ready_has_file"),
    )

    file_name: Mapped[str] = column("File", String(200))
    file_format: Mapped[ExportFormat] = choice("Format", ExportFormat, default=ExportFormat.CSV)
    state: Mapped[ExportState] = choice("State", ExportState, default=ExportState.WORKING)
    user_id: Mapped[int] = belongs_to("ab_user", "Asked for by")
    list_names: Mapped[list[str]] = column("Lists", JSONB, default=list)
    parts: Mapped[list[dict[str, Any]]] = column("Written lists", JSONB, default=list)
    storage_key: Mapped[str | None] = column("Place", String(200))
    size_bytes: Mapped[int | None] = column("Size", BigInteger, help="In bytes.")
    finished_at: Mapped[datetime | None] = column("Finished", DateTime(timezone=True))
    expires_at: Mapped[datetime | None] = column("Kept until", DateTime(timezone=True))

    user: Mapped[User] = joined("Export.user_id", to="User")

    @property
    def is_working(self) -> bool:
        return self.state == ExportState.WORKING

    @property
    def row_count(self) -> int:
        """Rows of all lists that are written."""
        return sum(part["rows"] for part in self.parts)
