"""The client's course with the agency: steps from status to status."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped

from starline.clients import vocabulary as words
from starline.clients.models.people import Client, OfClient
from starline.core import clock
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
    reason: Mapped[str | None] = column("Reason", String(300))

    client: Mapped[Client] = joined("ClientStatusChange.client_id", to="Client")

    def __str__(self) -> str:
        return self.to_status
