"""The client's course with the agency: steps from status to status, stays in hospital."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, DateTime, Index, LargeBinary, String, and_
from sqlalchemy.orm import Mapped

from starline.clients import vocabulary as words
from starline.clients.models.people import Client, OfClient
from starline.core import clock
from starline.core.crypto import SealedText
from starline.core.db import TenantModel, belongs_to, choice, column, joined


class ClientStatusChange(OfClient, TenantModel):
    """One dated step in the client's history with the agency; written by the verb, never edited."""

    __tablename__ = "client_status_changes"
    __label__ = ("to_status",)
    __table_args__ = (Index(None, "organization_id", "client_id", "changed_status_on"),)

    client_id: Mapped[UUID] = belongs_to("clients", "Client")
    from_status: Mapped[str | None] = column("From", String(40))
    to_status: Mapped[words.ClientStatus] = choice("To", words.ClientStatus)
    changed_status_on: Mapped[date] = column("On", default=lambda: clock.today(), help="The day it took effect.")
    reason_encrypted: Mapped[bytes | None] = column("Reason", LargeBinary)

    reason = SealedText("reason_encrypted", max_length=300)
    client: Mapped[Client] = joined("ClientStatusChange.client_id", to="Client")

    def __str__(self) -> str:
        return self.to_status


class Hospitalisation(OfClient, TenantModel):
    """A stay in hospital or another facility. While it runs, the client's status is hospitalised."""

    __tablename__ = "hospitalisations"
    __label__ = ("facility",)
    __table_args__ = (
        Index(None, "organization_id", "client_id", "admitted_on"),
        Index(
            "uq_hospitalisations_running",
            "organization_id",
            "client_id",
            unique=True,
            postgresql_where="discharged_on IS NULL AND voided_at IS NULL",
        ),
        CheckConstraint("discharged_on >= admitted_on", name="dates"),
        CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name="void_has_reason"),
    )

    client_id: Mapped[UUID] = belongs_to("clients", "Client")
    facility: Mapped[str | None] = column("Facility", String(120), help="Left empty until it is known.")
    reason_encrypted: Mapped[bytes] = column("Reason", LargeBinary)
    admitted_on: Mapped[date] = column("Admitted", default=lambda: clock.today())
    discharged_on: Mapped[date | None] = column("Came home", help="Empty while the stay runs.")
    is_planned: Mapped[bool] = column("Planned", default=False)
    note_encrypted: Mapped[bytes | None] = column("Note", LargeBinary)
    status_before: Mapped[words.ClientStatus | None] = choice("Status before", words.ClientStatus)
    voided_at: Mapped[datetime | None] = column("Voided", DateTime(timezone=True))
    void_reason: Mapped[str | None] = column("Voided because", String(300))

    reason = SealedText("reason_encrypted", max_length=300)
    note = SealedText("note_encrypted")
    client: Mapped[Client] = joined("Hospitalisation.client_id", to="Client")

    def __str__(self) -> str:
        return self.facility or self.reason or ""

    @property
    def is_running(self) -> bool:
        return self.discharged_on is None and self.voided_at is None

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool] | None:
        scope = super().visible_to(viewer)
        return cls.voided_at.is_(None) if scope is None else and_(cls.voided_at.is_(None), scope)
