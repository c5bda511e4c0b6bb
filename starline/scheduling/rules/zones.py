"""What the clocks of a time zone do, as calendars want it told (VTIMEZONE, RFC 5545, 3.6.5).

Written here and not by the calendar library, whose onsets are an hour late in spring: an onset is told in the time
that the clocks show before it (TZOFFSETFROM).
"""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


class Clock(NamedTuple):
    """How the clocks go for a while."""

    offset: timedelta
    name: str
    is_daylight: bool


def vtimezone(zone: str, first_year: int, last_year: int) -> Timezone:
    """The zone from the beginning of the first to the end of the last year."""
    onsets = defaultdict(list)
    for at, before, after in _changes(zone, first_year, last_year):
        onsets[before.offset, after].append((at + before.offset).replace(tzinfo=None))
    made = Timezone()
    made.add("TZID", zone)
    for (offset_before, clock), moments in onsets.items():
        part = TimezoneDaylight() if clock.is_daylight else TimezoneStandard()
        part.add("DTSTART", moments[0])
        if moments[1:]:
            part.add("RDATE", moments[1:])
        part.add("TZOFFSETFROM", offset_before)
        part.add("TZOFFSETTO", clock.offset)
        part.add("TZNAME", clock.name)
        made.add_component(part)
    return made


@lru_cache(maxsize=256)
def _changes(zone: str, first_year: int, last_year: int) -> tuple[tuple[datetime, Clock, Clock], ...]:
    """Every moment (UTC) at which the clocks are set, with how they went before and go then. The first one is where the
    years begin, so that the time before the first change is told too."""
    at, end = datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)
    clock = _clock(zone, at)
    found = [(at, clock, clock)]
    while at < end:
        following = _clock(zone, at + DAY)
        if following != clock:
            moment = _moment(zone, at)
            found.append((moment, clock, following))
        at, clock = at + DAY, following
    return tuple(found)


def _moment(zone: str, day: datetime) -> datetime:
    """The minute within the day from `day` on at which the clocks are set."""
    before, low, high = _clock(zone, day), 0, DAY // MINUTE
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _clock(zone, day + middle * MINUTE) == before else (low, middle)
    return day + high * MINUTE


def _clock(zone: str, at: datetime) -> Clock:
    local = at.astimezone(ZoneInfo(zone))
    return Clock(local.utcoffset() or timedelta(), local.tzname() or zone, bool(local.dst()))
