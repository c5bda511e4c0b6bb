"""What is out of the ordinary about a visit as it was clocked, and whether it is proven. Plain values.

A tolerance never keeps anybody from clocking: whoever is early, late or somewhere else clocks all the same, and the
office looks at it afterwards.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from starline.scheduling.evv_vocabulary import ClockMethod, Element, ExceptionKind
from starline.scheduling.rules.conflicts import kilometres

UNSCHEDULED_AFTER = timedelta(hours=4)
"""Clocked so far outside the planned hours, it is hardly the visit that was planned."""
GIVEN_UP_AFTER = timedelta(days=1)
"""A visit that ended so long ago and was never clocked probably did not take place."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What the agency tolerates on the day of the visit, at its address."""

    geofence_metres: int = 150
    early_minutes: int = 15
    late_minutes: int = 15
    manual_needs_approval: bool = True


@dataclass(frozen=True, slots=True)
class Patience:
    """How many minutes after the planned start, and the planned end, somebody should have clocked."""

    in_minutes: int = 15
    out_minutes: int = 30


@dataclass(frozen=True, slots=True)
class Stamp:
    """A clock event that counts. `distance_metres` is None where no position or no address is known."""

    at: datetime
    method: ClockMethod = ClockMethod.MOBILE
    has_position: bool = True
    distance_metres: int | None = None
    accuracy_metres: int | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """A visit as it was planned and as it was clocked. `open_tasks` are the required ones that nobody settled.

    `heard_at` is when its newest event came in: a phone that had no signal sends the other one in a moment.
    `was_unplanned`: it was planned only because somebody had clocked.
    """

    starts_at: datetime
    ends_at: datetime
    begun: Stamp | None = None
    ended: Stamp | None = None
    heard_at: datetime | None = None
    open_tasks: int = 0
    needs_evv: bool = True
    was_unplanned: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """`amount` is minutes, metres or tasks, by the kind."""

    kind: ExceptionKind
    amount: int | None = None


def findings(course: Course, tolerance: Tolerance, patience: Patience, now: datetime) -> list[Found]:
    """Everything that somebody has to look at before the visit is verified. Each kind at most once."""
    found: list[Found] = []
    if course.needs_evv:
        found += _missing(course, patience, now)
        found += _of_times(course, tolerance)
        found += _of_places(course, tolerance)
        stamps = [one for one in (course.begun, course.ended) if one is not None]
        if tolerance.manual_needs_approval and any(one.method == ClockMethod.MANUAL for one in stamps):
            found.append(Found(ExceptionKind.MANUAL))
    if course.ended is not None and course.open_tasks:
        found.append(Found(ExceptionKind.TASK_UNDONE, course.open_tasks))
    return found


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> int:
    """The distance of two places (latitude, longitude in degrees)."""
    return round(kilometres(one, other) * 1000)


def is_inside(distance_metres: int | None, accuracy_metres: int | None, geofence_metres: int) -> bool | None:
    """Whether a position lies within the geofence; None where it is too inexact to tell.

    A fix of 300 metres' accuracy that lies 400 metres away may have been taken at the door: nobody is blamed for it.
    """
    if distance_metres is None:
        return None
    if distance_metres <= geofence_metres:
        return True
    return False if distance_metres - (accuracy_metres or 0) > geofence_metres else None


def missing_elements(
    *, begun_at: datetime | None, ended_at: datetime | None, has_address: bool, has_caregiver: bool
) -> list[Element]:
    """What federal law asks for and the visit lacks; service and client, every visit has."""
    lacking = []
    if begun_at is None and ended_at is None:
        lacking.append(Element.DATE)
    if not has_address:
        lacking.append(Element.LOCATION)
    if not has_caregiver:
        lacking.append(Element.PROVIDER)
    if begun_at is None or ended_at is None:
        lacking.append(Element.TIMES)
    return lacking


Finding = Iterator[Found]


def _missing(course: Course, patience: Patience, now: datetime) -> Finding:
    if course.begun is None and course.ended is None:
        if now >= course.ends_at + GIVEN_UP_AFTER:
            yield Found(ExceptionKind.MISSING)
        elif now >= course.starts_at + timedelta(minutes=patience.in_minutes):
            yield Found(ExceptionKind.MISSING_IN)
    elif course.begun is None:
        if now >= _heard(course, course.starts_at) + timedelta(minutes=patience.in_minutes):
            yield Found(ExceptionKind.MISSING_IN)
    elif course.ended is None and now >= _heard(course, course.ends_at) + timedelta(minutes=patience.out_minutes):
        yield Found(ExceptionKind.MISSING_OUT)


def _heard(course: Course, planned: datetime) -> datetime:
    return max(planned, course.heard_at or planned)


def _of_times(course: Course, tolerance: Tolerance) -> Finding:
    stamps = [one.at for one in (course.begun, course.ended) if one is not None]
    far = max((_outside(at, course) for at in stamps), default=timedelta())
    if far > UNSCHEDULED_AFTER:
        yield Found(ExceptionKind.UNSCHEDULED, _minutes(far))
        return
    if course.was_unplanned:
        yield Found(ExceptionKind.UNSCHEDULED)
    deviations = (
        (course.begun, course.starts_at, ExceptionKind.EARLY_IN, ExceptionKind.LATE_IN),
        (course.ended, course.ends_at, ExceptionKind.EARLY_OUT, ExceptionKind.LATE_OUT),
    )
    for stamp, planned, early, late in deviations:
        if stamp is None:
            continue
        if planned - stamp.at > timedelta(minutes=tolerance.early_minutes):
            yield Found(early, _minutes(planned - stamp.at))
        elif stamp.at - planned > timedelta(minutes=tolerance.late_minutes):
            yield Found(late, _minutes(stamp.at - planned))


def _of_places(course: Course, tolerance: Tolerance) -> Finding:
    stamps = [one for one in (course.begun, course.ended) if one is not None]
    if any(one.method == ClockMethod.MOBILE and not one.has_position for one in stamps):
        yield Found(ExceptionKind.NO_POSITION)
    fence = tolerance.geofence_metres
    beyond = [
        one.distance_metres - fence
        for one in stamps
        if one.distance_metres is not None and is_inside(one.distance_metres, one.accuracy_metres, fence) is False
    ]
    if beyond:
        yield Found(ExceptionKind.OUTSIDE, max(beyond))


def _outside(at: datetime, course: Course) -> timedelta:
    """How far an instant lies outside the planned hours."""
    return max(course.starts_at - at, at - course.ends_at, timedelta())


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)
