"""Who suits an open visit best: points for each factor, each said in a sentence. Plain values.

The points are advice, never a bar: what bars somebody are the rules of `conflicts`, and whoever they bar is not ranked
but told of apart, with what would make them eligible.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from starline.core.language import _
from starline.scheduling.rules.conflicts import (
    OF_CLIENTS,
    STREETS,
    Effect,
    Finding,
    Limits,
    Person,
    Rule,
    Span,
    hours_of,
    kilometres,
    week_of,
)

MILES_OF_A_KILOMETRE = 0.621371
LONGEST_MINUTES = 45
"""A way of so many minutes or more earns no points."""
FEW = 5
"""Of fewer visits nobody can tell how reliable somebody is."""


class Factor(StrEnum):
    CONTINUITY = "continuity"
    DISTANCE = "distance"
    HOURS = "hours"
    PREFERENCES = "preferences"
    SKILLS = "skills"
    RELIABILITY = "reliability"


MOST: dict[Factor, int] = {
    Factor.CONTINUITY: 30,
    Factor.DISTANCE: 20,
    Factor.HOURS: 20,
    Factor.PREFERENCES: 15,
    Factor.SKILLS: 10,
    Factor.RELIABILITY: 5,
}
"""What each factor can give: a hundred together. Who knows the client comes first, as clients and surveys ask for.

Preferences are the client's wishes and the caregiver's own: the hours that they have said they can work.
"""


@dataclass(frozen=True, slots=True)
class Points:
    """What one factor gives, and why."""

    factor: Factor
    points: int
    sentence: str

    @property
    def most(self) -> int:
        return MOST[self.factor]


@dataclass(frozen=True, slots=True)
class Wishes:
    """The client's, in small letters."""

    languages: frozenset[str] = frozenset()
    genders: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Prospect:
    """Somebody who might go, with what the factors look at, of the last ninety days unless said otherwise.

    `week_minutes` are those of the week with this visit; `kilometres` the way from where they come from on roads, None
    where it isn't known; `last_visit_on` their last visit to this client ever.
    """

    id: UUID
    name: str
    week_minutes: int = 0
    kilometres: float | None = None
    is_from_visit: bool = False
    visits_with_client: int = 0
    last_visit_on: date | None = None
    is_wanted: bool = False
    languages: frozenset[str] = frozenset()
    gender: str = ""
    skills: frozenset[str] = frozenset()
    kept: int = 0
    failed: int = 0
    is_of_discipline: bool = True
    findings: tuple[Finding, ...] = ()

    @property
    def barriers(self) -> list[Finding]:
        """What keeps them from going, apart from what keeps everybody."""
        return [one for one in self.findings if one.effect is Effect.BLOCK and one.rule not in OF_CLIENTS]

    @property
    def warnings(self) -> list[Finding]:
        return [one for one in self.findings if one.effect is Effect.WARN and one.rule not in OF_CLIENTS]

    @property
    def miles(self) -> float | None:
        return None if self.kilometres is None else self.kilometres * MILES_OF_A_KILOMETRE


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who can go, with their points."""

    prospect: Prospect
    factors: tuple[Points, ...]

    @property
    def points(self) -> int:
        return sum(one.points for one in self.factors)


@dataclass(frozen=True, slots=True)
class Barred:
    """Somebody who can't, with each reason and what would put it right."""

    prospect: Prospect
    reasons: tuple[tuple[str, str], ...]


def rank(prospects: Iterable[Prospect], wishes: Wishes, limits: Limits) -> tuple[list[Candidate], list[Barred]]:
    """Those who can go, the best first, and those who can't, the nearest to it first.

    The order is total: among equals whoever has fewer hours, then the name, then the id decides.
    """
    able, barred = [], []
    for one in prospects:
        if one.barriers:
            barred.append(Barred(one, tuple((found.sentence, remedy_of(found)) for found in one.barriers)))
        else:
            able.append(Candidate(one, points_of(one, wishes, limits)))
    able.sort(key=lambda one: (-one.points, one.prospect.week_minutes, one.prospect.name, one.prospect.id))
    barred.sort(key=lambda one: (_is_out_of_reach(one), len(one.reasons), one.prospect.name, one.prospect.id))
    return able, barred


