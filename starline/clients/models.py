"""Client, and everything the agency keeps about one outside health and billing."""

from datetime import date, datetime
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
    Text,
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
from starline.core.crypto import Encrypted
from starline.core.db import (
    TenantModel,
    User,
    belongs_to,
    choice,
    column,
    joined,
    numbered,
)
from starline.identity.break_glass import opened_clients
from starline.identity.models import RecordScope
from starline.organizations.models import Branch

FOR_FAMILY: ColumnElement[str] = literal_column("'family'")
FOR_OFFICE: ColumnElement[str] = literal_column("'office'")
YESTERDAY: ColumnElement[date] = literal_column("CURRENT_DATE - 1")
"""An assignment that ends today holds until the day is over everywhere an agency works; the database counts in UTC."""


class Client(TenantModel):
    """A person the agency cares for, from the first call to discharge."""

    __tablename__ = "clients"
    __label__ = ("first_name", "last_name")
    __table_args__ = (
        UniqueConstraint("organization_id", "client_number"),
        Index(None, "organization_id", "last_name", "first_name"),
        Index(None, "organization_id", "search_name"),
        Index(None, "organization_id", "search_first_name"),
        Index(None, "organization_id", "status"),
        Index(None, "organization_id", "branch_id"),
        Index(None, "organization_id", "birth_date"),
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
    medicaid_id: Mapped[str | None] = column("Medicaid id", String(20))
    medicare_id: Mapped[str | None] = column(
        "Medicare id", String(20), help="The number on the red, white and blue card."
    )
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
    diet: Mapped[str | None] = column("Diet", String(200))
    allergies_note: Mapped[str | None] = column("Allergies", String(300), help="Shown as a banner on every screen.")
    fall_risk: Mapped[words.FallRisk | None] = choice("Fall risk", words.FallRisk)
    is_elopement_risk: Mapped[bool] = column("May wander off", default=False)
    has_pets: Mapped[bool] = column("Pets in the home", default=False)
    is_smoking_home: Mapped[bool] = column("Smoking in the home", default=False)
    equipment: Mapped[str | None] = column("Equipment in the home", String(300))
    triage_level: Mapped[words.TriageLevel | None] = choice("Emergency triage", words.TriageLevel)
    emergency_plan: Mapped[str | None] = column("Emergency plan", Text)
    caregiver_notes: Mapped[str | None] = column("Notes for caregivers", Text)
    custom: Mapped[dict[str, Any]] = column("Own fields", JSONB, default=dict)

    ssn = Encrypted("ssn_encrypted")
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
        scope = Client.visible_to(viewer)
        return None if scope is None else cls.client_id.in_(select(Client.id).where(scope))


class ServiceAddress(OfClient, TenantModel):
    """A place where care is given."""

    __tablename__ = "service_addresses"
    __label__ = ("line1", "city")
    __table_args__ = (
        Index(None, "organization_id", "client_id"),
        Index(
            "uq_service_addresses_primary",
            "organization_id",
            "client_id",
            unique=True,
            postgresql_where="is_primary",
        ),
        CheckConstraint(
            "latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180",
            name="coordinates",
        ),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="coordinates_together"),
        CheckConstraint("geofence_metres BETWEEN 10 AND 5000", name="geofence"),
    )

    client_id: Mapped[UUID] = belongs_to("clients", "Client")
    label: Mapped[str] = column("Label", String(40), default="Home", help="Home, daughter's house, day centre")
    line1: Mapped[str] = column("Address", String(120))
    line2: Mapped[str | None] = column("Apartment or suite", String(120))
    city: Mapped[str] = column("City", String(80))
    state: Mapped[str] = column("State", String(2))
    postal_code: Mapped[str] = column("ZIP code", String(10))
    county: Mapped[str | None] = column("County", String(60))
    latitude: Mapped[Decimal | None] = column("Latitude", Numeric(9, 6))
    longitude: Mapped[Decimal | None] = column("Longitude", Numeric(9, 6))
    geofence_metres: Mapped[int | None] = column("Geofence (metres)", help="Left empty, the agency's own.")
    access_instructions: Mapped[str | None] = column("How to get in", Text)
    door_code_encrypted: Mapped[bytes | None] = column("Door code", LargeBinary)
    is_primary: Mapped[bool] = column("Primary address", default=False)

    door_code = Encrypted("door_code_encrypted")
    client: Mapped[Client] = joined("ServiceAddress.client_id", to="Client")

    def __str__(self) -> str:
        return f"{self.line1}, {self.city}"


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


