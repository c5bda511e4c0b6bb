"""An open visit that is offered to several caregivers at once, and what each of them answers."""

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
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped

from starline.clients.models import Client
from starline.core.db import TenantModel, belongs_to, choice, column, joined
from starline.core.language import said
from starline.identity.models import CASCADE, RecordScope
from starline.scheduling.models.visibility import visits_visible_to
from starline.scheduling.models.visits import Visit
from starline.scheduling.offer_words import InvitationAnswer, OfferStatus
from starline.staff.models import StaffMember


class Offer(TenantModel):
    """A visit that is offered until an hour. It keeps the times that were offered: a visit that is moved is another."""

    __tablename__ = "offers"
    __label__ = ("starts_at",)
    __table_args__ = (
        Index(None, "organization_id", "status", "expires_at"),
        Index(None, "organization_id", "visit_id"),
        Index(None, "organization_id", "client_id"),
        Index(
            "uq_offers_one_open_for_a_visit",
            "organization_id",
            "visit_id",
            unique=True,
            postgresql_where="status = 'open'",
        ),
        CheckConstraint("(status = 'taken') = (staff_member_id IS NOT NULL)", name="taken_by_somebody"),
        CheckConstraint("(status = 'open') = (closed_at IS NULL)", name="closed_at_an_hour"),
        CheckConstraint("invited >= 0 AND answered BETWEEN 0 AND invited", name="counts"),
    )

    client_id: Mapped[UUID] = belongs_to("clients", "Client")
    visit_id: Mapped[UUID] = belongs_to("visits", "Visit", on_delete=CASCADE)
    starts_at: Mapped[datetime] = column("Starts", DateTime(timezone=True))
    ends_at: Mapped[datetime] = column("Ends", DateTime(timezone=True))
    expires_at: Mapped[datetime] = column("Open until", DateTime(timezone=True))
    note: Mapped[str | None] = column("Note to the caregivers", String(300), help="No names, nothing about health.")
    status: Mapped[OfferStatus] = choice("Status", OfferStatus, default=OfferStatus.OPEN)
    invited: Mapped[int] = column("Asked", default=0)
    answered: Mapped[int] = column("Answered", default=0)
    staff_member_id: Mapped[UUID | None] = belongs_to("staff_members", "Taken by")
    closed_at: Mapped[datetime | None] = column("Closed", DateTime(timezone=True))

    client: Mapped[Client] = joined("Offer.client_id", to="Client")
    visit: Mapped[Visit] = joined("Offer.visit_id", to="Visit")
    staff_member: Mapped[StaffMember | None] = joined("Offer.staff_member_id", to="StaffMember")

    def __str__(self) -> str:
        return str(said(self.visit.local_start))

    @property
    def is_open(self) -> bool:
        return self.status == OfferStatus.OPEN

    @property
    def possible_actions(self) -> tuple[str, ...]:
        """The verbs that its status allows, by the name they are declared under."""
        return ("withdraw",) if self.is_open else ()

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool] | None:
        return visits_visible_to(cls, viewer)


class OfferInvitation(TenantModel):
    """One caregiver who was asked, and the answer."""

    __tablename__ = "offer_invitations"
    __label__ = ("answer",)
    __table_args__ = (
        UniqueConstraint("organization_id", "offer_id", "staff_member_id"),
        Index(None, "organization_id", "staff_member_id", "answer"),
        CheckConstraint("(answer = 'no_answer') = (answered_at IS NULL)", name="answered_at_an_hour"),
    )

    offer_id: Mapped[UUID] = belongs_to("offers", "Offer", on_delete=CASCADE)
    staff_member_id: Mapped[UUID] = belongs_to("staff_members", "Caregiver")
    channels: Mapped[list[str]] = column("Told by", ARRAY(String(20)), default=list)
    answer: Mapped[InvitationAnswer] = choice("Answer", InvitationAnswer, default=InvitationAnswer.NONE)
    answered_at: Mapped[datetime | None] = column("Answered", DateTime(timezone=True))
    reason: Mapped[str | None] = column("Reason", String(300))

    offer: Mapped[Offer] = joined("OfferInvitation.offer_id", to="Offer")
    staff_member: Mapped[StaffMember] = joined("OfferInvitation.staff_member_id", to="StaffMember")

    def __str__(self) -> str:
        return f"{self.staff_member}"

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool] | None:
        """With the offer; a caregiver sees what was asked of them and of nobody else."""
        if viewer.scope == RecordScope.ASSIGNED:
            own = select(StaffMember.id).where(StaffMember.user_id == viewer.user_id)
            return or_(cls.staff_member_id.in_(own))
        scope = Offer.visible_to(viewer)
        return None if scope is None else or_(cls.offer_id.in_(select(Offer.id).where(scope)))
