"""When somebody can work, also over midnight and over the end of the week."""

from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from starline.staff.rules.availability import MINUTES_OF_A_DAY, Slot, available_minutes, slots_collide
from starline.staff.vocabulary import Weekday

MONDAY = date(2026, 3, 2)
CLOCK = some.builds(time, some.integers(0, 23), some.sampled_from([0, 15, 30, 45]))
WEEKLY = some.builds(Slot, weekday=some.sampled_from(list(Weekday)), starts=CLOCK, ends=CLOCK).filter(
    lambda slot: slot.starts != slot.ends
)


def _weekly(weekday: str, starts: int | None = None, ends: int | None = None, **more: Any) -> Slot:
    return Slot(
        weekday=Weekday(weekday),
        starts=None if starts is None else time(starts),
        ends=None if ends is None else time(ends),
        **more,
    )


@pytest.mark.parametrize(
    ("one", "other", "collide"),
    [
        (_weekly("monday", 8, 12), _weekly("monday", 12, 16), False),
        (_weekly("monday", 8, 12), _weekly("monday", 11, 16), True),
        (_weekly("monday", 8, 12), _weekly("tuesday", 8, 12), False),
        (_weekly("monday", 22, 6), _weekly("tuesday", 5, 9), True),
        (_weekly("monday", 22, 6), _weekly("tuesday", 6, 9), False),
        (_weekly("sunday", 22, 6), _weekly("monday", 5, 9), True),
        (_weekly("monday"), _weekly("monday", 23, 1), True),
        (_weekly("monday"), _weekly("sunday", 22, 0), False),
        (_weekly("monday", 8, 12), Slot(on_date=MONDAY), False),
        (
            _weekly("monday", 8, 12, valid_until=date(2026, 6, 30)),
            _weekly("monday", 8, 12, valid_from=date(2026, 7, 1)),
            False,
        ),
        (
            Slot(on_date=MONDAY, starts=time(20), ends=time(2)),
            Slot(on_date=date(2026, 3, 3), starts=time(1), ends=time(5)),
            True,
        ),
    ],
)
def test_two_lines_collide_when_they_speak_of_the_same_minute(one: Slot, other: Slot, collide: bool) -> None:
    assert slots_collide(one, other) is collide


@given(WEEKLY, WEEKLY)
def test_colliding_is_mutual_and_means_a_shared_minute_of_the_week(one: Slot, other: Slot) -> None:
    shared = bool(_week_minutes(one) & _week_minutes(other))
    assert slots_collide(one, other) is slots_collide(other, one) is shared


@given(some.lists(WEEKLY, max_size=6), some.integers(0, 6))
def test_stretches_are_ordered_apart_and_within_two_days(slots: list[Slot], day: int) -> None:
    stretches = available_minutes(date(2026, 3, 2 + day), slots)
    ends = [0, *(minute for stretch in stretches for minute in stretch)]
    assert ends == sorted(ends)
    assert all(begin < end <= 2 * MINUTES_OF_A_DAY for begin, end in stretches)


def test_a_date_overrules_the_week() -> None:
    week = _weekly("monday", 8, 17)
    assert available_minutes(MONDAY, [week]) == [(480, 1020)]
    assert available_minutes(MONDAY, [week, Slot(on_date=MONDAY, is_available=False)]) == []
    late = Slot(on_date=MONDAY, starts=time(18), ends=time(22))
    assert available_minutes(MONDAY, [week, late]) == [(1080, 1320)]


def test_a_break_is_cut_out() -> None:
    lunch = _weekly("monday", 12, 13, is_available=False)
    assert available_minutes(MONDAY, [_weekly("monday", 8, 17), lunch]) == [(480, 720), (780, 1020)]


def test_a_night_runs_into_the_next_day() -> None:
    assert available_minutes(MONDAY, [_weekly("monday", 22, 6)]) == [(1320, 1800)]


def _week_minutes(slot: Slot) -> set[int]:
    """The quarter hours of a repeating week that the slot covers."""
    assert slot.weekday is not None
    assert slot.starts is not None
    assert slot.ends is not None
    begin = list(Weekday).index(slot.weekday) * 96 + slot.starts.hour * 4 + slot.starts.minute // 15
    length = (slot.ends.hour * 4 + slot.ends.minute // 15 - slot.starts.hour * 4 - slot.starts.minute // 15) % 96
    return {(begin + quarter) % (7 * 96) for quarter in range(length)}
