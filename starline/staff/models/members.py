"""The staff member, and what every row about one of them has in common."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Computed,
    Index,
    LargeBinary,
    Numeric,
    String,
    UniqueConstraint,
    and_,
    false,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped

from starline.core.crypto import Encrypted
from starline.core.db import TenantModel, User, belongs_to, choice, column, joined, numbered
from starline.core.search import Searched
from starline.identity.models import RecordScope
from starline.organizations.models import Branch
from starline.staff.vocabulary import Discipline, EmploymentType, Gender, StaffStatus, TransportMode


class StaffMember(TenantModel):
    """Somebody who works for the agency, with or without a sign-in."""

    __tablename__ = "staff_members"
    __label__ = ("first_name", "last_name")
    __searched__ = Searched(number="staff_number", phones="phone")
    __table_args__ = (
        UniqueConstraint("organization_id", "staff_number"),
        UniqueConstraint("organization_id", "user_id"),
        Index(None, "organization_id", "last_name", "first_name"),
        Index(None, "organization_id", "search_name"),
        Index(None, "organization_id", "search_first_name"),
        Index(None, "organization_id", "status"),
        Index(None, "organization_id", "branch_id"),
        Index(None, "organization_id", "ssn_hash", postgresql_where="ssn_hash IS NOT NULL"),
        CheckConstraint("terminated_on >= hired_on", name="terminated_after_hired"),
        CheckConstraint(
            "status <> 'terminated' OR terminated_on IS NOT NULL",
            name="terminated_has_date",
        ),
        CheckConstraint("hired_on >= birth_date", name="hired_after_birth"),
        CheckConstraint("supervisor_id <> id", name="not_own_supervisor"),
        CheckConstraint("npi ~ '^[0-9]{10}$'", name="npi"),
        CheckConstraint(
            "latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180",
            name="coordinates",
        ),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="coordinates_together"),
    )

    staff_number: Mapped[int] = column("Number", server_default=numbered("staff"), help="Given by the system.")
    first_name: Mapped[str] = column("First name", String(80))
    middle_name: Mapped[str | None] = column("Middle name", String(80))
    last_name: Mapped[str] = column("Last name", String(80))
    preferred_name: Mapped[str | None] = column("Preferred name", String(80))
    search_name: Mapped[str] = column(
        "Last name first",
        String(collation="C"),
        Computed("lower(last_name || ' ' || first_name)", persisted=True),
    )
    search_first_name: Mapped[str] = column(
        "First name first",
        String(collation="C"),
        Computed(
            "lower(coalesce(preferred_name, first_name) || ' ' || last_name)",
            persisted=True,
        ),
    )
    status: Mapped[StaffStatus] = choice("Status", StaffStatus, default=StaffStatus.ACTIVE)
    birth_date: Mapped[date | None] = column("Birth date")
    gender: Mapped[Gender | None] = choice("Gender", Gender)
    ssn_encrypted: Mapped[bytes | None] = column("Social security number", LargeBinary, help="Nine digits.")
    ssn_last4: Mapped[str | None] = column("Last digits of the social security number", String(4))
    ssn_hash: Mapped[str | None] = column("Index of the social security number", String(64))
    hired_on: Mapped[date] = column("Hired")
    terminated_on: Mapped[date | None] = column("Left", help="The last working day.")
    termination_reason: Mapped[str | None] = column("Reason for leaving", String(300))
    employment_type: Mapped[EmploymentType] = choice("Employment", EmploymentType, default=EmploymentType.W2)
    position: Mapped[str] = column("Position", String(80), help="Caregiver, Visiting nurse, Scheduler")
    discipline: Mapped[Discipline] = choice("Discipline", Discipline)
    npi: Mapped[str | None] = column("NPI", String(10), help="National Provider Identifier, ten digits.")
    branch_id: Mapped[UUID] = belongs_to("branches", "Branch")
    supervisor_id: Mapped[UUID | None] = belongs_to("staff_members", "Supervisor")
    user_id: Mapped[int | None] = belongs_to("ab_user", "User")
    line1: Mapped[str | None] = column("Address", String(120))
    line2: Mapped[str | None] = column("Apartment", String(120))
    city: Mapped[str | None] = column("City", String(80))
    state: Mapped[str | None] = column("State", String(2))
    postal_code: Mapped[str | None] = column("ZIP code", String(10))
    latitude: Mapped[Decimal | None] = column("Latitude", Numeric(9, 6))
    longitude: Mapped[Decimal | None] = column("Longitude", Numeric(9, 6))
    transport_mode: Mapped[TransportMode | None] = choice("Gets around by", TransportMode)
    languages: Mapped[list[str]] = column("Languages", ARRAY(String(40)), default=list)
    skills: Mapped[list[str]] = column("Skills", ARRAY(String(60)), default=list)
    phone: Mapped[str | None] = column("Phone", String(20))
    texts_agreed_on: Mapped[date | None] = column(
        "Agreed to texts on", help="The day on which the person agreed to text messages. Empty: none are sent."
    )
    email: Mapped[str | None] = column("E-mail", String(254))
    emergency_contact_name: Mapped[str | None] = column("Emergency contact", String(120))
    emergency_contact_phone: Mapped[str | None] = column("Emergency contact's phone", String(20))
    emergency_contact_relationship: Mapped[str | None] = column("Emergency contact is", String(60))
    photo_file: Mapped[str | None] = column("Photo", String(200))
    custom: Mapped[dict[str, Any]] = column("Own fields", JSONB, default=dict)

    ssn = Encrypted("ssn_encrypted")
    branch: Mapped[Branch] = joined("StaffMember.branch_id", to="Branch")
    supervisor: Mapped["StaffMember | None"] = joined(
        "StaffMember.supervisor_id", to="StaffMember", remote_side="StaffMember.id"
    )
    user: Mapped[User | None] = joined("StaffMember.user_id", to="User")

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def is_working(self) -> bool:
        """Whether the person may be given visits."""
        return self.status == StaffStatus.ACTIVE

    @property
    def possible_actions(self) -> tuple[str, ...]:
        """The verbs that its state allows, by the name they are declared under."""
        if self.status == StaffStatus.TERMINATED:
            return ()
        can_be_invited = self.user_id is None and bool(self.email)
        return ("invite_to_sign_in", "start_onboarding") if can_be_invited else ("start_onboarding",)

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool] | None:
        """Which staff members the viewer's record scope covers; None is all. No values of its own (see Client)."""
        if viewer.scope == RecordScope.ALL:
            return None
        if viewer.scope == RecordScope.BRANCH:
            return and_(cls.branch_id == viewer.branch_id)
        if viewer.scope in (RecordScope.ASSIGNED, RecordScope.OWN):
            return and_(cls.user_id == viewer.user_id)
        return false()


def name_in(table: Any) -> ColumnElement[str]:
    """In SQL, the name of the staff member whom a row of `table` tells of."""
    one = StaffMember.__table__.alias()
    name = func.concat_ws(literal_column("' '"), one.c.first_name, one.c.last_name)
    same = and_(one.c.organization_id == table.c.organization_id, one.c.id == table.c.staff_member_id)
    return select(name).where(same).correlate(table).scalar_subquery()


class OfStaffMember:
    """A row that tells of one staff member and is seen by whoever may see that person."""

    staff_member_id: Any

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool] | None:
        scope = StaffMember.visible_to(viewer)
        return None if scope is None else cls.staff_member_id.in_(select(StaffMember.id).where(scope))
