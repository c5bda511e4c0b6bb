"""What proves a visit: clock events, what is out of the ordinary about them, and what the agency tolerates."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, DateTime, Index, Numeric, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped

from starline.clients.models import Client
from starline.core import clock
from starline.core.db import TenantModel, User, belongs_to, choice, column, joined
from starline.organizations.models import Branch
from starline.scheduling import evv_vocabulary as words
from starline.scheduling.models.visibility import OfVisit
from starline.scheduling.models.visits import Visit, named_by_kind_and_visit
from starline.staff.models import StaffMember


class ClockEvent(OfVisit, TenantModel):
    """The begin or the end of a visit as it was told once. Never changed: a correction is an event that replaces it.

    `happened_at` is the time of the device, `received_at` ours. The position is that of the moment of clocking; no
    other is ever kept.
    """

    __tablename__ = "clock_events"
    __label__ = ("kind",)
    found_by = ("client",)
    __table_args__ = (
        UniqueConstraint("organization_id", "event_id"),
        Index(None, "organization_id", "visit_id", "happened_at"),
        Index(None, "organization_id", "staff_member_id", "happened_at"),
        Index(
            "uq_clock_events_counts",
            "organization_id",
            "visit_id",
            "kind",
            unique=True,
            postgresql_where="standing = 'counts'",
        ),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="coordinates_together"),
        CheckConstraint("latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180", name="coordinates"),
        CheckConstraint("accuracy_metres >= 0 AND distance_metres >= 0", name="metres"),
        CheckConstraint("method <> 'manual' OR reason_code IS NOT NULL", name="manual_has_reason"),
    )

    visit_id: Mapped[UUID] = belongs_to("visits", "Visit")
    client_id: Mapped[UUID] = belongs_to("clients", "Client")
    staff_member_id: Mapped[UUID] = belongs_to("staff_members", "Caregiver")
    kind: Mapped[words.ClockKind] = choice("Clocked", words.ClockKind)
    happened_at: Mapped[datetime] = column("Time", DateTime(timezone=True), help="By the clock of the device.")
    received_at: Mapped[datetime] = column("Received", DateTime(timezone=True), default=clock.now)
    method: Mapped[words.ClockMethod] = choice("Method", words.ClockMethod)
    standing: Mapped[words.Standing] = choice("Standing", words.Standing, default=words.Standing.COUNTS)
    clash: Mapped[words.Clash | None] = choice("In conflict because", words.Clash)
    latitude: Mapped[Decimal | None] = column("Latitude", Numeric(9, 6))
    longitude: Mapped[Decimal | None] = column("Longitude", Numeric(9, 6))
    accuracy_metres: Mapped[int | None] = column("Accuracy (metres)")
    distance_metres: Mapped[int | None] = column("Distance (metres)", help="From the address of the visit.")
    is_inside: Mapped[bool | None] = column("Within the geofence", help="Empty where the position can't tell.")
    phone: Mapped[str | None] = column("Called from", String(30))
    device: Mapped[str | None] = column("Device", String(120))
    sequence: Mapped[int | None] = column("Number on the device")
    event_id: Mapped[UUID] = column("Made as", Uuid(), help="Given by the device, so that nothing is kept twice.")
    replaces_id: Mapped[UUID | None] = belongs_to("clock_events", "Corrects")
    reason_code: Mapped[words.ReasonCode | None] = choice("Reason", words.ReasonCode)
    reason: Mapped[str | None] = column("In words", String(300))

    visit: Mapped[Visit] = joined("ClockEvent.visit_id", to="Visit")
    client: Mapped[Client] = joined("ClockEvent.client_id", to="Client")
    staff_member: Mapped[StaffMember] = joined("ClockEvent.staff_member_id", to="StaffMember")
    replaces: Mapped["ClockEvent | None"] = joined(
        "ClockEvent.replaces_id", to="ClockEvent", remote_side="ClockEvent.id"
    )
    created_by: Mapped[User | None] = joined("ClockEvent.created_by_fk", to="User", viewonly=True)

    @classmethod
    def named_in(cls, table: Any) -> ColumnElement[str]:
        return named_by_kind_and_visit(table)

    @property
    def counts(self) -> bool:
        return self.standing == words.Standing.COUNTS

    @property
    def possible_actions(self) -> tuple[str, ...]:
        """The verbs that its standing allows, by the name they are declared under."""
        return ("accept",) if self.standing == words.Standing.BESIDE else ()


class VisitException(OfVisit, TenantModel):
    """Something about a visit that somebody has to look at before it is verified. One row a kind, reopened at need.

    `amount` is minutes early or late, metres beyond the geofence, or how many tasks are open.
    """

    __tablename__ = "visit_exceptions"
    __label__ = ("kind",)
    found_by = ("client",)
    __table_args__ = (
        Index(
            "uq_visit_exceptions_once",
            "organization_id",
            "visit_id",
            "kind",
            "clash",
            "clock_event_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index(None, "organization_id", "status", "raised_at"),
        CheckConstraint("(kind = 'conflict') = (clash IS NOT NULL)", name="conflict_says_with_what"),
        CheckConstraint("status NOT IN ('approved', 'returned') OR decided_at IS NOT NULL", name="decided"),
    )

    visit_id: Mapped[UUID] = belongs_to("visits", "Visit")
    client_id: Mapped[UUID] = belongs_to("clients", "Client")
    staff_member_id: Mapped[UUID | None] = belongs_to("staff_members", "Caregiver")
    kind: Mapped[words.ExceptionKind] = choice("Exception", words.ExceptionKind)
    clash: Mapped[words.Clash | None] = choice("In conflict because", words.Clash)
    clock_event_id: Mapped[UUID | None] = belongs_to("clock_events", "Clock event")
    amount: Mapped[int | None] = column("How much", help="Minutes, metres or tasks.")
    status: Mapped[words.ExceptionStatus] = choice("Status", words.ExceptionStatus, default=words.ExceptionStatus.OPEN)
    raised_at: Mapped[datetime] = column("Since", DateTime(timezone=True), default=clock.now)
    reason_code: Mapped[words.ReasonCode | None] = choice("Reason", words.ReasonCode)
    note: Mapped[str | None] = column("In words", String(300))
    decided_by_id: Mapped[int | None] = belongs_to("ab_user", "Decided by")
    decided_at: Mapped[datetime | None] = column("Decided", DateTime(timezone=True))
    told_at: Mapped[datetime | None] = column("Schedulers told", DateTime(timezone=True))
    escalated_at: Mapped[datetime | None] = column("Administrators told", DateTime(timezone=True))

    visit: Mapped[Visit] = joined("VisitException.visit_id", to="Visit")
    client: Mapped[Client] = joined("VisitException.client_id", to="Client")
    staff_member: Mapped[StaffMember | None] = joined("VisitException.staff_member_id", to="StaffMember")
    clock_event: Mapped[ClockEvent | None] = joined("VisitException.clock_event_id", to="ClockEvent")
    decided_by: Mapped[User | None] = joined("VisitException.decided_by_id", to="User")

    @classmethod
    def named_in(cls, table: Any) -> ColumnElement[str]:
        return named_by_kind_and_visit(table)

    @property
    def is_undecided(self) -> bool:
        return self.status in words.UNDECIDED

    @property
    def possible_actions(self) -> tuple[str, ...]:
        """The verbs that its status allows, by the name they are declared under."""
        return {
            words.ExceptionStatus.OPEN: ("approve", "send_back"),
            words.ExceptionStatus.RETURNED: ("approve",),
        }.get(self.status, ())


class EvvTolerance(TenantModel):
    """What the agency tolerates from a day on, everywhere or in one branch: states change their rules."""

    __tablename__ = "evv_tolerances"
    __label__ = ("valid_from",)
    __table_args__ = (
        Index(None, "organization_id", "branch_id", "valid_from"),
        CheckConstraint("geofence_metres BETWEEN 10 AND 5000", name="geofence"),
        CheckConstraint("early_minutes BETWEEN 0 AND 240 AND late_minutes BETWEEN 0 AND 240", name="minutes"),
    )

    branch_id: Mapped[UUID | None] = belongs_to("branches", "Branch", help="Left empty, the whole agency.")
    valid_from: Mapped[date] = column("From")
    geofence_metres: Mapped[int] = column(
        "Geofence (metres)", default=150, help="How far from the address clocking in counts."
    )
    early_minutes: Mapped[int] = column("Early by at most (minutes)", default=15)
    late_minutes: Mapped[int] = column("Late by at most (minutes)", default=15)
    manual_needs_approval: Mapped[bool] = column("Entries by hand need approval", default=True)
    note: Mapped[str | None] = column("Note", String(300), help="Such as the bulletin that asks for it.")

    branch: Mapped[Branch | None] = joined("EvvTolerance.branch_id", to="Branch")

    @classmethod
    def visible_to(cls, viewer: Any) -> None:
        return None

    def __str__(self) -> str:
        return f"{self.valid_from:%Y-%m-%d}"
