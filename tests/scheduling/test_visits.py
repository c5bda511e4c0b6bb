"""Single visits: planned, changed, given away, called off and taken back."""

from datetime import timedelta
from typing import Any

import pytest

from starline.clients import service as clients
from starline.clients.consequences import consequences_of
from starline.clients.vocabulary import ClientStatus
from starline.core.db import session
from starline.core.errors import Conflict, Invalid
from starline.core.identifiers import uuid7
from starline.scheduling import visits
from starline.scheduling.vocabulary import OpenReason, VisitStatus, VoidReason
from starline.services import catalogue
from starline.staff import service as staff
from tests.clients.factories import a_home, an_active_client
from tests.organizations.factories import a_staff_member, today
from tests.scheduling.factories import a_series, a_visit, at, visits_of
from tests.services.factories import a_service


def test_a_visit_goes_to_the_clients_primary_address_unless_told_another(harbor: Any) -> None:
    client = an_active_client()
    other = a_home(client, label="Daughter")
    assert a_visit(client).service_address.is_primary
    assert a_visit(client, service_address_id=other.id).service_address_id == other.id
    with pytest.raises(Invalid) as refusal:
        a_visit(an_active_client(), service_address_id=other.id)
    assert set(refusal.value.errors) == {"service_address_id"}


def test_a_visit_ends_after_it_starts_and_within_a_day(harbor: Any) -> None:
    with pytest.raises(Invalid, match="ends after"):
        a_visit(hours=(11, 11))
    with pytest.raises(Invalid, match="24 hours"):
        a_visit(starts_at=at(1, 9), ends_at=at(2, 10))
    assert a_visit(starts_at=at(1, 22), ends_at=at(2, 6)).minutes in (420, 480, 540)


def test_a_caregiver_cannot_be_in_two_places(harbor: Any) -> None:
    maria = a_staff_member(first_name="Maria", last_name="Lopez")
    a_visit(hours=(9, 11), staff_member_id=maria.id)
    with pytest.raises(Conflict, match=r"Maria Lopez has another visit then: .*9:00.AM to 11:00.AM") as refusal:
        a_visit(hours=(10, 12), staff_member_id=maria.id)
    assert refusal.value.code == "double_booked"
    later = a_visit(hours=(11, 12), staff_member_id=maria.id)
    with pytest.raises(Conflict, match="another visit"):
        visits.update_visit(later, {"starts_at": at(1, 10)}, by=None)
    assert later.starts_at == at(1, 11)
    other = a_visit(hours=(10, 12))
    with pytest.raises(Conflict, match="another visit"):
        visits.update_visit(other, {"staff_member_id": maria.id}, by=None)
    assert (other.staff_member_id, other.version) == (None, 1)


def test_a_visit_that_is_called_off_leaves_the_caregiver_free(harbor: Any) -> None:
    maria = a_staff_member()
    first = a_visit(staff_member_id=maria.id)
    visits.cancel(first, by=None, reason=VoidReason.CLIENT_REQUEST, note="Away with her son")
    second = a_visit(staff_member_id=maria.id)
    assert (first.status, first.void_note) == (VisitStatus.CANCELLED, "Away with her son")
    visits.reinstate(first, by=None)
    assert (first.status, first.staff_member_id, first.open_reason) == (
        VisitStatus.SCHEDULED,
        None,
        OpenReason.ELSEWHERE,
    )
    assert first.void_reason is None and first.void_note is None
    visits.cancel(second, by=None)
    visits.reinstate(second, by=None)
    assert second.staff_member_id == maria.id
    with pytest.raises(Conflict, match="not called off"):
        visits.reinstate(second, by=None)


def test_a_confirmed_visit_that_moves_must_be_confirmed_again(harbor: Any) -> None:
    visit = a_visit(staff_member_id=a_staff_member().id)
    visits.confirm(visit, by=None)
    visits.update_visit(visit, {"note": "The key is with the neighbour."}, by=None)
    assert visit.status == VisitStatus.CONFIRMED
    visits.update_visit(visit, {"starts_at": at(1, 8)}, by=None)
    assert visit.status == VisitStatus.SCHEDULED
    visits.take_off(visit, by=None)
    assert (visit.staff_member_id, visit.open_reason) == (None, OpenReason.TAKEN_OFF)
    for verb in (visits.confirm, visits.take_off):
        with pytest.raises(Conflict, match="open"):
            verb(visit, by=None)


