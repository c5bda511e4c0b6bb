"""A call to the telephone line where no visit is planned: kept until the office plans the visit, or sets it aside."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    DateTime,
    Index,
    String,
    UniqueConstraint,
    Uuid,
    and_,
    or_,
    select,
)
from sqlalchemy.orm import Mapped

from starline.clients.models import Client
from starline.core.db import TenantModel, belongs_to, choice, column, joined
from starline.scheduling.evv_vocabulary import ClockKind
from starline.scheduling.models.visits import Visit
from starline.staff.models import StaffMember
from starline.staff.models.members import OfStaffMember


class UnplannedCall(OfStaffMember, TenantModel):
    """The begin or the end of a visit that nobody had planned, as a caregiver told it by telephone.

    `event_id` is what the call counts as once its visit is there. `client_id` is whose phone it came from, where that
    is one client's alone.
    """

    __tablename__ = "unplanned_calls"
    __label__ = ("called_at",)
    __table_args__ = (
        UniqueConstraint("organization_id", "event_id"),
        Index(None, "organization_id", "settled_at", "called_at"),
        Index(None, "organization_id", "staff_member_id", "called_at"),
        Index(None, "organization_id", "client_id"),
        Index(None, "organization_id", "visit_id"),
        CheckConstraint("visit_id IS NULL OR settled_at IS NOT NULL", name="planned_is_settled"),
    )

    staff_member_id: Mapped[UUID] = belongs_to("staff_members", "Caregiver")
    client_id: Mapped[UUID | None] = belongs_to("clients", "Client", help="Whose telephone it was.")
    kind: Mapped[ClockKind] = choice("Clocked", ClockKind)
    called_at: Mapped[datetime] = column("Time", DateTime(timezone=True))
    phone: Mapped[str] = column("Called from", String(30))
    event_id: Mapped[UUID] = column("Made as", Uuid())
    visit_id: Mapped[UUID | None] = belongs_to("visits", "Visit", help="Planned because of this call.")
    settled_at: Mapped[datetime | None] = column("Settled", DateTime(timezone=True))

    staff_member: Mapped[StaffMember] = joined("UnplannedCall.staff_member_id", to="StaffMember")
    client: Mapped[Client | None] = joined("UnplannedCall.client_id", to="Client")
    visit: Mapped[Visit | None] = joined("UnplannedCall.visit_id", to="Visit")

    def __str__(self) -> str:
        return f"{self.called_at:%Y-%m-%d %H:%M}"

    @property
    def possible_actions(self) -> tuple[str, ...]:
        """The verbs that its state allows, by the name they are declared under."""
        return ("set_aside",) if self.settled_at is None else ()

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool] | None:
        """With the caregiver, and with the client where one is known."""
        of_people, of_clients = super().visible_to(viewer), Client.in_scope_of(viewer)
        if of_people is None or of_clients is None:
            return of_people
        return and_(of_people, or_(cls.client_id.is_(None), cls.client_id.in_(select(Client.id).where(of_clients))))
