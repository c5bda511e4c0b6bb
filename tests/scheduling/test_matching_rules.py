"""Points for each factor, and an order that is total and the same however people come in."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from starline.scheduling.rules.conflicts import Effect, Finding, Limits, Person, Rule, Span
from starline.scheduling.rules.matching import (
    MOST,
    Factor,
    Points,
    Prospect,
    Wishes,
    elsewhere,
    minutes_of_week,
    points_of,
    rank,
    remedy_of,
    way_to,
)

LIMITS = Limits({})
NONE = Wishes()


def prospect(**facts: Any) -> Prospect:
    return Prospect(**{"id": UUID(int=1), "name": "Maria Lopez", **facts})


def given_for(factor: Factor, one: Prospect, wishes: Wishes = NONE) -> Points:
    return next(points for points in points_of(one, wishes, LIMITS) if points.factor is factor)


CASES: list[tuple[Factor, dict[str, Any], Wishes, int, str]] = [
    (Factor.CONTINUITY, {}, NONE, 0, "has not been with"),
    (Factor.CONTINUITY, {"last_visit_on": date(2025, 1, 2)}, NONE, 6, "last with this client on 01/02/2025"),
    (
        Factor.CONTINUITY,
        {"visits_with_client": 1, "last_visit_on": date(2026, 1, 2)},
        NONE,
        12,
        "in 90 days: 1, the last",
    ),
    (
        Factor.CONTINUITY,
        {"visits_with_client": 40, "last_visit_on": date(2026, 1, 2)},
        NONE,
        30,
        "in 90 days: 40, the last",
    ),
    (Factor.DISTANCE, {}, NONE, 8, "isn't known"),
    (Factor.DISTANCE, {"kilometres": 0.0}, NONE, 20, "0.0 miles from home"),
    (Factor.DISTANCE, {"kilometres": 7.5}, NONE, 13, "4.7 miles from home, about 15 min."),
    (Factor.DISTANCE, {"kilometres": 7.5, "is_from_visit": True}, NONE, 13, "from the visit before"),
    (Factor.DISTANCE, {"kilometres": 300.0}, NONE, 0, "600 min."),
    (Factor.HOURS, {"week_minutes": 120}, NONE, 20, "2 of 40 hours"),
    (Factor.HOURS, {"week_minutes": 1800}, NONE, 10, "30 of 40 hours"),
    (Factor.HOURS, {"week_minutes": 2520}, NONE, 0, "42 hours that week; overtime begins at 40"),
    (Factor.PREFERENCES, {}, NONE, 7, "no wish"),
    (Factor.PREFERENCES, {"is_wanted": True}, Wishes(languages=frozenset({"spanish"})), 15, "asked for"),
    (Factor.PREFERENCES, {"gender": "female"}, Wishes(genders=frozenset({"female"})), 15, "Fits the client's wish"),
    (
        Factor.PREFERENCES,
        {"gender": "male", "languages": frozenset({"spanish"})},
        Wishes(frozenset({"spanish"}), frozenset({"female"})),
        8,
        "wish: spanish. Does not fit: female.",
    ),
    (
        Factor.PREFERENCES,
        {"is_wanted": True, "findings": (Finding(Rule.AVAILABILITY, Effect.WARN, "Can't work then."),)},
        NONE,
        0,
        "Can't work then.",
    ),
    (
        Factor.DISTANCE,
        {"kilometres": 1.0, "findings": (Finding(Rule.TRAVEL, Effect.WARN, "Needs 20 minutes and has 10."),)},
        NONE,
        0,
        "Needs 20 minutes",
    ),
    (Factor.SKILLS, {}, NONE, 10, "All papers are in order"),
    (Factor.SKILLS, {}, Wishes(skills=frozenset({"lifting"})), 4, "Lacks lifting."),
    (Factor.SKILLS, {"skills": frozenset({"lifting"})}, Wishes(skills=frozenset({"lifting"})), 10, "Has lifting."),
    (
        Factor.SKILLS,
        {"findings": (Finding(Rule.CLEARANCE, Effect.WARN, "CPR expired."),)},
        NONE,
        6,
        "CPR expired.",
    ),
    (Factor.RELIABILITY, {"kept": 4}, NONE, 3, "Too few"),
    (Factor.RELIABILITY, {"kept": 20}, NONE, 5, "Kept 20 of 20"),
    (Factor.RELIABILITY, {"kept": 10, "failed": 10}, NONE, 2, "Kept 10 of 20"),
]


@pytest.mark.parametrize(("factor", "facts", "wishes", "points", "said"), CASES)
def test_each_factor_gives_its_points_and_says_why(
    factor: Factor, facts: dict[str, Any], wishes: Wishes, points: int, said: str
) -> None:
    found = given_for(factor, prospect(**facts), wishes)
    assert found.points == points
    assert said.lower() in found.sentence.lower()


def test_a_hundred_points_are_all_there_is() -> None:
    assert sum(MOST.values()) == 100


FINDINGS = some.builds(
    Finding,
    some.sampled_from(Rule),
    some.sampled_from([Effect.WARN, Effect.BLOCK]),
    some.sampled_from(["Something.", "Something else."]),
    some.booleans(),
)
WORDS = some.frozensets(some.sampled_from(["spanish", "female", "lifting", "dementia"]))
PROSPECTS = some.builds(
    Prospect,
    id=some.uuids(),
    name=some.sampled_from(["Ana", "Ben", "Cleo"]),
    week_minutes=some.integers(15, 6000),
    kilometres=some.none() | some.floats(0, 900),
    is_from_visit=some.booleans(),
    visits_with_client=some.integers(0, 90),
    last_visit_on=some.just(date(2026, 3, 1)),
    is_wanted=some.booleans(),
    languages=WORDS,
    gender=some.sampled_from(["", "female", "male"]),
    skills=WORDS,
    kept=some.integers(0, 300),
    failed=some.integers(0, 300),
    findings=some.lists(FINDINGS, max_size=3).map(tuple),
)
PEOPLE = some.lists(PROSPECTS, max_size=12, unique_by=lambda one: one.id)
WISHES = some.builds(Wishes, WORDS, WORDS, WORDS)


@given(PROSPECTS, WISHES)
def test_a_factor_stays_within_its_limits(one: Prospect, wishes: Wishes) -> None:
    found = points_of(one, wishes, LIMITS)
    assert [points.factor for points in found] == list(Factor)
    assert all(0 <= points.points <= points.most and points.sentence for points in found)


@given(PEOPLE, WISHES, some.randoms(use_true_random=False))
def test_the_order_is_total_and_the_same_however_people_come_in(
    people: list[Prospect], wishes: Wishes, chance: Any
) -> None:
    able, barred = rank(people, wishes, LIMITS)
    shuffled = list(people)
    chance.shuffle(shuffled)
    again, barred_again = rank(shuffled, wishes, LIMITS)
    assert [one.prospect.id for one in able] == [one.prospect.id for one in again]
    assert [one.prospect.id for one in barred] == [one.prospect.id for one in barred_again]
    assert [one.points for one in able] == sorted((one.points for one in able), reverse=True)


@given(PEOPLE, WISHES)
def test_everybody_is_told_of_once_and_nobody_who_is_barred_is_ranked(people: list[Prospect], wishes: Wishes) -> None:
    able, barred = rank(people, wishes, LIMITS)
    told = [one.prospect.id for one in able] + [one.prospect.id for one in barred]
    assert sorted(told) == sorted(one.id for one in people)
    assert not any(one.prospect.barriers for one in able)
    assert all(one.reasons and all(sentence and remedy for sentence, remedy in one.reasons) for one in barred)


def test_what_speaks_against_the_visit_itself_bars_nobody() -> None:
    hold = Finding(Rule.CLIENT_STATUS, Effect.BLOCK, "Ines is on hold.")
    able, barred = rank([prospect(findings=(hold,))], NONE, LIMITS)
    assert len(able) == 1 and barred == []


def test_the_nearest_to_eligible_come_first() -> None:
    paper = Finding(Rule.CLEARANCE, Effect.BLOCK, "CPR is missing.", remedy="Enter CPR.")
    away = Finding(Rule.TIME_OFF, Effect.BLOCK, "Away.")
    people = [
        prospect(id=UUID(int=1), name="Both", findings=(paper, away)),
        prospect(id=UUID(int=2), name="Nurse only", findings=(paper,), is_of_discipline=False),
        prospect(id=UUID(int=3), name="One", findings=(paper,)),
    ]
    assert [one.prospect.name for one in rank(people, NONE, LIMITS)[1]] == ["One", "Both", "Nurse only"]
    assert rank(people, NONE, LIMITS)[1][0].reasons == (("CPR is missing.", "Enter CPR."),)
    assert "time off" in remedy_of(away)


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 10, day, hour, tzinfo=UTC)


HERE, NEAR, FAR = (45.5, -122.6), (45.5, -122.59), (45.7, -122.6)
VISIT = Span(at(7, 17), at(7, 19), HERE)
ZONE = "America/Los_Angeles"


def test_somebody_elsewhere_is_told_when() -> None:
    busy = Person("Maria Lopez", visits=[Span(at(7, 18), at(7, 20))])
    found = elsewhere(VISIT, busy, ZONE)
    assert (
        found is not None
        and found.sentence == "Maria Lopez has another visit then, from 11:00\u00a0AM to 1:00\u00a0PM."
    )
    assert elsewhere(VISIT, Person("Maria Lopez", visits=[Span(at(7, 19), at(7, 20))]), ZONE) is None


def test_the_hours_are_those_of_the_agencys_week() -> None:
    others = [Span(at(day, 17), at(day, 20)) for day in (3, 4, 6, 10, 11)]
    assert minutes_of_week(VISIT, Person("Maria", visits=others), ZONE, LIMITS) == 2 * 60 + 3 * 180  # Sunday 4 to 10


def test_the_way_begins_at_the_visit_before_or_at_home() -> None:
    assert way_to(VISIT, Person("Maria"), None, ZONE) == (None, False)
    from_home, is_from_visit = way_to(VISIT, Person("Maria"), FAR, ZONE)
    assert from_home is not None and 28 < from_home < 30 and not is_from_visit
    before = [Span(at(7, 15), at(7, 16), NEAR), Span(at(6, 15), at(6, 16), FAR)]
    from_visit, is_from_visit = way_to(VISIT, Person("Maria", visits=before), FAR, ZONE)
    assert from_visit is not None and from_visit < 1.1 and is_from_visit
    assert way_to(Span(at(7, 17), at(7, 17) + timedelta(hours=1)), Person("Maria"), FAR, ZONE) == (None, False)
