"""Everything the agency keeps about a client outside health and billing, one file a capability."""

from starline.clients.models.course import ClientStatusChange
from starline.clients.models.homes import ServiceAddress
from starline.clients.models.payers import Coverage
from starline.clients.models.people import CareTeamMember, Client, Contact, OfClient
from starline.clients.models.wishes import ClientNote, ClientPreference

__all__ = [
    "CareTeamMember",
    "Client",
    "ClientNote",
    "ClientPreference",
    "ClientStatusChange",
    "Contact",
    "Coverage",
    "OfClient",
    "ServiceAddress",
]
