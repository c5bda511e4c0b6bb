"""What is tolerated on which day: the row that is valid then, the branch's own before the agency's."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from starline.core.db import session
from starline.core.errors import Conflict, Invalid
from starline.core.outbox import OutboxMessage
from starline.organizations.models import Branch
from starline.scheduling import tasks, tolerances, verification
from starline.scheduling.models import EvvTolerance
from starline.scheduling.vocabulary import VisitStatus
from tests.organizations.factories import branch_id, today
from tests.scheduling.evv_factories import DOWNTOWN, a_shift, kinds_of


def add(days: int, metres: int, **more: Any) -> EvvTolerance:
    given = {"valid_from": today() + timedelta(days=days), "geofence_metres": metres, **more}
    return tolerances.add_tolerance(given, by=None)


def metres_on(days: int, branch: Any = None) -> int | None:
    row = verification.tolerance_on(today() + timedelta(days=days), branch)
    return row.geofence_metres if row is not None else None


def test_the_rule_of_the_day_holds(harbor: Any) -> None:
    session.query(EvvTolerance).delete()
    assert metres_on(0) is None
    add(-30, 76)
    add(-10, 402)
    assert [metres_on(day) for day in (-31, -30, -11, -10, 0)] == [None, 76, 76, 402, 402]
    add(-10, 500)
    assert metres_on(0) == 500  # of two from one day, the one that was written last


def test_a_branch_has_rules_of_its_own(harbor: Any) -> None:
    own, other = branch_id(), session.query(Branch).filter(Branch.id != branch_id()).first()
    add(-5, 300)
    add(-3, 600, branch_id=own)
    add(-1, 350)
    assert [metres_on(day, own) for day in (-5, -3, 0)] == [300, 600, 600]
    assert metres_on(0, other.id if other else None) == 350


def test_a_visit_is_judged_by_the_rule_of_its_day_and_its_own_address(harbor: Any) -> None:
    add(-60, 150)
    add(0, 5000)
    old, new, home = a_shift("maria"), a_shift("paula", day=0), a_shift("quentin", day=0)
    home.visit.service_address.geofence_metres = 50
    session.flush()
    assert verification.tolerance_of(old.visit).geofence_metres == 150
    assert verification.tolerance_of(new.visit).geofence_metres == 5000
    assert verification.tolerance_of(home.visit).geofence_metres == 50
    old.clock(place=DOWNTOWN)
    assert kinds_of(old.visit) == {"outside"}


def test_a_change_judges_the_visits_of_its_days_anew_and_none_before(harbor: Any) -> None:
    add(-60, 5000)
    shifts = {day: a_shift(name, day=day) for name, day in (("maria", -1), ("paula", -2), ("quentin", -20))}
    for shift in shifts.values():
        shift.clock(place=DOWNTOWN)
    rule = add(-10, 150)
    judge()
    assert [kinds_of(shifts[day].visit) for day in (-1, -2, -20)] == [{"outside"}, {"outside"}, set()]
    approved = verification.undecided_of(shifts[-2].visit)[0]
    verification.approve(approved, by=None)
    tolerances.update_tolerance(rule, {"valid_from": today() - timedelta(days=30), "late_minutes": 16}, by=None)
    judge()
    assert {day: kinds_of(shift.visit) for day, shift in shifts.items()} == {
        -1: {"outside"},
        -2: set(),
        -20: {"outside"},
    }
    tolerances.remove_tolerance(rule, by=None)
    judge()
    assert {frozenset(kinds_of(shift.visit)) for shift in shifts.values()} == {frozenset()}
    assert approved.status == "settled"


def test_what_was_billed_stays_as_it_is_and_what_is_to_come_waits(harbor: Any) -> None:
    add(-60, 5000)
    shift = a_shift()
    shift.clock(place=DOWNTOWN)
    shift.visit.status = VisitStatus.BILLED
    add(-10, 150)
    assert judge() and kinds_of(shift.visit) == set()
    add(3, 150)  # nowhere in the world has that day begun
    assert session.query(OutboxMessage).filter_by(task="scheduling.review_visits").count() == 0


def test_many_are_judged_some_at_a_time(harbor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "REVIEWED_AT_ONCE", 2)
    add(-60, 5000)
    shifts = [a_shift(name) for name in ("maria", "paula", "quentin")]
    for shift in shifts:
        shift.clock(place=DOWNTOWN)
    judge()
    add(-10, 150)
    assert judge() == 2
    assert [kinds_of(one.visit) for one in shifts] == [{"outside"}] * 3


def judge() -> int:
    """Do what was promised; how many jobs that were."""
    for number in count():
        promised = session.query(OutboxMessage).filter_by(task="scheduling.review_visits").first()
        if promised is None:
            return number
        session.delete(promised)
        tasks.review_visits(**promised.arguments)
    raise AssertionError("there is always an end")


def test_an_agency_keeps_one_rule_for_all(harbor: Any) -> None:
    session.query(EvvTolerance).delete()
    first = add(-100, 150)
    of_branch = add(-1, 200, branch_id=branch_id())
    with pytest.raises(Conflict, match="only rule for the whole agency"):
        tolerances.remove_tolerance(first, by=None)
    tolerances.remove_tolerance(of_branch, by=None)
    add(-2, 300)
    tolerances.remove_tolerance(first, by=None)
    assert metres_on(0) == 300


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"geofence_metres": 5}, "geofence_metres"),
        ({"early_minutes": -1}, "early_minutes"),
        ({"late_minutes": 241}, "late_minutes"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(harbor: Any, values: dict[str, int], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        tolerances.add_tolerance({"valid_from": today(), **values}, by=None)
    assert set(refusal.value.errors) == {field}
