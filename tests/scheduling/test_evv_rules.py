"""What is out of the ordinary about a visit: a table of cases, and what always holds."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from starline.scheduling.evv_vocabulary import ClockMethod, Element, ExceptionKind
from starline.scheduling.rules.evv import (
    Course,
    Found,
    Patience,
    Stamp,
    Tolerance,
    findings,
    is_inside,
    metres_between,
    missing_elements,
)

NINE = datetime(2026, 11, 30, 9, tzinfo=UTC)
ELEVEN = NINE + timedelta(hours=2)
LONG_AFTER = ELEVEN + timedelta(days=3)
K = ExceptionKind


def at(minutes: int, *, of: datetime = NINE, metres: int | None = 0, accuracy: int = 10, **more: object) -> Stamp:
    given = {"distance_metres": metres, "accuracy_metres": accuracy, **more}
    return Stamp(of + timedelta(minutes=minutes), **given)  # type: ignore[arg-type]


def found(
    begun: Stamp | None,
    ended: Stamp | None,
    *,
    now: datetime = LONG_AFTER,
    tolerance: Tolerance | None = None,
    **more: object,
) -> dict[str, int | None]:
    course = Course(NINE, ELEVEN, begun, ended, **more)  # type: ignore[arg-type]
    return {one.kind.value: one.amount for one in findings(course, tolerance or Tolerance(), Patience(), now)}


ON_TIME, IN_TIME = at(0), at(0, of=ELEVEN)


@pytest.mark.parametrize(
    ("begun", "ended", "expected"),
    [
        (ON_TIME, IN_TIME, {}),
        (at(15), IN_TIME, {}),
        (at(16), IN_TIME, {"late_in": 16}),
        (at(-15), IN_TIME, {}),
        (at(-16), IN_TIME, {"early_in": 16}),
        (ON_TIME, at(40, of=ELEVEN), {"late_out": 40}),
        (ON_TIME, at(-40, of=ELEVEN), {"early_out": 40}),
        (at(20), at(-20, of=ELEVEN), {"late_in": 20, "early_out": 20}),
        (at(0, metres=150), IN_TIME, {}),
        (at(0, metres=161), IN_TIME, {"outside": 11}),
        (at(0, metres=160), IN_TIME, {}),
        (at(0, metres=400), at(0, of=ELEVEN, metres=900), {"outside": 750}),
        (at(0, metres=900, accuracy=800), IN_TIME, {}),
        (at(0, metres=None), IN_TIME, {}),
        (at(0, metres=None, has_position=False), IN_TIME, {"no_position": None}),
        (at(0, metres=None, has_position=False, method=ClockMethod.TELEPHONY), IN_TIME, {}),
        (at(0, metres=None, has_position=False, method=ClockMethod.MANUAL), IN_TIME, {"manual": None}),
        (ON_TIME, at(241, of=ELEVEN), {"unscheduled": 241}),
        (at(-300), at(-290), {"unscheduled": 300}),
        (None, None, {"missing": None}),
        (ON_TIME, None, {"missing_out": None}),
        (None, IN_TIME, {"missing_in": None}),
    ],
)
def test_cases(begun: Stamp | None, ended: Stamp | None, expected: dict[str, int | None]) -> None:
    assert found(begun, ended) == expected


@pytest.mark.parametrize(
    ("now", "begun", "expected"),
    [
        (NINE + timedelta(minutes=14), None, set()),
        (NINE + timedelta(minutes=15), None, {"missing_in"}),
        (ELEVEN + timedelta(hours=23), None, {"missing_in"}),
        (ELEVEN + timedelta(hours=24), None, {"missing"}),
        (ELEVEN + timedelta(minutes=29), ON_TIME, set()),
        (ELEVEN + timedelta(minutes=30), ON_TIME, {"missing_out"}),
    ],
)
def test_what_is_awaited_is_missing_after_a_while(now: datetime, begun: Stamp | None, expected: set[str]) -> None:
    assert set(found(begun, None, now=now)) == expected


def test_a_phone_that_was_without_signal_has_a_moment_to_send_the_rest() -> None:
    assert found(ON_TIME, None, heard_at=LONG_AFTER) == {}
    assert found(None, IN_TIME, heard_at=LONG_AFTER) == {}
    assert found(ON_TIME, None, heard_at=LONG_AFTER - timedelta(minutes=30)) == {"missing_out": None}


def test_tasks_are_asked_for_at_the_end() -> None:
    assert found(ON_TIME, None, now=ELEVEN, open_tasks=3) == {}
    assert found(ON_TIME, IN_TIME, open_tasks=3) == {"task_undone": 3}


def test_a_service_without_verification_is_asked_for_its_tasks_alone() -> None:
    assert found(at(90, metres=9000), IN_TIME, open_tasks=1, needs_evv=False) == {"task_undone": 1}
    assert found(None, None, needs_evv=False) == {}


def test_an_agency_may_trust_what_is_entered_by_hand() -> None:
    by_hand = at(0, method=ClockMethod.MANUAL)
    assert found(by_hand, IN_TIME, tolerance=Tolerance(manual_needs_approval=False)) == {}


@pytest.mark.parametrize(
    ("distance", "accuracy", "expected"),
    [(None, 5, None), (150, None, True), (151, None, False), (151, 1, None), (152, 1, False), (0, 9_999, True)],
)
def test_a_position_is_judged_by_what_it_can_tell(
    distance: int | None, accuracy: int | None, expected: bool | None
) -> None:
    assert is_inside(distance, accuracy, 150) is expected


def test_metres_between_places() -> None:
    assert metres_between((45.5231, -122.6765), (45.5231, -122.6765)) == 0
    assert metres_between((0.0, 0.0), (0.0, 1.0)) == pytest.approx(111_195, abs=10)
    assert metres_between((0.0, 179.9999), (0.0, -179.9999)) < 30


def test_the_six_elements() -> None:
    whole = {"begun_at": NINE, "ended_at": ELEVEN, "has_address": True, "has_caregiver": True}
    assert missing_elements(**whole) == []
    assert missing_elements(**{**whole, "ended_at": None}) == [Element.TIMES]
    nothing = {"begun_at": None, "ended_at": None, "has_address": False, "has_caregiver": False}
    assert missing_elements(**nothing) == [Element.DATE, Element.LOCATION, Element.PROVIDER, Element.TIMES]


minutes = st.integers(min_value=-3000, max_value=3000)
metres = st.none() | st.integers(min_value=0, max_value=50_000)
stamps = st.builds(
    Stamp,
    at=minutes.map(lambda value: NINE + timedelta(minutes=value)),
    method=st.sampled_from(ClockMethod),
    has_position=st.booleans(),
    distance_metres=metres,
    accuracy_metres=metres,
)
tolerances = st.builds(
    Tolerance,
    geofence_metres=st.integers(10, 5000),
    early_minutes=st.integers(0, 240),
    late_minutes=st.integers(0, 240),
    manual_needs_approval=st.booleans(),
)
courses = st.builds(
    Course,
    starts_at=st.just(NINE),
    ends_at=st.just(ELEVEN),
    begun=st.none() | stamps,
    ended=st.none() | stamps,
    open_tasks=st.integers(0, 20),
)
moments = minutes.map(lambda value: NINE + timedelta(minutes=value))


@given(courses, tolerances, moments)
def test_each_kind_is_found_once_and_amounts_are_above_nothing(
    course: Course, tolerance: Tolerance, now: datetime
) -> None:
    kinds = [one.kind for one in findings(course, tolerance, Patience(), now)]
    assert len(kinds) == len(set(kinds))
    amounts = [one.amount for one in findings(course, tolerance, Patience(), now) if one.amount is not None]
    assert all(amount >= 0 for amount in amounts)
    assert K.CONFLICT not in kinds


@given(courses, tolerances, moments)
def test_who_tolerates_more_finds_no_more(course: Course, tolerance: Tolerance, now: datetime) -> None:
    wider = Tolerance(tolerance.geofence_metres * 2, tolerance.early_minutes * 2, tolerance.late_minutes * 2, False)

    def kinds(of: Tolerance) -> set[ExceptionKind]:
        return {one.kind for one in findings(course, of, Patience(), now)}

    assert kinds(wider) <= kinds(tolerance)


@given(courses, tolerances, moments, moments)
def test_time_alone_settles_nothing_that_was_clocked(
    course: Course, tolerance: Tolerance, one: datetime, other: datetime
) -> None:
    awaited = {K.MISSING_IN, K.MISSING_OUT, K.MISSING}

    def facts(now: datetime) -> set[Found]:
        return {found for found in findings(course, tolerance, Patience(), now) if found.kind not in awaited}

    assert facts(one) == facts(other)


@given(st.integers(0, 50_000), st.integers(0, 50_000), st.integers(10, 5000))
def test_nobody_is_outside_who_may_be_at_the_door(distance: int, accuracy: int, fence: int) -> None:
    if is_inside(distance, accuracy, fence) is False:
        assert distance - accuracy > fence
    if distance <= fence:
        assert is_inside(distance, accuracy, fence) is True
