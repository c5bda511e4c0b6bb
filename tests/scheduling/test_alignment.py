"""Whatever is done to a series, its visits are the rule's, less what was called off, with what was changed by hand.

A model of the schedule in memory is changed by the same pure rules as the database's; what a person did is kept beside
it and compared after every step.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from starline.scheduling.rules.alignment import Standing, align
from tests.cases import cases

FIRST = date(2026, 10, 26)
DAYS = 42
WEEKDAYS = st.sets(st.integers(0, 6), min_size=1).map(frozenset)


@dataclass
class Series:
    """Days of the week, a content ("08:00 Maria"), its first and last day, and its visits by day."""

    weekdays: frozenset[int]
    content: str
    first: date
    last: date
    visits: dict[date, Standing[str]] = field(default_factory=dict)

    def wanted(self, until: date) -> dict[date, str]:
        found = (self.first + timedelta(days=number) for number in range((min(until, self.last) - self.first).days + 1))
        return {day: self.content for day in found if day.weekday() in self.weekdays}


def day_at(number: int) -> date:
    return FIRST + timedelta(days=number)


class Schedule(RuleBasedStateMachine):
    """One client's series and whatever it was split into. `now` moves on; what is before it has begun."""

    @initialize(weekdays=WEEKDAYS)
    def begin(self, weekdays: frozenset[int]) -> None:
        self.now, self.until = FIRST, FIRST - timedelta(days=1)
        self.names = 0
        self.by_hand: dict[date, str] = {}
        self.called_off: set[date] = set()
        self.begun: dict[date, str] = {}
        self.series = [Series(weekdays, self._name(), FIRST, day_at(DAYS))]
        self._make(21)

    def _name(self) -> str:
        self.names += 1
        return f"content {self.names}"

    def _make(self, number: int) -> None:
        made_until, self.until = self.until, max(self.until, day_at(number))
        for one in self.series:
            wanted = {day: what for day, what in one.wanted(self.until).items() if day > made_until}
            self._align(one, wanted, overrides_hand=False, first=made_until + timedelta(days=1))
        self._begin()

    def _align(self, one: Series, wanted: dict[date, str], overrides_hand: bool, first: date = FIRST) -> None:
        standing = [visit for visit in one.visits.values() if visit.day >= first]
        found = align(wanted, standing, overrides_hand=overrides_hand)
        for day in found.removed:
            del one.visits[day]
            self.by_hand.pop(day, None)
        for day, content in found.changed.items():
            one.visits[day] = Standing(day, content)
            self.by_hand.pop(day, None)
        for day, content in found.added.items():
            assert day not in one.visits, "two visits for one day"
            one.visits[day] = Standing(day, content)

    @rule(number=st.integers(0, DAYS))
    def make_ahead(self, number: int) -> None:
        self._make(number)
        before = [dict(one.visits) for one in self.series]
        self._make(number)
        assert before == [one.visits for one in self.series], "the second time it changed something"

    @rule(days=st.integers(1, 5))
    def time_goes_on(self, days: int) -> None:
        self.now += timedelta(days=days)
        self._begin()

    def _begin(self) -> None:
        for one in self.series:
            for day, visit in one.visits.items():
                if day < self.now and not visit.is_fixed:
                    one.visits[day] = replace(visit, is_fixed=True)
                    self.begun[day] = visit.content
                    self.by_hand.pop(day, None)

    def _movable(self) -> list[tuple[Series, date]]:
        return [(one, day) for one in self.series for day, visit in one.visits.items() if not visit.is_fixed]

    @precondition(lambda self: self._movable())
    @rule(data=st.data())
    def change_one(self, data: st.DataObject) -> None:
        one, day = data.draw(st.sampled_from(self._movable()))
        one.visits[day] = Standing(day, self._name(), is_by_hand=True)
        self.by_hand[day] = one.visits[day].content

    @precondition(lambda self: self._movable())
    @rule(data=st.data())
    def call_one_off(self, data: st.DataObject) -> None:
        one, day = data.draw(st.sampled_from(self._movable()))
        one.visits[day] = replace(one.visits[day], is_fixed=True)
        self.called_off.add(day)
        self.by_hand.pop(day, None)

    @precondition(lambda self: self._movable())
    @rule(data=st.data(), weekdays=WEEKDAYS, overrides_hand=st.booleans())
    def change_all(self, data: st.DataObject, weekdays: frozenset[int], overrides_hand: bool) -> None:
        one, _day = data.draw(st.sampled_from(self._movable()))
        one.weekdays, one.content = weekdays, self._name()
        wanted = {day: what for day, what in one.wanted(self.until).items() if day >= self.now}
        self._align(one, wanted, overrides_hand)

    @precondition(lambda self: self._movable())
    @rule(data=st.data(), weekdays=WEEKDAYS, overrides_hand=st.booleans())
    def change_following(self, data: st.DataObject, weekdays: frozenset[int], overrides_hand: bool) -> None:
        one, day = data.draw(st.sampled_from(self._movable()))
        after = one
        if day > one.first:
            moved = {at: visit for at, visit in one.visits.items() if at >= day}
            after = Series(one.weekdays, one.content, day, one.last, moved)
            one.visits = {at: visit for at, visit in one.visits.items() if at < day}
            one.last = day - timedelta(days=1)
            self.series.append(after)
        after.weekdays, after.content = weekdays, self._name()
        wanted = {at: what for at, what in after.wanted(self.until).items() if at >= self.now}
        self._align(after, wanted, overrides_hand)

    @invariant()
    def no_day_has_two_visits(self) -> None:
        if hasattr(self, "series"):
            found = [day for one in self.series for day in one.visits]
            assert len(found) == len(set(found))

    @invariant()
    def visits_are_the_rule_less_exceptions_plus_changes(self) -> None:
        if not hasattr(self, "series"):
            return
        for one in self.series:
            wanted = {day for day in one.wanted(self.until) if day >= self.now}
            untouched = {day for day, visit in one.visits.items() if not visit.is_fixed and not visit.is_by_hand}
            kept = {day for day, visit in one.visits.items() if visit.is_fixed or visit.is_by_hand}
            assert untouched == wanted - kept
            assert {one.visits[day].content for day in untouched} <= {one.content}

    @invariant()
    def what_people_did_and_what_took_place_is_there(self) -> None:
        if not hasattr(self, "series"):
            return
        visits = {day: visit for one in self.series for day, visit in one.visits.items()}
        assert all(visits[day].content == content and visits[day].is_by_hand for day, content in self.by_hand.items())
        assert all(visits[day].content == content for day, content in self.begun.items())
        assert self.called_off <= visits.keys()


TestSchedule = Schedule.TestCase
TestSchedule.settings = settings(max_examples=cases(100), stateful_step_count=30, deadline=None)
