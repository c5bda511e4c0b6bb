"""The client, and the people by whom one is seen: contacts and the care team."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Computed,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    and_,
    false,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped

from starline.clients import vocabulary as words
from starline.core import clock
from starline.core.crypto import Encrypted, SealedText
from starline.core.db import TenantModel, User, belongs_to, choice, column, joined, numbered
from starline.core.search import Searched
from starline.identity.break_glass import opened_clients
from starline.identity.models import RecordScope
from starline.organizations.models import Branch

STANDS = "merged_into_id IS NULL"
"""Of a client who isn't kept under another's record."""
YESTERDAY: ColumnElement[date] = literal_column("CURRENT_DATE - 1")
"""An assignment that ends today holds until the day is over everywhere an agency works; the database counts in UTC."""


class Client(TenantModel):
    """A person the agency cares for, from the first call to discharge."""

    __tablename__ = "clients"
    __label__ = ("first_name", "last_name")
    __searched__ = Searched(number="client_number", phones="phone mobile_phone")
    __table_args__ = (
        UniqueConstraint("organization_id", "client_number"),
        # Lists count and order those who stand for themselves; an index of these alone answers without their rows.
        Index(None, "organization_id", "last_name", "first_name", postgresql_where=STANDS),
        Index(None, "organization_id", "search_name", postgresql_where=STANDS),
        Index(None, "organization_id", "search_first_name", postgresql_where=STANDS),
        Index(None, "organization_id", "status", postgresql_where=STANDS),
        Index(None, "organization_id", "branch_id"),
        Index(None, "organization_id", "birth_date"),
        Index(
            "ix_clients_merged_into",
            "organization_id",
            "merged_into_id",
            postgresql_where="merged_into_id IS NOT NULL",
        ),
        # Each number is looked up by its index, and many records have none.
        *(
            Index(None, "organization_id", name, postgresql_where=f"{name} IS NOT NULL")
            for name in ("ssn_hash", "medicaid_id_hash", "medicare_id_hash")
        ),
        CheckConstraint("start_of_care_on >= birth_date", name="start_of_care_after_birth"),
    )

    client_number: Mapped[int] = column("Number", server_default=numbered("clients"), help="Given by the system.")
    first_name: Mapped[str] = column("First name", String(80))
    middle_name: Mapped[str | None] = column("Middle name", String(80))
    last_name: Mapped[str] = column("Last name", String(80))
    suffix: Mapped[str | None] = column("Suffix", String(20), help="Jr., Sr., III")
    preferred_name: Mapped[str | None] = column("Preferred name", String(80), help="What to call the client.")
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
    status: Mapped[words.ClientStatus] = choice("Status", words.ClientStatus, default=words.ClientStatus.INQUIRY)
    birth_date: Mapped[date] = column("Birth date")
    sex: Mapped[words.Sex] = choice("Sex", words.Sex, default=words.Sex.UNKNOWN, help="As payers know it.")
    gender_identity: Mapped[str | None] = column("Gender identity", String(40))
    pronouns: Mapped[str | None] = column("Pronouns", String(40))
    ssn_encrypted: Mapped[bytes | None] = column("Social security number", LargeBinary, help="Nine digits.")
    ssn_last4: Mapped[str | None] = column("Last digits of the social security number", String(4))
    ssn_hash: Mapped[str | None] = column("Index of the social security number", String(64))
    medicaid_id_encrypted: Mapped[bytes | None] = column("Medicaid id", LargeBinary)
    medicaid_id_last4: Mapped[str | None] = column("Last characters of the Medicaid id", String(4))
    medicaid_id_hash: Mapped[str | None] = column("Index of the Medicaid id", String(64))
    medicare_id_encrypted: Mapped[bytes | None] = column(
        "Medicare id", LargeBinary, help="The number on the red, white and blue card."
    )
    medicare_id_last4: Mapped[str | None] = column("Last characters of the Medicare id", String(4))
    medicare_id_hash: Mapped[str | None] = column("Index of the Medicare id", String(64))
    languages: Mapped[list[str]] = column("Languages", ARRAY(String(40)), default=list)
    marital_status: Mapped[words.MaritalStatus | None] = choice("Marital status", words.MaritalStatus)
    veteran_status: Mapped[words.VeteranStatus | None] = choice("Veteran", words.VeteranStatus)
    religion: Mapped[str | None] = column("Religion", String(60))
    branch_id: Mapped[UUID] = belongs_to("branches", "Branch")
    care_coordinator_id: Mapped[int | None] = belongs_to("ab_user", "Care coordinator")
    referral_source: Mapped[str | None] = column("Referred by", String(120))
    start_of_care_on: Mapped[date | None] = column("Start of care")
    phone: Mapped[str | None] = column("Phone", String(20))
    mobile_phone: Mapped[str | None] = column("Mobile phone", String(20))
    email: Mapped[str | None] = column("E-mail", String(254))
    photo_file: Mapped[str | None] = column("Photo", String(200))
    code_status: Mapped[words.CodeStatus | None] = choice("Code status", words.CodeStatus)
    mobility: Mapped[words.Mobility | None] = choice("Mobility", words.Mobility)
    diet_encrypted: Mapped[bytes | None] = column("Diet", LargeBinary)
    allergies_note_encrypted: Mapped[bytes | None] = column(
        "Allergies", LargeBinary, help="Shown as a banner on every screen."
    )
    fall_risk: Mapped[words.FallRisk | None] = choice("Fall risk", words.FallRisk)
    is_elopement_risk: Mapped[bool] = column("May wander off", default=False)
    has_pets: Mapped[bool] = column("Pets in the home", default=False)
    is_smoking_home: Mapped[bool] = column("Smoking in the home", default=False)
    equipment_encrypted: Mapped[bytes | None] = column("Equipment in the home", LargeBinary)
    triage_level: Mapped[words.TriageLevel | None] = choice("Emergency triage", words.TriageLevel)
    emergency_plan_encrypted: Mapped[bytes | None] = column("Emergency plan", LargeBinary)
    caregiver_notes_encrypted: Mapped[bytes | None] = column("Notes for caregivers", LargeBinary)
    custom: Mapped[dict[str, Any]] = column("Own fields", JSONB, default=dict)
    merged_into_id: Mapped[UUID | None] = belongs_to("clients", "Merged into")

    ssn = Encrypted("ssn_encrypted")
    medicaid_id = Encrypted("medicaid_id_encrypted")
    medicare_id = Encrypted("medicare_id_encrypted")
    diet = SealedText("diet_encrypted", max_length=200)
    allergies_note = SealedText("allergies_note_encrypted", max_length=300)
    equipment = SealedText("equipment_encrypted", max_length=300)
    emergency_plan = SealedText("emergency_plan_encrypted")
    caregiver_notes = SealedText("caregiver_notes_encrypted")
    branch: Mapped[Branch] = joined("Client.branch_id", to="Branch")
    care_coordinator: Mapped[User | None] = joined("Client.care_coordinator_id", to="User")

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def is_served(self) -> bool:
        """Whether visits may be planned."""
        return self.status in (words.ClientStatus.ASSESSMENT, words.ClientStatus.ACTIVE)

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool] | None:
        """The clients in the viewer's scope; a record that was merged into another is seen as that one."""
        scope, stands = cls.in_scope_of(viewer), cls.merged_into_id.is_(None)
        return stands if scope is None else and_(stands, scope)

    @classmethod
    def in_scope_of(cls, viewer: Any) -> ColumnElement[bool] | None:
        """Which clients the viewer's record scope covers; None is all.

        Written without values of its own, because the read path keeps the statement's text and fills the viewer in.
        """
        if viewer.scope == RecordScope.ALL:
            return None
        if viewer.scope == RecordScope.BRANCH:
            return or_(cls.branch_id == viewer.branch_id, cls.id == opened_clients(viewer.user_id))
        if viewer.scope == RecordScope.ASSIGNED:
            return or_(cls.id.in_(_assigned_to(viewer.user_id)), cls.id == opened_clients(viewer.user_id))
        if viewer.scope == RecordScope.OWN:
            return cls.id.in_(_own_of(viewer.user_id))
        return false()


