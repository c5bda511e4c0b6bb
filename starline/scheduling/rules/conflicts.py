"""What speaks against sending somebody to a visit, one rule after another, each answering in a sentence. Plain values.

The double booking of a caregiver is not among them: the database refuses it, and nobody may override that.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from zoneinfo import ZoneInfo

from starline.clients.vocabulary import ClientStatus
from starline.core.language import _
from starline.core.periods import Period
from starline.staff.rules.availability import Slot, available_minutes
from starline.staff.rules.clearance import Clearance
from starline.staff.vocabulary import Answer

EARTH_KM = 6_371.0
STREETS = 1.3
"""Roads are about so much longer than the straight line between two addresses."""
LONGEST_WAY = timedelta(hours=3)
"""After a longer break nobody comes from the visit before."""


class Rule(StrEnum):
    TIME_OFF = "time_off"
    AVAILABILITY = "availability"
    CLEARANCE = "clearance"
    EXCLUDED_CAREGIVER = "excluded_caregiver"
    OVERTIME = "overtime"
    REST = "rest"
    TRAVEL = "travel"
    CLIENT_STATUS = "client_status"
    DOUBLE_COVER = "double_cover"
    PLAN = "plan"
    ELSEWHERE = "elsewhere"
    """Told where people are compared; the verbs leave it to the database, which alone is sure."""
    CALLED_OUT = "called_out"
    """Told where people are compared too: who called out and comes after all can be given the visit by hand."""


OF_CLIENTS = frozenset({Rule.CLIENT_STATUS, Rule.DOUBLE_COVER, Rule.PLAN})
"""These speak against the visit whoever goes."""


class Effect(StrEnum):
    NOTHING = "nothing"
    WARN = "warn"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Finding:
    """`is_final`: the law leaves no room to plan it all the same. `remedy`: what would put it right, where known."""

    rule: Rule
    effect: Effect
    sentence: str
    is_final: bool = False
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A visit as far as these rules care: its instants, and where it is (latitude, longitude in degrees)."""

    starts_at: datetime
    ends_at: datetime
    place: tuple[float, float] | None = None

    @property
    def minutes(self) -> int:
        return round((self.ends_at - self.starts_at).total_seconds() / 60)

    def overlaps(self, other: "Span") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True, slots=True)
class Person:
    """The caregiver: `visits` are their others of some days around, `away` their granted absences."""

    name: str
    slots: Sequence[Slot] = ()
    away: Sequence[Period] = ()
    visits: Sequence[Span] = ()
    clearance: Clearance = field(default_factory=lambda: Clearance(Answer.YES))
    excluded_because: str | None = None


@dataclass(frozen=True, slots=True)
class Receiver:
    """The client: `visits` are the others around, `planned_minutes` what the plan has a week of the service, None for
    nothing at all; `given_minutes` what is on the schedule of it in the same week."""

    name: str
    status: ClientStatus
    visits: Sequence[Span] = ()
    has_plan: bool = False
    planned_minutes: int | None = None
    given_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """The agency's: `effects` by rule, hours of work, and how people get about. `first_weekday` as in Python."""

    effects: Mapping[Rule, Effect]
    daily_minutes: int | None = None
    weekly_minutes: int = 40 * 60
    rest_minutes: int = 8 * 60
    speed_kmh: int = 30
    first_weekday: int = 6


def conflicts(
    visit: Span, *, zone: str, service: str, person: Person | None, client: Receiver, limits: Limits
) -> list[Finding]:
    """Everything that speaks against it, what blocks first."""
    where = ZoneInfo(zone)
    found = list(_of_client(visit, service, client))
    if person is not None:
        found += [
            *_of_person(person),
            *_absence(visit, person, where),
            *_availability(visit, person, where),
            *_overtime(visit, person, where, limits),
            *_rest(visit, person, where, limits),
            *_travel(visit, person, limits),
        ]
    order = (Effect.BLOCK, Effect.WARN)
    findings = [Finding(rule, limits.effects.get(rule, Effect.WARN), said) for rule, said in found]
    findings += _clearance(person) if person is not None else []
    return sorted((one for one in findings if one.effect in order), key=lambda one: order.index(one.effect))


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The great-circle distance between two places (haversine)."""
    (lat, lon), (lat2, lon2) = (tuple(map(radians, place)) for place in (one, other))
    part = sin((lat2 - lat) / 2) ** 2 + cos(lat) * cos(lat2) * sin((lon2 - lon) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(part))


def travel_minutes(one: Span, other: Span, speed_kmh: int) -> int:
    """How long the way from one visit to the other takes; nothing where a place isn't known."""
    if one.place is None or other.place is None:
        return 0
    return round(kilometres(one.place, other.place) * STREETS / speed_kmh * 60)


def week_of(day: date, first_weekday: int) -> Period:
    """The agency's week that `day` is in; the first day as Python numbers weekdays."""
    begin = day - timedelta(days=(day.weekday() - first_weekday) % 7)
    return Period(begin, begin + timedelta(days=6))


Found = Iterator[tuple[Rule, str]]
"""Rules and their sentences; what each does, the agency's settings say."""