class Coverage(OfClient, TenantModel):
    """Who pays for the client's care, in which order and when."""

    __tablename__ = "coverages"
    __label__ = ("payer_name",)
    __table_args__ = (
        Index(None, "organization_id", "client_id", "priority", "starts_on"),
        CheckConstraint("ends_on >= starts_on", name="dates"),
    )

    client_id: Mapped[UUID] = belongs_to("clients", "Client")
    payer_name: Mapped[str] = column("Payer", String(120))
    priority: Mapped[words.CoveragePriority] = choice(
        "Priority", words.CoveragePriority, default=words.CoveragePriority.PRIMARY
    )
    member_id_encrypted: Mapped[bytes | None] = column("Member id", LargeBinary)
    member_id_last4: Mapped[str | None] = column("Last digits of the member id", String(4))
    group_number: Mapped[str | None] = column("Group number", String(40))
    subscriber: Mapped[words.Subscriber] = choice("Subscriber", words.Subscriber, default=words.Subscriber.SELF)
    subscriber_name: Mapped[str | None] = column("Subscriber's name", String(120), help="Only when not the client.")
    starts_on: Mapped[date] = column("Starts")
    ends_on: Mapped[date | None] = column("Ends", help="The last covered day; empty while it runs.")

    member_id = Encrypted("member_id_encrypted")
    client: Mapped[Client] = joined("Coverage.client_id", to="Client")

    def __str__(self) -> str:
        return self.payer_name


class ClientPreference(OfClient, TenantModel):
    """A wish about who comes. An excluded caregiver is a hard block in scheduling and needs a reason."""

    __tablename__ = "client_preferences"
    __label__ = ("kind",)
    __table_args__ = (
        Index(None, "organization_id", "client_id", "kind"),
        CheckConstraint("caregiver_id IS NOT NULL OR value IS NOT NULL", name="says_something"),
        CheckConstraint(
            "kind <> 'excluded_caregiver' OR reason IS NOT NULL",
            name="exclusion_has_reason",
        ),
    )

    client_id: Mapped[UUID] = belongs_to("clients", "Client")
    kind: Mapped[words.PreferenceKind] = choice("Preference", words.PreferenceKind)
    value: Mapped[str | None] = column("Wish", String(120), help="The language, gender or skill.")
    caregiver_id: Mapped[int | None] = belongs_to("ab_user", "Caregiver")
    reason: Mapped[str | None] = column("Reason", String(300))

    client: Mapped[Client] = joined("ClientPreference.client_id", to="Client")
    caregiver: Mapped[User | None] = joined("ClientPreference.caregiver_id", to="User")

    def __str__(self) -> str:
        return str(self.value or self.caregiver)

    @property
    def is_hard_block(self) -> bool:
        return self.kind == words.PreferenceKind.EXCLUDED_CAREGIVER


class ClientNote(OfClient, TenantModel):
    """Something the office wants remembered. Never removed: voided with a reason, then out of the working lists."""

    __tablename__ = "client_notes"
    __label__ = ("kind",)
    __table_args__ = (
        Index(None, "organization_id", "client_id", "created_on"),
        CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name="void_has_reason"),
    )

    client_id: Mapped[UUID] = belongs_to("clients", "Client")
    kind: Mapped[words.NoteKind] = choice("Kind", words.NoteKind, default=words.NoteKind.GENERAL)
    body: Mapped[str] = column("Note", Text)
    is_pinned: Mapped[bool] = column("Pinned", default=False)
    visibility: Mapped[words.NoteVisibility] = choice(
        "Who sees it", words.NoteVisibility, default=words.NoteVisibility.OFFICE
    )
    voided_at: Mapped[datetime | None] = column("Voided", DateTime(timezone=True))
    void_reason: Mapped[str | None] = column("Voided because", String(300))

    client: Mapped[Client] = joined("ClientNote.client_id", to="Client")

    def __str__(self) -> str:
        return self.body if len(self.body) <= 60 else self.body[:59] + "…"

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool] | None:
        """Current notes of the client's that are meant for the viewer: family reads family notes, and so on."""
        rules: list[ColumnElement[bool]] = [cls.voided_at.is_(None)]
        scope = super().visible_to(viewer)
        if scope is not None:
            rules.append(scope)
        if viewer.scope == RecordScope.OWN:
            rules.append(cls.visibility == FOR_FAMILY)
        elif viewer.scope == RecordScope.ASSIGNED:
            rules.append(cls.visibility != FOR_OFFICE)
        return and_(*rules)


class ClientStatusChange(OfClient, TenantModel):
    """One dated step in the client's history with the agency; written by the verb, never edited."""

    __tablename__ = "client_status_changes"
    __label__ = ("to_status",)
    __table_args__ = (Index(None, "organization_id", "client_id", "changed_status_on"),)

    client_id: Mapped[UUID] = belongs_to("clients", "Client")
    from_status: Mapped[str | None] = column("From", String(40))
    to_status: Mapped[words.ClientStatus] = choice("To", words.ClientStatus)
    changed_status_on: Mapped[date] = column("On", default=lambda: clock.today(), help="The day it took effect.")
    reason: Mapped[str | None] = column("Reason", String(300))

    client: Mapped[Client] = joined("ClientStatusChange.client_id", to="Client")

    def __str__(self) -> str:
        return self.to_status


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
