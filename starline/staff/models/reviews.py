"""How somebody does the work, said by whoever leads them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, DateTime, Index, Text, and_
from sqlalchemy.orm import Mapped

from starline.core.db import TenantModel, User, belongs_to, choice, column, joined
from starline.identity.models import RecordScope
from starline.staff.models.members import OfStaffMember, StaffMember
from starline.staff.vocabulary import ReviewStatus


class PerformanceReview(OfStaffMember, TenantModel):
    """One review of a period: open until it is signed, unchanged from then on."""

    __tablename__ = "performance_reviews"
    __label__ = ("due_on",)
    __table_args__ = (
        Index(None, "organization_id", "staff_member_id", "due_on"),
        Index(None, "organization_id", "status", "due_on"),
        CheckConstraint("period_ends_on >= period_starts_on", name="dates"),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        CheckConstraint(
            "(status = 'signed') = (signed_at IS NOT NULL AND signed_by_id IS NOT NULL AND rating IS NOT NULL)",
            name="signed",
        ),
    )

    staff_member_id: Mapped[UUID] = belongs_to("staff_members", "Staff member")
    period_starts_on: Mapped[date] = column("Period from")
    period_ends_on: Mapped[date] = column("Period to")
    due_on: Mapped[date] = column("Due")
    reviewer_id: Mapped[int | None] = belongs_to("ab_user", "Reviewer")
    status: Mapped[ReviewStatus] = choice("Status", ReviewStatus, default=ReviewStatus.OPEN)
    rating: Mapped[int | None] = column("Rating", help="1 (needs help) to 5 (outstanding).")
    strengths: Mapped[str | None] = column("Strengths", Text)
    improvements: Mapped[str | None] = column("To improve", Text)
    goals: Mapped[str | None] = column("Goals", Text)
    signed_by_id: Mapped[int | None] = belongs_to("ab_user", "Signed by")
    signed_at: Mapped[datetime | None] = column("Signed", DateTime(timezone=True))

    staff_member: Mapped[StaffMember] = joined("PerformanceReview.staff_member_id", to="StaffMember")
    reviewer: Mapped[User | None] = joined("PerformanceReview.reviewer_id", to="User")
    signed_by: Mapped[User | None] = joined("PerformanceReview.signed_by_id", to="User")

    def __str__(self) -> str:
        return f"{self.period_starts_on} to {self.period_ends_on}"

    @property
    def possible_actions(self) -> tuple[str, ...]:
        """The verbs that its status allows, by the name they are declared under."""
        return ("sign",) if self.status == ReviewStatus.OPEN else ()

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool] | None:
        """Whoever is reviewed sees the review once it is signed, not while it is being written."""
        scope = super().visible_to(viewer)
        if scope is not None and viewer.scope != RecordScope.BRANCH:
            return and_(scope, cls.status == ReviewStatus.SIGNED)
        return scope