def points_of(one: Prospect, wishes: Wishes, limits: Limits) -> tuple[Points, ...]:
    """Every factor, in the order of its weight."""
    return (
        _continuity(one),
        _distance(one, limits),
        _hours(one, limits),
        _preferences(one, wishes),
        _skills(one, wishes),
        _reliability(one),
    )


def remedy_of(finding: Finding) -> str:
    """What would make somebody eligible whom the finding bars."""
    if finding.remedy:
        return finding.remedy
    return {
        Rule.TIME_OFF: _("Cancel the time off, with their consent."),
        Rule.AVAILABILITY: _("Ask them, and change their availability."),
        Rule.EXCLUDED_CAREGIVER: _("Ask the client, and change the wish."),
        Rule.OVERTIME: _("Take hours off them that week."),
        Rule.REST: _("Move the visit, or the one before or after it."),
        Rule.TRAVEL: _("Move the visit, or the one before or after it."),
        Rule.ELSEWHERE: _("Move their other visit, or give it to somebody else."),
        Rule.CALLED_OUT: _("Undo the call-out once they can come."),
    }.get(finding.rule, _("Change what the sentence names."))


def elsewhere(visit: Span, person: Person, zone: str) -> Finding | None:
    """The visit that somebody has at that time; the database would refuse both."""
    other = next((one for one in sorted(person.visits, key=_start) if one.overlaps(visit)), None)
    if other is None:
        return None
    begin, end = (one.astimezone(ZoneInfo(zone)) for one in (other.starts_at, other.ends_at))
    facts = {"who": person.name, "from": begin.time(), "to": end.time()}
    said = _("%(who)s has another visit then, from %(from)s to %(to)s.", **facts)
    return Finding(Rule.ELSEWHERE, Effect.BLOCK, said, is_final=True)


def called_out(name: str) -> Finding:
    return Finding(Rule.CALLED_OUT, Effect.BLOCK, _("%(who)s has called out for that day.", who=name))


def minutes_of_week(visit: Span, person: Person, zone: str, limits: Limits) -> int:
    """What somebody would work in the visit's week, it included."""
    where = ZoneInfo(zone)
    week = week_of(visit.starts_at.astimezone(where).date(), limits.first_weekday)
    others = (one.minutes for one in person.visits if week.covers(one.starts_at.astimezone(where).date()))
    return visit.minutes + sum(others)


def way_to(visit: Span, person: Person, home: tuple[float, float] | None, zone: str) -> tuple[float | None, bool]:
    """The kilometres on roads from the visit before on the same day, or else from home; and whether from a visit."""
    if visit.place is None:
        return None, False
    where = ZoneInfo(zone)
    day = visit.starts_at.astimezone(where).date()
    before = [
        one
        for one in person.visits
        if one.ends_at <= visit.starts_at and one.place and one.starts_at.astimezone(where).date() == day
    ]
    last = max(before, key=_start, default=None)
    begins = last.place if last is not None else home
    return (None if begins is None else kilometres(begins, visit.place) * STREETS), last is not None


def _continuity(one: Prospect) -> Points:
    count, last = one.visits_with_client, one.last_visit_on
    if count:
        said = _("Visits to this client in 90 days: %(count)s, the last on %(day)s.", count=count, day=last)
        return Points(Factor.CONTINUITY, 10 + 2 * min(count, 10), said)
    if last is not None:
        return Points(Factor.CONTINUITY, 6, _("Was last with this client on %(day)s.", day=last))
    return Points(Factor.CONTINUITY, 0, _("Has not been with this client."))