def _of_client(visit: Span, service: str, client: Receiver) -> Found:
    if client.status in (ClientStatus.ON_HOLD, ClientStatus.HOSPITALISED):
        what = _("on hold") if client.status == ClientStatus.ON_HOLD else _("in hospital")
        yield Rule.CLIENT_STATUS, _("%(who)s is %(what)s.", who=client.name, what=what)
    if any(visit.overlaps(other) for other in client.visits):
        yield Rule.DOUBLE_COVER, _("%(who)s has another visit at that time.", who=client.name)
    if not client.has_plan:
        return
    if client.planned_minutes is None:
        yield Rule.PLAN, _("The service plan does not provide %(service)s.", service=service)
    elif client.given_minutes + visit.minutes > client.planned_minutes:
        facts = {"planned": hours_of(client.planned_minutes), "would": hours_of(client.given_minutes + visit.minutes)}
        yield Rule.PLAN, _("The plan has %(planned)s hours a week of it; this makes %(would)s.", **facts)


def _clearance(person: Person) -> list[Finding]:
    """Employment, discipline, credentials and exclusion lists say themselves whether they block."""
    effects = {Answer.NO: Effect.BLOCK, Answer.WARN: Effect.WARN}
    reasons = person.clearance.reasons
    return [Finding(Rule.CLEARANCE, effects[one.answer], one.sentence, one.is_final, one.remedy) for one in reasons]


def _of_person(person: Person) -> Found:
    if person.excluded_because is not None:
        why = person.excluded_because
        yield Rule.EXCLUDED_CAREGIVER, _("The client does not want %(who)s: %(why)s", who=person.name, why=why)


def _absence(visit: Span, person: Person, where: ZoneInfo) -> Found:
    last = (visit.ends_at - timedelta(microseconds=1)).astimezone(where).date()
    asked = Period(visit.starts_at.astimezone(where).date(), last)
    away = asked.first_overlap(person.away)
    if away is not None:
        yield Rule.TIME_OFF, _("%(who)s has time off: %(when)s.", who=person.name, when=away)


def _availability(visit: Span, person: Person, where: ZoneInfo) -> Found:
    """Somebody who has said nothing of their week can work at any time."""
    if not person.slots:
        return
    start = visit.starts_at.astimezone(where)
    begin = start.hour * 60 + start.minute
    end = begin + visit.minutes
    day = 24 * 60
    free = [
        (low + shift * day, high + shift * day)
        for shift in (-1, 0, 1)
        for low, high in available_minutes(start.date() + timedelta(days=shift), person.slots)
    ]
    reached = begin
    for low, high in sorted(free):
        if low <= reached < high:
            reached = high
    if reached < end:
        yield Rule.AVAILABILITY, _("%(who)s has said that they can't work then.", who=person.name)


def _overtime(visit: Span, person: Person, where: ZoneInfo, limits: Limits) -> Found:
    day = visit.starts_at.astimezone(where).date()
    week = week_of(day, limits.first_weekday)
    worked = [(one.starts_at.astimezone(where).date(), one.minutes) for one in person.visits]
    in_week = visit.minutes + sum(minutes for on, minutes in worked if week.covers(on))
    in_day = visit.minutes + sum(minutes for on, minutes in worked if on == day)
    if in_week > limits.weekly_minutes:
        facts = {"who": person.name, "hours": hours_of(in_week), "most": hours_of(limits.weekly_minutes)}
        yield (
            Rule.OVERTIME,
            _("%(who)s would work %(hours)s hours that week; overtime begins at %(most)s.", **facts),
        )
    elif limits.daily_minutes is not None and in_day > limits.daily_minutes:
        facts = {"who": person.name, "hours": hours_of(in_day), "most": hours_of(limits.daily_minutes)}
        yield (
            Rule.OVERTIME,
            _("%(who)s would work %(hours)s hours that day; overtime begins at %(most)s.", **facts),
        )


def _rest(visit: Span, person: Person, where: ZoneInfo, limits: Limits) -> Found:
    """Between the last visit of one day and the first of the next."""
    for before, after in _neighbours(visit, person):
        days = [one.starts_at.astimezone(where).date() for one in (before, after)]
        gap = round((after.starts_at - before.ends_at).total_seconds() / 60)
        if days[0] != days[1] and after.starts_at - before.ends_at > LONGEST_WAY and gap < limits.rest_minutes:
            facts = {"who": person.name, "hours": hours_of(gap), "least": hours_of(limits.rest_minutes)}
            yield Rule.REST, _("%(who)s would have %(hours)s hours of rest; at least %(least)s are due.", **facts)


def _travel(visit: Span, person: Person, limits: Limits) -> Found:
    for before, after in _neighbours(visit, person):
        gap = after.starts_at - before.ends_at
        way = travel_minutes(before, after, limits.speed_kmh)
        if timedelta() <= gap < LONGEST_WAY and way > gap.total_seconds() / 60:
            facts = {"who": person.name, "way": way, "gap": round(gap.total_seconds() / 60)}
            said = _("%(who)s needs about %(way)s minutes for the way and has %(gap)s.", **facts)
            yield Rule.TRAVEL, said


def _neighbours(visit: Span, person: Person) -> list[tuple[Span, Span]]:
    """The visit with the one before it and the one after it."""
    ordered = sorted([*(one for one in person.visits if not one.overlaps(visit)), visit], key=lambda one: one.starts_at)
    return [pair for pair in pairwise(ordered) if visit in pair]


def hours_of(minutes: int) -> str:
    """Hours as people write them: 1.5, 40."""
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".")
