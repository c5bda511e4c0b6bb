"""Who pays for the care."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped

from starline.clients import vocabulary as words
from starline.clients.models.people import Client, OfClient
from starline.core.crypto import Encrypted
from starline.core.db import TenantModel, belongs_to, choice, column, joined


class Coverage(OfClient, TenantModel):
    """Who pays for the client's care, in which order and when."""

    __tablename__ = "coverages"
    __label__ = ("payer_name",)
    __table_args__ = (
        Index(None, "organization_id", "client_id", "priority", "starts_on"),
        Index(None, "organization_id", "member_id_hash", postgresql_where="member_id_hash IS NOT NULL"),
        CheckConstraint("ends_on >= starts_on", name="dates"),
    )

    client_id: Mapped[UUID] = belongs_to("clients", "Client")
    payer_name: Mapped[str] = column("Payer", String(120))
    priority: Mapped[words.CoveragePriority] = choice(
        "Priority", words.CoveragePriority, default=words.CoveragePriority.PRIMARY
    )
    member_id_encrypted: Mapped[bytes | None] = column("Member id", LargeBinary)
    member_id_last4: Mapped[str | None] = column("Last digits of the member id", String(4))
    member_id_hash: Mapped[str | None] = column("Index of the member id", String(64))
    group_number: Mapped[str | None] = column("Group number", String(40))
    subscriber: Mapped[words.Subscriber] = choice("Subscriber", words.Subscriber, default=words.Subscriber.SELF)
    subscriber_name: Mapped[str | None] = column("Subscriber's name", String(120), help="Only when not the client.")
    starts_on: Mapped[date] = column("Starts")
    ends_on: Mapped[date | None] = column("Ends", help="The last covered day; empty while it runs.")

    member_id = Encrypted("member_id_encrypted")
    client: Mapped[Client] = joined("Coverage.client_id", to="Client")

    def __str__(self) -> str:
        return self.payer_name
