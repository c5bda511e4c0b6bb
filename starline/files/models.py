"""StoredFile and its versions."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    DateTime,
    Index,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    and_,
    any_,
    false,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped

from starline.core.db import TenantModel, User, belongs_to, choice, column, joined
from starline.files.owners import CLIENTS, STAFF, owners
from starline.files.vocabulary import FileCategory, FileStatus


class StoredFile(TenantModel):
    """One document of one record. Name, type and size are those of its newest version.

    Clients and staff members own their files by `client_id` and `staff_member_id`; of any other owner, `record_id` is
    the row, and the two tell whom it is about.
    """

    __tablename__ = "stored_files"
    __label__ = ("name",)
    __table_args__ = (
        Index(None, "organization_id", "client_id", "created_on"),
        Index(None, "organization_id", "staff_member_id", "created_on"),
        Index(None, "organization_id", "owner_table", "record_id"),
        Index(None, "organization_id", "expires_on"),
        Index(None, "organization_id", "trashed_at"),
        CheckConstraint("owner_table ~ '^[a-z_]{1,40}$'", name="owner_table"),
        CheckConstraint(
            "CASE owner_table WHEN 'clients' THEN client_id IS NOT NULL AND record_id IS NULL"
            " WHEN 'staff_members' THEN staff_member_id IS NOT NULL AND record_id IS NULL"
            " ELSE record_id IS NOT NULL END",
            name="has_owner",
        ),
        CheckConstraint("(held_at IS NULL) = (hold_reason IS NULL)", name="hold_has_reason"),
        CheckConstraint("held_at IS NULL OR trashed_at IS NULL", name="held_is_kept"),
        CheckConstraint("size_bytes >= 0", name="size"),
    )

    name: Mapped[str] = column("Name", String(200))
    category: Mapped[FileCategory] = choice("Category", FileCategory, default=FileCategory.OTHER)
    description: Mapped[str | None] = column("Description", String(300))
    owner_table: Mapped[str] = column("Belongs to", String(40))
    record_id: Mapped[UUID | None] = column("Record", Uuid())
    client_id: Mapped[UUID | None] = belongs_to("clients", "Client")
    staff_member_id: Mapped[UUID | None] = belongs_to("staff_members", "Staff member")
    media_type: Mapped[str] = column("Type", String(100), default="application/octet-stream")
    size_bytes: Mapped[int] = column("Size", BigInteger, default=0, help="In bytes.")
    newest_version: Mapped[int] = column("Version", default=1)
    status: Mapped[FileStatus] = choice("Scan", FileStatus, default=FileStatus.NOT_SCANNED)
    expires_on: Mapped[date | None] = column("Expires", help="The last day on which the document is good.")
    retain_until: Mapped[date | None] = column("Keep until", help="The trash isn't emptied of it before this day.")
    held_at: Mapped[datetime | None] = column("On legal hold since", DateTime(timezone=True))
    held_by_id: Mapped[int | None] = belongs_to("ab_user", "Held by")
    hold_reason: Mapped[str | None] = column("Held because", String(300))
    trashed_at: Mapped[datetime | None] = column("Thrown away", DateTime(timezone=True))
    trashed_by_id: Mapped[int | None] = belongs_to("ab_user", "Thrown away by")
    purged_at: Mapped[datetime | None] = column("Removed for good", DateTime(timezone=True))

    client: Mapped[Any] = joined("StoredFile.client_id", to="Client")
    staff_member: Mapped[Any] = joined("StoredFile.staff_member_id", to="StaffMember")
    held_by: Mapped[User | None] = joined("StoredFile.held_by_id", to="User")
    trashed_by: Mapped[User | None] = joined("StoredFile.trashed_by_id", to="User")

    @property
    def owner_id(self) -> UUID:
        """The id of the record that the file belongs to."""
        found = {CLIENTS: self.client_id, STAFF: self.staff_member_id}.get(self.owner_table, self.record_id)
        assert found is not None
        return found

    @property
    def is_held(self) -> bool:
        return self.held_at is not None

    @property
    def is_image(self) -> bool:
        return self.media_type.startswith("image/")

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool]:
        """The files outside the trash of the records that the viewer may see."""
        return and_(cls.trashed_at.is_(None), cls.within_reach_of(viewer))

    @classmethod
    def within_reach_of(cls, viewer: Any) -> ColumnElement[bool]:
        """The files, thrown away or not, of the records that the viewer may read and has in their scope."""
        return or_(false(), *(cls._of_owner(owner, viewer) for owner in owners().values()))

    @classmethod
    def key_of_owner(cls, table: str) -> Any:
        """The column that points at rows of `table`."""
        return {CLIENTS: cls.client_id, STAFF: cls.staff_member_id}.get(table, cls.record_id)

    @classmethod
    def _of_owner(cls, owner: Any, viewer: Any) -> ColumnElement[bool]:
        # Names of tables and resources are ours: written out, the statement has no values of its own.
        is_of_table = cls.owner_table == literal_column(f"'{owner.table}'")
        may_read = literal_column(f"'{owner.permission}'") == any_(_names(viewer.readable))
        scope = owner.model.visible_to(viewer)
        if scope is None:
            return and_(is_of_table, may_read)
        rows = select(owner.model.id).where(scope)
        return and_(is_of_table, may_read, cls.key_of_owner(owner.table).in_(rows))


def _names(readable: Any) -> Any:
    """The resources somebody may read: their names, or the parameter that will hold them."""
    return readable if isinstance(readable, ColumnElement) else literal(readable, ARRAY(Text))


class FileVersion(TenantModel):
    """The content of a file as it was handed in once. Versions are added, never changed."""

    __tablename__ = "file_versions"
    __label__ = ("name",)
    __table_args__ = (
        UniqueConstraint("organization_id", "file_id", "number"),
        UniqueConstraint("organization_id", "storage_key"),
        Index(None, "organization_id", "thumbnail_key"),
        Index("ix_file_versions_waiting", "organization_id", "status", postgresql_where="status <> 'clean'"),
        CheckConstraint("size_bytes > 0", name="size"),
        CheckConstraint("number > 0", name="number"),
    )

    file_id: Mapped[UUID] = belongs_to("stored_files", "File")
    number: Mapped[int] = column("Version", default=1)
    name: Mapped[str] = column("Name", String(200))
    media_type: Mapped[str] = column("Type", String(100))
    size_bytes: Mapped[int] = column("Size", BigInteger, help="In bytes.")
    sha256: Mapped[str] = column("SHA-256", String(64))
    storage_key: Mapped[str] = column("Place", String(200))
    thumbnail_key: Mapped[str | None] = column("Place of the thumbnail", String(200))
    status: Mapped[FileStatus] = choice("Scan", FileStatus, default=FileStatus.NOT_SCANNED)
    finding: Mapped[str | None] = column("Found in it", String(200))
    scanned_at: Mapped[datetime | None] = column("Scanned", DateTime(timezone=True))
    note: Mapped[str | None] = column("What is new", Text)

    file: Mapped[StoredFile] = joined("FileVersion.file_id", to="StoredFile")

    @property
    def is_infected(self) -> bool:
        return self.status == FileStatus.QUARANTINED and self.finding is not None
