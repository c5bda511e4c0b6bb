"""When the visits of a series take place: rules of RFC 5545 in local time, turned into instants.

A rule repeats days; the time of day stays on the wall clock of the zone, so that a visit at eight is at eight on both
sides of a change to or from daylight-saving time. A local time that the clock jumps over is that many minutes later
(RFC 5545, 3.3.5); one that comes twice is the first of the two.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from starline.core.language import _

PARTS = frozenset({"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "COUNT", "WKST"})
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_WRITTEN = re.compile(r"FREQ=[A-Z]+(;[A-Z]+=[A-Z0-9,+-]+)*|([A-Z]+=[A-Z0-9,+-]+;)+FREQ=[A-Z]+(;[A-Z]+=[A-Z0-9,+-]+)*")
MOST_INTERVAL = 99
MOST_COUNT = 2_000
LONGEST_SEARCH = timedelta(days=366 * 9)
"""A rule that has no day in nine years (29 February, every other leap year …) has none."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """What repeats. `rule`: an RRULE without times; an end of day at or before the start is on the next day, the same
    time a whole day later. `ends_on`: the last day on which a visit may begin; None while it goes on."""

    rule: str
    starts_on: date
    starts_time: time
    ends_time: time
    zone: str
    ends_on: date | None = None


def problem_of_rule(rule: str) -> str | None:
    """What is wrong with the text of a rule, as a sentence; None when it is good."""
    if not _WRITTEN.fullmatch(rule):
        return _("This is no rule as calendars write it, such as FREQ=WEEKLY;BYDAY=MO,WE,FR.")
    parts = _parts(rule)
    foreign = sorted(parts.keys() - PARTS)
    if foreign:
        return _("A series does not take %(parts)s; it has its own first and last day.", parts=", ".join(foreign))
    if parts["FREQ"] not in FREQUENCIES:
        return _("Visits repeat by days, weeks, months or years.")
    if not 1 <= _number(parts.get("INTERVAL", "1")) <= MOST_INTERVAL:
        return _("Visits repeat at every 1st to %(most)dth day, week, month or year.", most=MOST_INTERVAL)
    if not 1 <= _number(parts.get("COUNT", "1")) <= MOST_COUNT:
        return _("A series has 1 to %(most)d visits; end it by a day instead.", most=MOST_COUNT)
    try:
        rrulestr(rule, dtstart=datetime(2024, 1, 1))
    except (ValueError, TypeError, KeyError, AttributeError):
        return _("This is no rule as calendars write it, such as FREQ=WEEKLY;BYDAY=MO,WE,FR.")
    return None


def days(pattern: Pattern, first: date, last: date) -> list[date]:
    """The days from `first` to `last`, both included, on which a visit of the series begins."""
    end = min(last, pattern.ends_on or last)
    if end < first:
        return []
    return [one.date() for one in _rule(pattern.rule, pattern.starts_on).between(_noon(first), _noon(end), inc=True)]


def settled(pattern: Pattern) -> Pattern | None:
    """The same series as calendars like it: it begins on its first visit's day, and ends by a day instead of a count.

    None where it has no visit at all.
    """
    first = next(_some_days(pattern), None)
    if first is None or (pattern.ends_on is not None and first > pattern.ends_on):
        return None
    rule, ends_on = pattern.rule, pattern.ends_on
    if "COUNT" in _parts(rule):
        last = list(_some_days(pattern))[-1]
        rule = ";".join(part for part in rule.split(";") if not part.startswith("COUNT="))
        ends_on = min(last, ends_on or last)
    return replace(pattern, rule=rule, starts_on=first, ends_on=ends_on)


def span(pattern: Pattern, day: date) -> tuple[datetime, datetime]:
    """Start and end of the visit that begins on `day`, as instants (UTC)."""
    return instants(day, pattern.starts_time, pattern.ends_time, pattern.zone)


def instants(day: date, starts: time, ends: time, zone: str) -> tuple[datetime, datetime]:
    """Start and end, as instants, of what lasts from `starts` to `ends` on the wall clock, beginning on `day`.

    Where the clock jumps over the end, or over both, it lasts as long as the wall clock says.
    """
    on_the_wall = wall_minutes(starts, ends)
    last_day = day + timedelta(days=(starts.hour * 60 + starts.minute + on_the_wall) // (24 * 60))
    start, end = instant(day, starts, zone), instant(last_day, ends, zone)
    return (start, end) if end > start else (start, start + timedelta(minutes=on_the_wall))


def instant(day: date, at: time, zone: str) -> datetime:
    """The moment when the clocks of `zone` show `at` on `day`; the first of two, a jumped one so much later."""
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def wall_minutes(starts: time, ends: time) -> int:
    """How long it lasts by the wall clock: 1 to 1,440 minutes."""
    begin, end = starts.hour * 60 + starts.minute, ends.hour * 60 + ends.minute
    return end - begin if end > begin else end - begin + 24 * 60


def without(found: Collection[date], holidays: Collection[date]) -> list[date]:
    """The days that are no holidays."""
    return [day for day in found if day not in holidays]


def _parts(rule: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in rule.split(";"))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


@lru_cache(maxsize=2_048)
def _rule(rule: str, starts_on: date) -> rrule:
    made = rrulestr(rule, dtstart=_noon(starts_on))
    assert isinstance(made, rrule)
    return made


def _some_days(pattern: Pattern) -> Iterator[date]:
    """The days of the rule; where it counts, all of them, and otherwise those of the years in which it must begin."""
    rule = _rule(pattern.rule, pattern.starts_on)
    limit = None if "COUNT" in _parts(pattern.rule) else pattern.starts_on + LONGEST_SEARCH
    for found in rule:
        if limit is not None and found.date() > limit:
            return
        yield found.date()


def _noon(day: date) -> datetime:
    """Rules repeat days, so any hour would do; the calendar's own never jumps."""
    return datetime.combine(day, time(12))
