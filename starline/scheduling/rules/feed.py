"""A person's visits as a calendar (RFC 5545): what their phone or desk reads from a secret address.

The rows are the truth, and a series is a short way of writing many of them: whatever an instance of its rule says
otherwise than its row is written down as an exception, so that any reader comes to the rows. Readers differ where
clocks change, so a visit that begins at a time that does not come or comes twice stands for itself, in UTC.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from icalendar.prop import vDuration, vRecur

from starline.scheduling.rules.recurrence import Pattern, days, instant, span, wall_minutes
from starline.scheduling.rules.zones import vtimezone

READ_AGAIN = timedelta(hours=1)
"""How often a calendar is asked to look again; the larger ones decide that for themselves."""
PRODUCT = "-//Starline//Visits//EN"
MAKER = "starline"
ALWAYS = {"VERSION": "2.0", "CALSCALE": "GREGORIAN", "METHOD": "PUBLISH"}


@dataclass(frozen=True, slots=True)
class Words:
    """What an entry shows. `place`: a town at most; `is_open`: nobody has the visit yet."""

    title: str
    place: str = ""
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A visit, as it stands in the database. `day`: the one for which its series made it."""

    id: UUID
    day: date
    starts_at: datetime
    ends_at: datetime
    zone: str
    words: Words
    version: int
    changed_at: datetime
    is_void: bool = False


@dataclass(frozen=True, slots=True)
class Repeated:
    """A series with those of its visits that the person has. `words`: those of a visit that nobody has changed.

    `changed_at` is the newest change of the series or of any visit of it, the person's or not.
    """

    id: UUID
    pattern: Pattern
    words: Words
    version: int
    began_at: datetime
    changed_at: datetime
    entries: Sequence[Entry]

    @property
    def sequence(self) -> int:
        """Never falls and rises with every change, of the series' own row or of one of its visits: the seconds from
        its beginning to the newest change, and the version of the row, which two changes within a second raise."""
        return max(0, int((self.changed_at - self.began_at).total_seconds())) + self.version


def calendar(name: str, singles: Sequence[Entry], series: Sequence[Repeated], *, zone: str, today: date) -> bytes:
    """The whole calendar, with the time zones that it names over the years that it covers.

    The agency's own `zone` is always among them: a calendar without any part is none by the letter.
    """
    made = Calendar()
    made.add("PRODID", PRODUCT)
    for part, value in ALWAYS.items():
        made[part] = value
    made.add("NAME", name)
    made.add("X-WR-CALNAME", name)
    made.add("REFRESH-INTERVAL", vDuration(READ_AGAIN), {"VALUE": "DURATION"})
    made.add("X-PUBLISHED-TTL", vDuration(READ_AGAIN))
    alone = list(singles)
    for one in series:
        events, rest = _repeated(one)
        for event in events:
            made.add_component(event)
        alone += rest
    for entry in sorted(alone, key=lambda each: (each.starts_at, each.id)):
        made.add_component(_single(entry))
    entries = [*singles, *(entry for one in series for entry in one.entries)]
    years = {today.year, *(moment.year for one in entries for moment in (one.starts_at, one.ends_at))}
    for name_of_zone in sorted(made.get_used_tzids() - {"UTC"} | {zone}):
        made.add_component(vtimezone(name_of_zone, min(years) - 1, max(years) + 1))
    made.subcomponents.sort(key=lambda one: one.name != "VTIMEZONE")
    return bytes(made.to_ical())


def _repeated(series: Repeated) -> tuple[list[Event], list[Entry]]:
    """The events of a series, and those of its visits that are better written for themselves."""
    entries = {one.day: one for one in series.entries if not one.is_void}
    rule_days = days(series.pattern, min(entries), max(entries)) if entries else []
    written = {day for day in rule_days if day in entries and _is_plain_time(series.pattern, day)}
    alone = [one for one in series.entries if not one.is_void and one.day not in written]
    if not written:
        return [], alone
    within = [day for day in rule_days if min(written) <= day <= max(written)]
    different = [entries[day] for day in sorted(written) if not _is_as_the_rule(series, entries[day])]
    master = _master(series, within[0], within[-1], [day for day in within if day not in written])
    return [master, *(_exception(series, one) for one in different)], alone


