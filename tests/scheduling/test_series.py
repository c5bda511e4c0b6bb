"""Series: made ahead, changed from one visit on, all, or all but those by hand; nothing lost, nothing doubled."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from starline.core import clock
from starline.core.db import session
from starline.core.errors import Conflict, Invalid
from starline.organizations import preferences
from starline.scheduling import holidays, series, visits
from starline.scheduling.making import pattern_of
from starline.scheduling.models import Visit, VisitSeries
from starline.scheduling.rules.recurrence import days
from starline.scheduling.vocabulary import OnHolidays, OpenReason, Reach, VisitStatus, VoidReason
from tests.cases import cases
from tests.clients.factories import an_active_client
from tests.organizations.factories import a_staff_member, today
from tests.scheduling.factories import a_series, a_visit, at, visits_of

WEEKS = 8


def on(visit: Visit) -> int:
    """How many days from today the visit's own day is."""
    return (visit.occurs_on - today()).days


def test_visits_are_made_ahead_once(harbor: Any) -> None:
    one = a_series(rule="FREQ=WEEKLY;BYDAY=MO,TH")
    made = visits_of(one)
    assert len(made) == 2 * WEEKS
    assert {visit.occurs_on.weekday() for visit in made} == {0, 3}
    assert {visit.local_start.time() for visit in made} == {time(9)}
    assert series.make_all_ahead() == 0
    assert visits_of(one) == made


def test_the_job_goes_on_where_it_stopped(harbor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    one = a_series()
    count, now = len(visits_of(one)), clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=10))
    assert series.make_all_ahead() == 10
    assert len(visits_of(one)) == count + 10
    preferences.update_settings({"scheduling_policy": {"weeks_ahead": 10}}, by=None)
    assert series.make_all_ahead() == 14


def test_the_job_gives_each_caregiver_one_visit_at_a_time(harbor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    maria, now = a_staff_member(), clock.now()
    first, second, other = a_series(staff_member_id=maria.id), a_series(staff_member_id=maria.id), a_series()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=7))
    assert series.make_all_ahead() == 21
    assert {visit.staff_member_id for visit in visits_of(first)} == {maria.id}
    assert {(visit.staff_member_id, visit.open_reason) for visit in visits_of(second)} == {(None, OpenReason.ELSEWHERE)}
    assert {visit.open_reason for visit in visits_of(other)} == {None}


