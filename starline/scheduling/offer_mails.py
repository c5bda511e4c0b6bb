"""The mails about offers. Called by tasks; what was settled in the meantime is not written about."""

from uuid import UUID

from starline.core import clock, tenancy
from starline.core.db import session
from starline.identity import links, mails
from starline.organizations.models import Organization
from starline.scheduling.models import OfferInvitation
from starline.scheduling.offer_words import InvitationAnswer, OfferStatus
from starline.scheduling.telling import PAGE, address_of, when_and_where
from starline.staff.vocabulary import StaffStatus

OFFERED, OVER = "visit_offered", "offer_over"


def send_offer(invitation_id: UUID) -> None:
    """Tell a caregiver of an open visit: day, hours, town and the way to answer."""
    found = session.get(OfferInvitation, invitation_id)
    if found is None or found.answer != InvitationAnswer.NONE or not found.offer.is_open:
        return
    if found.offer.expires_at > clock.now():
        _deliver(found, OFFERED)


def send_over(invitation_id: UUID) -> None:
    """Tell a caregiver that there is nothing to answer any more."""
    found = session.get(OfferInvitation, invitation_id)
    if found is not None and found.offer.status in (OfferStatus.TAKEN, OfferStatus.WITHDRAWN):
        _deliver(found, OVER)


def _deliver(found: OfferInvitation, template: str) -> None:
    member, told = found.staff_member, when_and_where(found.offer)
    address = address_of(member)
    if address is None or member.status == StaffStatus.TERMINATED:
        return
    home = links.home_of(session.get_one(Organization, tenancy.current_organization_id()))
    values = {"first_name": member.preferred_name or member.first_name, "link": f"{home}{PAGE}"}
    values |= {name: str(value) for name, value in told.items()}
    mails.deliver_to(address, template, values, locale=member.user.locale if member.user is not None else None)
