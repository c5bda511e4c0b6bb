"""The nouns of the services domain."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, DateTime, Index, Numeric, String, Text, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped

from starline.clients.models import Client
from starline.clients.models.people import OfClient
from starline.core.db import TenantModel, User, belongs_to, choice, column, joined
from starline.core.periods import Period
from starline.services.vocabulary import PlanStatus, ServiceUnit, TaskCategory, TimeOfDay
from starline.staff.vocabulary import Discipline


class ServiceType(TenantModel):
    """Something the agency does for clients, with how it is billed and counted."""

    __tablename__ = "service_types"
    __table_args__ = (UniqueConstraint("organization_id", "name"),)

    name: Mapped[str] = column("Name", String(80))
    hcpcs: Mapped[str | None] = column("Billing code (HCPCS)", String(5), help="Such as T1019; payers may have others.")
    modifiers: Mapped[list[str]] = column("Modifiers", ARRAY(String(2)), default=list, help="Up to four, as TT or U1.")
    unit: Mapped[ServiceUnit] = choice("Counted in", ServiceUnit, default=ServiceUnit.QUARTER_HOUR)
    discipline: Mapped[Discipline] = choice("Given by", Discipline, default=Discipline.HHA)
    requires_evv: Mapped[bool] = column("Needs electronic visit verification", default=True)
    is_billable: Mapped[bool] = column("Billable", default=True)
    color: Mapped[str] = column("Colour", String(7), default="#0f7c6c", help="On the schedule.")
    is_active: Mapped[bool] = column("In use", default=True)

    @property
    def code(self) -> str:
        """The billing code with its modifiers, as on a claim: T1019 U1."""
        return " ".join([self.hcpcs or "", *self.modifiers]).strip()


class CareTask(TenantModel):
    """A task of the catalogue that plans choose from."""

    __tablename__ = "care_tasks"
    __table_args__ = (UniqueConstraint("organization_id", "name"),)

    name: Mapped[str] = column("Task", String(120))
    category: Mapped[TaskCategory] = choice("Category", TaskCategory, default=TaskCategory.PERSONAL_CARE)
    instructions: Mapped[str | None] = column("Instructions", Text, help="Copied into plans; changed there at will.")
    is_active: Mapped[bool] = column("In use", default=True)


class ServicePlan(OfClient, TenantModel):
    """What client and agency agreed for a period."""

    __tablename__ = "service_plans"
    __label__ = ("title",)
    __table_args__ = (
        Index(None, "organization_id", "client_id", "starts_on"),
        Index(None, "organization_id", "status", "review_due_on"),
        CheckConstraint("ends_on >= starts_on", name="dates"),
        CheckConstraint(
            "status NOT IN ('active', 'superseded', 'expired') OR approved_at IS NOT NULL", name="approved_by_somebody"
        ),
    )

    client_id: Mapped[UUID] = belongs_to("clients", "Client")
    title: Mapped[str] = column("Title", String(120), default="Service plan")
    status: Mapped[PlanStatus] = choice("Status", PlanStatus, default=PlanStatus.DRAFT)
    edition: Mapped[int] = column("Edition", default=1)
    starts_on: Mapped[date] = column("First day")
    ends_on: Mapped[date | None] = column("Last day", help="Empty while no end is agreed.")
    authorised_by: Mapped[str | None] = column("Authorised by", String(120), help="Such as the client's physician.")
    review_due_on: Mapped[date | None] = column("Review due")
    note: Mapped[str | None] = column("Note", Text)
    replaces_id: Mapped[UUID | None] = belongs_to("service_plans", "Follows")
    asked_by_id: Mapped[int | None] = belongs_to("ab_user", "Approval asked for by")
    approved_by_id: Mapped[int | None] = belongs_to("ab_user", "Approved by")
    approved_at: Mapped[datetime | None] = column("Approved", DateTime(timezone=True))
    answer: Mapped[str | None] = column("Answer", String(300), help="Why it was sent back.")
    custom: Mapped[dict[str, Any]] = column("Own fields", JSONB, default=dict)

    client: Mapped[Client] = joined("ServicePlan.client_id", to="Client")
    replaces: Mapped["ServicePlan | None"] = joined(
        "ServicePlan.replaces_id", to="ServicePlan", remote_side="ServicePlan.id"
    )
    asked_by: Mapped[User | None] = joined("ServicePlan.asked_by_id", to="User")
    approved_by: Mapped[User | None] = joined("ServicePlan.approved_by_id", to="User")

    @property
    def period(self) -> Period:
        return Period(self.starts_on, self.ends_on)

    @property
    def is_draft(self) -> bool:
        """Whether what it says can still be changed."""
        return self.status == PlanStatus.DRAFT

    @property
    def possible_actions(self) -> tuple[str, ...]:
        """The verbs that its status allows, by the name they are declared under."""
        return {
            PlanStatus.DRAFT: ("ask_for_approval",),
            PlanStatus.PENDING_APPROVAL: ("approve", "send_back"),
            PlanStatus.ACTIVE: ("revise",),
        }.get(self.status, ())


class OfPlan:
    """A row of a plan, seen by whoever may see the plan's client."""

    plan_id: Any

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool] | None:
        scope = ServicePlan.visible_to(viewer)
        return None if scope is None else cls.plan_id.in_(select(ServicePlan.id).where(scope))