def test_local_times_stay_where_clocks_change(harbor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before = datetime(2026, 10, 26, 12, tzinfo=ZoneInfo("America/Los_Angeles"))
    monkeypatch.setattr(clock, "now", lambda: before)
    one = a_series(
        starts_on=date(2026, 10, 30), starts_time=time(22), ends_time=time(6), time_zone="America/Los_Angeles"
    )
    minutes = {visit.occurs_on.isoformat(): visit.minutes for visit in visits_of(one)[:4]}
    assert minutes == {"2026-10-30": 480, "2026-10-31": 540, "2026-11-01": 480, "2026-11-02": 480}
    assert {visit.local_start.time() for visit in visits_of(one)} == {time(22)}


def test_a_visit_whose_caregiver_is_elsewhere_is_made_open(harbor: Any) -> None:
    maria = a_staff_member()
    a_visit(day=3, hours=(10, 12), staff_member_id=maria.id)
    one = a_series(staff_member_id=maria.id)
    made = {on(visit): visit for visit in visits_of(one)}
    assert (made[3].staff_member_id, made[3].open_reason) == (None, OpenReason.ELSEWHERE)
    assert {visit.staff_member_id for number, visit in made.items() if number != 3} == {maria.id}


def test_live_in_days_move_together_without_standing_in_each_others_way(harbor: Any) -> None:
    maria = a_staff_member()
    one = a_series(starts_time=time(8), ends_time=time(8), staff_member_id=maria.id)
    series.update_series(one, {"starts_time": time(10), "ends_time": time(10)}, by=None)
    made = visits_of(one)
    assert {visit.local_start.time() for visit in made} == {time(10)}
    assert {visit.staff_member_id for visit in made} == {maria.id}


def test_changing_one_visit_leaves_the_others_and_is_left_by_its_series(harbor: Any) -> None:
    one = a_series()
    third = visits_of(one)[2]
    visits.update_visit(third, {"starts_at": at(on(third), 13), "ends_at": at(on(third), 15)}, by=None)
    assert third.is_changed
    series.update_series(one, {"ends_time": time(12)}, by=None)
    assert third.local_start.time() == time(13)
    assert Counter(visit.minutes for visit in visits_of(one)) == {180: len(visits_of(one)) - 1, 120: 1}


def test_a_change_of_all_goes_over_what_was_changed_by_hand_but_not_over_what_was_called_off(harbor: Any) -> None:
    one = a_series()
    first, second, third, *_rest = visits_of(one)
    visits.update_visit(second, {"note": "Bring the scale."}, by=None)
    visits.cancel(third, by=None, reason=VoidReason.CLIENT_REQUEST)
    series.change(first, {"starts_time": time(8)}, reach=Reach.ALL, by=None)
    assert (second.local_start.time(), second.is_changed, second.note) == (time(8), False, None)
    assert (third.status, third.local_start.time()) == (VisitStatus.CANCELLED, time(9))


def test_a_change_of_all_unchanged_takes_the_visit_itself_along(harbor: Any) -> None:
    one = a_series()
    first, second, *_rest = visits_of(one)
    for visit in (first, second):
        visits.update_visit(visit, {"note": "By hand"}, by=None)
    series.change(first, {"starts_time": time(8)}, reach=Reach.ALL_UNCHANGED, by=None)
    assert (first.local_start.time(), second.local_start.time()) == (time(8), time(9))


def test_this_and_following_splits_the_series_and_keeps_exceptions(harbor: Any) -> None:
    one = a_series()
    before = visits_of(one)
    tenth, twelfth, fourteenth = before[9], before[11], before[13]
    visits.update_visit(twelfth, {"note": "By hand"}, by=None)
    visits.cancel(fourteenth, by=None)
    after = series.change(tenth, {"starts_time": time(15), "ends_time": time(18)}, reach=Reach.FOLLOWING, by=None)
    assert (after.follows_id, after.starts_on, one.ends_on) == (one.id, tenth.occurs_on, before[8].occurs_on)
    assert visits_of(one) == before[:9]
    assert [visit.id for visit in visits_of(after)] == [visit.id for visit in before[9:]]
    hours = {visit.local_start.time() for visit in visits_of(after) if visit not in (twelfth, fourteenth)}
    assert hours == {time(15)}
    assert (twelfth.local_start.time(), twelfth.note) == (time(9), "By hand")
    assert fourteenth.status == VisitStatus.CANCELLED


def test_following_the_first_visit_is_the_whole_series(harbor: Any) -> None:
    one = a_series()
    assert series.change(visits_of(one)[0], {"note": "New"}, reach=Reach.FOLLOWING, by=None) is one


def test_every_other_week_stays_every_other_week_after_a_split(harbor: Any) -> None:
    one = a_series(rule="FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR")
    expected = [visit.occurs_on for visit in visits_of(one)]
    after = series.change(visits_of(one)[3], {"note": "New"}, reach=Reach.FOLLOWING, by=None)
    assert [visit.occurs_on for visit in [*visits_of(one), *visits_of(after)]] == expected


def test_other_days_take_away_what_nobody_touched_and_nothing_else(harbor: Any) -> None:
    one = a_series(rule="FREQ=WEEKLY;BYDAY=MO,TU")
    changed = next(visit for visit in visits_of(one) if visit.occurs_on.weekday() == 1)
    visits.update_visit(changed, {"note": "By hand"}, by=None)
    series.update_series(one, {"rule": "FREQ=WEEKLY;BYDAY=MO,WE"}, by=None)
    found = Counter(visit.occurs_on.weekday() for visit in visits_of(one))
    assert found[1] == 1 and found[0] in (WEEKS, WEEKS + 1) and found[2] in (WEEKS, WEEKS + 1)


def test_ending_calls_off_what_people_changed_and_takes_away_the_rest(harbor: Any) -> None:
    one = a_series()
    changed = visits_of(one)[20]
    visits.update_visit(changed, {"note": "By hand"}, by=None)
    series.change(visits_of(one)[2], {"ends_on": today() + timedelta(days=5)}, reach=Reach.ALL, by=None)
    left = visits_of(one)
    assert [on(visit) for visit in left if visit.is_planned] == [1, 2, 3, 4, 5]
    assert [visit for visit in left if visit.is_void] == [changed]
    assert changed.void_reason == VoidReason.PLAN_CHANGED
    with pytest.raises(Invalid) as refusal:
        series.update_series(one, {"ends_on": today()}, by=None)
    assert set(refusal.value.errors) == {"ends_on"}


def test_what_has_begun_or_would_have_is_neither_moved_nor_made(harbor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    one = a_series()
    before = [(visit.id, visit.starts_at) for visit in visits_of(one)[:5]]
    noon = at(5, 8)
    monkeypatch.setattr(clock, "now", lambda: noon)  # the fifth visit is at nine: still to come
    series.update_series(one, {"rule": "FREQ=DAILY;INTERVAL=1", "starts_time": time(7), "ends_time": time(8)}, by=None)
    found = visits_of(one)
    assert [(visit.id, visit.starts_at) for visit in found[:5]] == before
    assert {visit.local_start.time() for visit in found[5:]} == {time(7)}
    with pytest.raises(Conflict, match="end the series"):
        series.remove_series(one, by=None)


def test_a_series_that_nobody_has_touched_can_be_taken_back(harbor: Any) -> None:
    one = a_series()
    series_id = one.id
    series.remove_series(one, by=None)
    assert session.get(VisitSeries, series_id) is None
    assert session.query(Visit).filter_by(series_id=series_id).count() == 0


def test_a_count_becomes_a_last_day_and_the_first_day_the_first_visit(harbor: Any) -> None:
    one = a_series(rule="FREQ=WEEKLY;BYDAY=WE;COUNT=3")
    made = visits_of(one)
    assert len(made) == 3
    assert (one.rule, one.starts_on, one.ends_on) == ("FREQ=WEEKLY;BYDAY=WE", made[0].occurs_on, made[2].occurs_on)


def test_holidays_are_left_out_where_the_series_says_so(harbor: Any) -> None:
    pausing, going_on = a_series(on_holidays=OnHolidays.SKIP), a_series()
    day = today() + timedelta(days=4)
    holiday = holidays.add_holiday({"name": "Founders' day", "held_on": day}, by=None)
    assert day not in {visit.occurs_on for visit in visits_of(pausing)}
    assert day in {visit.occurs_on for visit in visits_of(going_on)}
    holidays.update_holiday(holiday, {"held_on": day + timedelta(days=1)}, by=None)
    assert day in {visit.occurs_on for visit in visits_of(pausing)}
    holidays.remove_holiday(holiday, by=None)
    assert len(visits_of(pausing)) == len(visits_of(going_on))


def test_a_series_says_everything_that_is_wrong_with_it(harbor: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        a_series(rule="whenever", time_zone="Mars", ends_on=today() - timedelta(days=9))
    assert set(refusal.value.errors) == {"rule", "time_zone", "ends_on"}
    with pytest.raises(Invalid, match="No visit falls"):
        a_series(rule="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")
    one = a_series()
    with pytest.raises(Invalid, match="stays with its client"):
        series.update_series(one, {"client_id": an_active_client().id}, by=None)
    with pytest.raises(Conflict, match="for itself"):
        series.change(a_visit(), {}, reach=Reach.ALL, by=None)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["hand", "cancel", "reinstate", "all", "all_unchanged", "following", "end", "later"]),
        st.integers(0, 60),
        st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=SU"]),
        st.integers(6, 20),
    ),
    max_size=8,
)