def _master(series: Repeated, first: date, last: date, left_out: Collection[date]) -> Event:
    """Until the last visit that has been made: what comes after isn't a promise yet."""
    zone = ZoneInfo(series.pattern.zone)
    event = _event(f"series-{series.id}", series.words, series.sequence, series.changed_at)
    event.add("DTSTART", _wall(series.pattern, first))
    # A length, not an end: an end would be read as so many hours by some and as that hour on the wall by others.
    event.add("DURATION", timedelta(minutes=wall_minutes(series.pattern.starts_time, series.pattern.ends_time)))
    rule = vRecur.from_ical(series.pattern.rule)
    rule["UNTIL"] = [datetime.combine(last, time(23, 59, 59), zone).astimezone(UTC)]
    event.add("RRULE", rule)
    if left_out:
        event.add("EXDATE", [_wall(series.pattern, day) for day in left_out])
    return event


def _exception(series: Repeated, entry: Entry) -> Event:
    """One visit of the series as it is, in the place of what the rule says."""
    event = _event(f"series-{series.id}", entry.words, series.sequence, series.changed_at)
    event.add("RECURRENCE-ID", _wall(series.pattern, entry.day))
    _add_span(event, entry)
    return event


def _single(entry: Entry) -> Event:
    event = _event(f"visit-{entry.id}", entry.words, entry.version, entry.changed_at)
    if entry.is_void:
        event["STATUS"] = "CANCELLED"
    _add_span(event, entry)
    return event


def _event(name: str, words: Words, sequence: int, changed_at: datetime) -> Event:
    event = Event()
    event.add("UID", f"{name}@{MAKER}")
    event.add("DTSTAMP", changed_at.astimezone(UTC).replace(microsecond=0))
    event.add("LAST-MODIFIED", changed_at.astimezone(UTC).replace(microsecond=0))
    event.add("SEQUENCE", sequence)
    event.add("SUMMARY", words.title)
    if words.place:
        event.add("LOCATION", words.place)
    event["STATUS"] = "TENTATIVE" if words.is_open else "CONFIRMED"
    event["CLASS"] = "PRIVATE"
    return event


def _add_span(event: Event, entry: Entry) -> None:
    """On the wall clock, or in UTC where the clock doesn't say which moment is meant."""
    zone = ZoneInfo(entry.zone)
    local = [at.astimezone(zone) for at in (entry.starts_at, entry.ends_at)]
    starts, ends = local if all(map(_is_clear, local)) else [at.astimezone(UTC) for at in local]
    event.add("DTSTART", starts)
    event.add("DTEND", ends)


def _is_as_the_rule(series: Repeated, entry: Entry) -> bool:
    """Whether every reader makes of the rule what the visit is: also its length, which a change of clocks changes."""
    lasts = timedelta(minutes=wall_minutes(series.pattern.starts_time, series.pattern.ends_time))
    planned = span(series.pattern, entry.day)
    is_in_time = planned == (entry.starts_at, entry.ends_at) and planned[1] - planned[0] == lasts
    return is_in_time and entry.zone == series.pattern.zone and entry.words == series.words


def _is_plain_time(pattern: Pattern, day: date) -> bool:
    """Whether the clocks of that day show the hour at which the series begins, once."""
    wall = _wall(pattern, day)
    shown = instant(day, pattern.starts_time, pattern.zone).astimezone(ZoneInfo(pattern.zone))
    return shown.replace(tzinfo=None) == wall.replace(tzinfo=None) and _is_clear(wall)


def _is_clear(local: datetime) -> bool:
    return local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset()


def _wall(pattern: Pattern, day: date) -> datetime:
    return datetime.combine(day, pattern.starts_time, ZoneInfo(pattern.zone))
