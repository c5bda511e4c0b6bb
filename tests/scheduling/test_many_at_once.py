"""Sixteen schedulers book the same caregivers at the same time."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from sqlalchemy import text as sql

from starline.core import db, tenancy
from starline.core.errors import Conflict
from starline.scheduling import visits
from tests.clients.factories import an_active_client
from tests.organizations.factories import HARBOR, a_staff_member, acting_for
from tests.scheduling.factories import at
from tests.services.factories import a_service

THREADS, TRIES, CAREGIVERS = 16, 1_600, 4
OVERLAPS = """
SELECT count(*) FROM visits a JOIN visits b ON b.staff_member_id = a.staff_member_id AND b.id > a.id
   AND tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)
"""


def test_nobody_is_in_two_places_and_who_is_refused_hears_why(database: str) -> None:
    with acting_for(HARBOR, "harbor"), db.transaction():
        clients = [an_active_client().id for _number in range(THREADS)]
        caregivers = [a_staff_member().id for _number in range(CAREGIVERS)]
        service_id, first = a_service().id, at(2, 6)

    def book(number: int) -> str:
        chance = random.Random(number)
        starts_at = first + timedelta(minutes=15 * chance.randrange(4 * 24 * 3))
        values: dict[str, Any] = {
            "client_id": clients[number % THREADS],
            "staff_member_id": chance.choice(caregivers),
            "service_type_id": service_id,
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=15 * chance.randint(1, 8)),
        }
        with tenancy.acting(HARBOR):
            try:
                with db.transaction():
                    visits.add_visit(values, by=None)
                return ""
            except Conflict as refusal:
                return refusal.message

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(book, range(TRIES)))
    refused = [answer for answer in answers if answer]
    with tenancy.acting(HARBOR), db.transaction():
        booked = db.session.scalar(sql("SELECT count(*) FROM visits"))
        assert db.session.scalar(sql(OVERLAPS)) == 0
    assert booked == TRIES - len(refused) > CAREGIVERS
    assert len(refused) > 100
    assert all("another visit then" in answer or "two places at once" in answer for answer in refused)
