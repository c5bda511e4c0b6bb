"""What somebody earns."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped

from starline.core.db import TenantModel, belongs_to, choice, column, joined, money
from starline.staff.models.members import OfStaffMember, StaffMember
from starline.staff.vocabulary import PayUnit


class PayRate(OfStaffMember, TenantModel):
    """What somebody earns for a service, by date. Without a service: for everything that has no rate of its own."""

    __tablename__ = "pay_rates"
    __label__ = ("service_code",)
    __table_args__ = (
        Index(None, "organization_id", "staff_member_id", "service_code", "starts_on"),
        CheckConstraint("ends_on >= starts_on", name="dates"),
        CheckConstraint("rate_amount > 0", name="positive"),
    )

    staff_member_id: Mapped[UUID] = belongs_to("staff_members", "Staff member")
    service_code: Mapped[str | None] = column("Service", String(40), help="HCPCS or pay code; empty is the base rate.")
    rate_amount: Mapped[Decimal] = money("Rate")
    unit: Mapped[PayUnit] = choice("Per", PayUnit, default=PayUnit.HOUR)
    starts_on: Mapped[date] = column("Starts")
    ends_on: Mapped[date | None] = column("Ends", help="The last day; empty while it runs.")

    staff_member: Mapped[StaffMember] = joined("PayRate.staff_member_id", to="StaffMember")

    def __str__(self) -> str:
        return f"{self.rate_amount} / {self.unit}"
