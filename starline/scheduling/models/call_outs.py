"""A caregiver who calls out, and the visits that lost them by it: what is needed to give them back."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, DateTime, Index, String, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped

from starline.core.db import TenantModel, belongs_to, choice, column, joined
from starline.identity.models import CASCADE
from starline.scheduling.models.visits import Visit
from starline.scheduling.offer_words import CallOutReason
from starline.staff.models import StaffMember
from starline.staff.models.members import OfStaffMember


class CallOut(OfStaffMember, TenantModel):
    """Somebody can't come on these days. Never removed: it is undone, and stays on record."""

    __tablename__ = "call_outs"
    __label__ = ("first_on",)
    __table_args__ = (
        Index(None, "organization_id", "staff_member_id", "first_on"),
        CheckConstraint("last_on >= first_on", name="dates"),
    )

    staff_member_id: Mapped[UUID] = belongs_to("staff_members", "Caregiver")
    first_on: Mapped[date] = column("First day")
    last_on: Mapped[date] = column("Last day")
    reason: Mapped[CallOutReason] = choice("Reason", CallOutReason, default=CallOutReason.SICK)
    note: Mapped[str | None] = column("Note", String(300))
    undone_at: Mapped[datetime | None] = column("Undone", DateTime(timezone=True))

    staff_member: Mapped[StaffMember] = joined("CallOut.staff_member_id", to="StaffMember")

    def __str__(self) -> str:
        return f"{self.first_on} – {self.last_on}" if self.last_on != self.first_on else f"{self.first_on}"

    @property
    def possible_actions(self) -> tuple[str, ...]:
        """The verbs that its state allows, by the name they are declared under."""
        return ("undo",) if self.undone_at is None else ()


class CalledOutVisit(TenantModel):
    """A visit that a call-out opened."""

    __tablename__ = "called_out_visits"
    __label__ = ("occurs_on",)
    __table_args__ = (
        UniqueConstraint("organization_id", "call_out_id", "visit_id"),
        Index(None, "organization_id", "visit_id"),
    )

    call_out_id: Mapped[UUID] = belongs_to("call_outs", "Call-out", on_delete=CASCADE)
    visit_id: Mapped[UUID] = belongs_to("visits", "Visit", on_delete=CASCADE)
    occurs_on: Mapped[date] = column("Day")
    is_confirmed: Mapped[bool] = column("Was confirmed", default=False)

    call_out: Mapped[CallOut] = joined("CalledOutVisit.call_out_id", to="CallOut")
    visit: Mapped[Visit] = joined("CalledOutVisit.visit_id", to="Visit")

    def __str__(self) -> str:
        return f"{self.visit}"

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool] | None:
        """With the call-out and with the visit."""
        of_people, of_visits = CallOut.visible_to(viewer), Visit.visible_to(viewer)
        if of_people is None and of_visits is None:
            return None
        people = select(CallOut.id) if of_people is None else select(CallOut.id).where(of_people)
        visits = select(Visit.id) if of_visits is None else select(Visit.id).where(of_visits)
        return or_(cls.call_out_id.in_(people)) & cls.visit_id.in_(visits)
