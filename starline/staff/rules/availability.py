"""When somebody can work, in wall-clock time."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from starline.staff.vocabulary import Weekday

MINUTES_OF_A_DAY = 24 * 60
MINUTES_OF_A_WEEK = 7 * MINUTES_OF_A_DAY

Hours = tuple[time | None, time | None]
"""Start and end on the wall clock; both None is the whole day, an end at or before the start the next day."""

RANGE = re.compile(r"(\d{1,2})(?::?(\d{2}))?\s*(?:-|–|to)\s*(\d{1,2})(?::?(\d{2}))?")
ALL_DAY = ("all day", "00:00-24:00", "0-24")


@dataclass(frozen=True, slots=True)
class Slot:
    """One line of somebody's availability in wall-clock time; no times is the whole day.

    An end at or before the start is on the next day. Exactly one of `weekday` and `on_date` is given.
    """

    weekday: Weekday | None = None
    on_date: date | None = None
    starts: time | None = None
    ends: time | None = None
    is_available: bool = True
    valid_from: date | None = None
    valid_until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the slot begins on `day`."""
        if self.on_date is not None:
            return self.on_date == day
        is_valid = (self.valid_from or date.min) <= day <= (self.valid_until or date.max)
        return is_valid and self.weekday == Weekday.of(day.weekday())


def minutes_of(starts: time | None, ends: time | None) -> tuple[int, int]:
    """Start and end in minutes after midnight; the end is at most a day after the start, past 1440 over midnight."""
    if starts is None or ends is None:
        return 0, MINUTES_OF_A_DAY
    begin, end = starts.hour * 60 + starts.minute, ends.hour * 60 + ends.minute
    return begin, end if end > begin else end + MINUTES_OF_A_DAY


def slots_collide(one: Slot, other: Slot) -> bool:
    """Whether two lines of availability say something about the same minute of a same day or week."""
    if one.on_date is not None and other.on_date is not None:
        days = (other.on_date - one.on_date).days
        return abs(days) <= 1 and _meet(one, other, days * MINUTES_OF_A_DAY)
    if one.weekday is not None and other.weekday is not None:
        if not _share_a_day(one, other):
            return False
        order = list(Weekday)
        days = order.index(other.weekday) - order.index(one.weekday)
        return any(
            _meet(one, other, days * MINUTES_OF_A_DAY + week) for week in (-MINUTES_OF_A_WEEK, 0, MINUTES_OF_A_WEEK)
        )
    return False  # a date overrules the week: that is what it is for


def available_minutes(day: date, slots: Sequence[Slot]) -> list[tuple[int, int]]:
    """When somebody can work from midnight of `day` on: merged stretches of minutes, in order.

    Lines for the date overrule the week's. A stretch that began the evening before is the evening before's.
    """
    of_the_day = [slot for slot in slots if slot.holds_on(day)]
    dated = [slot for slot in of_the_day if slot.on_date is not None]
    lines = dated or of_the_day
    free = _merged(minutes_of(slot.starts, slot.ends) for slot in lines if slot.is_available)
    for slot in lines:
        if not slot.is_available:
            free = _without(free, minutes_of(slot.starts, slot.ends))
    return free


def ranges_of(text: str) -> list[Hours]:
    """The hours that a line like "08:00-12:00, 22:00-06:00" names, in order; "all day" is the whole day.

    Raises ValueError with the part that isn't understood.
    """
    if text.strip().lower() in ALL_DAY:
        return [(None, None)]
    return sorted(_range(part.strip()) for part in re.split(r"[,;]", text) if part.strip())


def text_of(hours: Iterable[Hours]) -> str:
    """The line that `ranges_of` reads as these hours."""
    return ", ".join(
        f"{starts:%H:%M}-{ends:%H:%M}" if starts is not None and ends is not None else "all day"
        for starts, ends in sorted(hours, key=lambda one: one[0] or time.min)
    )


def validity_left(
    since: date | None, until: date | None, *, taken_from: date | None, taken_until: date | None
) -> list[tuple[date | None, date | None]]:
    """What is left of a validity (None: without end) once the days `taken_from` to `taken_until` belong to another."""
    pieces: list[tuple[date | None, date | None]] = []
    if taken_from is not None and (since is None or since < taken_from):
        pieces.append((since, min(until or date.max, taken_from - timedelta(days=1))))
    if taken_until is not None and (until is None or until > taken_until):
        pieces.append((max(since or date.min, taken_until + timedelta(days=1)), until))
    return pieces


def _range(part: str) -> tuple[time, time]:
    found = RANGE.fullmatch(part)
    if not found:
        raise ValueError(part)
    hour, minute, end_hour, end_minute = (int(one or 0) for one in found.groups())
    if hour > 23 or end_hour > 24 or max(minute, end_minute) > 59 or (end_hour == 24 and end_minute):
        raise ValueError(part)
    starts, ends = time(hour, minute), time(end_hour % 24, end_minute)
    if starts == ends:
        raise ValueError(part)
    return starts, ends


def _meet(one: Slot, other: Slot, shift: int) -> bool:
    begin, end = minutes_of(one.starts, one.ends)
    other_begin, other_end = minutes_of(other.starts, other.ends)
    return begin < other_end + shift and other_begin + shift < end


def _share_a_day(one: Slot, other: Slot) -> bool:
    starts = max(one.valid_from or date.min, other.valid_from or date.min)
    return starts <= min(one.valid_until or date.max, other.valid_until or date.max)


def _merged(stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(stretches):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def _without(stretches: list[tuple[int, int]], taken: tuple[int, int]) -> list[tuple[int, int]]:
    left = []
    for begin, end in stretches:
        left += [(begin, min(end, taken[0])), (max(begin, taken[1]), end)]
    return [(begin, end) for begin, end in left if begin < end]
