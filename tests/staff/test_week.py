"""A week set as a whole: what held before goes on before and after it, and no day has two weeks."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from starline.core.errors import Conflict, Invalid
from starline.staff import week
from starline.staff.rules.availability import ranges_of, text_of, validity_left
from starline.staff.vocabulary import Weekday
from tests.organizations.factories import a_staff_member, days, today

DAYS = some.none() | some.dates(date(2026, 1, 1), date(2026, 2, 28))
CLOCK = some.builds(time, some.integers(0, 23), some.sampled_from([0, 15, 30, 45]))
EARLY, LATE = (time(8), time(12)), (time(14), time(18))


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("", []),
        ("08:00-12:00", [EARLY]),
        ("14:00-18:00, 8-12", [EARLY, LATE]),
        ("22:00–06:00", [(time(22), time(6))]),
        ("18:00-24:00", [(time(18), time(0))]),
        ("0800 to 1200; 14:00-18:00", [EARLY, LATE]),
        ("All day", [(None, None)]),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, hours: list[Any]) -> None:
    assert ranges_of(text) == hours


@pytest.mark.parametrize("text", ["morning", "8:00", "25:00-26:00", "08:00-08:00", "08:61-09:00", "18:00-24:30"])
def test_what_is_no_hours_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        ranges_of(text)


@given(some.lists(some.tuples(CLOCK, CLOCK).filter(lambda one: one[0] != one[1]), max_size=4))
def test_what_is_written_is_read_as_the_same(hours: list[tuple[time, time]]) -> None:
    assert sorted(ranges_of(text_of(hours))) == sorted(hours)


@given(DAYS, DAYS, DAYS, DAYS)
def test_every_day_belongs_to_the_old_or_to_the_new_week(
    since: date | None, until: date | None, taken_from: date | None, taken_until: date | None
) -> None:
    if (since and until and until < since) or (taken_from and taken_until and taken_until < taken_from):
        return
    left = validity_left(since, until, taken_from=taken_from, taken_until=taken_until)
    for number in range(-5, 65):
        day = date(2026, 1, 1) + timedelta(days=number)
        is_taken = (taken_from or date.min) <= day <= (taken_until or date.max)
        was_there = (since or date.min) <= day <= (until or date.max)
        is_left = sum((one or date.min) <= day <= (other or date.max) for one, other in left)
        assert is_left == (was_there and not is_taken)


@pytest.fixture
def member(harbor: Any) -> Any:
    return a_staff_member()


def _set(member: Any, hours: Any, since: date | None = None, until: date | None = None) -> None:
    week.set_week(member, {Weekday.MONDAY: hours}, valid_from=since, valid_until=until, by=None)


def _monday(member: Any, day: date) -> Any:
    return week.week_on(member, day)[Weekday.MONDAY]


def test_a_week_from_a_day_on_leaves_the_days_before(member: Any) -> None:
    _set(member, [EARLY])
    _set(member, [LATE], days(10))
    assert (_monday(member, days(9)), _monday(member, days(10))) == ([EARLY], [LATE])
    assert week.changes_after(member, today()) == [days(10)]


def test_after_a_week_that_ends_the_old_one_goes_on(member: Any) -> None:
    _set(member, [EARLY])
    _set(member, [LATE], days(10), days(20))
    assert [_monday(member, days(day)) for day in (9, 10, 20, 21)] == [[EARLY], [LATE], [LATE], [EARLY]]


def test_a_week_for_always_replaces_all(member: Any) -> None:
    _set(member, [EARLY], days(1), days(5))
    _set(member, [EARLY, LATE])
    assert _monday(member, days(3)) == [EARLY, LATE] and week.changes_after(member, today()) == []


def test_hours_that_overlap_are_refused_also_over_midnight(member: Any) -> None:
    clash = {Weekday.MONDAY: [(time(22), time(6))], Weekday.TUESDAY: [(time(5), time(9))]}
    with pytest.raises(Invalid) as refused:
        week.set_week(member, clash, valid_from=None, valid_until=None, by=None)
    assert list(refused.value.errors) == ["tuesday"]


def test_one_day_can_be_off_or_different_once(member: Any) -> None:
    (off,) = week.add_exception(member, days(3), [], by=None)
    assert (off.is_available, off.on_date) == (False, days(3))
    assert [one.is_available for one in week.add_exception(member, days(5), [EARLY, LATE], by=None)] == [True, True]
    with pytest.raises(Conflict):
        week.add_exception(member, days(3), [EARLY], by=None)
    with pytest.raises(Invalid):
        week.add_exception(member, days(6), [EARLY, (time(11), time(13))], by=None)
