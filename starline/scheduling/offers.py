"""Open visits offered to several caregivers at once: the first who accepts has it, the others are told.

Whoever changes an offer holds its row; whoever takes its visit holds the visit's and the client's before. So of many
who accept at the same moment one comes first, and the others find that the visit is gone.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select

from starline.clients.service import locked_client
from starline.core import clock, events
from starline.core.db import session
from starline.core.errors import Conflict, NotFound
from starline.core.language import _
from starline.core.problems import invalid
from starline.scheduling import telling, visits
from starline.scheduling.matching import match
from starline.scheduling.models import Offer, OfferInvitation, Visit, VisitSeries
from starline.scheduling.offer_words import InvitationAnswer, OfferStatus
from starline.scheduling.rules.conflicts import OF_CLIENTS, Rule
from starline.scheduling.vocabulary import PLANNED
from starline.staff.models import StaffMember

MOST_ASKED = 50
USUALLY_OPEN = timedelta(hours=24)
LONGEST_TEXT = 300
PRIVATE = OF_CLIENTS | {Rule.EXCLUDED_CAREGIVER}
"""What the office may know and a caregiver who is refused may not: it tells of the client."""


def offer(
    visit: Visit, *, to: Collection[UUID], by: int | None, until: datetime | None = None, note: str | None = None
) -> Offer:
    """Offer an open visit to the staff members `to`, until an hour; left out, for a day, or until the visit begins."""
    visit = _held(visit.id)
    check_open(visit)
    ends = until or usual_end(visit)
    if not clock.now() < ends <= visit.starts_at:
        raise invalid("expires_at", "An offer ends after now, and at the latest when the visit begins.")
    if note is not None and len(note) > LONGEST_TEXT:
        raise invalid("note", _("Send a note of at most %(most)d characters, or nothing.", most=LONGEST_TEXT))
    if open_offer_of(visit) is not None:
        raise Conflict("This visit is offered already: ask more people, or withdraw the offer first.")
    able = _able(visit, to)
    made = Offer(client_id=visit.client_id, visit_id=visit.id, starts_at=visit.starts_at, ends_at=visit.ends_at)
    made.expires_at, made.note, made.invited, made.answered = ends, note, 0, 0
    session.add(made)
    session.flush()
    _invite(made, visit, able)
    events.record("offer:made", made)
    return made


def invite(given: Offer, *, to: Collection[UUID], by: int | None) -> Offer:
    """Ask more people about a visit that is offered already; whoever was asked is not asked twice."""
    visit = _held(given.visit_id)
    found = _held_offer(given.id)
    _check_stands(found, visit)
    more = set(to) - asked_ids(found)
    if not more:
        raise invalid("staff_member_ids", "All of them were asked already; choose others.")
    _invite(found, visit, _able(visit, more))
    events.record("offer:extended", found)
    return found


def accept(invitation: OfferInvitation, *, by: int) -> Visit:
    """Take the visit: for the first who says so. Refused where a rule bars them by now; the offer stays open then."""
    visit = _held(_own(invitation, by).offer.visit_id)
    found = _held_offer(invitation.offer_id)
    session.refresh(invitation)
    _check_stands(found, visit)
    _refuse_barred(visit, invitation)
    _answer(found, invitation, InvitationAnswer.ACCEPTED)
    visits.update_visit(visit, {"staff_member_id": invitation.staff_member_id}, by=by)  # `follow` closes the offer
    events.record("offer:accepted", found)
    return visit


def decline(invitation: OfferInvitation, *, by: int, reason: str | None = None) -> OfferInvitation:
    """Say no, with a reason or without."""
    if reason is not None and len(reason) > LONGEST_TEXT:
        raise invalid("reason", _("Give a reason of at most %(most)d characters, or none.", most=LONGEST_TEXT))
    found = _held_offer(_own(invitation, by).offer_id)
    session.refresh(invitation)
    if not found.is_open:
        raise Conflict(_why_closed(found))
    if invitation.answer != InvitationAnswer.NONE:
        raise Conflict("You have answered this offer already.")
    invitation.reason = reason or None
    _answer(found, invitation, InvitationAnswer.DECLINED)
    events.record("offer:declined", found)
    if found.answered == found.invited:
        telling.tell_office_that_all_declined(found)
    return invitation


def withdraw(given: Offer, *, by: int | None) -> Offer:
    """Take the offer back; the visit stays open. Whoever has not answered is told."""
    found = _held_offer(given.id)
    if not found.is_open:
        raise Conflict(_why_closed(found))
    _close(found, OfferStatus.WITHDRAWN)
    events.record("offer:withdrawn", found)
    return found


def expire() -> int:
    """Close the offers whose time is over or whose visit is not open any more; how many."""
    is_settled = or_(Visit.staff_member_id.is_not(None), Visit.status.not_in(PLANNED))
    query = (
        select(Offer, Visit)
        .join(Visit, Visit.id == Offer.visit_id)
        .where(Offer.status == OfferStatus.OPEN, or_(Offer.expires_at <= clock.now(), is_settled))
        .order_by(Offer.id)
        .with_for_update(of=Offer, skip_locked=True)
    )
    over = session.execute(query).all()
    for found, visit in over:
        if not _settle(found, visit):
            _close(found, OfferStatus.EXPIRED)
            events.record("offer:expired", found)
            telling.tell_office_that_nobody_came(found)
    return len(over)


@events.subscribe("visit:changed")
@events.subscribe("visit:cancelled")
def follow(visit: Visit) -> None:
    """Close the visit's offer where it is filled, called off or moved."""
    found = open_offer_of(visit, lock=True)
    if found is not None:
        _settle(found, visit)


