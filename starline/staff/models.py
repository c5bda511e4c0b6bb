"""StaffMember, credentials, availability, time off and pay rates."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Computed,
    DateTime,
    Index,
    LargeBinary,
    Numeric,
    String,
    Time,
    UniqueConstraint,
    and_,
    false,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped

from starline.core.crypto import Encrypted
from starline.core.db import (
    TenantModel,
    User,
    belongs_to,
    choice,
    column,
    joined,
    money,
    numbered,
)
from starline.identity.models import RecordScope
from starline.organizations.models import Branch
from starline.staff.vocabulary import (
    Discipline,
    EmploymentType,
    Gender,
    PayUnit,
    StaffStatus,
    TimeOffKind,
    TimeOffStatus,
    TransportMode,
    Weekday,
)


class StaffMember(TenantModel):
    """Somebody who works for the agency, with or without a sign-in."""

    __tablename__ = "staff_members"
    __label__ = ("first_name", "last_name")
    __table_args__ = (
        UniqueConstraint("organization_id", "staff_number"),
        UniqueConstraint("organization_id", "user_id"),
        Index(None, "organization_id", "last_name", "first_name"),
        Index(None, "organization_id", "search_name"),
        Index(None, "organization_id", "search_first_name"),
        Index(None, "organization_id", "status"),
        Index(None, "organization_id", "branch_id"),
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


class OfStaffMember:
    """A row that tells of one staff member and is seen by whoever may see that person."""

    staff_member_id: Any

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool] | None:
        scope = StaffMember.visible_to(viewer)
        return None if scope is None else cls.staff_member_id.in_(select(StaffMember.id).where(scope))


class CredentialType(TenantModel):
    """A proof the agency asks for: a licence, a certificate, a test. The agency's own catalogue."""

    __tablename__ = "credential_types"
    __label__ = ("name",)
    __table_args__ = (
        UniqueConstraint("organization_id", "name"),
        CheckConstraint("validity_months BETWEEN 1 AND 240", name="validity"),
    )

    name: Mapped[str] = column("Name", String(80))
    required_disciplines: Mapped[list[str]] = column(
        "Required for",
        ARRAY(String(40)),
        default=list,
        help="Disciplines that must have it: rn, lpn, cna …",
    )
    required_payers: Mapped[list[str]] = column("Required by payers", ARRAY(String(80)), default=list)
    validity_months: Mapped[int | None] = column("Valid for (months)", help="Empty: it does not expire.")
    reminder_days: Mapped[list[str]] = column(
        "Remind before (days)",
        ARRAY(String(4)),
        default=lambda: ["60", "30", "14", "7", "1"],
    )
    blocks_scheduling: Mapped[bool] = column("Expiry keeps off the schedule", default=True)
    is_active: Mapped[bool] = column("In use", default=True)

    def __str__(self) -> str:
        return self.name


class Credential(OfStaffMember, TenantModel):
    """One proof of one person. What it is worth on a day is worked out by `rules.credential_state`."""

    __tablename__ = "credentials"
    __label__ = ("number",)
    __table_args__ = (
        Index(None, "organization_id", "staff_member_id", "credential_type_id"),
        Index(None, "organization_id", "expires_on"),
        CheckConstraint("expires_on >= issued_on", name="dates"),
        CheckConstraint(
            "(verified_on IS NULL) = (verified_by_id IS NULL)",
            name="verified_by_somebody",
        ),
        CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name="void_has_reason"),
    )

    staff_member_id: Mapped[UUID] = belongs_to("staff_members", "Staff member")
    credential_type_id: Mapped[UUID] = belongs_to("credential_types", "Credential type")
    number: Mapped[str | None] = column("Number", String(60))
    issuer: Mapped[str | None] = column("Issued by", String(120))
    issued_on: Mapped[date] = column("Issued")
    expires_on: Mapped[date | None] = column("Expires", help="The last valid day. Left empty, worked out by the type.")
    file: Mapped[str | None] = column("Scan", String(200))
    verified_by_id: Mapped[int | None] = belongs_to("ab_user", "Verified by")
    verified_on: Mapped[date | None] = column("Verified")
    voided_at: Mapped[datetime | None] = column("Voided", DateTime(timezone=True))
    void_reason: Mapped[str | None] = column("Voided because", String(300))
    custom: Mapped[dict[str, Any]] = column("Own fields", JSONB, default=dict)

    staff_member: Mapped[StaffMember] = joined("Credential.staff_member_id", to="StaffMember")
    credential_type: Mapped[CredentialType] = joined("Credential.credential_type_id", to="CredentialType")
    verified_by: Mapped[User | None] = joined("Credential.verified_by_id", to="User")

    def __str__(self) -> str:
        return f"{self.credential_type} {self.number or ''}".strip()

    @property
    def possible_actions(self) -> tuple[str, ...]:
        """The verbs that its state allows, by the name they are declared under."""
        return ("verify",) if self.verified_on is None else ()

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool] | None:
        scope = super().visible_to(viewer)
        present = cls.voided_at.is_(None)
        return present if scope is None else and_(present, scope)


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
        hours = f"{self.starts_time:%H:%M}-{self.ends_time:%H:%M}" if self.starts_time and self.ends_time else "all day"
        return f"{self.weekday or self.on_date} {hours}"


class TimeOff(OfStaffMember, TenantModel):
    """An absence in whole days, asked for and decided."""

    __tablename__ = "time_off"
    __label__ = ("kind",)
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
        return f"{self.starts_on} to {self.ends_on}"

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
