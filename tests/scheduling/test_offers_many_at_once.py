"""Fifty caregivers accept the same offer at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from sqlalchemy import select

from starline.core import db, tenancy
from starline.core.errors import Conflict
from starline.notifications.models import Notification
from starline.scheduling import offers
from starline.scheduling.models import Offer, OfferInvitation, Visit
from tests.organizations.factories import HARBOR, a_staff_member, a_user, acting_for
from tests.scheduling.factories import a_visit

PEOPLE = 50


def test_of_fifty_who_accept_at_once_one_has_it_and_the_others_hear_so(database: str) -> None:
    with acting_for(HARBOR, "harbor"), db.transaction():
        people = [a_staff_member(user_id=a_user(f"person{number}").id) for number in range(PEOPLE)]
        made = offers.offer(a_visit(), to=[one.id for one in people], by=None)
        offer_id, visit_id = made.id, made.visit_id
        query = select(OfferInvitation).where(OfferInvitation.offer_id == offer_id)
        asked = [(one.id, one.staff_member.user_id) for one in db.session.scalars(query)]
    ready = Barrier(PEOPLE)

    def accept(person: tuple[Any, int | None]) -> str:
        invitation_id, user_id = person
        assert user_id is not None
        with tenancy.acting(HARBOR, user_id):
            ready.wait(timeout=20)
            try:
                with db.transaction():
                    invitation = db.session.get_one(OfferInvitation, invitation_id)
                    offers.accept(invitation, by=user_id)
                return ""
            except Conflict as refusal:
                return refusal.message

    with ThreadPoolExecutor(PEOPLE) as pool:
        answers = list(pool.map(accept, asked))
    assert len([one for one in answers if not one]) == 1
    assert {one for one in answers if one} == {"Somebody else was faster: this visit is taken."}
    with tenancy.acting(HARBOR), db.transaction():
        made, visit = db.session.get_one(Offer, offer_id), db.session.get_one(Visit, visit_id)
        accepted = db.session.scalars(query.where(OfferInvitation.answer == "accepted")).one()
        assert (made.status, made.answered) == ("taken", 1)
        assert made.staff_member_id == visit.staff_member_id == accepted.staff_member_id
        told = db.session.scalars(select(Notification).where(Notification.kind == "offer_over")).all()
        assert len({one.user_id for one in told}) == len(told) == PEOPLE - 1  # the winner knows
