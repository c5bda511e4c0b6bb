"""What went wrong, who was told, and what was done so that it doesn't happen again."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, Computed, DateTime, Index, LargeBinary, String, and_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped

from starline.clients import vocabulary as words
from starline.clients.models.people import Client, OfClient
from starline.core.crypto import SealedText
from starline.core.db import TenantModel, User, belongs_to, choice, column, joined, numbered


class Incident(OfClient, TenantModel):
    """An event that harmed a client or could have. Never removed: voided with a reason."""

    __tablename__ = "incidents"
    __label__ = ("title",)
    __table_args__ = (
        Index(None, "organization_id", "client_id", "occurred_at"),
        Index(None, "organization_id", "status", "due_on"),
        Index(None, "organization_id", "due_on"),
        Index(None, "organization_id", "title"),
        CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name="void_has_reason"),
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_has_moment"),
    )

    incident_number: Mapped[int] = column("Number", server_default=numbered("incidents"), help="Given by the system.")
    title: Mapped[str] = column(
        "Incident",
        String(collation="C"),
        Computed("'#' || incident_number::text || ' ' || replace(kind, '_', ' ')", persisted=True),
        info={"look": "numbered"},
    )
    client_id: Mapped[UUID] = belongs_to("clients", "Client")
    kind: Mapped[words.IncidentKind] = choice("What happened", words.IncidentKind)
    severity: Mapped[words.IncidentSeverity] = choice("Severity", words.IncidentSeverity)
    occurred_at: Mapped[datetime] = column("When", DateTime(timezone=True))
    place: Mapped[str] = column("Where", String(120), help="Bathroom, car, day centre")
    description_encrypted: Mapped[bytes] = column(
        "Course of events", LargeBinary, help="What was seen, in order, without guesses."
    )
    involved_encrypted: Mapped[bytes | None] = column(
        "Who was involved", LargeBinary, help="Caregivers, family, witnesses."
    )
    injuries_encrypted: Mapped[bytes | None] = column("Injuries", LargeBinary)
    immediate_action_encrypted: Mapped[bytes | None] = column("What was done at once", LargeBinary)
    is_reportable: Mapped[bool] = column("Must be reported to the state", default=False)
    status: Mapped[words.IncidentStatus] = choice("Status", words.IncidentStatus, default=words.IncidentStatus.REPORTED)
    due_on: Mapped[date] = column("Due", help="Left empty, what the agency allows for the severity.")
    investigator_id: Mapped[int | None] = belongs_to("ab_user", "Investigated by")
    investigation_encrypted: Mapped[bytes | None] = column("Investigation", LargeBinary, help="What led to it.")
    corrective_action_encrypted: Mapped[bytes | None] = column(
        "Corrective action", LargeBinary, help="So that it doesn't happen again."
    )
    closed_at: Mapped[datetime | None] = column("Closed", DateTime(timezone=True))
    voided_at: Mapped[datetime | None] = column("Voided", DateTime(timezone=True))
    void_reason: Mapped[str | None] = column("Voided because", String(300))
    custom: Mapped[dict[str, Any]] = column("Own fields", JSONB, default=dict)

    description = SealedText("description_encrypted")
    involved = SealedText("involved_encrypted", max_length=300)
    injuries = SealedText("injuries_encrypted")
    immediate_action = SealedText("immediate_action_encrypted")
    investigation = SealedText("investigation_encrypted")
    corrective_action = SealedText("corrective_action_encrypted")
    client: Mapped[Client] = joined("Incident.client_id", to="Client")
    investigator: Mapped[User | None] = joined("Incident.investigator_id", to="User")

    def __str__(self) -> str:
        return f"#{self.incident_number} {self.kind.replace('_', ' ')}"

    @property
    def possible_actions(self) -> tuple[str, ...]:
        return {
            words.IncidentStatus.REPORTED: ("start_investigation",),
            words.IncidentStatus.INVESTIGATING: ("close",),
            words.IncidentStatus.CLOSED: ("reopen",),
        }[words.IncidentStatus(self.status)]

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool] | None:
        scope = super().visible_to(viewer)
        return cls.voided_at.is_(None) if scope is None else and_(cls.voided_at.is_(None), scope)


class IncidentNotification(TenantModel):
    """That somebody was told of an incident: who, when and how."""

    __tablename__ = "incident_notifications"
    __label__ = ("party", "name")
    __table_args__ = (Index(None, "organization_id", "incident_id", "notified_at"),)

    incident_id: Mapped[UUID] = belongs_to("incidents", "Incident")
    party: Mapped[words.NotifiedParty] = choice("Who was told", words.NotifiedParty)
    name: Mapped[str | None] = column("Name", String(120))
    notified_at: Mapped[datetime] = column("When", DateTime(timezone=True))
    channel: Mapped[words.NotifiedBy] = choice("How", words.NotifiedBy, default=words.NotifiedBy.PHONE)
    note: Mapped[str | None] = column("Note", String(300), help="Reference number, what was answered.")

    incident: Mapped[Incident] = joined("IncidentNotification.incident_id", to="Incident")

    def __str__(self) -> str:
        return " ".join(filter(None, (self.party.replace("_", " "), self.name)))

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool] | None:
        scope = Incident.visible_to(viewer)
        return None if scope is None else cls.incident_id.in_(select(Incident.id).where(scope))
