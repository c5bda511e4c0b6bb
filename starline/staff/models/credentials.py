"""What proves that somebody may do the work: the agency's catalogue of proofs, and each person's."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    DateTime,
    Index,
    String,
    UniqueConstraint,
    and_,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped

from starline.core.db import TenantModel, User, belongs_to, choice, column, joined
from starline.staff.models.members import OfStaffMember, StaffMember, name_in
from starline.staff.vocabulary import ExclusionList, ExclusionResult, LapseEffect

A_MONTH = timedelta(days=31)


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
    required_positions: Mapped[list[str]] = column(
        "Required for positions",
        ARRAY(String(80)),
        default=list,
        help="Besides the disciplines, by the name of the position.",
    )
    required_payers: Mapped[list[str]] = column(
        "Required by payers",
        ARRAY(String(80)),
        default=list,
        help="Of everybody whose visits these payers pay.",
    )
    validity_months: Mapped[int | None] = column("Valid for (months)", help="Empty: it does not expire.")
    reminder_days: Mapped[list[str]] = column(
        "Remind before (days)",
        ARRAY(String(4)),
        default=lambda: ["60", "30", "14", "7", "1"],
    )
    on_lapse: Mapped[LapseEffect] = choice(
        "A lapse will",
        LapseEffect,
        default=LapseEffect.BLOCK,
        help="What a missing, expired or unverified one does: block keeps the person off the schedule.",
    )
    is_active: Mapped[bool] = column("In use", default=True)

    def __str__(self) -> str:
        return self.name


class Credential(OfStaffMember, TenantModel):
    """One proof of one person. What it is worth on a day is worked out by `rules.credential_state`."""

    __tablename__ = "credentials"
    __label__ = ("number",)
    found_by = ("staff_member", "credential_type")
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

    @classmethod
    def named_in(cls, table: Any) -> ColumnElement[str]:
        """Which proof, and whose, in SQL."""
        kind = CredentialType.__table__.alias()
        same = and_(kind.c.organization_id == table.c.organization_id, kind.c.id == table.c.credential_type_id)
        name = select(kind.c.name).where(same).correlate(table).scalar_subquery()
        return func.concat_ws(literal_column("', '"), name, name_in(table))

    @property
    def possible_actions(self) -> tuple[str, ...]:
        """The verbs that its state allows, by the name they are declared under."""
        return ("verify",) if self.verified_on is None else ()

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool] | None:
        scope = super().visible_to(viewer)
        present = cls.voided_at.is_(None)
        return present if scope is None else and_(present, scope)


class CredentialReminder(TenantModel):
    """That a reminder was sent, so that a job that runs again sends no second one."""

    __tablename__ = "credential_reminders"
    __label__ = ("days",)
    __table_args__ = (UniqueConstraint("organization_id", "credential_id", "days"),)

    credential_id: Mapped[UUID] = belongs_to("credentials", "Credential", on_delete="CASCADE")
    days: Mapped[int] = column("Days before the end")
    reminded_on: Mapped[date] = column("Sent")


class ExclusionCheck(OfStaffMember, TenantModel):
    """One look into a list of people whose work public money may not pay for (42 U.S.C. 1320a-7)."""

    __tablename__ = "exclusion_checks"
    __label__ = ("source",)
    __table_args__ = (
        Index(None, "organization_id", "staff_member_id", "checked_on"),
        CheckConstraint("next_due_on > checked_on", name="dates"),
    )

    staff_member_id: Mapped[UUID] = belongs_to("staff_members", "Staff member")
    source: Mapped[ExclusionList] = choice("List", ExclusionList, default=ExclusionList.OIG)
    checked_on: Mapped[date] = column("Checked")
    result: Mapped[ExclusionResult] = choice("Result", ExclusionResult, default=ExclusionResult.CLEAR)
    next_due_on: Mapped[date] = column(
        "Next check",
        default=lambda context: context.get_current_parameters()["checked_on"] + A_MONTH,
        help="Left empty, by the agency's settings.",
    )
    checked_by_id: Mapped[int | None] = belongs_to("ab_user", "Checked by")
    note: Mapped[str | None] = column("Note", String(300), help="How a possible match was resolved.")

    staff_member: Mapped[StaffMember] = joined("ExclusionCheck.staff_member_id", to="StaffMember")
    checked_by: Mapped[User | None] = joined("ExclusionCheck.checked_by_id", to="User")

    def __str__(self) -> str:
        return f"{self.source.upper()} {self.checked_on}"