class PlanService(OfPlan, TenantModel):
    """A service that a plan provides, and how much of it a week."""

    __tablename__ = "plan_services"
    __label__ = ("hours_per_week",)
    __table_args__ = (
        UniqueConstraint("organization_id", "plan_id", "service_type_id"),
        CheckConstraint("hours_per_week > 0 AND hours_per_week <= 168", name="hours"),
        CheckConstraint("visits_per_week BETWEEN 1 AND 99", name="visits"),
    )

    plan_id: Mapped[UUID] = belongs_to("service_plans", "Plan", on_delete="CASCADE")
    service_type_id: Mapped[UUID] = belongs_to("service_types", "Service")
    visits_per_week: Mapped[int | None] = column("Visits a week")
    hours_per_week: Mapped[Decimal] = column("Hours a week", Numeric(5, 2))

    plan: Mapped[ServicePlan] = joined("PlanService.plan_id", to="ServicePlan")
    service_type: Mapped[ServiceType] = joined("PlanService.service_type_id", to="ServiceType")


class PlanTask(OfPlan, TenantModel):
    """A task of a plan's visits."""

    __tablename__ = "plan_tasks"
    __table_args__ = (
        Index(None, "organization_id", "plan_id", "position"),
        CheckConstraint("position BETWEEN 1 AND 999", name="position"),
    )

    plan_id: Mapped[UUID] = belongs_to("service_plans", "Plan", on_delete="CASCADE")
    care_task_id: Mapped[UUID | None] = belongs_to("care_tasks", "From the catalogue")
    name: Mapped[str] = column("Task", String(120))
    service_type_id: Mapped[UUID | None] = belongs_to("service_types", "Only in visits of")
    instructions: Mapped[str | None] = column("Instructions", Text)
    weekdays: Mapped[list[str]] = column(
        "Days", ARRAY(String(40)), default=list, help="As monday, thursday; empty is every day."
    )
    time_of_day: Mapped[TimeOfDay] = choice("Time of day", TimeOfDay, default=TimeOfDay.ANY)
    is_required: Mapped[bool] = column("Required", default=True, help="Left undone, it needs a reason.")
    position: Mapped[int] = column("Order", default=100)

    plan: Mapped[ServicePlan] = joined("PlanTask.plan_id", to="ServicePlan")
    care_task: Mapped[CareTask | None] = joined("PlanTask.care_task_id", to="CareTask")
    service_type: Mapped[ServiceType | None] = joined("PlanTask.service_type_id", to="ServiceType")
