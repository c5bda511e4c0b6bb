"""Trainings, and the hours that each year asks for."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from starline.core.errors import Conflict, Invalid
from starline.staff import trainings
from starline.staff.models import TrainingRecord
from starline.staff.rules.training import Lesson, in_service, required_hours, training_year
from starline.staff.vocabulary import InServiceYear
from tests.organizations.factories import a_staff_member, days, today

CALENDAR, EMPLOYMENT = InServiceYear.CALENDAR, InServiceYear.EMPLOYMENT
DAYS = some.dates(date(2010, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("basis", "hired", "on", "first", "last"),
    [
        (CALENDAR, date(2020, 5, 4), date(2026, 3, 1), date(2026, 1, 1), date(2026, 12, 31)),
        (EMPLOYMENT, date(2020, 5, 4), date(2026, 5, 3), date(2025, 5, 4), date(2026, 5, 3)),
        (EMPLOYMENT, date(2020, 5, 4), date(2026, 5, 4), date(2026, 5, 4), date(2027, 5, 3)),
        (EMPLOYMENT, date(2024, 2, 29), date(2025, 2, 28), date(2024, 2, 29), date(2025, 2, 28)),
        (EMPLOYMENT, date(2026, 5, 4), date(2026, 4, 1), date(2026, 5, 4), date(2027, 5, 3)),
    ],
)
def test_the_year_of_training(basis: InServiceYear, hired: date, on: date, first: date, last: date) -> None:
    found = training_year(basis, hired_on=hired, on=on)
    assert (found.starts_on, found.ends_on) == (first, last)


@given(some.sampled_from(list(InServiceYear)), DAYS, DAYS)
def test_the_year_holds_the_day_and_lasts_a_year(basis: InServiceYear, hired: date, on: date) -> None:
    if on < hired:
        return
    found = training_year(basis, hired_on=hired, on=on)
    assert found.ends_on is not None and found.covers(on)
    assert (found.ends_on - found.starts_on).days in (364, 365)


def test_who_came_in_the_middle_of_a_year_owes_the_rest_of_it() -> None:
    year = training_year(CALENDAR, hired_on=date(2026, 7, 15), on=date(2026, 8, 1))
    assert required_hours(Decimal(12), CALENDAR, hired_on=date(2026, 7, 15), period=year) == 6
    assert required_hours(Decimal(12), CALENDAR, hired_on=date(2025, 7, 15), period=year) == 12


@given(some.lists(some.builds(Lesson, DAYS, some.decimals(1, 8, places=1)), max_size=8), DAYS, DAYS)
def test_hours_of_other_years_and_of_the_future_never_count(lessons: list[Lesson], hired: date, on: date) -> None:
    found = in_service(lessons, hours=Decimal(12), basis=CALENDAR, hired_on=hired, on=on)
    assert found.done == sum(
        (one.hours for one in lessons if one.completed_on.year == on.year and one.completed_on <= on), Decimal(0)
    )
    assert 0 <= found.percent <= 100 and (found.percent == 100) == found.is_reached


@pytest.fixture
def member(harbor: Any) -> Any:
    trainings.add_in_service_rule({"discipline": "hha", "hours": Decimal(12), "starts_on": date(2000, 1, 1)}, by=None)
    return a_staff_member()


def _course(**values: Any) -> Any:
    given = {"name": "Infection control", "hours": Decimal(2), "validity_months": 12, "pass_score": 80}
    return trainings.add_course({**given, **values}, by=None)


def _record(member: Any, course: Any, **values: Any) -> TrainingRecord:
    given = {"staff_member_id": member.id, "course_id": course.id, "completed_on": today()}
    return trainings.record_training({**given, **values}, by=None)


def test_the_course_says_hours_and_end(member: Any) -> None:
    record = _record(member, _course())
    assert record.hours == 2 and record.expires_on is not None and 360 < (record.expires_on - today()).days < 366


def test_only_what_was_passed_counts_towards_the_year(member: Any) -> None:
    course = _course()
    _record(member, course, score=79)
    _record(member, course, score=80)
    _record(member, _course(name="Safety", is_in_service=False))
    voided = _record(member, course, score=100)
    trainings.void_training(voided, by=None, reason="Twice")
    found = trainings.hours_of([member, a_staff_member(discipline="office")], today())
    assert list(found) == [member.id]
    assert (found[member.id].done, found[member.id].required) == (2, 12)


def test_the_newest_rule_that_has_begun_counts(member: Any) -> None:
    for starts, hours in ((today(), 16), (days(1), 99)):
        trainings.add_in_service_rule({"discipline": "hha", "hours": Decimal(hours), "starts_on": starts}, by=None)
    assert trainings.hours_of([member], today())[member.id].required == 16


@pytest.mark.parametrize(
    ("values", "field"),
    [({"completed_on": days(2)}, "completed_on"), ({"score": 101}, "score"), ({"expires_on": days(-1)}, "expires_on")],
)
def test_what_cannot_be_is_refused_at_its_field(member: Any, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        _record(member, _course(), **values)
    assert list(refused.value.errors) == [field]


def test_a_voided_training_is_not_changed(member: Any) -> None:
    record = trainings.void_training(_record(member, _course()), by=None, reason="Wrong person")
    with pytest.raises(Conflict):
        trainings.update_training(record, {"score": 90}, by=None)


def test_somebody_is_behind_when_less_is_done_than_time_has_passed() -> None:
    start = date(2026, 1, 1)
    lesson = [Lesson(start, Decimal(6))]
    half = in_service(lesson, hours=Decimal(12), basis=CALENDAR, hired_on=date(2020, 1, 1), on=date(2026, 6, 1))
    late = in_service(lesson, hours=Decimal(12), basis=CALENDAR, hired_on=date(2020, 1, 1), on=date(2026, 8, 1))
    assert not half.is_behind(date(2026, 6, 1)) and late.is_behind(date(2026, 8, 1))
    assert not half.is_behind(start + timedelta(days=1))
