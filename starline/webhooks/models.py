"""The nouns of webhooks."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped

from starline.core.crypto import Encrypted
from starline.core.db import TenantModel, belongs_to, choice, column, joined
from starline.webhooks.vocabulary import EVENTS, TEST, DeliveryFailure, DeliveryState


class WebhookEndpoint(TenantModel):
    """An address that is told of events. `secret` signs what is sent; people see it once."""

    __tablename__ = "webhook_endpoints"
    __table_args__ = (
        UniqueConstraint("organization_id", "name"),
        CheckConstraint("cardinality(events) > 0", name="wants_something"),
    )

    name: Mapped[str] = column("Name", String(80), help="Which program listens there, such as Payroll.")
    url: Mapped[str] = column("Address", String(500), help="It begins with https:// and can be reached from anywhere.")
    events: Mapped[list[str]] = column("Events", ARRAY(String(40)), info={"choices": EVENTS})
    secret_encrypted: Mapped[bytes] = column("Signing secret", LargeBinary)
    is_active: Mapped[bool] = column("Switched on", default=True)
    failures: Mapped[int] = column("Failures in a row", Integer, default=0)
    disabled_at: Mapped[datetime | None] = column(
        "Switched off by the system", DateTime(timezone=True), help="After too many failures in a row."
    )
    last_delivered_at: Mapped[datetime | None] = column("Last delivery", DateTime(timezone=True))

    secret = Encrypted("secret_encrypted")


class WebhookDelivery(TenantModel):
    """One event on its way to one endpoint. `body` is what is sent, the same at every attempt: ids only."""

    __tablename__ = "webhook_deliveries"
    __label__ = ("event",)
    __table_args__ = (
        Index(None, "organization_id", "endpoint_id", "created_on"),
        Index(None, "organization_id", "created_on"),
    )

    endpoint_id: Mapped[UUID] = belongs_to("webhook_endpoints", "Webhook", on_delete="CASCADE")
    event: Mapped[str] = column("Event", String(40))
    body: Mapped[str] = column("Body", Text)
    state: Mapped[DeliveryState] = choice("State", DeliveryState, default=DeliveryState.WAITING)
    attempts: Mapped[int] = column("Attempts", Integer, default=0)
    failure: Mapped[DeliveryFailure | None] = choice("Failed because", DeliveryFailure)
    response_status: Mapped[int | None] = column("Answer", Integer, help="The status that the endpoint answered with.")
    duration_ms: Mapped[int | None] = column("Took (ms)", Integer)
    next_try_at: Mapped[datetime | None] = column("Next attempt", DateTime(timezone=True))
    delivered_at: Mapped[datetime | None] = column("Delivered", DateTime(timezone=True))

    endpoint: Mapped[WebhookEndpoint] = joined("WebhookDelivery.endpoint_id", to="WebhookEndpoint")

    @property
    def is_test(self) -> bool:
        return self.event == TEST

    @property
    def possible_actions(self) -> tuple[str, ...]:
        return () if self.state == DeliveryState.WAITING else ("send_again",)

    @classmethod
    def described(cls, event: str, subject: Any) -> dict[str, Any]:
        """What a body says of the subject: what it is, its id and version, and the ids beside it that it has."""
        named = {name: getattr(subject, name, None) for name in ("client_id", "staff_member_id", "series_id")}
        ids = {name: str(value) for name, value in named.items() if value is not None}
        return {"type": event.partition(":")[0], "id": str(subject.id), "version": subject.version, **ids}