def _distance(one: Prospect, limits: Limits) -> Points:
    if one.kilometres is None or one.miles is None:
        return Points(Factor.DISTANCE, 8, _("How far it is isn't known: an address has no place on the map."))
    minutes = round(one.kilometres / limits.speed_kmh * 60)
    most = MOST[Factor.DISTANCE]
    late = _first(one, Rule.TRAVEL)
    if late is not None:
        return Points(Factor.DISTANCE, 0, late)
    facts = {"miles": f"{one.miles:.1f}", "minutes": minutes}
    said = (
        _("%(miles)s miles from the visit before, about %(minutes)s min.", **facts)
        if one.is_from_visit
        else _("%(miles)s miles from home, about %(minutes)s min.", **facts)
    )
    return Points(Factor.DISTANCE, round(most * max(0.0, 1 - minutes / LONGEST_MINUTES)), said)


def _hours(one: Prospect, limits: Limits) -> Points:
    left, most = limits.weekly_minutes - one.week_minutes, MOST[Factor.HOURS]
    facts = {"hours": hours_of(one.week_minutes), "most": hours_of(limits.weekly_minutes)}
    said = (
        _("Would have %(hours)s of %(most)s hours that week.", **facts)
        if left >= 0
        else _("Would have %(hours)s hours that week; overtime begins at %(most)s.", **facts)
    )
    share = min(max(left / (limits.weekly_minutes / 2), 0.0), 1.0)
    return Points(Factor.HOURS, round(most * share), said)


def _preferences(one: Prospect, wishes: Wishes) -> Points:
    most = MOST[Factor.PREFERENCES]
    unavailable = _first(one, Rule.AVAILABILITY)
    if unavailable is not None:
        return Points(Factor.PREFERENCES, 0, unavailable)
    if one.is_wanted:
        return Points(Factor.PREFERENCES, most, _("The client asked for this caregiver."))
    asked: list[tuple[str, bool]] = []
    if wishes.languages:
        asked.append((_listed(wishes.languages), bool(wishes.languages & one.languages)))
    if wishes.genders:
        asked.append((_listed(wishes.genders), one.gender in wishes.genders))
    if not asked:
        return Points(Factor.PREFERENCES, 7, _("The client has no wish that decides here."))
    met, missed = ([name for name, is_met in asked if is_met is wanted] for wanted in (True, False))
    said = _("Fits the client's wish: %(met)s.", met=", ".join(met)) if met else ""
    if missed:
        said = " ".join([said, _("Does not fit: %(missed)s.", missed=", ".join(missed))]).strip()
    return Points(Factor.PREFERENCES, round(most * len(met) / len(asked)), said)


def _skills(one: Prospect, wishes: Wishes) -> Points:
    most, for_papers = MOST[Factor.SKILLS], 4
    lacking = _first(one, Rule.CLEARANCE)
    met = wishes.skills & one.skills
    share = len(met) / len(wishes.skills) if wishes.skills else 1.0
    said = [_("Has %(skills)s.", skills=_listed(met))] if met else []
    if wishes.skills - met:
        said.append(_("Lacks %(skills)s.", skills=_listed(wishes.skills - met)))
    said.append(lacking or _("All papers are in order."))
    points = round((most - for_papers) * share) + (0 if lacking else for_papers)
    return Points(Factor.SKILLS, points, " ".join(said))


def _reliability(one: Prospect) -> Points:
    planned, most = one.kept + one.failed, MOST[Factor.RELIABILITY]
    if planned < FEW:
        return Points(Factor.RELIABILITY, 3, _("Too few visits to tell."))
    said = _("Kept %(kept)s of %(planned)s visits in 90 days.", kept=one.kept, planned=planned)
    return Points(Factor.RELIABILITY, round(most * one.kept / planned), said)


def _is_out_of_reach(one: Barred) -> bool:
    """Whether nothing that an office does before the visit is likely to help."""
    return not one.prospect.is_of_discipline or any(
        found.rule is not Rule.ELSEWHERE and found.is_final for found in one.prospect.barriers
    )


def _first(one: Prospect, rule: Rule) -> str | None:
    """What the rule warns of."""
    return next((found.sentence for found in one.warnings if found.rule is rule), None)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))


def _start(one: Span) -> datetime:
    return one.starts_at
