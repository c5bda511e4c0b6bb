"""The text messages about offers, to those who agreed to be texted. Called by tasks."""

from uuid import UUID

from starline.core import mail, tenancy, texting
from starline.core.db import session
from starline.identity import links
from starline.organizations.models import Organization, OrganizationSettings
from starline.scheduling.models import OfferInvitation
from starline.scheduling.offer_mails import OFFERED, OVER, may_still_answer, was_settled
from starline.scheduling.telling import PAGE, number_of, when_and_where
from starline.staff.vocabulary import StaffStatus


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


def _deliver(found: OfferInvitation, template: str) -> None:
    member = found.staff_member
    number = number_of(member)  # the agreement may have been taken back meanwhile
    if number is None or member.status == StaffStatus.TERMINATED:
        return
    organization = session.get_one(Organization, tenancy.current_organization_id())
    chosen = session.query(OrganizationSettings).one_or_none()
    own = member.user.locale if member.user is not None else None
    texting.deliver(
        template,
        to=number,
        organization=(chosen.display_name if chosen else None) or organization.name,
        values=when_and_where(found.offer) | {"link": f"{links.home_of(organization)}{PAGE}"},
        locale=own or (chosen.locale if chosen else mail.DEFAULT_LOCALE),
    )
