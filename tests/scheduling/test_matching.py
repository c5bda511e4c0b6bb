"""Who could take an open visit, found among the agency's records in a constant number of statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from time import perf_counter
from typing import Any

import pytest
from sqlalchemy import event

from starline.clients import preferences as wishes
from starline.clients import service as clients
from starline.clients.vocabulary import ClientStatus
from starline.core.db import session
from starline.scheduling.conflicts import check, proposal_of
from starline.scheduling.matching import match
from starline.scheduling.models import Visit
from starline.scheduling.rules.conflicts import Effect
from starline.scheduling.rules.matching import Factor
from starline.scheduling.vocabulary import VisitStatus
from starline.staff import availability, time_off
from starline.staff.models import StaffMember
from tests.clients.factories import a_home, an_active_client
from tests.organizations.factories import a_credential_type, a_staff_member, a_user, today
from tests.scheduling.factories import a_visit, at
from tests.services.factories import a_service


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that the block sends."""
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        sent.append(statement)

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def a_past_visit(client: Any, member: StaffMember, service_id: Any, *, day: int) -> Visit:
    visit = a_visit(client, day=day, staff_member_id=member.id, service_type_id=service_id)
    visit.status = VisitStatus.COMPLETED
    session.flush()
    return visit


def test_who_knows_the_client_comes_first(harbor: Any) -> None:
    client, service = an_active_client(), a_service()
    maria, omar = a_staff_member(first_name="Maria"), a_staff_member(first_name="Omar")
    for day in (-3, -2, -1):
        a_past_visit(client, omar, service.id, day=day)
    found = match(a_visit(client, service_type_id=service.id))
    assert [one.prospect.id for one in found.candidates] == [omar.id, maria.id]
    best = found.candidates[0].prospect
    assert (best.visits_with_client, best.last_visit_on) == (3, today() - timedelta(days=1))


def test_wishes_places_and_hours_are_looked_at(harbor: Any) -> None:
    client = an_active_client()
    address = a_home(client, line1="9 Oak St", latitude=Decimal("45.52"), longitude=Decimal("-122.68"))
    user = a_user("maria")
    for kind, value, who in (
        ("language", "Spanish", None),
        ("skill", "Lifting", None),
        ("wanted_caregiver", None, user),
    ):
        wish = {"client_id": client.id, "kind": kind, "value": value, "caregiver_id": who.id if who else None}
        wishes.add_preference(wish, by=None)
    home = {"latitude": Decimal("45.52"), "longitude": Decimal("-122.69")}
    maria = a_staff_member(first_name="Maria", user_id=user.id, skills=["lifting"], **home)
    omar = a_staff_member(first_name="Omar", languages=["Spanish"])
    a_visit(day=2, hours=(8, 18), staff_member_id=omar.id)
    found = match(a_visit(client, service_address_id=address.id))
    factors = {one.prospect.id: {points.factor: points for points in one.factors} for one in found.candidates}
    assert factors[maria.id][Factor.PREFERENCES].points == 15
    assert factors[maria.id][Factor.SKILLS].sentence.startswith("Has lifting.")
    assert "0.6 miles from home" in factors[maria.id][Factor.DISTANCE].sentence
    assert "Fits the client's wish: spanish" in factors[omar.id][Factor.PREFERENCES].sentence
    assert "isn't known" in factors[omar.id][Factor.DISTANCE].sentence
    assert found.candidates[0].prospect.id == maria.id


def test_who_can_not_go_hears_what_would_make_them_eligible(harbor: Any) -> None:
    a_credential_type(required_disciplines=["hha"], on_lapse="block")
    uncertified, companion = a_staff_member(first_name="Una"), a_staff_member(first_name="Cal", discipline="companion")
    a_staff_member(first_name="Olga", discipline="office")
    found = match(a_visit())
    assert found.candidates == []
    reasons = {one.prospect.id: one.reasons for one in found.barred}
    assert reasons[uncertified.id] == (("CPR of Una Okafor is missing.", "Enter CPR and have it verified."),)
    assert "another discipline" in reasons[companion.id][0][1]
    assert [one.prospect.id for one in found.barred] == [uncertified.id, companion.id]


def test_somebody_away_busy_or_gone_is_not_ranked(harbor: Any) -> None:
    hr, day = a_user("hana", "Human resources"), today() + timedelta(days=1)
    away, busy, leaver = a_staff_member(first_name="Ada"), a_staff_member(first_name="Bo"), a_staff_member()
    absence = time_off.request_time_off({"staff_member_id": away.id, "starts_on": day, "ends_on": day}, by=None)
    time_off.approve_time_off(absence, by=hr.id)
    a_visit(hours=(10, 12), staff_member_id=busy.id)
    leaver.status, leaver.terminated_on = "terminated", today()  # type: ignore[assignment]
    session.flush()
    found = match(a_visit(hours=(9, 11)))
    assert found.candidates == []
    assert {one.prospect.id: one.reasons[0][0] for one in found.barred} == {
        away.id: f"Ada Okafor has time off: {day:%m/%d/%Y} to {day:%m/%d/%Y}.",
        busy.id: "Bo Okafor has another visit then, from 10:00\u00a0AM to 12:00\u00a0PM.",
    }


def test_a_client_on_hold_is_told_of_once_and_not_of_each_caregiver(harbor: Any) -> None:
    client = an_active_client()
    visit, maria = a_visit(client), a_staff_member()
    clients.change_status(client, to=ClientStatus.ON_HOLD, by=None, reason="With family")
    found = match(visit)
    assert "on hold" in found.blocked_because[0]
    assert [one.prospect.id for one in found.candidates] == [maria.id] and found.barred == []


def test_many_people_are_held_against_the_same_rules_as_one(harbor: Any) -> None:
    visit = a_visit()
    kind = a_credential_type(required_disciplines=["cna"], on_lapse="block")
    assert kind.name == "CPR"
    people = [a_staff_member(first_name=f"P{number}", discipline="cna" if number % 3 else "hha") for number in range(9)]
    slot = {"on_date": visit.local_start.date(), "starts_time": at(1, 8).time(), "ends_time": at(1, 10).time()}
    for one in people[::2]:
        availability.add_availability({"staff_member_id": one.id, **slot}, by=None)
    found = match(visit)
    together = {one.prospect.id: one.prospect.findings for one in (*found.candidates, *found.barred)}
    for one in people:
        alone = check(proposal_of(visit, {"staff_member_id": one.id}))
        assert list(together[one.id]) == alone
        is_barred = any(finding.effect is Effect.BLOCK for finding in alone)
        assert is_barred == (one.id in {other.prospect.id for other in found.barred})


@pytest.mark.parametrize("number", [3, 200])
def test_two_hundred_caregivers_need_no_more_statements_than_three(harbor: Any, number: int) -> None:
    client, service = an_active_client(), a_service()
    people = [a_staff_member(first_name=f"P{one:03}") for one in range(number)]
    for one in people[:20]:
        a_visit(day=2, service_type_id=service.id, staff_member_id=one.id)
    visit = a_visit(client, service_type_id=service.id)
    session.flush()
    session.expire_all()
    str(visit.client), str(visit.service_type)
    started = perf_counter()
    with counted() as sent:
        found = match(visit)
    spent = perf_counter() - started
    assert len(found.candidates) == number
    assert len(sent) <= 24, sent
    assert spent < 2
