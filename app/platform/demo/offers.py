"""The demo's open visits: offered, answered, or with nobody asked yet; and a caregiver who called out."""

from datetime import timedelta

from sqlalchemy import func, select

from app.platform.demo.people import Fiction
from starline.core import clock
from starline.core.db import session
from starline.scheduling import call_outs, offers
from starline.scheduling.matching import Match, match
from starline.scheduling.models import Offer, OfferInvitation, Visit
from starline.scheduling.offer_words import CallOutReason
from starline.scheduling.vocabulary import PLANNED
from starline.staff import compliance, credentials
from starline.staff.models import StaffMember
from starline.staff.service import member_of

AHEAD = timedelta(days=7)
ASKED, OFTEN = 4, 5
"""So many are asked about a visit; whoever signs in as a caregiver, about so many visits at most."""
REASONS = ("My daughter has a recital", "Too far from my other visits that day", None)


def load_offers(fiction: Fiction, *, planner: int, known: int) -> None:
    """Offers for open visits of the next week; whoever signs in as `known` is asked where they can go."""
    josie = member_of(known)
    if josie is not None:
        _renew_papers(fiction, josie, planner)
    _call_out(fiction, planner, without=josie)
    query = select(Visit).where(Visit.staff_member_id.is_(None), Visit.status.in_(PLANNED))
    soon = Visit.starts_at.between(clock.now() + timedelta(hours=3), clock.now() + AHEAD)
    for number, visit in enumerate(session.scalars(query.where(soon).order_by(Visit.starts_at, Visit.id)).all()):
        if number % 3 == 0 or offers.open_offer_of(visit) is not None:
            continue
        made = _offer(visit, match(visit), planner, josie)
        if made is not None and number % 3 == 2:
            _answer(fiction, made, is_taken=number % 6 == 5)
    session.flush()


def _renew_papers(fiction: Fiction, member: StaffMember, verifier: int) -> None:
    """Whoever looks at the demo as a caregiver should be asked about visits: nothing keeps them off the schedule."""
    for kind_id, cell in compliance.line_of(member, fiction.today).cells.items():
        if cell.keeps_off_schedule:
            values = {"staff_member_id": member.id, "credential_type_id": kind_id, "issued_on": fiction.days_ago(5, 40)}
            renewed = credentials.add_credential({**values, "number": None}, by=None)
            if renewed.verified_on is None:
                credentials.verify_credential(renewed, by=verifier)


def _call_out(fiction: Fiction, planner: int, *, without: StaffMember | None) -> None:
    """Somebody with several visits the day after tomorrow is sick; the office has offered them."""
    day = fiction.today + timedelta(days=2)
    query = (
        select(Visit.staff_member_id)
        .where(Visit.occurs_on == day, Visit.status.in_(PLANNED), Visit.staff_member_id.is_not(None))
        .where(Visit.staff_member_id.is_distinct_from(without.id if without else None))
        .group_by(Visit.staff_member_id)
        .order_by(func.count().desc(), Visit.staff_member_id)
        .limit(1)
    )
    key = session.scalar(query)
    if key is None:
        return
    member = session.get_one(StaffMember, key)
    made = call_outs.call_out(member, first_on=day, reason=CallOutReason.SICK, by=planner)
    made.created_by_fk = planner
    best = call_outs.best_of(call_outs.replacements(call_outs.opened_by(made)))
    for offer in call_outs.offer_each(made, best, by=planner).offered:
        offer.created_by_fk = planner


def _offer(visit: Visit, found: Match, planner: int, josie: StaffMember | None) -> Offer | None:
    able = [one.prospect.id for one in found.candidates]
    chosen = able[:ASKED]
    if josie is not None and josie.id in able:
        others = [key for key in chosen if key != josie.id]
        chosen = others if len(offers.open_offers_of(josie)) >= OFTEN else [*others, josie.id]
    if found.blocked_because or not chosen:
        return None
    made = offers.offer(visit, to=chosen, until=visit.starts_at, by=planner)
    made.created_by_fk = planner
    return made


def _answer(fiction: Fiction, made: Offer, *, is_taken: bool) -> None:
    """One of those with a sign-in takes it, or says no."""
    query = select(OfferInvitation).where(OfferInvitation.offer_id == made.id).order_by(OfferInvitation.id)
    for one in session.scalars(query).all():
        user = one.staff_member.user
        if user is None or not user.active:
            continue
        if is_taken:
            offers.accept(one, by=user.id)
        else:
            offers.decline(one, by=user.id, reason=fiction.pick(REASONS))
        return
