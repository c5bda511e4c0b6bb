"""Who is told what about offers: in the product, by mail, by text and on the phone, never with a client's name."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from starline.core import outbox, texting
from starline.core.db import User, session
from starline.core.language import N_
from starline.notifications import devices
from starline.notifications.service import notify, notify_all, people_who_may
from starline.scheduling.models import Offer, OfferInvitation, Visit
from starline.scheduling.offer_words import Channel, InvitationAnswer, OfferStatus
from starline.staff.models import StaffMember

OFFERED = N_("A visit is open on %(day)s, %(from)s to %(to)s, in %(area)s. Do you want it?")
GONE = N_("The visit on %(day)s at %(from)s was given to somebody else. Thank you for looking.")
WITHDRAWN = N_("The visit on %(day)s at %(from)s is not offered any more.")
YOURS = N_("The visit on %(day)s, %(from)s to %(to)s, in %(area)s is yours.")
TAKEN = N_("%(who)s took the visit on %(day)s at %(from)s.")
NOBODY = N_("Nobody took the visit on %(day)s at %(from)s: the offer has ended.")
ALL_DECLINED = N_("Everybody who was asked about the visit on %(day)s at %(from)s has declined.")
PAGE = "/me/offers"


def tell_of_offer(offer: Offer, visit: Visit, invitations: Sequence[OfferInvitation]) -> None:
    """Ask these people, by every way there is to each, and note by which."""
    for one in invitations:
        member, channels = one.staff_member, []
        if member.user is not None and member.user.active:
            channels.append(Channel.PRODUCT)
            notify(member.user.id, "offer_made", OFFERED, link=PAGE, key=f"offer:{one.id}", **when_and_where(offer))
        if address_of(member) is not None:
            channels.append(Channel.EMAIL)
            outbox.enqueue("scheduling.send_offer", invitation_id=str(one.id))
        if number_of(member) is not None:
            channels.append(Channel.TEXT)
            outbox.enqueue("scheduling.text_offer", invitation_id=str(one.id))
        if member.user is not None and member.user.active and devices.is_reached(member.user.id):
            channels.append(Channel.PUSH)
            outbox.enqueue("scheduling.push_offer", invitation_id=str(one.id))
        one.channels = [channel.value for channel in channels]
    session.flush()


def tell_that_it_is_over(offer: Offer) -> None:
    """Tell those who were asked and have not declined; the one who has it hears that, and so does the office."""
    is_taken, facts = offer.status == OfferStatus.TAKEN, when_and_where(offer)
    for one in _waiting(offer):
        user_id = one.staff_member.user_id
        has_it = is_taken and one.staff_member_id == offer.staff_member_id
        if user_id is not None:
            sentence = YOURS if has_it else GONE if is_taken else WITHDRAWN
            notify(user_id, "offer_over", sentence, link=PAGE, key=f"offer:{one.id}:over", **facts)
        if Channel.EMAIL in one.channels and not has_it:
            outbox.enqueue("scheduling.send_offer_over", invitation_id=str(one.id))
        if Channel.TEXT in one.channels and not has_it:
            outbox.enqueue("scheduling.text_offer_over", invitation_id=str(one.id))
        if Channel.PUSH in one.channels and not has_it:
            outbox.enqueue("scheduling.push_offer_over", invitation_id=str(one.id))
    if is_taken:
        _tell_office(offer, "offer_taken", TAKEN, who=str(offer.staff_member))


def tell_office_that_nobody_came(offer: Offer) -> None:
    _tell_office(offer, "offer_expired", NOBODY)


def tell_office_that_all_declined(offer: Offer) -> None:
    _tell_office(offer, "offer_declined", ALL_DECLINED)


def when_and_where(offer: Offer) -> dict[str, Any]:
    """Day, hours and area of the visit: all that is told before somebody has it."""
    where = ZoneInfo(offer.visit.time_zone)
    begin, end = offer.starts_at.astimezone(where), offer.ends_at.astimezone(where)
    return {"day": begin.date(), "from": begin.time(), "to": end.time(), "area": area_of(offer.visit)}


def area_of(visit: Visit) -> str:
    """The town, or the branch where no address is known."""
    return visit.service_address.city if visit.service_address is not None else str(visit.client.branch)


def address_of(member: StaffMember) -> str | None:
    """Where to write to: the sign-in's address, or the one in the file."""
    return member.user.email if member.user is not None and member.user.active else member.email


def number_of(member: StaffMember) -> str | None:
    """Where to text to: the number in the file of somebody who agreed to it, where texts can be sent at all."""
    if member.texts_agreed_on is None or not texting.is_possible():
        return None
    return texting.e164(member.phone)


def _waiting(offer: Offer) -> list[OfferInvitation]:
    query = select(OfferInvitation).where(
        OfferInvitation.offer_id == offer.id, OfferInvitation.answer != InvitationAnswer.DECLINED
    )
    return list(session.scalars(query.order_by(OfferInvitation.id)))


def _tell_office(offer: Offer, kind: str, sentence: str, **more: Any) -> None:
    """Whoever made the offer; whoever may plan where that is nobody any more."""
    maker = session.get(User, offer.created_by_fk) if offer.created_by_fk else None
    people = [maker.id] if maker is not None and maker.active else _planners(offer)
    facts = {name: value for name, value in when_and_where(offer).items() if name in ("day", "from")}
    notify_all(
        people, kind, sentence, link=f"/visits/{offer.visit_id}/match", key=f"{kind}:{offer.id}", **facts, **more
    )


def _planners(offer: Offer) -> list[int]:
    return people_who_may("edit", "Visits", branch_id=offer.client.branch_id)
