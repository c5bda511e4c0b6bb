"""The rules of series: against an independent reader of calendars, over midnight, and where clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from starline.scheduling.rules.recurrence import Pattern, days, instants, problem_of_rule, settled, span, wall_minutes
from tests.cases import cases

NEW_YORK, BERLIN, PHOENIX = "America/New_York", "Europe/Berlin", "America/Phoenix"


def a_pattern(rule: str, starts_on: str, hours: str = "08:00-12:00", zone: str = NEW_YORK, **more: object) -> Pattern:
    starts, ends = (time.fromisoformat(part) for part in hours.split("-"))
    return Pattern(rule, date.fromisoformat(starts_on), starts, ends, zone, **more)  # type: ignore[arg-type]


DAYS = [
    # The week begins on Sunday or on Monday: every other Sunday and Monday are not the same pairs.
    ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=MO", "2026-12-21", "2026-12-21 2026-12-27 2027-01-04 2027-01-10"),
    ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU", "2026-12-21", "2026-12-21 2027-01-03 2027-01-04 2027-01-17"),
    ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU", "2026-12-20", "2026-12-20 2026-12-21 2027-01-03 2027-01-04"),
    # Over the turn of the year, also of a year with 53 weeks.
    ("FREQ=WEEKLY;BYDAY=TH", "2026-12-24", "2026-12-24 2026-12-31 2027-01-07 2027-01-14"),
    # A month without a 31st has none; the last day of the month always is.
    ("FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-31", "2026-01-31 2026-03-31 2026-05-31 2026-07-31"),
    ("FREQ=MONTHLY;BYMONTHDAY=-1", "2024-01-31", "2024-01-31 2024-02-29 2024-03-31 2024-04-30"),
    ("FREQ=MONTHLY;BYDAY=-1FR", "2026-11-27", "2026-11-27 2026-12-25 2027-01-29 2027-02-26"),
    ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1", "2026-08-03", "2026-08-03 2026-09-01 2026-10-01 2026-11-02"),
    # Leap days: every four years, and daily over one.
    ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2024-02-29", "2024-02-29 2028-02-29 2032-02-29 2036-02-29"),
    ("FREQ=DAILY", "2028-02-28", "2028-02-28 2028-02-29 2028-03-01 2028-03-02"),
    ("FREQ=DAILY;INTERVAL=3", "2026-10-31", "2026-10-31 2026-11-03 2026-11-06 2026-11-09"),
]


@pytest.mark.parametrize(("rule", "starts_on", "expected"), DAYS)
def test_a_rule_falls_on_its_days(rule: str, starts_on: str, expected: str) -> None:
    pattern = a_pattern(rule, starts_on)
    found = days(pattern, pattern.starts_on, pattern.starts_on + timedelta(days=366 * 13))
    assert [day.isoformat() for day in found[:4]] == expected.split()


# Zone, day, hours on the wall, start and end in UTC, real minutes.
CLOCKS = [
    # An ordinary night.
    (NEW_YORK, "2026-06-01", "22:00-06:00", "2026-06-02T02:00", "2026-06-02T10:00", 480),
    # Spring forward, 8 March 2026 at two: the night is an hour shorter, and six o'clock stays six o'clock.
    (NEW_YORK, "2026-03-07", "22:00-06:00", "2026-03-08T03:00", "2026-03-08T10:00", 420),
    (NEW_YORK, "2026-03-08", "02:30-06:00", "2026-03-08T07:30", "2026-03-08T10:00", 150),
    (NEW_YORK, "2026-03-08", "01:30-02:30", "2026-03-08T06:30", "2026-03-08T07:30", 60),
    (NEW_YORK, "2026-03-08", "02:30-03:00", "2026-03-08T07:30", "2026-03-08T08:00", 30),
    (NEW_YORK, "2026-03-08", "02:00-02:45", "2026-03-08T07:00", "2026-03-08T07:45", 45),
    # Fall back, 1 November 2026 at two: the night is an hour longer; half past one is the first of the two.
    (NEW_YORK, "2026-10-31", "22:00-06:00", "2026-11-01T02:00", "2026-11-01T11:00", 540),
    (NEW_YORK, "2026-11-01", "01:30-03:00", "2026-11-01T05:30", "2026-11-01T08:00", 150),
    (NEW_YORK, "2026-11-01", "00:30-01:30", "2026-11-01T04:30", "2026-11-01T05:30", 60),
    # Three weeks apart, and at one o'clock UTC.
    (BERLIN, "2026-03-28", "22:00-06:00", "2026-03-28T21:00", "2026-03-29T04:00", 420),
    (BERLIN, "2026-03-29", "02:15-05:00", "2026-03-29T01:15", "2026-03-29T03:00", 105),
    (BERLIN, "2026-10-24", "22:00-06:00", "2026-10-24T20:00", "2026-10-25T05:00", 540),
    (BERLIN, "2026-10-25", "02:30-04:00", "2026-10-25T00:30", "2026-10-25T03:00", 150),
    # Where clocks stay as they are.
    (PHOENIX, "2026-03-07", "22:00-06:00", "2026-03-08T05:00", "2026-03-08T13:00", 480),
    (PHOENIX, "2026-10-31", "22:00-06:00", "2026-11-01T05:00", "2026-11-01T13:00", 480),
    # A whole day, also one of 23 and one of 25 hours; up to midnight and from midnight on.
    (NEW_YORK, "2026-06-01", "08:00-08:00", "2026-06-01T12:00", "2026-06-02T12:00", 1440),
    (NEW_YORK, "2026-03-07", "08:00-08:00", "2026-03-07T13:00", "2026-03-08T12:00", 1380),
    (NEW_YORK, "2026-10-31", "08:00-08:00", "2026-10-31T12:00", "2026-11-01T13:00", 1500),
    (NEW_YORK, "2026-06-01", "20:00-00:00", "2026-06-02T00:00", "2026-06-02T04:00", 240),
    (NEW_YORK, "2026-06-01", "00:00-06:00", "2026-06-01T04:00", "2026-06-01T10:00", 360),
    (NEW_YORK, "2024-02-28", "22:00-06:00", "2024-02-29T03:00", "2024-02-29T11:00", 480),
    (NEW_YORK, "2026-12-31", "22:00-06:00", "2027-01-01T03:00", "2027-01-01T11:00", 480),
]


@pytest.mark.parametrize(("zone", "day", "hours", "start", "end", "minutes"), CLOCKS)
def test_local_hours_are_kept_and_real_minutes_counted(
    zone: str, day: str, hours: str, start: str, end: str, minutes: int
) -> None:
    begins, ends = span(a_pattern("FREQ=DAILY", day, hours, zone), date.fromisoformat(day))
    expected = [datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (start, end)]
    assert [begins, ends] == expected
    assert (ends - begins).total_seconds() == minutes * 60


TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0))
ZONES = st.sampled_from([NEW_YORK, BERLIN, PHOENIX, "America/Los_Angeles", "Australia/Lord_Howe", "Asia/Kolkata"])


@settings(max_examples=cases(1_000))
@given(st.dates(date(2020, 1, 1), date(2036, 1, 1)), TIMES, TIMES, ZONES)
def test_a_visit_ends_after_it_begins_and_lasts_what_the_clocks_say(
    day: date, starts: time, ends: time, zone: str
) -> None:
    start, end = instants(day, starts, ends, zone)
    wall, real = wall_minutes(starts, ends), (end - start).total_seconds() / 60
    offsets = [one.astimezone(ZoneInfo(zone)).utcoffset() for one in (start, end)]
    assert real > 0
    assert abs(real - wall) <= 60
    shown = [one.astimezone(ZoneInfo(zone)).time() for one in (start, end)]
    if offsets[0] == offsets[1] and shown == [starts, ends]:
        assert real == wall


WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"]))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 4))}"]
    if frequency == "WEEKLY":
        parts.append("BYDAY=" + ",".join(draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True))))
        parts.append(f"WKST={draw(st.sampled_from(['MO', 'SU']))}")
    elif frequency == "MONTHLY":
        parts.append(f"BYMONTHDAY={draw(st.sampled_from([1, 15, 28, 29, 30, 31, -1]))}")
    if draw(st.booleans()):
        parts.append(f"COUNT={draw(st.integers(1, 30))}")
    return ";".join(parts)


PATTERNS = st.builds(
    Pattern,
    rule=rules(),
    starts_on=st.dates(date(2024, 1, 1), date(2027, 1, 1)),
    starts_time=TIMES,
    ends_time=TIMES,
    zone=ZONES,
    ends_on=st.none() | st.dates(date(2027, 1, 1), date(2027, 12, 31)),
)


@settings(max_examples=cases(1_000))
@given(PATTERNS, st.integers(0, 400), st.integers(0, 200))
def test_settling_a_series_changes_none_of_its_days(pattern: Pattern, after: int, length: int) -> None:
    first = pattern.starts_on + timedelta(days=after)
    last = first + timedelta(days=length)
    found = settled(pattern)
    if found is None:
        assert days(pattern, first, last) == []
        return
    assert days(found, first, last) == days(pattern, first, last)
    assert days(found, found.starts_on, found.starts_on) == [found.starts_on]
    assert "COUNT" not in found.rule
    assert settled(found) == found


@settings(max_examples=cases(1_000))
@given(PATTERNS, st.lists(st.integers(1, 60), min_size=1, max_size=6))
def test_a_series_read_piece_by_piece_is_the_series_read_at_once(pattern: Pattern, lengths: list[int]) -> None:
    day, pieces = pattern.starts_on, []
    for length in lengths:
        pieces += days(pattern, day, day + timedelta(days=length - 1))
        day += timedelta(days=length)
    assert pieces == days(pattern, pattern.starts_on, day - timedelta(days=1))


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("", "no rule"),
        ("every Monday", "no rule"),
        ("FREQ=WEEKLY;BYDAY=XX", "no rule"),
        ("FREQ=HOURLY", "by days"),
        ("FREQ=WEEKLY;UNTIL=20270101", "its own first and last day"),
        ("FREQ=DAILY;BYHOUR=8", "BYHOUR"),
        ("FREQ=DAILY;INTERVAL=0", "every 1st"),
        ("FREQ=DAILY;INTERVAL=100", "every 1st"),
        ("FREQ=DAILY;COUNT=2001", "1 to 2000"),
        ("FREQ=DAILY\nRDATE:20270101", "no rule"),
    ],
)
def test_what_is_no_rule_is_told_why(rule: str, said: str) -> None:
    assert said in str(problem_of_rule(rule))


@settings(max_examples=cases(100))
@given(rules())
def test_what_is_a_rule_is_taken(rule: str) -> None:
    assert problem_of_rule(rule) is None


def test_a_series_without_any_visit_is_none() -> None:
    assert settled(a_pattern("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "2026-01-01")) is None
    assert settled(a_pattern("FREQ=WEEKLY;BYDAY=MO", "2026-12-01", ends_on=date(2026, 12, 3))) is None
