"""Organization, its settings, its branches and its number series."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from starline.core import clock
from starline.core.crypto import Encrypted
from starline.core.db import Model, TenantModel, choice, column
from starline.core.identifiers import uuid7


class OrganizationStatus(StrEnum):
    TRIAL = "trial"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class SubscriptionTier(StrEnum):
    STARTER = "starter"
    STANDARD = "standard"
    ENTERPRISE = "enterprise"


class Organization(Model):  # type: ignore[misc]
    """A home-care agency, or the platform itself. Its `id` is every tenant row's `organization_id`."""

    __tablename__ = "organizations"
    __table_args__ = (
        UniqueConstraint("slug"),
        UniqueConstraint("custom_domain"),
        UniqueConstraint("email_domain"),
        CheckConstraint("slug ~ '^[a-z][a-z0-9-]{1,61}[a-z0-9]$'", name="slug"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=uuid7)
    name: Mapped[str] = column("Name", String(120))
    legal_name: Mapped[str | None] = column("Legal name", String(200))
    slug: Mapped[str] = column("Subdomain", String(63), help="Lower-case letters, digits and hyphens.")
    custom_domain: Mapped[str | None] = column("Custom domain", String(253), help="For example app.youragency.com.")
    email_domain: Mapped[str | None] = column(
        "E-mail domain",
        String(253),
        help="People with this domain find the agency's sign-in page by their e-mail.",
    )
    status: Mapped[OrganizationStatus] = choice("Status", OrganizationStatus, default=OrganizationStatus.TRIAL)
    subscription_tier: Mapped[SubscriptionTier] = choice(
        "Subscription", SubscriptionTier, default=SubscriptionTier.STANDARD
    )
    npi: Mapped[str | None] = column("NPI", String(10), help="National Provider Identifier, ten digits.")
    tax_id_encrypted: Mapped[bytes | None] = column("Tax id", LargeBinary, help="Nine digits, like 12-3456789.")
    tax_id_last4: Mapped[str | None] = column("Last digits of the tax id", String(4))
    baa_signed_on: Mapped[date | None] = column("BAA signed on")
    baa_signed_by: Mapped[str | None] = column("BAA signed by", String(120))
    data_retention_years: Mapped[int] = column("Keep records for (years)", default=10)
    created_on: Mapped[datetime] = column("Created", DateTime(timezone=True), default=clock.now)
    changed_on: Mapped[datetime] = column("Changed", DateTime(timezone=True), default=clock.now, onupdate=clock.now)
    version: Mapped[int] = mapped_column(nullable=False)

    __mapper_args__ = {"version_id_col": version}

    tax_id = Encrypted("tax_id_encrypted")

    @property
    def is_open(self) -> bool:
        """Whether its people may sign in."""
        return self.status in (OrganizationStatus.TRIAL, OrganizationStatus.ACTIVE)

    def __str__(self) -> str:
        return self.name


class OrganizationSettings(TenantModel):
    """What an agency decides for itself. One row per organisation."""

    __tablename__ = "organization_settings"
    __table_args__ = (UniqueConstraint("organization_id"),)

    display_name: Mapped[str | None] = column("Brand name", String(120))
    logo_file: Mapped[str | None] = column("Logo", String(200))
    favicon_file: Mapped[str | None] = column("Favicon", String(200))
    login_background_file: Mapped[str | None] = column("Sign-in background", String(200))
    email_header_file: Mapped[str | None] = column("E-mail header", String(200))
    primary_color: Mapped[str] = column("Primary colour", String(7), default="#0f7c6c")
    secondary_color: Mapped[str] = column("Secondary colour", String(7), default="#c2410c")
    theme_color: Mapped[str | None] = column(
        "Colour of the browser's frame", String(7), help="Left empty, the primary colour."
    )
    previous_brand: Mapped[dict[str, Any] | None] = column("Brand before the last change", JSONB(none_as_null=True))
    wanted_domain: Mapped[str | None] = column("Domain to be checked", String(253))
    domain_token: Mapped[str | None] = column("Proof of the domain", String(64))
    domain_checked_at: Mapped[datetime | None] = column("Domain checked", DateTime(timezone=True))
    features: Mapped[dict[str, bool]] = column("Features", JSONB, default=dict)
    email_from_name: Mapped[str | None] = column("Sender name of e-mails", String(120))
    email_from_address: Mapped[str | None] = column("Sender address of e-mails", String(254))
    email_reply_to: Mapped[str | None] = column("Reply-to address", String(254))
    time_zone: Mapped[str] = column("Time zone", String(64), default="America/New_York")
    locale: Mapped[str] = column("Language", String(10), default="en")
    date_format: Mapped[str] = column("Date format", String(20), default="MM/DD/YYYY")
    currency: Mapped[str] = column("Currency", String(3), default="USD")
    security_policy: Mapped[dict[str, Any]] = column("Security policy", JSONB, default=dict)
    scheduling_policy: Mapped[dict[str, Any]] = column("Scheduling policy", JSONB, default=dict)
    billing_policy: Mapped[dict[str, Any]] = column("Billing policy", JSONB, default=dict)
    file_policy: Mapped[dict[str, Any]] = column("File policy", JSONB, default=dict)
    client_policy: Mapped[dict[str, Any]] = column("Client policy", JSONB, default=dict)


class Branch(TenantModel):
    """An office of the agency; users, clients and staff belong to one."""

    __tablename__ = "branches"
    __label__ = ("name",)
    __table_args__ = (
        UniqueConstraint("organization_id", "name"),
        Index(None, "organization_id", "code"),
    )

    name: Mapped[str] = column("Name", String(80))
    code: Mapped[str | None] = column("Code", String(20))
    line1: Mapped[str | None] = column("Address", String(120))
    line2: Mapped[str | None] = column("Address, second line", String(120))
    city: Mapped[str | None] = column("City", String(80))
    state: Mapped[str | None] = column("State", String(2))
    postal_code: Mapped[str | None] = column("ZIP code", String(10))
    time_zone: Mapped[str | None] = column("Time zone", String(64), help="Left empty, the organisation's.")
    phone: Mapped[str | None] = column("Phone", String(20))
    provider_number: Mapped[str | None] = column("Provider number", String(30))
    is_active: Mapped[bool] = column("In use", default=True)

    def __str__(self) -> str:
        return self.name


class OrganizationCounter(Model):  # type: ignore[misc]
    """The last number given out in one of the organisation's series (clients, staff, invoices)."""

    __tablename__ = "organization_counters"

    organization_id: Mapped[UUID] = mapped_column(
        Uuid(), primary_key=True, server_default=func.app.current_organization_id()
    )
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class OrganizationVersion(Model):  # type: ignore[misc]
    """Rises with every change of a user, role, session, setting or feature; what web nodes cache is keyed by it."""

    __tablename__ = "organization_versions"

    organization_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class IdempotentRequest(Model):  # type: ignore[misc]
    """The first answer to a POST that carried an `Idempotency-Key`; `status` is null while it is in progress.

    An answer may hold what is sealed everywhere else, so it is sealed whole. The fingerprint of what was asked can't be
    guessed from without the organisation's key.
    """

    __tablename__ = "idempotent_requests"

    organization_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    user_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid(), default=uuid7)
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    headers: Mapped[dict[str, str] | None] = mapped_column(JSONB)
    body_encrypted: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_on: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=clock.now)

    body = Encrypted("body_encrypted")
