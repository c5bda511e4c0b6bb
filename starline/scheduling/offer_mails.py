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
    if found is not None and may_still_answer(found):
        _deliver(found, OFFERED)


def send_over(invitation_id: UUID) -> None:
    """Tell a caregiver that there is nothing to answer any more."""
    found = session.get(OfferInvitation, invitation_id)
    if found is not None and was_settled(found):
        _deliver(found, OVER)


def may_still_answer(found: OfferInvitation) -> bool:
    """Whether somebody who hears of it now can do something about it."""
    return found.answer == InvitationAnswer.NONE and found.offer.is_open and found.offer.expires_at > clock.now()


def was_settled(found: OfferInvitation) -> bool:
    """Whether the offer ended by somebody's doing."""
    return found.offer.status in (OfferStatus.TAKEN, OfferStatus.WITHDRAWN)


def _deliver(found: OfferInvitation, template: str) -> None:
    member = found.staff_member
    address = address_of(member)
    if address is None or member.status == StaffStatus.TERMINATED:
        return
    home = links.home_of(session.get_one(Organization, tenancy.current_organization_id()))
    values = {"first_name": member.preferred_name or member.first_name, "link": f"{home}{PAGE}"}
    values |= when_and_where(found.offer)
    mails.deliver_to(address, template, values, locale=member.user.locale if member.user is not None else None)
