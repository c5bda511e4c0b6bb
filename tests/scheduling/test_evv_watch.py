"""The watch over visits: who has not come is told of once, and to more people where it goes on."""

from datetime import timedelta
from typing import Any

import pytest

from starline.core import clock
from starline.core.db import User, session
from starline.notifications.models import Notification
from starline.scheduling import verification, visits, watch
from starline.scheduling.evv_vocabulary import ClockKind, ExceptionKind, ExceptionStatus
from starline.services import catalogue
from tests.organizations.factories import a_user
from tests.scheduling.evv_factories import Shift, a_shift, kinds_of


@pytest.fixture
def shift(harbor: Any) -> Shift:
    a_user("planner", "Scheduler")
    a_user("chief", "Administrator")
    return a_shift(day=0)


def at(shift: Shift, minutes: int) -> Any:
    return clock.frozen(shift.visit.starts_at + timedelta(minutes=minutes))


def told(kind: str) -> list[str]:
    """The first names of the people who were told."""
    session.flush()
    query = session.query(User.first_name).join(Notification, Notification.user_id == User.id)
    return sorted(name for (name,) in query.filter(Notification.kind == kind))


def test_a_late_visit_is_told_once_to_schedulers_and_later_to_administrators(shift: Shift) -> None:
    with at(shift, 14):
        assert watch.look() == 0
    with at(shift, 16):
        assert watch.look() == 1
        assert watch.look() == 0
    assert "Planner" in told("visit:late") and told("visit:still_late") == []
    with at(shift, 46):
        assert watch.look() == 1
        assert watch.look() == 0
    assert "Chief" in told("visit:still_late") and "Planner" not in told("visit:still_late")
    (one,) = verification.undecided_of(shift.visit)
    assert one.kind == ExceptionKind.MISSING_IN and one.told_at < one.escalated_at
    assert len(told("visit:late")) == len(set(told("visit:late")))


def test_whoever_comes_after_all_settles_it(shift: Shift) -> None:
    with at(shift, 20):
        watch.look()
        shift.clock(ClockKind.IN, late=20)
    assert kinds_of(shift.visit) == {"late_in"}
    with at(shift, 60):
        assert watch.look() == 0


def test_who_does_not_clock_out_is_told_of(shift: Shift) -> None:
    with at(shift, 0):
        shift.clock(ClockKind.IN)
    with at(shift, 149):
        assert watch.look() == 0
    with at(shift, 151):
        assert watch.look() == 1
        assert watch.look() == 0
    assert "Planner" in told("visit:not_ended")
    assert kinds_of(shift.visit) == {"missing_out"}


def test_a_visit_that_was_never_clocked_is_not_forgotten(shift: Shift) -> None:
    with at(shift, 20):
        watch.look()
    with at(shift, 60 * 27):
        assert watch.look() == 0
        assert watch.look() == 0
    states = {one.kind.value: one.status for one in verification.exceptions_of(shift.visit)}
    assert states == {"missing_in": ExceptionStatus.SETTLED, "missing": ExceptionStatus.OPEN}


def test_a_watch_that_slept_for_days_finds_what_was_missed(shift: Shift) -> None:
    with at(shift, 60 * 24 * 5):
        watch.look()
    assert kinds_of(shift.visit) == {"missing"}


def test_what_is_called_off_or_needs_no_verification_is_nobodys_worry(shift: Shift) -> None:
    other = a_shift("paula", day=0)
    catalogue.update_service_type(other.visit.service_type, {"requires_evv": False}, by=None)
    with at(shift, 20):
        watch.look()
        assert kinds_of(shift.visit) == {"missing_in"} and kinds_of(other.visit) == set()
        visits.cancel(shift.visit, by=None)
    assert kinds_of(shift.visit) == set()
    with at(shift, 60 * 30):
        watch.look()
    assert kinds_of(shift.visit) == set()


def test_a_visit_that_is_moved_to_later_is_late_anew(shift: Shift) -> None:
    with at(shift, 20):
        watch.look()
        later = shift.visit.starts_at + timedelta(hours=5)
        moved = {"starts_at": later, "ends_at": later + timedelta(hours=1)}
        visits.update_visit(shift.visit, {**moved, "override_reason": "Agreed"}, by=None)
        assert kinds_of(shift.visit) == set()
    with at(shift, 20):
        assert watch.look() == 1
