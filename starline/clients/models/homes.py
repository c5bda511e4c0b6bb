"""Where care is given."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Numeric, String
from sqlalchemy.orm import Mapped

from starline.clients.models.people import Client, OfClient
from starline.core.crypto import Encrypted, SealedText
from starline.core.db import TenantModel, belongs_to, column, joined


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
    access_instructions_encrypted: Mapped[bytes | None] = column("How to get in", LargeBinary)
    door_code_encrypted: Mapped[bytes | None] = column("Door code", LargeBinary)
    is_primary: Mapped[bool] = column("Primary address", default=False)

    access_instructions = SealedText("access_instructions_encrypted")
    door_code = Encrypted("door_code_encrypted")
    client: Mapped[Client] = joined("ServiceAddress.client_id", to="Client")

    def __str__(self) -> str:
        return f"{self.line1}, {self.city}"