class OfClient:
    """A row that tells of one client and is seen by whoever may see the client."""

    client_id: Any

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool] | None:
        scope = Client.in_scope_of(viewer)
        return None if scope is None else cls.client_id.in_(select(Client.id).where(scope))


class Contact(OfClient, TenantModel):
    """Somebody to call about a client, with what they may decide."""

    __tablename__ = "contacts"
    __label__ = ("first_name", "last_name")
    __table_args__ = (
        Index(None, "organization_id", "client_id", "emergency_order"),
        Index(None, "organization_id", "user_id"),
        Index(None, "organization_id", "search_name"),
        CheckConstraint("emergency_order BETWEEN 1 AND 20", name="emergency_order"),
    )

    client_id: Mapped[UUID] = belongs_to("clients", "Client")
    first_name: Mapped[str] = column("First name", String(80))
    last_name: Mapped[str] = column("Last name", String(80))
    search_name: Mapped[str] = column(
        "Last name first",
        String(collation="C"),
        Computed("lower(last_name || ' ' || first_name)", persisted=True),
    )
    relationship: Mapped[words.Relationship] = choice("Relationship", words.Relationship)
    emergency_order: Mapped[int | None] = column("Emergency order", help="1 is called first; empty is not called.")
    is_health_poa: Mapped[bool] = column("Power of attorney, health", default=False)
    is_finance_poa: Mapped[bool] = column("Power of attorney, finance", default=False)
    is_guardian: Mapped[bool] = column("Legal guardian", default=False)
    is_guarantor: Mapped[bool] = column("Pays the bills", default=False)
    phone: Mapped[str | None] = column("Phone", String(20))
    mobile_phone: Mapped[str | None] = column("Mobile phone", String(20))
    email: Mapped[str | None] = column("E-mail", String(254))
    user_id: Mapped[int | None] = belongs_to("ab_user", "Portal user", help="Lets this person see the client's portal.")
    note: Mapped[str | None] = column("Note", String(300))

    client: Mapped[Client] = joined("Contact.client_id", to="Client")
    user: Mapped[User | None] = joined("Contact.user_id", to="User")

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"


