"""What the client wishes for, and what the office wants remembered."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, DateTime, Index, LargeBinary, String, and_, literal_column
from sqlalchemy.orm import Mapped

from starline.clients import vocabulary as words
from starline.clients.models.people import Client, OfClient
from starline.core.crypto import SealedText
from starline.core.db import TenantModel, User, belongs_to, choice, column, joined
from starline.identity.models import RecordScope

FOR_FAMILY: ColumnElement[str] = literal_column("'family'")
FOR_OFFICE: ColumnElement[str] = literal_column("'office'")


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
    body_encrypted: Mapped[bytes] = column("Note", LargeBinary)
    is_pinned: Mapped[bool] = column("Pinned", default=False)
    visibility: Mapped[words.NoteVisibility] = choice(
        "Who sees it", words.NoteVisibility, default=words.NoteVisibility.OFFICE
    )
    voided_at: Mapped[datetime | None] = column("Voided", DateTime(timezone=True))
    void_reason: Mapped[str | None] = column("Voided because", String(300))

    body = SealedText("body_encrypted")
    client: Mapped[Client] = joined("ClientNote.client_id", to="Client")

    def __str__(self) -> str:
        body = self.body or ""
        return body if len(body) <= 60 else body[:59] + "…"

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
