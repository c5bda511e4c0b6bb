"""Who would like to work here."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, DateTime, Index, String, Text, and_, false
from sqlalchemy.orm import Mapped

from starline.core import clock
from starline.core.db import TenantModel, User, belongs_to, choice, column, joined
from starline.identity.models import RecordScope
from starline.organizations.models import Branch
from starline.staff.models.members import StaffMember
from starline.staff.vocabulary import ApplicantSource, ApplicantStage, Discipline, RejectionReason


class Applicant(TenantModel):
    """One application, from the first word to the hire or the refusal."""

    __tablename__ = "applicants"
    __label__ = ("first_name", "last_name")
    __table_args__ = (
        Index(None, "organization_id", "stage", "stage_since"),
        Index(None, "organization_id", "last_name", "first_name"),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        CheckConstraint("(stage = 'hired') = (staff_member_id IS NOT NULL)", name="hired_is_on_staff"),
        CheckConstraint("(stage = 'rejected') = (rejection_reason IS NOT NULL)", name="rejected_has_reason"),
    )

    first_name: Mapped[str] = column("First name", String(80))
    last_name: Mapped[str] = column("Last name", String(80))
    phone: Mapped[str | None] = column("Phone", String(20))
    email: Mapped[str | None] = column("E-mail", String(254))
    discipline: Mapped[Discipline] = choice("Applies as", Discipline)
    position: Mapped[str] = column("Position", String(80), help="Home health aide, Visiting nurse")
    branch_id: Mapped[UUID] = belongs_to("branches", "Branch")
    source: Mapped[ApplicantSource] = choice("Came by", ApplicantSource, default=ApplicantSource.WEBSITE)
    referred_by: Mapped[str | None] = column("Recommended by", String(120))
    applied_on: Mapped[date] = column("Applied", default=clock.today)
    available_from: Mapped[date | None] = column("Can start")
    recruiter_id: Mapped[int | None] = belongs_to("ab_user", "Recruiter")
    rating: Mapped[int | None] = column("Rating", help="1 to 5.")
    notes: Mapped[str | None] = column("Notes", Text)
    stage: Mapped[ApplicantStage] = choice("Stage", ApplicantStage, default=ApplicantStage.APPLIED)
    stage_since: Mapped[datetime] = column("In this stage since", DateTime(timezone=True))
    rejection_reason: Mapped[RejectionReason | None] = choice("Not hired because", RejectionReason)
    rejection_note: Mapped[str | None] = column("About the reason", String(300))
    rejected_from: Mapped[str | None] = column("Stage before", String(20))
    staff_member_id: Mapped[UUID | None] = belongs_to("staff_members", "Staff member")

    branch: Mapped[Branch] = joined("Applicant.branch_id", to="Branch")
    recruiter: Mapped[User | None] = joined("Applicant.recruiter_id", to="User")
    staff_member: Mapped[StaffMember | None] = joined("Applicant.staff_member_id", to="StaffMember")

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def is_open(self) -> bool:
        """Whether it is neither hired nor rejected yet."""
        return self.stage not in (ApplicantStage.HIRED, ApplicantStage.REJECTED)

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool] | None:
        """Colleagues who see only clients or themselves see no applicants."""
        if viewer.scope == RecordScope.ALL:
            return None
        if viewer.scope == RecordScope.BRANCH:
            return and_(cls.branch_id == viewer.branch_id)
        return false()
