"""What a calendar reads: an independent reader of calendars comes to the rows, whatever was done to the series."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import recurring_ical_events
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Component, Event, Timezone

from starline.scheduling.rules import feed
from starline.scheduling.rules.feed import Entry, Repeated, Words
from starline.scheduling.rules.recurrence import Pattern, days, span
from starline.scheduling.rules.zones import vtimezone
from tests.cases import cases

NEW_YORK, BERLIN, PHOENIX = "America/New_York", "Europe/Berlin", "America/Phoenix"
BEGAN = datetime(2026, 1, 1, 12, tzinfo=UTC)
WORDS = Words("Visit", "Portland")


def a_pattern(hours: str, zone: str = NEW_YORK, rule: str = "FREQ=DAILY", first: str = "2026-10-26") -> Pattern:
    starts, ends = (time.fromisoformat(part) for part in hours.split("-"))
    return Pattern(rule, date.fromisoformat(first), starts, ends, zone)


def an_entry(pattern: Pattern, day: date, **given: Any) -> Entry:
    starts_at, ends_at = span(pattern, day)
    values = {"starts_at": starts_at, "ends_at": ends_at, "zone": pattern.zone, "words": WORDS} | given
    return Entry(id=uuid4(), day=day, version=1, changed_at=BEGAN, **values)


def a_series(pattern: Pattern, entries: list[Entry], **given: Any) -> Repeated:
    values = {"words": WORDS, "version": 1, "began_at": BEGAN, "changed_at": BEGAN} | given
    return Repeated(id=uuid4(), pattern=pattern, entries=entries, **values)


def calendar(name: str, singles: list[Entry], series: list[Repeated]) -> bytes:
    return feed.calendar(name, singles, series, zone=NEW_YORK, today=date(2026, 6, 1))


def read(body: bytes) -> list[tuple[datetime, datetime, str]]:
    """What takes place, by the other reader: begin, end and title, in UTC."""
    found = recurring_ical_events.of(Calendar.from_ical(body)).between(
        datetime(2023, 12, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
    )
    shown = [one for one in found if str(one["STATUS"]) != "CANCELLED"]
    return sorted((_utc(one["DTSTART"].dt), _utc(one["DTEND"].dt), str(one["SUMMARY"])) for one in shown)


def _utc(at: datetime) -> datetime:
    assert at.tzinfo is not None
    return at.astimezone(UTC)


def rows(entries: list[Entry]) -> list[tuple[datetime, datetime, str]]:
    return sorted((one.starts_at, one.ends_at, one.words.title) for one in entries if not one.is_void)


def events(body: bytes) -> Iterator[Event]:
    yield from Calendar.from_ical(body).walk("VEVENT")


def test_an_ordinary_series_is_one_event() -> None:
    pattern = a_pattern("08:00-12:00", rule="FREQ=WEEKLY;BYDAY=MO,WE", first="2026-06-01")
    entries = [an_entry(pattern, day) for day in days(pattern, date(2026, 6, 1), date(2026, 6, 30))]
    body = calendar("Visits", [], [a_series(pattern, entries)])
    (event,) = events(body)
    assert event["RRULE"]["BYDAY"] == ["MO", "WE"]
    assert event["DTSTART"].params["TZID"] == NEW_YORK
    assert str(event["SUMMARY"]) == "Visit" and str(event["LOCATION"]) == "Portland"
    assert read(body) == rows(entries)


def test_a_visit_that_was_called_off_is_left_out_and_one_that_was_moved_stands_in_its_place() -> None:
    pattern = a_pattern("08:00-12:00", first="2026-06-01")
    entries = [an_entry(pattern, day) for day in days(pattern, date(2026, 6, 1), date(2026, 6, 9))]
    later = entries[3].starts_at + timedelta(hours=3)
    entries[3] = an_entry(pattern, entries[3].day, starts_at=later, ends_at=later + timedelta(hours=1))
    entries[5] = an_entry(pattern, entries[5].day, is_void=True)
    body = calendar("Visits", [], [a_series(pattern, entries)])
    master, moved = events(body)
    zone = ZoneInfo(NEW_YORK)
    assert [one.dt for one in master["EXDATE"].dts] == [datetime(2026, 6, 6, 8, tzinfo=zone)]
    assert moved["RECURRENCE-ID"].dt == datetime(2026, 6, 4, 8, tzinfo=zone)
    assert moved["RECURRENCE-ID"].params["TZID"] == NEW_YORK
    assert str(moved["UID"]) == str(master["UID"])
    assert int(moved["SEQUENCE"]) == int(master["SEQUENCE"])
    assert read(body) == rows(entries)


def test_a_change_raises_the_sequence_of_all_that_belongs_together_and_leaves_the_rest() -> None:
    pattern = a_pattern("08:00-12:00", first="2026-06-01")
    entries = [an_entry(pattern, day) for day in days(pattern, date(2026, 6, 1), date(2026, 6, 9))]
    series = a_series(pattern, entries)
    changed = Repeated(
        series.id, pattern, WORDS, 1, BEGAN, BEGAN + timedelta(minutes=5), [one for one in entries if one.day.day != 4]
    )
    renamed = Repeated(series.id, pattern, WORDS, 2, BEGAN, BEGAN + timedelta(minutes=5), entries)
    assert series.sequence < changed.sequence < renamed.sequence
    single = an_entry(pattern, date(2026, 7, 1))
    before, after = (list(events(calendar("Visits", [single], [one]))) for one in (series, changed))
    assert [str(one["UID"]) for one in before] == [str(one["UID"]) for one in after]
    assert int(before[0]["SEQUENCE"]) < int(after[0]["SEQUENCE"])
    assert before[1].to_ical() == after[1].to_ical()


def test_a_single_visit_that_was_called_off_says_so() -> None:
    pattern = a_pattern("08:00-12:00")
    body = calendar("Visits", [an_entry(pattern, date(2026, 6, 1), is_void=True)], [])
    (event,) = events(body)
    assert str(event["STATUS"]) == "CANCELLED"
    assert read(body) == []


def test_open_visits_are_tentative() -> None:
    pattern = a_pattern("08:00-12:00")
    (event,) = events(calendar("Visits", [an_entry(pattern, date(2026, 6, 1), words=Words("Visit", "", True))], []))
    assert str(event["STATUS"]) == "TENTATIVE" and "LOCATION" not in event


def test_words_are_escaped_and_long_lines_folded() -> None:
    title = "Bath; shower, hair\nand " + "ä" * 100
    entry = an_entry(a_pattern("08:00-12:00"), date(2026, 6, 1), words=Words(title))
    body = calendar("Visits; of, Harbor", [entry], [])
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    assert b"Bath\\; shower\\, hair\\nand" in body.replace(b"\r\n ", b"")
    (event,) = events(body)
    assert str(event["SUMMARY"]) == title


CLOCKS = [
    ("22:00-06:00", NEW_YORK, "2026-10-26"),
    ("22:00-06:00", NEW_YORK, "2027-03-08"),
    ("02:30-06:00", NEW_YORK, "2027-03-08"),
    ("01:30-02:30", NEW_YORK, "2026-10-26"),
    ("00:30-01:30", NEW_YORK, "2026-10-26"),
    ("01:30-03:00", NEW_YORK, "2027-03-08"),
    ("08:00-08:00", NEW_YORK, "2026-10-26"),
    ("22:00-06:00", BERLIN, "2026-10-20"),
    ("02:15-05:00", BERLIN, "2027-03-20"),
    ("02:30-04:00", BERLIN, "2026-10-20"),
    ("22:00-06:00", PHOENIX, "2026-10-26"),
    ("01:45-01:30", "Australia/Lord_Howe", "2027-03-26"),
    ("09:00-10:00", "UTC", "2026-10-26"),
]


def test_clocks_that_change_change_nothing() -> None:
    for hours, zone, first in CLOCKS:
        pattern = a_pattern(hours, zone, first=first)
        entries = [
            an_entry(pattern, day) for day in days(pattern, pattern.starts_on, pattern.starts_on + timedelta(20))
        ]
        body = calendar("Visits", [], [a_series(pattern, entries)])
        assert read(body) == rows(entries), (hours, zone)


def test_every_zone_that_is_named_is_explained_for_as_long_as_it_is_used() -> None:
    entries = [an_entry(a_pattern("09:00-10:00", zone), date(2026, 6, 1)) for zone in (NEW_YORK, BERLIN, "UTC")]
    pattern = a_pattern("08:00-12:00", PHOENIX, first="2026-06-01")
    repeated = a_series(pattern, [an_entry(pattern, day) for day in days(pattern, date(2026, 6, 1), date(2027, 12, 1))])
    body = calendar("Visits", entries, [repeated])
    explained = {str(one["TZID"]): one for one in Calendar.from_ical(body).walk("VTIMEZONE")}
    assert set(explained) == {NEW_YORK, BERLIN, PHOENIX}
    spring, autumn = datetime(2027, 3, 14, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC)
    for moment, before, after in ((spring, -5, -4), (autumn, -4, -5)):
        hours = [_offset(explained[NEW_YORK], moment - timedelta(seconds=1)), _offset(explained[NEW_YORK], moment)]
        assert hours == [timedelta(hours=before), timedelta(hours=after)]


def _offset(explained: Component, at: datetime) -> timedelta:
    """How far the clocks are from UTC then, by the letter of RFC 5545: the latest onset decides, and an onset is told
    in the time before it."""
    found = []
    for part in explained.walk():
        if part.name in ("STANDARD", "DAYLIGHT"):
            onsets = [part["DTSTART"].dt, *([one.dt for one in part["RDATE"].dts] if "RDATE" in part else [])]
            instants = [(onset - part["TZOFFSETFROM"].td).replace(tzinfo=UTC) for onset in onsets]
            found += [(instant, part["TZOFFSETTO"].td) for instant in instants if instant <= at]
    return max(found)[1]


@settings(max_examples=cases(100))
@given(
    st.sampled_from([NEW_YORK, BERLIN, PHOENIX, "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo"]),
    st.datetimes(datetime(2017, 1, 2), datetime(2020, 12, 30), timezones=st.just(UTC))
    | st.dates(date(2017, 1, 2), date(2020, 12, 30)).map(lambda day: datetime.combine(day, time(6), UTC)),
)
def test_a_zone_is_explained_as_its_clocks_go(zone: str, at: datetime) -> None:
    explained = Timezone.from_ical(vtimezone(zone, 2017, 2020).to_ical())
    assert _offset(explained, at) == at.astimezone(ZoneInfo(zone)).utcoffset()


TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0))
HOURS = st.sampled_from([time(1, 30), time(2), time(2, 30), time(3), time(22), time(0), time(8)]) | TIMES
ZONES = st.sampled_from([NEW_YORK, BERLIN, PHOENIX, "America/Los_Angeles", "Australia/Lord_Howe", "Asia/Kolkata"])
RULES = st.sampled_from(
    [
        *("FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=MONTHLY"),
        *("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=MO", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU"),
        *("FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1"),
    ]
)


@st.composite
def patterns(draw: st.DrawFn) -> Pattern:
    """On its rule's first day, as series are kept."""
    zone, rule = draw(ZONES), draw(RULES)
    near = draw(st.sampled_from([date(2026, 3, 1), date(2026, 10, 20), date(2027, 2, 20), date(2024, 2, 25)]))
    pattern = Pattern(rule, near + timedelta(days=draw(st.integers(0, 20))), draw(HOURS), draw(HOURS), zone)
    (first, *_rest) = days(pattern, pattern.starts_on, pattern.starts_on + timedelta(days=80))
    return Pattern(rule, first, pattern.starts_time, pattern.ends_time, zone)


