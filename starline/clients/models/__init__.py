"""Everything the agency keeps about a client outside health and billing, one file a capability."""

from starline.clients.models.course import ClientStatusChange, Hospitalisation
from starline.clients.models.duplicates import ClientMerge, DuplicatePair, MatchKey
from starline.clients.models.homes import ServiceAddress
from starline.clients.models.incidents import Incident, IncidentNotification
from starline.clients.models.payers import Coverage
from starline.clients.models.people import CareTeamMember, Client, Contact, OfClient
from starline.clients.models.referrals import Referral, ReferralStep
from starline.clients.models.wishes import ClientNote, ClientPreference

__all__ = [
    "CareTeamMember",
    "Client",
    "ClientMerge",
    "ClientNote",
    "ClientPreference",
    "ClientStatusChange",
    "Contact",
    "Coverage",
    "DuplicatePair",
    "Hospitalisation",
    "Incident",
    "IncidentNotification",
    "MatchKey",
    "OfClient",
    "Referral",
    "ReferralStep",
    "ServiceAddress",
]
