"""What was done in a visit: its tasks, its note, the miles driven, the client's signature."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    DateTime,
    Index,
    LargeBinary,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import Mapped

from starline.clients.models import Client
from starline.core import clock
from starline.core.crypto import Encrypted
from starline.core.db import TenantModel, belongs_to, choice, column, joined
from starline.scheduling import evv_vocabulary as words
from starline.scheduling.models.visibility import OfVisit
from starline.scheduling.models.visits import Visit, named_by_kind_and_visit, named_by_visit
from starline.services.models import PlanTask
from starline.staff.models import StaffMember


class VisitTask(OfVisit, TenantModel):
    """A task of a visit, as the plan had it when the visit began."""

    __tablename__ = "visit_tasks"
    __table_args__ = (
        UniqueConstraint("organization_id", "visit_id", "plan_task_id"),
        Index(None, "organization_id", "visit_id", "position"),
        CheckConstraint("(outcome = 'open') = (settled_at IS NULL)", name="settled_when"),
        CheckConstraint("outcome <> 'refused' OR reason IS NOT NULL", name="refused_because"),
    )

    visit_id: Mapped[UUID] = belongs_to("visits", "Visit", on_delete="CASCADE")
    client_id: Mapped[UUID] = belongs_to("clients", "Client")
    plan_task_id: Mapped[UUID] = belongs_to("plan_tasks", "Task of the plan")
    name: Mapped[str] = column("Task", String(120))
    instructions: Mapped[str | None] = column("Instructions", Text)
    is_required: Mapped[bool] = column("Required", default=True)
    position: Mapped[int] = column("Order", default=100)
    outcome: Mapped[words.TaskOutcome] = choice("Outcome", words.TaskOutcome, default=words.TaskOutcome.OPEN)
    reason: Mapped[str | None] = column("Because", String(300))
    settled_at: Mapped[datetime | None] = column("Settled", DateTime(timezone=True))

    visit: Mapped[Visit] = joined("VisitTask.visit_id", to="Visit")
    client: Mapped[Client] = joined("VisitTask.client_id", to="Client")
    plan_task: Mapped[PlanTask] = joined("VisitTask.plan_task_id", to="PlanTask")


class VisitRecord(OfVisit, TenantModel):
    """What the caregiver wrote of a visit. Each part keeps the time of the device, so that the latest word stands."""

    __tablename__ = "visit_records"
    __label__ = ("visit_id",)
    found_by = ("client",)
    __table_args__ = (
        UniqueConstraint("organization_id", "visit_id"),
        CheckConstraint("miles BETWEEN 0 AND 1000", name="miles"),
        CheckConstraint("(signed_at IS NULL) = (signed_by_name IS NULL)", name="signed_by_somebody"),
    )

    visit_id: Mapped[UUID] = belongs_to("visits", "Visit")
    client_id: Mapped[UUID] = belongs_to("clients", "Client")
    note_encrypted: Mapped[bytes | None] = column("Visit note", LargeBinary)
    noted_at: Mapped[datetime | None] = column("Noted", DateTime(timezone=True))
    miles: Mapped[Decimal | None] = column("Miles driven", Numeric(6, 1), help="With or for the client.")
    driven_at: Mapped[datetime | None] = column("Miles told", DateTime(timezone=True))
    signed_by_name: Mapped[str | None] = column("Signed by", String(120))
    signed_at: Mapped[datetime | None] = column("Signed", DateTime(timezone=True))
    signature_id: Mapped[UUID | None] = belongs_to("stored_files", "Signature")

    note = Encrypted("note_encrypted")
    visit: Mapped[Visit] = joined("VisitRecord.visit_id", to="Visit")
    client: Mapped[Client] = joined("VisitRecord.client_id", to="Client")

    @classmethod
    def named_in(cls, table: Any) -> ColumnElement[str]:
        return named_by_visit(table)


class VisitAct(OfVisit, TenantModel):
    """One act of a caregiver's phone beside the clock, kept so that it has its effect once, with the device's time."""

    __tablename__ = "visit_acts"
    __label__ = ("kind",)
    found_by = ("client",)
    __table_args__ = (
        UniqueConstraint("organization_id", "event_id"),
        Index(None, "organization_id", "visit_id", "happened_at"),
    )

    visit_id: Mapped[UUID] = belongs_to("visits", "Visit")
    client_id: Mapped[UUID] = belongs_to("clients", "Client")
    staff_member_id: Mapped[UUID | None] = belongs_to("staff_members", "Caregiver")
    kind: Mapped[words.ActKind] = choice("Act", words.ActKind)
    happened_at: Mapped[datetime] = column("Time", DateTime(timezone=True), help="By the clock of the device.")
    received_at: Mapped[datetime] = column("Received", DateTime(timezone=True), default=clock.now)
    event_id: Mapped[UUID] = column("Made as", Uuid(), help="Given by the device, so that nothing is kept twice.")
    subject_id: Mapped[UUID] = column("About", Uuid(), help="The task, the record or the file.")
    clash: Mapped[words.Clash | None] = choice("In conflict because", words.Clash)
    words_encrypted: Mapped[bytes | None] = column(
        "What was told", LargeBinary, help="Every note, and whatever else was kept beside instead of taking effect."
    )

    words = Encrypted("words_encrypted")
    visit: Mapped[Visit] = joined("VisitAct.visit_id", to="Visit")
    client: Mapped[Client] = joined("VisitAct.client_id", to="Client")
    staff_member: Mapped[StaffMember | None] = joined("VisitAct.staff_member_id", to="StaffMember")

    @classmethod
    def named_in(cls, table: Any) -> ColumnElement[str]:
        return named_by_kind_and_visit(table)
