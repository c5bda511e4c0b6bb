"""The mails, texts and pushes about offers. Called by tasks; what was settled in the meantime is not written about."""

from collections.abc import Callable
from uuid import UUID

from starline.core import clock, mail, tenancy, texting
from starline.core.db import session
from starline.core.language import gettext, speaking
from starline.core.webpush import Notice
from starline.identity import links, mails
from starline.notifications import devices
from starline.organizations.models import Organization, OrganizationSettings
from starline.scheduling.models import OfferInvitation
from starline.scheduling.offer_words import InvitationAnswer, OfferStatus
from starline.scheduling.telling import (
    GONE,
    PAGE,
    WITHDRAWN,
    address_of,
    number_of,
    when_and_where,
)
from starline.scheduling.telling import OFFERED as OFFER
from starline.staff.vocabulary import StaffStatus

OFFERED, OVER = "visit_offered", "offer_over"
PHONE_PAGE = "/my/offers"
Way = Callable[[OfferInvitation, str], None]
"""How one template goes to whom an invitation is for."""


def send_offer(invitation_id: UUID, way: Way) -> None:
    """Tell a caregiver of an open visit while they can still have it: day, hours, town and the way to answer."""
    found = _found(invitation_id)
    if found is None or found.answer != InvitationAnswer.NONE or not found.offer.is_open:
        return
    if found.offer.expires_at > clock.now():
        way(found, OFFERED)


def send_over(invitation_id: UUID, way: Way) -> None:
    """Tell a caregiver that there is nothing to answer any more."""
    found = _found(invitation_id)
    if found is not None and found.offer.status in (OfferStatus.TAKEN, OfferStatus.WITHDRAWN):
        way(found, OVER)


def by_mail(found: OfferInvitation, template: str) -> None:
    member = found.staff_member
    address = address_of(member)
    if address is not None:
        values = _values(found) | {"first_name": member.preferred_name or member.first_name}
        mails.deliver_to(address, template, values, locale=_own_language(found))


def by_text(found: OfferInvitation, template: str) -> None:
    """To those who agreed to it and have not taken that back meanwhile."""
    number = number_of(found.staff_member)
    if number is None:
        return
    chosen = session.query(OrganizationSettings).one_or_none()
    texting.deliver(
        template,
        to=number,
        organization=(chosen.display_name if chosen else None) or _organization().name,
        values=_values(found),
        locale=_own_language(found) or (chosen.locale if chosen else mail.DEFAULT_LOCALE),
    )


def by_push(found: OfferInvitation, template: str) -> None:
    """On the devices that the caregiver has told to, for as long as there is something to answer."""
    user = found.staff_member.user
    if user is None or not user.active:
        return
    chosen = session.query(OrganizationSettings).one_or_none()
    language = user.locale or (chosen.locale if chosen else mail.DEFAULT_LOCALE)
    is_taken = found.offer.status == OfferStatus.TAKEN
    sentence = OFFER if template == OFFERED else GONE if is_taken else WITHDRAWN
    with speaking(language):
        words = gettext(sentence, **{name: mail.as_said(one, language) for name, one in _values(found).items()})
    notice = Notice(
        title=(chosen.display_name if chosen else None) or _organization().name,
        body=words,
        url=PHONE_PAGE,
        tag=f"offer:{found.id}",
        language=language,
    )
    ends = found.offer.expires_at if template == OFFERED else found.offer.starts_at
    devices.push(user.id, notice, kept_for=ends - clock.now())


def _found(invitation_id: UUID) -> OfferInvitation | None:
    """The invitation of somebody who still works here."""
    found = session.get(OfferInvitation, invitation_id)
    return None if found is None or found.staff_member.status == StaffStatus.TERMINATED else found


def _values(found: OfferInvitation) -> dict[str, object]:
    return when_and_where(found.offer) | {"link": f"{links.home_of(_organization())}{PAGE}"}


def _organization() -> Organization:
    return session.get_one(Organization, tenancy.current_organization_id())


def _own_language(found: OfferInvitation) -> str | None:
    user = found.staff_member.user
    return user.locale if user is not None else None
