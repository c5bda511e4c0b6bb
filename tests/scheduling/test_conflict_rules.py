"""What speaks against a visit, rule by rule, over plain values."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from starline.clients.vocabulary import ClientStatus
from starline.core.periods import Period
from starline.scheduling.rules.conflicts import (
    Effect,
    Limits,
    Person,
    Receiver,
    Rule,
    Span,
    conflicts,
    kilometres,
    travel_minutes,
)
from starline.staff.rules.availability import Slot
from starline.staff.rules.clearance import Clearance, Reason
from starline.staff.vocabulary import Answer, Weekday

ZONE = "America/New_York"
PORTLAND, SALEM = (45.5152, -122.6784), (44.9429, -123.0351)
MARIA, INES = Person("Maria Lopez"), Receiver("Ines Serrano", ClientStatus.ACTIVE)
BLOCKS = Limits(effects=dict.fromkeys(Rule, Effect.BLOCK))


def span(day: int, hours: str, place: tuple[float, float] | None = None) -> Span:
    """On a day of October 2026 (the 5th is a Monday); an end at or before the start is on the next day."""
    starts, ends = (time.fromisoformat(part) for part in hours.split("-"))
    start = datetime.combine(date(2026, 10, day), starts, ZoneInfo(ZONE))
    end = datetime.combine(date(2026, 10, day) + timedelta(days=ends <= starts), ends, ZoneInfo(ZONE))
    return Span(start.astimezone(UTC), end.astimezone(UTC), place)


def found(
    visit: Span, *, person: Person | None = MARIA, client: Receiver = INES, limits: Limits = BLOCKS
) -> dict[Rule, str]:
    findings = conflicts(visit, zone=ZONE, service="Personal care", person=person, client=client, limits=limits)
    return {one.rule: one.sentence for one in findings}


def week(*slots: tuple[str, str | None, str | None], available: bool = True) -> list[Slot]:
    read = [(day, a and time.fromisoformat(a), b and time.fromisoformat(b)) for day, a, b in slots]
    return [Slot(weekday=Weekday(day), starts=a, ends=b, is_available=available) for day, a, b in read]


def test_nothing_speaks_against_an_ordinary_visit() -> None:
    assert found(span(5, "09:00-11:00")) == {}
    assert found(span(5, "09:00-11:00"), person=None) == {}


CLIENTS: list[tuple[dict[str, Any], Rule, str]] = [
    ({"status": ClientStatus.ON_HOLD}, Rule.CLIENT_STATUS, "Ines Serrano is on hold."),
    ({"status": ClientStatus.HOSPITALISED}, Rule.CLIENT_STATUS, "Ines Serrano is in hospital."),
    ({"visits": [span(5, "10:00-12:00")]}, Rule.DOUBLE_COVER, "another visit at that time"),
    ({"has_plan": True}, Rule.PLAN, "does not provide Personal care"),
    (
        {"has_plan": True, "planned_minutes": 600, "given_minutes": 540},
        Rule.PLAN,
        "10 hours a week of it; this makes 11.",
    ),
]


@pytest.mark.parametrize(("facts", "rule", "said"), CLIENTS)
def test_the_client_speaks_against_it_whoever_goes(facts: dict[str, Any], rule: Rule, said: str) -> None:
    for person in (None, MARIA):
        assert said in found(span(5, "09:00-11:00"), person=person, client=replace(INES, **facts))[rule]


PEOPLE: list[tuple[str, dict[str, Any], Rule | None, str]] = [
    (
        "09:00-11:00",
        {"away": [Period(date(2026, 10, 5), date(2026, 10, 9))]},
        Rule.TIME_OFF,
        "10/05/2026 to 10/09/2026",
    ),
    ("22:00-06:00", {"away": [Period(date(2026, 10, 6), date(2026, 10, 6))]}, Rule.TIME_OFF, "time off"),
    ("22:00-00:00", {"away": [Period(date(2026, 10, 6), date(2026, 10, 6))]}, None, ""),
    ("09:00-11:00", {"slots": week(("monday", "08:00", "11:00"))}, None, ""),
    ("09:00-11:15", {"slots": week(("monday", "08:00", "11:00"))}, Rule.AVAILABILITY, "can't work then"),
    ("09:00-11:00", {"slots": week(("tuesday", None, None))}, Rule.AVAILABILITY, "can't work then"),
    ("22:00-06:00", {"slots": week(("monday", "21:00", "07:00"))}, None, ""),
    ("22:00-06:00", {"slots": week(("monday", "20:00", "00:00"), ("tuesday", "00:00", "08:00"))}, None, ""),
    ("01:00-05:00", {"slots": week(("sunday", "22:00", "06:00"))}, None, ""),
    (
        "09:00-11:00",
        {"excluded_because": "An argument"},
        Rule.EXCLUDED_CAREGIVER,
        "does not want Maria Lopez: An argument",
    ),
    (
        "09:00-11:00",
        {"visits": [span(day, "08:00-18:00") for day in (6, 7, 8, 9)]},
        Rule.OVERTIME,
        "42 hours that week",
    ),
    ("09:00-11:00", {"visits": [span(day, "08:00-17:30") for day in (6, 7, 8, 9)]}, None, ""),
    ("09:00-11:00", {"visits": [span(day, "08:00-18:00") for day in (1, 2, 3, 11)]}, None, ""),
    ("06:00-08:00", {"visits": [span(4, "20:00-23:30")]}, Rule.REST, "6.5 hours of rest; at least 8 are due"),
    ("18:00-23:00", {"visits": [span(6, "06:00-08:00")]}, Rule.REST, "7 hours of rest"),
    ("09:00-11:00", {"visits": [span(4, "20:00-23:30")]}, None, ""),
]


@pytest.mark.parametrize(("hours", "facts", "rule", "said"), PEOPLE)
def test_a_caregiver_who_can_not_go_is_told_why(
    hours: str, facts: dict[str, Any], rule: Rule | None, said: str
) -> None:
    told = found(span(5, hours), person=replace(MARIA, **facts))
    assert list(told) == ([rule] if rule else [])
    assert rule is None or said in told[rule]


def test_credentials_decide_themselves_whether_they_block() -> None:
    reasons = (Reason(Answer.NO, "The license has lapsed."), Reason(Answer.WARN, "The card ends soon."))
    person = replace(MARIA, clearance=Clearance(Answer.NO, reasons))
    limits = Limits(effects=dict.fromkeys(Rule, Effect.NOTHING))
    told = conflicts(span(5, "09:00-11:00"), zone=ZONE, service="", person=person, client=INES, limits=limits)
    assert [(one.effect, one.sentence) for one in told] == [
        (Effect.BLOCK, "The license has lapsed."),
        (Effect.WARN, "The card ends soon."),
    ]


def test_the_way_takes_its_time() -> None:
    assert 69 < kilometres(PORTLAND, SALEM) < 70
    assert kilometres(PORTLAND, PORTLAND) == 0
    before = span(5, "09:00-11:00", SALEM)
    assert travel_minutes(before, span(5, "11:30-12:00"), 60) == 0
    person = replace(MARIA, visits=[before])
    limits = replace(BLOCKS, speed_kmh=60)
    assert (
        "about 90 minutes for the way and has 30"
        in found(span(5, "11:30-12:00", PORTLAND), person=person, limits=limits)[Rule.TRAVEL]
    )
    assert found(span(5, "12:40-13:00", PORTLAND), person=person, limits=limits) == {}


@pytest.mark.parametrize("effect", Effect)
def test_the_agency_says_what_each_rule_does(effect: Effect) -> None:
    limits = Limits(effects={Rule.CLIENT_STATUS: effect})
    client = replace(INES, status=ClientStatus.ON_HOLD)
    told = conflicts(span(5, "09:00-11:00"), zone=ZONE, service="", person=None, client=client, limits=limits)
    assert [one.effect for one in told] == ([] if effect is Effect.NOTHING else [effect])


def test_a_long_day_is_overtime_where_the_law_says_so() -> None:
    limits = replace(BLOCKS, daily_minutes=9 * 60, weekly_minutes=45 * 60)
    person = replace(MARIA, visits=[span(5, "08:00-16:00")])
    assert (
        "10 hours that day; overtime begins at 9"
        in found(span(5, "16:00-18:00"), person=person, limits=limits)[Rule.OVERTIME]
    )


HOURS = st.integers(0, 23).map(lambda hour: f"{hour:02}:00-{(hour + 1) % 24:02}:00")


@given(st.integers(4, 17), HOURS, st.lists(st.tuples(st.integers(4, 17), HOURS), max_size=30))
def test_more_work_never_speaks_for_it(day: int, hours: str, others: list[tuple[int, str]]) -> None:
    """Whatever speaks against a visit by hours still does when the caregiver has one more on that day's week."""
    visits = [span(*one) for one in others]
    limits = Limits(effects={rule: Effect.BLOCK if rule is Rule.OVERTIME else Effect.NOTHING for rule in Rule})
    few = found(span(day, hours), person=replace(MARIA, visits=visits[:-1]), limits=limits)
    more = found(span(day, hours), person=replace(MARIA, visits=visits), limits=limits)
    assert few.keys() <= more.keys()
