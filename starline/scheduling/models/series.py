"""What repeats, and the days on which it may not."""

from datetime import date, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, Index, Numeric, String, Text, Time, UniqueConstraint
from sqlalchemy.orm import Mapped

from starline.clients.models import Client, ServiceAddress
from starline.core.db import TenantModel, belongs_to, choice, column, joined
from starline.core.repeats import sentence_of
from starline.scheduling.models.visibility import visits_visible_to
from starline.scheduling.vocabulary import OnHolidays
from starline.services.models import ServiceType
from starline.staff.models import StaffMember


class Holiday(TenantModel):
    """A day on which the agency pays more, and on which some series pause."""

    __tablename__ = "holidays"
    __table_args__ = (
        UniqueConstraint("organization_id", "held_on", "name"),
        CheckConstraint("pay_factor BETWEEN 1 AND 5", name="pay_factor"),
    )

    name: Mapped[str] = column("Name", String(80))
    held_on: Mapped[date] = column("Date")
    pay_factor: Mapped[Decimal] = column("Pay factor", Numeric(3, 2), default=Decimal("1.5"), help="1.5 is half more.")


class VisitSeries(TenantModel):
    """Visits that repeat by a rule, in the wall-clock time of a zone."""

    __tablename__ = "visit_series"
    __label__ = ("rule",)
    __table_args__ = (
        Index(None, "organization_id", "client_id", "starts_on"),
        Index(None, "organization_id", "staff_member_id"),
        Index(None, "organization_id", "made_until"),
        CheckConstraint("ends_on >= starts_on", name="dates"),
    )

    client_id: Mapped[UUID] = belongs_to("clients", "Client")
    service_type_id: Mapped[UUID] = belongs_to("service_types", "Service")
    service_address_id: Mapped[UUID | None] = belongs_to(
        "service_addresses", "Address", help="Left empty, the client's primary address."
    )
    staff_member_id: Mapped[UUID | None] = belongs_to("staff_members", "Caregiver", help="Left empty, visits are open.")
    rule: Mapped[str] = column("Repeats", String(200), help="As calendars write it: FREQ=WEEKLY;BYDAY=MO,WE,FR")
    starts_on: Mapped[date] = column("First day")
    ends_on: Mapped[date | None] = column("Last day")
    starts_time: Mapped[time] = column("From", Time)
    ends_time: Mapped[time] = column("To", Time, help="At or before the start: on the next day.")
    time_zone: Mapped[str] = column(
        "Time zone", String(64), default="", help="Left empty, that of the client's branch."
    )
    on_holidays: Mapped[OnHolidays] = choice("On holidays", OnHolidays, default=OnHolidays.VISIT)
    note: Mapped[str | None] = column("Note for the visits", Text)
    made_until: Mapped[date] = column("Visits are made until")
    follows_id: Mapped[UUID | None] = belongs_to("visit_series", "Split from")

    client: Mapped[Client] = joined("VisitSeries.client_id", to="Client")
    service_type: Mapped[ServiceType] = joined("VisitSeries.service_type_id", to="ServiceType")
    service_address: Mapped[ServiceAddress | None] = joined("VisitSeries.service_address_id", to="ServiceAddress")
    staff_member: Mapped[StaffMember | None] = joined("VisitSeries.staff_member_id", to="StaffMember")
    follows: Mapped["VisitSeries | None"] = joined(
        "VisitSeries.follows_id", to="VisitSeries", remote_side="VisitSeries.id"
    )

    def __str__(self) -> str:
        return sentence_of(self.rule)

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool] | None:
        return visits_visible_to(cls, viewer)
