"""Import and its rows."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped

from starline.core.crypto import Encrypted
from starline.core.db import TenantModel, User, belongs_to, choice, column, joined


class ImportState(StrEnum):
    MAPPING = "mapping"
    CHECKING = "checking"
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


WORKING = frozenset({ImportState.CHECKING, ImportState.RUNNING, ImportState.UNDOING})
"""States in which a worker has something to do."""


class Duplicates(StrEnum):
    """What is done with a row that stands for a record which exists already."""

    SKIP = "skip"
    UPDATE = "update"
    CREATE = "create"


class RowState(StrEnum):
    NEW = "new"
    READY = "ready"
    FAULTY = "faulty"
    DUPLICATE = "duplicate"
    CREATED = "created"
    UPDATED = "updated"
    SKIPPED = "skipped"
    UNDONE = "undone"
    KEPT = "kept"


class Import(TenantModel):
    """One sheet for one list. `mapping`: the position of a column, as text, to the field it fills."""

    __tablename__ = "imports"
    __label__ = ("file_name",)
    __table_args__ = (Index(None, "organization_id", "list_name", "created_on"),)

    list_name: Mapped[str] = column("List", String(64))
    file_name: Mapped[str] = column("File", String(200))
    state: Mapped[ImportState] = choice("State", ImportState, default=ImportState.MAPPING)
    user_id: Mapped[int] = belongs_to("ab_user", "Begun by")
    headers: Mapped[list[str]] = column("Columns", JSONB, default=list)
    mapping: Mapped[dict[str, str]] = column("Where they go", JSONB, default=dict)
    duplicates: Mapped[Duplicates] = choice("Duplicates", Duplicates, default=Duplicates.SKIP)
    row_count: Mapped[int] = column("Rows", default=0)
    worked_count: Mapped[int] = column("Worked on", default=0, help="Rows of the step that runs.")
    started_at: Mapped[datetime | None] = column("Started", DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = column("Finished", DateTime(timezone=True))

    user: Mapped[User] = joined("Import.user_id", to="User")

    @property
    def is_working(self) -> bool:
        return self.state in WORKING


class ImportRow(TenantModel):
    """One row of the sheet; `number` is its line there. `former`: what a record it changed held before."""

    __tablename__ = "import_rows"
    __label__ = ("number",)
    __table_args__ = (
        UniqueConstraint("organization_id", "import_id", "number"),
        Index(None, "organization_id", "import_id", "state", "number"),
        Index(None, "organization_id", "import_id", "match_hash"),
    )

    import_id: Mapped[UUID] = belongs_to("imports", "Import", on_delete="CASCADE")
    number: Mapped[int] = column("Line")
    cells_encrypted: Mapped[bytes | None] = column("Cells", LargeBinary)
    former_encrypted: Mapped[bytes | None] = column("Before", LargeBinary)
    state: Mapped[RowState] = choice("State", RowState, default=RowState.NEW)
    is_left_out: Mapped[bool] = column("Left out", default=False)
    match_hash: Mapped[str | None] = column("Same as", String(64))
    twin_id: Mapped[UUID | None] = column("The record it stands for")
    record_id: Mapped[UUID | None] = column("The record it became")
    record_version: Mapped[int | None] = column("The record's version then")
    errors: Mapped[dict[str, Any]] = column("Faults", JSONB, default=dict)

    cells = Encrypted("cells_encrypted")
    former = Encrypted("former_encrypted")