def test_a_whole_day_with_an_hour_twice_can_be_written_on(harbor: Any) -> None:
    """A live-in day of a series is 25 hours long where clocks go back; nobody plans one so by hand."""
    visit = a_visit(hours=(8, 20))
    visit.ends_at = visit.starts_at + timedelta(hours=25)
    session.flush()
    assert visits.update_visit(visit, {"note": "Sleeps badly"}, by=None).note == "Sleeps badly"
    with pytest.raises(Invalid, match="24 hours"):
        visits.update_visit(visit, {"ends_at": visit.starts_at + timedelta(hours=26)}, by=None)


def test_a_visit_does_not_come_back_to_somebody_who_left(harbor: Any) -> None:
    maria = a_staff_member()
    visit = a_visit(staff_member_id=maria.id)
    visits.cancel(visit, by=None)
    staff.terminate(maria, reason="Moved", by=None)
    visits.reinstate(visit, by=None)
    assert (visit.staff_member_id, visit.open_reason) == (None, OpenReason.CAREGIVER_LEFT)


def test_what_was_called_off_is_not_changed(harbor: Any) -> None:
    visit = a_visit()
    visits.cancel(visit, by=None)
    for change in (
        lambda: visits.update_visit(visit, {"note": "x"}, by=None),
        lambda: visits.cancel(visit, by=None),
        lambda: visits.take_off(visit, by=None),
        lambda: visits.confirm(visit, by=None),
    ):
        with pytest.raises(Conflict, match="cancelled"):
            change()


def test_services_out_of_use_and_people_who_left_are_not_planned(harbor: Any) -> None:
    service = a_service()
    catalogue.update_service_type(service, {"is_active": False}, by=None)
    gone = a_staff_member()
    staff.terminate(gone, reason="Moved", by=None)
    with pytest.raises(Invalid) as refusal:
        a_visit(service_type_id=service.id, staff_member_id=gone.id)
    assert set(refusal.value.errors) == {"service_type_id", "staff_member_id"}


def test_what_is_nobodys_is_not_planned(harbor: Any) -> None:
    names = ("service_type_id", "service_address_id", "staff_member_id")
    visit = a_visit()
    for attempt in (lambda **given: a_visit(**given), lambda **given: visits.update_visit(visit, given, by=None)):
        with pytest.raises(Invalid) as refusal:
            attempt(**{name: uuid7() for name in names})
        assert set(refusal.value.errors) == set(names)


def test_a_discharge_calls_off_what_is_planned_and_says_so_before(harbor: Any) -> None:
    client = an_active_client()
    series = a_series(client)
    single = a_visit(client, day=3, hours=(14, 15))
    count = len(visits_of(series)) + 1
    assert f"called off: {count}." in " ".join(consequences_of(client, to=ClientStatus.DISCHARGED))
    clients.change_status(client, to=ClientStatus.DISCHARGED, by=None, reason="Goals met")
    assert {one.void_reason for one in [single, *visits_of(series)]} == {VoidReason.CLIENT_LEFT}
    assert series.ends_on == series.starts_on
    with pytest.raises(Conflict, match="not looked after"):
        visits.reinstate(single, by=None)
    with pytest.raises(Invalid):
        a_visit(client)


def test_visits_of_somebody_who_leaves_are_open_from_the_day_after(harbor: Any) -> None:
    maria = a_staff_member()
    series = a_series(staff_member_id=maria.id)
    staff.update_staff_member(
        maria,
        {"status": "terminated", "terminated_on": today() + timedelta(days=3), "termination_reason": "Moved"},
        by=None,
    )
    session.flush()
    held = {one.occurs_on: one.staff_member_id for one in visits_of(series)}
    assert [held[today() + timedelta(days=day)] for day in (1, 2, 3)] == [maria.id] * 3
    assert {who for day, who in held.items() if day > today() + timedelta(days=3)} == {None}
    assert {one.open_reason for one in visits_of(series) if one.staff_member_id is None} == {OpenReason.CAREGIVER_LEFT}
    assert series.staff_member_id is None
