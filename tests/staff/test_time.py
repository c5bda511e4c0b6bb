"""Availability, time off and pay rates: nothing overlaps itself, and decisions are somebody else's."""

from datetime import time
from decimal import Decimal
from typing import Any

import pytest

from starline.core.errors import Conflict, Invalid, NotAllowed
from starline.staff import availability, pay_rates, service, time_off
from tests.organizations.factories import a_staff_member, a_user, days

pytestmark = pytest.mark.usefixtures("harbor")


def _slot(member: Any, **values: Any) -> Any:
    given = {"weekday": "monday", "starts_time": time(8), "ends_time": time(16), "staff_member_id": member.id}
    return availability.add_availability({**given, **values}, by=None)


def _absence(member: Any, first: int = 10, last: int = 14) -> Any:
    given = {"staff_member_id": member.id, "kind": "vacation", "starts_on": days(first), "ends_on": days(last)}
    return time_off.request_time_off(given, by=None)


def _rate(member: Any, **values: Any) -> Any:
    given = {"staff_member_id": member.id, "rate_amount": Decimal("21.50"), "starts_on": days(-100)}
    return pay_rates.add_pay_rate({**given, **values}, by=None)


def test_two_lines_of_availability_never_overlap() -> None:
    member = a_staff_member()
    first = _slot(member)
    with pytest.raises(Conflict) as refused:
        _slot(member, starts_time=time(15), ends_time=time(20))
    said = "This overlaps “Monday 8:00\u00a0AM – 4:00\u00a0PM”. Change that line, or choose other times."
    assert refused.value.message == said
    second = _slot(member, starts_time=time(16), ends_time=time(20))
    with pytest.raises(Conflict):
        availability.update_availability(second, {"starts_time": time(12)}, by=None)
    availability.remove_availability(first, by=None)
    availability.update_availability(second, {"starts_time": time(12)}, by=None)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"on_date": days(3)}, "weekday"),
        ({"weekday": None}, "weekday"),
        ({"ends_time": None}, "ends_time"),
        ({"ends_time": time(8)}, "ends_time"),
        ({"valid_from": days(5), "valid_until": days(4)}, "valid_until"),
        ({"weekday": None, "on_date": days(3), "valid_from": days(1)}, "valid_from"),
    ],
)
def test_a_line_that_says_nothing_clear_is_refused(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        _slot(a_staff_member(), **values)
    assert list(refused.value.errors) == [field]


def test_time_off_counts_once_somebody_else_approves_it() -> None:
    boss, user = a_user("noor", "Human resources"), a_user("imani")
    absence = _absence(a_staff_member(user_id=user.id))
    with pytest.raises(NotAllowed):
        time_off.approve_time_off(absence, by=user.id)
    time_off.approve_time_off(absence, by=boss.id, note="Enjoy")
    assert (absence.status, absence.decided_by_id, absence.decision_note) == ("approved", boss.id, "Enjoy")
    for again in (time_off.approve_time_off, time_off.decline_time_off):
        with pytest.raises(Conflict):
            again(absence, by=boss.id)


def test_an_answered_request_is_not_changed() -> None:
    boss = a_user("noor", "Human resources")
    absence = time_off.decline_time_off(_absence(a_staff_member()), by=boss.id)
    with pytest.raises(Conflict):
        time_off.update_time_off(absence, {"ends_on": days(20)}, by=None)


def test_open_time_off_never_overlaps_and_declined_does_not_count() -> None:
    boss, member = a_user("noor", "Human resources"), a_staff_member()
    first = _absence(member, 10, 14)
    with pytest.raises(Conflict):
        _absence(member, 14, 20)
    time_off.decline_time_off(first, by=boss.id)
    assert _absence(member, 14, 20).status == "requested"


def test_time_off_is_cancelled_until_it_is_over() -> None:
    member = a_staff_member()
    assert time_off.cancel_time_off(_absence(member), by=None).possible_actions == ()
    with pytest.raises(Conflict):
        time_off.cancel_time_off(_absence(member, -9, -3), by=None)


def test_whoever_has_left_asks_for_no_time_off() -> None:
    member = service.terminate(a_staff_member(), reason="Moved away", by=None)
    with pytest.raises(Conflict):
        _absence(member)


@pytest.mark.parametrize(("first", "last"), [(5, 4), (0, 400)])
def test_an_absence_has_a_sensible_length(first: int, last: int) -> None:
    with pytest.raises(Invalid):
        _absence(a_staff_member(), first, last)


def test_one_rate_per_service_on_any_day() -> None:
    member = a_staff_member()
    base = _rate(member)
    with pytest.raises(Invalid) as refused:
        _rate(member, rate_amount=Decimal("23"), starts_on=days(0))
    assert refused.value.errors["starts_on"][0].startswith("The base rate of 21.50 holds")
    pay_rates.update_pay_rate(base, {"ends_on": days(-1)}, by=None)
    assert _rate(member, rate_amount=Decimal("23"), starts_on=days(0)).rate_amount == 23
    _rate(member, service_code="T1019")


@pytest.mark.parametrize("values", [{"rate_amount": Decimal(0)}, {"ends_on": days(-101)}])
def test_a_rate_is_above_zero_and_ends_after_it_starts(values: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        _rate(a_staff_member(), **values)