@st.composite
def written(draw: st.DrawFn) -> tuple[Pattern, list[Entry]]:
    """A series after people have worked with it: moved, renamed, called off, taken by others, begun under other rules."""
    pattern = draw(patterns())
    skipped = draw(st.integers(0, 10))
    entries = []
    for day in days(pattern, pattern.starts_on + timedelta(days=skipped), pattern.starts_on + timedelta(days=60)):
        what = draw(st.sampled_from(["as it is"] * 6 + ["moved", "renamed", "void", "gone", "other hours"]))
        usual = an_entry(pattern, day)
        if what == "moved":
            by = timedelta(minutes=draw(st.integers(-3_000, 3_000)))
            length = timedelta(minutes=draw(st.integers(15, 1_440)))
            entries.append(
                an_entry(pattern, day, starts_at=usual.starts_at + by, ends_at=usual.starts_at + by + length)
            )
        elif what == "renamed":
            entries.append(an_entry(pattern, day, words=Words("Shower: Rosa", "Salem")))
        elif what == "void":
            entries.append(an_entry(pattern, day, is_void=True))
        elif what == "other hours":
            before = Pattern(pattern.rule, pattern.starts_on, draw(HOURS), draw(HOURS), draw(ZONES))
            starts_at, ends_at = span(before, day)
            entries.append(an_entry(pattern, day, starts_at=starts_at, ends_at=ends_at, zone=before.zone))
        elif what == "as it is":
            entries.append(usual)
    for number in draw(st.sets(st.integers(-20, 70), max_size=3)):
        day = pattern.starts_on + timedelta(days=number)
        if all(one.day != day for one in entries):
            entries.append(an_entry(pattern, day))
    return pattern, entries


@settings(max_examples=cases(200))
@given(st.lists(written(), min_size=1, max_size=3))
def test_whatever_the_rows_are_the_other_reader_comes_to_them(made: list[tuple[Pattern, list[Entry]]]) -> None:
    body = calendar("Visits", [], [a_series(pattern, entries) for pattern, entries in made])
    expected = sorted(row for _pattern, entries in made for row in rows(entries))
    assert read(body) == expected


@settings(max_examples=cases(100))
@given(written())
def test_one_event_has_one_name(made: tuple[Pattern, list[Entry]]) -> None:
    pattern, entries = made
    found = list(events(calendar("Visits", [], [a_series(pattern, entries)])))
    names = [(str(one["UID"]), one["RECURRENCE-ID"].dt if "RECURRENCE-ID" in one else None) for one in found]
    assert len(names) == len(set(names))
    assert all("DTSTAMP" in one and "SEQUENCE" in one for one in found)
    masters = [one for one in found if "RRULE" in one]
    assert len(masters) <= 1
    left_out = [left.dt for one in masters if "EXDATE" in one for left in one["EXDATE"].dts]
    assert not [one for one in found if "RECURRENCE-ID" in one and one["RECURRENCE-ID"].dt in left_out]
