"""A secret address from which a calendar reads one person's visits."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, DateTime, Index, String, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped

from starline.clients.models import Client
from starline.core.db import TenantModel, User, belongs_to, column, joined
from starline.staff.models import StaffMember


class CalendarFeed(TenantModel):
    """The visits of one caregiver or one client, for whoever knows the address; only its hash is stored.

    `address` is the whole of it, on a row that was just made or rotated and never again.
    """

    __tablename__ = "calendar_feeds"
    __label__ = ("ending",)
    __table_args__ = (
        UniqueConstraint("organization_id", "secret_hash"),
        Index(None, "organization_id", "client_id", unique=True, postgresql_where="revoked_at IS NULL"),
        Index(None, "organization_id", "staff_member_id", unique=True, postgresql_where="revoked_at IS NULL"),
        CheckConstraint("(staff_member_id IS NULL) <> (client_id IS NULL)", name="of_one_person"),
    )
    address: ClassVar[str | None] = None

    staff_member_id: Mapped[UUID | None] = belongs_to("staff_members", "Caregiver", help="Or a client, not both.")
    client_id: Mapped[UUID | None] = belongs_to("clients", "Client", help="Or a caregiver, not both.")
    secret_hash: Mapped[str] = column("Secret hash", String(64))
    ending: Mapped[str] = column("Address ends with", String(4))
    issued_at: Mapped[datetime] = column("Address made", DateTime(timezone=True))
    last_seen_at: Mapped[datetime | None] = column("Last read", DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = column("Revoked", DateTime(timezone=True))
    revoked_by_id: Mapped[int | None] = belongs_to("ab_user", "Revoked by")

    staff_member: Mapped[StaffMember | None] = joined("CalendarFeed.staff_member_id", to="StaffMember")
    client: Mapped[Client | None] = joined("CalendarFeed.client_id", to="Client")
    revoked_by: Mapped[User | None] = joined("CalendarFeed.revoked_by_id", to="User")

    @property
    def possible_actions(self) -> tuple[str, ...]:
        return () if self.revoked_at else ("revoke",)

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool] | None:
        """Those of the clients and of the staff members in the viewer's scope; None is all."""
        clients, staff = Client.in_scope_of(viewer), StaffMember.visible_to(viewer)
        if clients is None or staff is None:
            return None
        return or_(
            cls.client_id.in_(select(Client.id).where(clients)),
            cls.staff_member_id.in_(select(StaffMember.id).where(staff)),
        )
