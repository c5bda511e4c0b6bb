"""People who may become clients, on their way from the first call to the start of care."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, DateTime, Index, String, Text, false, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped

from starline.clients import vocabulary as words
from starline.clients.models.people import Client
from starline.core import clock
from starline.core.db import TenantModel, User, belongs_to, choice, column, joined, numbered
from starline.identity.models import RecordScope
from starline.organizations.models import Branch


class Referral(TenantModel):
    """Somebody whom a hospital, a family or they themselves brought to the agency's attention."""

    __tablename__ = "referrals"
    __label__ = ("first_name", "last_name")
    __table_args__ = (
        Index(None, "organization_id", "stage", "received_at"),
        Index(None, "organization_id", "received_at"),
        Index(None, "organization_id", "client_id"),
        Index(None, "organization_id", "next_step_on"),
        CheckConstraint("(stage = 'lost') = (lost_reason IS NOT NULL)", name="lost_has_reason"),
        CheckConstraint("(stage = 'won') = (client_id IS NOT NULL)", name="won_has_client"),
    )

    referral_number: Mapped[int] = column("Number", server_default=numbered("referrals"), help="Given by the system.")
    first_name: Mapped[str] = column("First name", String(80))
    last_name: Mapped[str] = column("Last name", String(80))
    birth_date: Mapped[date | None] = column("Birth date")
    phone: Mapped[str | None] = column("Phone", String(20))
    email: Mapped[str | None] = column("E-mail", String(254))
    line1: Mapped[str | None] = column("Address", String(120))
    city: Mapped[str | None] = column("City", String(80))
    state: Mapped[str | None] = column("State", String(2))
    postal_code: Mapped[str | None] = column("ZIP code", String(10))
    contact_name: Mapped[str | None] = column("Contact", String(120), help="Who calls for the person.")
    contact_relationship: Mapped[words.Relationship | None] = choice("Relationship", words.Relationship)
    contact_phone: Mapped[str | None] = column("Contact's phone", String(20))
    source: Mapped[words.ReferralSource] = choice("Source", words.ReferralSource, default=words.ReferralSource.OTHER)
    source_name: Mapped[str | None] = column("Referred by", String(120), help="The hospital, doctor or person.")
    payer_name: Mapped[str | None] = column("Payer", String(120))
    services_wanted: Mapped[list[str]] = column("Services wanted", ARRAY(String(80)), default=list)
    needs: Mapped[str | None] = column("What is needed", Text)
    branch_id: Mapped[UUID] = belongs_to("branches", "Branch")
    owner_id: Mapped[int | None] = belongs_to("ab_user", "Owner", help="Who follows it up.")
    received_at: Mapped[datetime] = column("Received", DateTime(timezone=True), default=clock.now)
    stage: Mapped[words.ReferralStage] = choice("Stage", words.ReferralStage, default=words.ReferralStage.NEW)
    stage_since: Mapped[datetime] = column("In this stage since", DateTime(timezone=True), default=clock.now)
    assessment_at: Mapped[datetime | None] = column("Assessment", DateTime(timezone=True))
    next_step: Mapped[str | None] = column("Next step", String(120))
    next_step_on: Mapped[date | None] = column("Next step due")
    lost_reason: Mapped[words.LostReason | None] = choice("Lost because", words.LostReason)
    lost_note: Mapped[str | None] = column("More about the loss", String(300))
    client_id: Mapped[UUID | None] = belongs_to("clients", "Client")
    won_on: Mapped[date | None] = column("Won")

    branch: Mapped[Branch] = joined("Referral.branch_id", to="Branch")
    owner: Mapped[User | None] = joined("Referral.owner_id", to="User")
    client: Mapped[Client | None] = joined("Referral.client_id", to="Client")

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def is_open(self) -> bool:
        return self.stage not in (words.ReferralStage.WON, words.ReferralStage.LOST)

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool] | None:
        """Intake is office work: everything, or the branch's and one's own."""
        if viewer.scope == RecordScope.ALL:
            return None
        if viewer.scope == RecordScope.BRANCH:
            return or_(cls.branch_id == viewer.branch_id, cls.owner_id == viewer.user_id)
        return false()


class ReferralStep(TenantModel):
    """One move from stage to stage; the conversion figures are counted from these."""

    __tablename__ = "referral_steps"
    __label__ = ("to_stage",)
    __table_args__ = (
        Index(None, "organization_id", "referral_id", "moved_at"),
        Index(None, "organization_id", "moved_at"),
    )

    referral_id: Mapped[UUID] = belongs_to("referrals", "Referral")
    from_stage: Mapped[str | None] = column("From", String(40))
    to_stage: Mapped[words.ReferralStage] = choice("To", words.ReferralStage)
    moved_at: Mapped[datetime] = column("Moved", DateTime(timezone=True), default=clock.now)
    moved_by_id: Mapped[int | None] = belongs_to("ab_user", "Moved by")

    referral: Mapped[Referral] = joined("ReferralStep.referral_id", to="Referral")
    moved_by: Mapped[User | None] = joined("ReferralStep.moved_by_id", to="User")

    def __str__(self) -> str:
        return self.to_stage

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool] | None:
        scope = Referral.visible_to(viewer)
        return None if scope is None else cls.referral_id.in_(select(Referral.id).where(scope))
