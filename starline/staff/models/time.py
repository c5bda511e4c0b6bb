"""When somebody can work, and when they are away."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, DateTime, Index, String, Text, Time, cast, func, literal_column
from sqlalchemy.orm import Mapped

from starline.core.db import TenantModel, User, belongs_to, choice, column, joined
from starline.core.language import _, said
from starline.core.periods import Period
from starline.staff.models.members import OfStaffMember, StaffMember, name_in
from starline.staff.vocabulary import TimeOffKind, TimeOffStatus, Weekday


class AvailabilitySlot(OfStaffMember, TenantModel):
    """When somebody can work: every week on a weekday, or on one date, which overrules the week.

    Local wall-clock times of the branch. An end at or before the start is on the next day; no times is the whole day.
    """

    __tablename__ = "availability_slots"
    __label__ = ("weekday",)
    __table_args__ = (
        Index(None, "organization_id", "staff_member_id", "weekday"),
        Index(None, "organization_id", "staff_member_id", "on_date"),
        CheckConstraint("(weekday IS NULL) <> (on_date IS NULL)", name="weekday_or_date"),
        CheckConstraint("(starts_time IS NULL) = (ends_time IS NULL)", name="both_times"),
        CheckConstraint("starts_time <> ends_time", name="times_differ"),
        CheckConstraint("valid_until >= valid_from", name="dates"),
    )

    staff_member_id: Mapped[UUID] = belongs_to("staff_members", "Staff member")
    weekday: Mapped[Weekday | None] = choice("Weekday", Weekday, help="Every week; empty for a single date.")
    on_date: Mapped[date | None] = column("Date", help="An exception for one day.")
    is_available: Mapped[bool] = column("Can work", default=True)
    starts_time: Mapped[time | None] = column("From", Time)
    ends_time: Mapped[time | None] = column("To", Time, help="Earlier than the start: the next day.")
    valid_from: Mapped[date | None] = column("Holds from")
    valid_until: Mapped[date | None] = column("Holds until")

    staff_member: Mapped[StaffMember] = joined("AvailabilitySlot.staff_member_id", to="StaffMember")

    def __str__(self) -> str:
        hours = f"{said(self.starts_time)} – {said(self.ends_time)}" if self.starts_time else _("all day")
        day = _(self.weekday.capitalize()) if self.weekday else said(self.on_date)
        return f"{day} {hours}"


class TimeOff(OfStaffMember, TenantModel):
    """An absence in whole days, asked for and decided."""

    __tablename__ = "time_off"
    __label__ = ("kind",)
    found_by = ("staff_member",)
    __table_args__ = (
        Index(None, "organization_id", "staff_member_id", "starts_on"),
        Index(None, "organization_id", "status", "starts_on"),
        CheckConstraint("ends_on >= starts_on", name="dates"),
        CheckConstraint(
            "status NOT IN ('approved', 'declined') OR (decided_at IS NOT NULL AND decided_by_id IS NOT NULL)",
            name="decided_by_somebody",
        ),
    )

    staff_member_id: Mapped[UUID] = belongs_to("staff_members", "Staff member")
    kind: Mapped[TimeOffKind] = choice("Kind", TimeOffKind, default=TimeOffKind.VACATION)
    starts_on: Mapped[date] = column("First day")
    ends_on: Mapped[date] = column("Last day")
    status: Mapped[TimeOffStatus] = choice("Status", TimeOffStatus, default=TimeOffStatus.REQUESTED)
    note: Mapped[str | None] = column("Note", String(300))
    decided_by_id: Mapped[int | None] = belongs_to("ab_user", "Decided by")
    decided_at: Mapped[datetime | None] = column("Decided", DateTime(timezone=True))
    decision_note: Mapped[str | None] = column("Answer", String(300))

    staff_member: Mapped[StaffMember] = joined("TimeOff.staff_member_id", to="StaffMember")
    decided_by: Mapped[User | None] = joined("TimeOff.decided_by_id", to="User")

    def __str__(self) -> str:
        return str(Period(self.starts_on, self.ends_on))

    @classmethod
    def named_in(cls, table: Any) -> ColumnElement[str]:
        """Kind, person and days, in SQL. Days stand as ISO has them, for their reader to write."""
        days = func.concat_ws(literal_column("' – '"), table.c.starts_on, table.c.ends_on)
        who = func.concat_ws(literal_column("', '"), name_in(table), days)
        return func.concat_ws(literal_column("' · '"), cast(table.c.kind, Text), who)

    @property
    def is_open(self) -> bool:
        """Whether it takes up the days: asked for or granted."""
        return self.status in (TimeOffStatus.REQUESTED, TimeOffStatus.APPROVED)

    @property
    def possible_actions(self) -> tuple[str, ...]:
        """The verbs that its status allows, by the name they are declared under."""
        if self.status == TimeOffStatus.REQUESTED:
            return ("approve", "decline", "cancel")
        return ("cancel",) if self.is_open else ()
