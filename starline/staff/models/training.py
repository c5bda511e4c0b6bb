"""What people are taught, and how many hours of it a year are asked of whom."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, DateTime, Index, Numeric, String, Text, UniqueConstraint, and_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped

from starline.core.db import TenantModel, belongs_to, choice, column, joined
from starline.staff.models.members import OfStaffMember, StaffMember
from starline.staff.vocabulary import Discipline, InServiceYear


class TrainingCourse(TenantModel):
    """A training that the agency gives or recognises."""

    __tablename__ = "training_courses"
    __table_args__ = (
        UniqueConstraint("organization_id", "name"),
        CheckConstraint("hours > 0 AND hours <= 200", name="hours"),
        CheckConstraint("validity_months BETWEEN 1 AND 240", name="validity"),
        CheckConstraint("pass_score BETWEEN 1 AND 100", name="pass_score"),
    )

    name: Mapped[str] = column("Name", String(120))
    description: Mapped[str | None] = column("What it teaches", Text)
    hours: Mapped[Decimal] = column("Hours", Numeric(5, 2))
    validity_months: Mapped[int | None] = column("Valid for (months)", help="Empty: it need not be repeated.")
    pass_score: Mapped[int | None] = column("Passed from (percent)", help="Empty: there is no test.")
    required_disciplines: Mapped[list[str]] = column(
        "Required for",
        ARRAY(String(40)),
        default=list,
        help="Disciplines that must have had it: hha, cna, pca …",
    )
    is_in_service: Mapped[bool] = column("Counts as in-service hours", default=True)
    is_active: Mapped[bool] = column("In use", default=True)


class TrainingRecord(OfStaffMember, TenantModel):
    """That somebody has had a training."""

    __tablename__ = "training_records"
    __label__ = ("completed_on",)
    __table_args__ = (
        Index(None, "organization_id", "staff_member_id"),
        Index(None, "organization_id", "course_id"),
        CheckConstraint("hours > 0 AND hours <= 200", name="hours"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
        CheckConstraint("expires_on >= completed_on", name="dates"),
        CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name="void_has_reason"),
    )

    staff_member_id: Mapped[UUID] = belongs_to("staff_members", "Staff member")
    course_id: Mapped[UUID] = belongs_to("training_courses", "Course")
    completed_on: Mapped[date] = column("Completed")
    hours: Mapped[Decimal | None] = column("Hours", Numeric(5, 2), help="Left empty, those of the course.")
    score: Mapped[int | None] = column("Score (percent)")
    expires_on: Mapped[date | None] = column("Valid until", help="Left empty, worked out by the course.")
    instructor: Mapped[str | None] = column("Given by", String(120))
    file: Mapped[str | None] = column("Certificate", String(200))
    voided_at: Mapped[datetime | None] = column("Voided", DateTime(timezone=True))
    void_reason: Mapped[str | None] = column("Voided because", String(300))

    staff_member: Mapped[StaffMember] = joined("TrainingRecord.staff_member_id", to="StaffMember")
    course: Mapped[TrainingCourse] = joined("TrainingRecord.course_id", to="TrainingCourse")

    def __str__(self) -> str:
        return f"{self.course} {self.completed_on}"

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool] | None:
        scope = super().visible_to(viewer)
        present = cls.voided_at.is_(None)
        return present if scope is None else and_(present, scope)


class InServiceRule(TenantModel):
    """How many hours of training a year are asked of a discipline, from a day on."""

    __tablename__ = "in_service_rules"
    __label__ = ("discipline",)
    __table_args__ = (
        Index(None, "organization_id", "discipline", "starts_on"),
        CheckConstraint("hours > 0 AND hours <= 200", name="hours"),
    )

    discipline: Mapped[Discipline] = choice("Discipline", Discipline)
    hours: Mapped[Decimal] = column("Hours a year", Numeric(5, 2))
    year: Mapped[InServiceYear] = choice(
        "The year is that of the",
        InServiceYear,
        default=InServiceYear.CALENDAR,
        help="Of the calendar, from January; or of the employment, from the day of hire.",
    )

    starts_on: Mapped[date] = column("Holds from", help="The newest line that has begun counts.")

    def __str__(self) -> str:
        return f"{self.discipline.upper()} {self.starts_on}"