@events.subscribe("visit_series:changed")
@events.subscribe("visit_series:split")
def follow_series(series: VisitSeries) -> None:
    """A series moves and fills many visits at once."""
    query = select(Visit).join(Offer, Offer.visit_id == Visit.id)
    for visit in session.scalars(query.where(Visit.series_id == series.id, Offer.status == OfferStatus.OPEN)).all():
        follow(visit)


@events.subscribe("visit_series:removed")
def withdraw_with_series(series: VisitSeries) -> None:
    """Tell those who were asked before the visits go, and the offers with them."""
    query = select(Offer).join(Visit, Visit.id == Offer.visit_id)
    for found in session.scalars(query.where(Visit.series_id == series.id, Offer.status == OfferStatus.OPEN)).all():
        _close(found, OfferStatus.WITHDRAWN)


def open_offers_of(member: StaffMember) -> list[OfferInvitation]:
    """What the caregiver is asked and may still answer, the nearest visit first."""
    query = (
        select(OfferInvitation)
        .join(Offer, Offer.id == OfferInvitation.offer_id)
        .where(OfferInvitation.staff_member_id == member.id, OfferInvitation.answer == InvitationAnswer.NONE)
        .where(Offer.status == OfferStatus.OPEN, Offer.expires_at > clock.now())
        .order_by(Offer.starts_at, Offer.id)
    )
    return list(session.scalars(query))


def open_offer_of(visit: Visit, *, lock: bool = False) -> Offer | None:
    query = select(Offer).where(Offer.visit_id == visit.id, Offer.status == OfferStatus.OPEN)
    return session.scalars(newest(query) if lock else query).one_or_none()


def asked_ids(found: Offer) -> set[UUID]:
    """The staff members who were asked."""
    return set(session.scalars(select(OfferInvitation.staff_member_id).where(OfferInvitation.offer_id == found.id)))


def hold(given: Offer) -> Offer:
    """The offer as it is now, held until the transaction ends: after its client and its visit."""
    _held(given.visit_id)
    return _held_offer(given.id)


def newest(query: Select[Any]) -> Select[Any]:
    """The rows as they are once nobody else can change them, also those that were read before.

    `session.get` with a lock would refuse a row that changed since it was read, and here that is the ordinary case.
    """
    return query.with_for_update().execution_options(populate_existing=True)


def check_open(visit: Visit) -> None:
    """Refuse a visit that nobody needs to be found for."""
    visits.check_planned(visit)
    if visit.staff_member_id is not None:
        raise Conflict(_("%(who)s has this visit; take the caregiver off first.", who=visit.staff_member))
    if visit.starts_at <= clock.now():
        raise Conflict("This visit should have begun by now. Give it to somebody, or call it off.")


def usual_end(visit: Visit) -> datetime:
    """When an offer of the visit ends unless somebody says otherwise."""
    return min(visit.starts_at, clock.now() + USUALLY_OPEN)


def _held(visit_id: UUID) -> Visit:
    """The visit and its client, while nobody else can change them; the client first, as for a change of a series."""
    client_id = session.scalar(select(Visit.client_id).where(Visit.id == visit_id))
    if client_id is not None:
        locked_client(client_id)
    visit: Visit | None = session.scalars(newest(select(Visit).where(Visit.id == visit_id))).one_or_none()
    if visit is None:
        raise NotFound("There is no such visit any more.")
    return visit


