"""Those who accept an offer at the same moment as others do something."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from time import sleep
from typing import Any

from sqlalchemy import select, text

from starline.clients.service import locked_client
from starline.core import db, tenancy
from starline.core.errors import Conflict
from starline.notifications.models import Notification
from starline.scheduling import offers
from starline.scheduling.models import Offer, OfferInvitation, Visit
from tests.organizations.factories import HARBOR, SUMMIT, a_staff_member, a_user, acting_for
from tests.scheduling.factories import a_visit

PEOPLE = 50


def test_who_waits_for_a_series_to_be_changed_holds_none_of_its_visits(database: str) -> None:
    """Else each would wait for the other: a change of a series holds the client, then asks for the visits."""
    with acting_for(SUMMIT, "summit"), db.transaction():
        member = a_staff_member(user_id=a_user("waiting").id)
        user_id = member.user_id
        assert user_id is not None
        made = offers.offer(a_visit(), to=[member.id], by=None)
        visit_id, client_id, offer_id = made.visit_id, made.client_id, made.id
    begun = Event()

    def accept() -> str | None:
        with tenancy.acting(SUMMIT, user_id), db.transaction():
            query = select(OfferInvitation).where(OfferInvitation.offer_id == offer_id)
            invitation = db.session.scalars(query).one()
            begun.set()
            return str(offers.accept(invitation, by=user_id).staff_member)

    with ThreadPoolExecutor(1) as pool, tenancy.acting(SUMMIT):
        with db.transaction():
            locked_client(client_id)
            accepting = pool.submit(accept)
            assert begun.wait(20)
            _until_somebody_waits()
            db.session.scalars(select(Visit).where(Visit.id == visit_id).with_for_update(nowait=True)).one()
        assert accepting.result(20) == str(member)


def _until_somebody_waits() -> None:
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    for _attempt in range(200):
        if db.session.scalar(waiting):
            return
        sleep(0.05)
    raise AssertionError("nobody waits for a lock")


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