@settings(max_examples=cases(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(steps=[("later", 1, "FREQ=DAILY", 6), ("all", 0, "FREQ=DAILY", 6)], hour_of_day=8)  # six is over, nine isn't
@given(steps=STEPS, hour_of_day=st.integers(0, 23))
def test_whatever_is_done_the_visits_are_the_rules_less_exceptions_plus_changes(
    harbor: Any, steps: Any, hour_of_day: int
) -> None:
    with session.begin_nested() as nested, pytest.MonkeyPatch.context() as patch:
        begun = at(0, hour_of_day)
        patch.setattr(clock, "now", lambda: begun)
        maria = a_staff_member()
        first = a_series(staff_member_id=maria.id)
        kept: dict[Any, Any] = {}
        for number, (what, which, rule, hour) in enumerate(steps):
            _do(what, which, rule, hour, first.client_id, kept, f"step {number}", patch)
            _check(first.client_id, kept)
        nested.rollback()


def _do(
    what: str, which: int, rule: str, hour: int, client_id: Any, kept: dict[Any, Any], note: str, patch: Any
) -> None:
    if what == "later":
        now = clock.now() + timedelta(days=which % 7)
        patch.setattr(clock, "now", lambda: now)
        return
    found = [one for one in _all(client_id) if one.starts_at > clock.now()]
    planned = [one for one in found if one.is_planned]
    if what == "reinstate":
        for one in [one for one in found if one.is_void][:1]:
            visits.reinstate(one, by=None)
            kept.pop(one.id, None)
        return
    if not planned:
        return
    visit = planned[which % len(planned)]
    if what == "hand":
        visits.update_visit(visit, {"note": note}, by=None)
        kept[visit.id] = note
    elif what == "cancel":
        visits.cancel(visit, by=None)
        kept[visit.id] = None
    elif what == "end":
        one = session.get(VisitSeries, visit.series_id)
        assert one is not None
        if visit.occurs_on >= one.starts_on:
            series.change(visit, {"ends_on": visit.occurs_on}, reach=Reach.ALL, by=None)
            kept.pop(visit.id, None)
            _forget(kept, one, lambda _other: True)
    else:
        reach = Reach(what)
        values = {"rule": rule, "starts_time": time(hour), "ends_time": time(hour + 2), "note": None}
        try:
            after = series.change(visit, values, reach=reach, by=None)
        except (Conflict, Invalid):
            return
        kept.pop(visit.id, None)
        if reach is Reach.ALL:
            _forget(kept, after, lambda _other: True)


def _forget(kept: dict[Any, Any], one: VisitSeries, which: Any) -> None:
    """What somebody wrote on visits to come no longer counts; what was called off does."""
    for visit in visits_of(one):
        if kept.get(visit.id) is not None and visit.starts_at > clock.now() and which(visit):
            del kept[visit.id]
    gone = [key for key, note in kept.items() if note is not None and session.get(Visit, key) is None]
    for key in gone:
        del kept[key]


def _all(client_id: Any) -> list[Visit]:
    return session.query(Visit).filter_by(client_id=client_id).order_by(Visit.starts_at, Visit.id).all()


def _check(client_id: Any, kept: dict[Any, Any]) -> None:
    """What is to come is what the rules say; one that would have begun by its rule stays as it is, so says nothing."""
    session.expire_all()
    for one in session.query(VisitSeries).filter_by(client_id=client_id):
        found = visits_of(one)
        by_rule = set(days(pattern_of(one), min(one.starts_on, one.made_until), one.made_until))
        over = {
            day for day in by_rule if datetime.combine(day, one.starts_time, ZoneInfo(one.time_zone)) <= clock.now()
        }
        to_come = [visit for visit in found if visit.starts_at > clock.now() and visit.occurs_on not in over]
        untouched = {visit.occurs_on for visit in to_come if visit.is_planned and not visit.is_changed}
        exceptions = {visit.occurs_on for visit in found} - untouched
        assert untouched == by_rule - over - exceptions
        assert {visit.local_start.time() for visit in to_come if not visit.is_changed and visit.is_planned} <= {
            one.starts_time
        }
        assert all((visit.ends_at - visit.starts_at).total_seconds() == visit.minutes * 60 for visit in found)
    for key, note in kept.items():
        visit = session.get(Visit, key)
        assert visit is not None and (visit.is_void if note is None else visit.note == note)