class CareTeamMember(OfClient, TenantModel):
    """Somebody assigned to the client by name; it is what lets a caregiver see the client."""

    __tablename__ = "care_team_members"
    __label__ = ("role",)
    __table_args__ = (
        UniqueConstraint("organization_id", "client_id", "user_id", "role", "starts_on"),
        Index(None, "organization_id", "user_id", "client_id"),
        CheckConstraint("ends_on >= starts_on", name="dates"),
    )

    client_id: Mapped[UUID] = belongs_to("clients", "Client")
    user_id: Mapped[int] = belongs_to("ab_user", "Person")
    role: Mapped[words.CareRole] = choice("Role", words.CareRole, default=words.CareRole.CAREGIVER)
    starts_on: Mapped[date] = column("From", default=lambda: clock.today())
    ends_on: Mapped[date | None] = column("Until", help="The last day; empty while it runs.")

    client: Mapped[Client] = joined("CareTeamMember.client_id", to="Client")
    user: Mapped[User] = joined("CareTeamMember.user_id", to="User")

    def __str__(self) -> str:
        return str(self.user)


def _assigned_to(user_id: int) -> Any:
    return select(CareTeamMember.client_id).where(
        CareTeamMember.user_id == user_id,
        CareTeamMember.starts_on <= func.current_date(),
        or_(CareTeamMember.ends_on.is_(None), CareTeamMember.ends_on >= YESTERDAY),
    )


def _own_of(user_id: int) -> Any:
    return select(Contact.client_id).where(Contact.user_id == user_id)
