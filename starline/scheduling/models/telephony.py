"""Clocking by telephone: the agency's line, whose calls are signed, and the PIN of each caregiver."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, DateTime, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from starline.core.crypto import Encrypted
from starline.core.db import TenantModel, belongs_to, column, joined
from starline.staff.models import StaffMember
from starline.staff.models.members import name_in


class TelephonyLine(TenantModel):
    """The service that takes calls for the agency. It signs what it tells us with the secret."""

    __tablename__ = "telephony_lines"
    __table_args__ = (UniqueConstraint("organization_id", "name"),)

    name: Mapped[str] = column("Name", String(80))
    secret_encrypted: Mapped[bytes | None] = column("Secret", LargeBinary)
    is_active: Mapped[bool] = column("In use", default=True)

    secret = Encrypted("secret_encrypted")


class TelephonyPin(TenantModel):
    """The PIN that a caregiver keys in after the staff number. Only its keyed hash is kept."""

    __tablename__ = "telephony_pins"
    __label__ = ("staff_member_id",)
    found_by = ("staff_member",)
    __table_args__ = (
        UniqueConstraint("organization_id", "staff_member_id"),
        CheckConstraint("failed_tries >= 0", name="tries"),
    )

    staff_member_id: Mapped[UUID] = belongs_to("staff_members", "Caregiver")
    pin_hash: Mapped[str] = column("PIN", String(64))
    failed_tries: Mapped[int] = column("Wrong tries", default=0)
    locked_until: Mapped[datetime | None] = column("Locked until", DateTime(timezone=True))

    pin: ClassVar[str | None] = None
    """Known to whoever has just made it, and stored nowhere."""

    staff_member: Mapped[StaffMember] = joined("TelephonyPin.staff_member_id", to="StaffMember")

    @classmethod
    def named_in(cls, table: Any) -> ColumnElement[str]:
        return name_in(table)

    @property
    def possible_actions(self) -> tuple[str, ...]:
        """The verbs that its state allows, by the name they are declared under."""
        return ("unlock",) if self.failed_tries else ()