def _held_offer(offer_id: UUID) -> Offer:
    found: Offer | None = session.scalars(newest(select(Offer).where(Offer.id == offer_id))).one_or_none()
    if found is None:
        raise NotFound("There is no such offer any more.")
    return found


def _own(invitation: OfferInvitation, by: int) -> OfferInvitation:
    """Only who was asked can answer; for everybody else there is nothing."""
    if invitation.staff_member.user_id != by:
        raise NotFound("There is no such offer.")
    return invitation


def _check_stands(found: Offer, visit: Visit) -> None:
    if not found.is_open:
        raise Conflict(_why_closed(found), code="offer_closed")
    if found.expires_at <= clock.now():
        raise Conflict("This offer has expired. Ask the office whether the visit is still open.", code="offer_closed")
    if visit.staff_member_id is not None or not visit.is_planned:
        raise Conflict("This visit is not open any more.", code="offer_closed")


def _why_closed(found: Offer) -> str:
    return {
        OfferStatus.TAKEN: _("Somebody else was faster: this visit is taken."),
        OfferStatus.WITHDRAWN: _("The office has withdrawn this offer."),
        OfferStatus.EXPIRED: _("This offer has expired. Ask the office whether the visit is still open."),
    }[found.status]


def _able(visit: Visit, to: Collection[UUID]) -> list[UUID]:
    """The people, who all can take the visit as things are now. Refuses all where one can't."""
    wanted = set(to)
    if not 1 <= len(wanted) <= MOST_ASKED:
        sentence = _("Choose at least one caregiver, and at most %(most)d.", most=MOST_ASKED)
        raise invalid("staff_member_ids", sentence)
    matched = match(visit, among=wanted)
    if matched.blocked_because:
        raise Conflict(" ".join(matched.blocked_because), code="conflicts")
    sentences = [sentence for one in matched.barred for sentence, _remedy in one.reasons]
    if sentences:
        raise Conflict(" ".join(sentences), errors={"staff_member_ids": sentences}, code="conflicts")
    if {one.prospect.id for one in matched.candidates} != wanted:
        raise invalid("staff_member_ids", "Choose caregivers who work here now.")
    return sorted(wanted)


def _invite(found: Offer, visit: Visit, able: Collection[UUID]) -> None:
    asked = [OfferInvitation(offer_id=found.id, staff_member_id=key, channels=[]) for key in able]
    session.add_all(asked)
    found.invited += len(asked)
    session.flush()
    telling.tell_of_offer(found, visit, asked)


def _refuse_barred(visit: Visit, invitation: OfferInvitation) -> None:
    """Hold the caregiver against the rules as things are now."""
    found = match(visit, among=[invitation.staff_member_id])
    barriers = [one for barred in found.barred for one in barred.prospect.barriers]
    if not barriers and not found.blocked_because and found.candidates:
        return
    told = [one.sentence for one in barriers if one.rule not in PRIVATE]
    sentence = " ".join(told) or _("You can't be given this visit any more. Ask the office why.")
    raise Conflict(sentence, code="conflicts")


def _answer(found: Offer, invitation: OfferInvitation, answer: InvitationAnswer) -> None:
    if invitation.answer == InvitationAnswer.NONE:
        found.answered += 1
    invitation.answer, invitation.answered_at = answer, clock.now()
    session.flush()


def _settle(found: Offer, visit: Visit) -> bool:
    """Close the offer where its visit is not what was offered; whether it was."""
    if visit.staff_member_id is not None:
        is_asked = select(OfferInvitation.id).where(
            OfferInvitation.offer_id == found.id, OfferInvitation.staff_member_id == visit.staff_member_id
        )
        if session.scalar(is_asked) is not None:
            found.staff_member_id = visit.staff_member_id
            _close(found, OfferStatus.TAKEN)
        else:
            _close(found, OfferStatus.WITHDRAWN)
        return True
    if visit.is_planned and (visit.starts_at, visit.ends_at) == (found.starts_at, found.ends_at):
        return False
    _close(found, OfferStatus.WITHDRAWN)
    return True


def _close(found: Offer, status: OfferStatus) -> None:
    found.status, found.closed_at = status, clock.now()
    session.flush()
    if status != OfferStatus.EXPIRED:
        telling.tell_that_it_is_over(found)
