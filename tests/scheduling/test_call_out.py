"""A caregiver calls out: their visits are opened, offered or given to others, and it can be undone."""

from datetime import timedelta
from typing import Any

import pytest

from starline.core.db import session
from starline.core.errors import Conflict, Invalid
from starline.scheduling import call_outs, offers, visits
from starline.scheduling.models import CalledOutVisit, Visit
from starline.scheduling.rules.matching import Factor
from starline.scheduling.vocabulary import OpenReason, VisitStatus
from starline.staff.models import StaffMember
from tests.organizations.factories import a_staff_member, a_user, today
from tests.scheduling.factories import a_series, a_visit, visits_of

TOMORROW = timedelta(days=1)


@pytest.fixture
def maria(harbor: Any) -> StaffMember:
    return a_staff_member(first_name="Maria")


@pytest.fixture
def day(maria: StaffMember) -> list[Visit]:
    """Two visits of hers tomorrow, one confirmed, and one on the day after."""
    found = [a_visit(hours=hours, staff_member_id=maria.id) for hours in ((8, 10), (13, 15))]
    a_visit(day=2, staff_member_id=maria.id)
    visits.confirm(found[0], by=None)
    return found


def test_the_days_visits_are_opened_and_no_others(maria: StaffMember, day: list[Visit]) -> None:
    made = call_outs.call_out(maria, first_on=today() + TOMORROW, by=None, note="Fever")
    assert call_outs.opened_by(made) == day
    assert [(one.staff_member_id, one.open_reason, one.status) for one in day] == [
        (None, OpenReason.CALLED_OUT, VisitStatus.SCHEDULED)
    ] * 2
    assert session.query(Visit).filter_by(staff_member_id=maria.id).count() == 1
    with pytest.raises(Conflict, match="no visits to come"):
        call_outs.call_out(maria, first_on=today() + TOMORROW, by=None)


def test_a_visit_that_has_begun_is_left(maria: StaffMember, day: list[Visit]) -> None:
    day[0].status = VisitStatus.IN_PROGRESS
    session.flush()
    call_outs.call_out(maria, first_on=today() + TOMORROW, by=None)
    assert (day[0].staff_member_id, day[1].staff_member_id) == (maria.id, None)


def test_a_visit_of_a_series_is_changed_for_itself(maria: StaffMember) -> None:
    first = visits_of(a_series(staff_member_id=maria.id))[0]
    call_outs.call_out(maria, first_on=first.occurs_on, by=None)
    assert first.is_changed and first.staff_member_id is None


def test_who_called_out_is_not_proposed_for_that_day(maria: StaffMember, day: list[Visit]) -> None:
    made = call_outs.call_out(maria, first_on=today() + TOMORROW, by=None)
    found = call_outs.replacements(day)[day[0].id]
    assert [one.reasons[0] for one in found.barred] == [
        ("Maria Okafor has called out for that day.", "Undo the call-out once they can come.")
    ]
    call_outs.undo(made, by=None)
    later = call_outs.replacements([a_visit(day=1, hours=(16, 17))])
    assert [one.prospect.id for matched in later.values() for one in matched.candidates] == [maria.id]


def test_calling_out_often_costs_points(maria: StaffMember) -> None:
    for number in range(1, 7):
        a_visit(day=number, staff_member_id=maria.id)
    call_outs.call_out(maria, first_on=today() + TOMORROW, last_on=today() + 6 * TOMORROW, by=None)
    found = call_outs.replacements([a_visit(day=9)])
    (candidate,) = [one for matched in found.values() for one in matched.candidates]
    reliability = next(one for one in candidate.factors if one.factor is Factor.RELIABILITY)
    assert (reliability.points, reliability.sentence) == (0, "Kept 0 of 6 visits in 90 days.")


def test_each_visit_is_offered_to_the_best(maria: StaffMember, day: list[Visit]) -> None:
    for name in ("Ana", "Bo", "Cleo", "Dee"):
        a_staff_member(first_name=name)
    made = call_outs.call_out(maria, first_on=today() + TOMORROW, by=None)
    done = call_outs.offer_each(made, call_outs.best_of(call_outs.replacements(day)), by=None)
    assert [(one.visit_id, one.invited) for one in done.offered] == [(one.id, 3) for one in day]
    assert (done.given, done.left) == ([], [])


def test_each_visit_is_given_to_the_first_who_can(maria: StaffMember, day: list[Visit]) -> None:
    ana, bo = a_staff_member(first_name="Ana"), a_staff_member(first_name="Bo")
    a_visit(hours=(14, 16), staff_member_id=ana.id)
    made = call_outs.call_out(maria, first_on=today() + TOMORROW, by=None)
    done = call_outs.give_each(made, {day[0].id: [ana.id, bo.id], day[1].id: [ana.id, bo.id]}, by=None)
    assert [one.staff_member_id for one in done.given] == [ana.id, bo.id]
    assert (day[0].staff_member_id, day[1].staff_member_id) == (ana.id, bo.id)


def test_what_nobody_can_take_stays_open_with_the_reason(maria: StaffMember, day: list[Visit]) -> None:
    ana = a_staff_member(first_name="Ana")
    a_visit(hours=(14, 16), staff_member_id=ana.id)
    made = call_outs.call_out(maria, first_on=today() + TOMORROW, by=None)
    done = call_outs.give_each(made, {day[1].id: [ana.id]}, by=None)
    assert done.given == []
    assert [visit.id for visit, _why in done.left] == [one.id for one in day]
    assert "Nobody was chosen" in done.left[0][1] and "another visit then" in done.left[1][1]
    assert day[1].staff_member_id is None


def test_it_is_undone_where_the_visit_is_still_open(maria: StaffMember, day: list[Visit]) -> None:
    ana = a_staff_member(first_name="Ana", user_id=a_user("ana").id)
    made = call_outs.call_out(maria, first_on=today() + TOMORROW, by=None)
    call_outs.give_each(made, {day[1].id: [ana.id]}, by=None)
    offer = offers.offer(day[0], to=[ana.id], by=None)
    call_outs.undo(made, by=None)
    assert (day[0].staff_member_id, day[0].status, day[0].open_reason) == (maria.id, VisitStatus.CONFIRMED, None)
    assert day[1].staff_member_id == ana.id
    assert (offer.status, made.undone_at is not None) == ("withdrawn", True)
    with pytest.raises(Conflict, match="undone already"):
        call_outs.undo(made, by=None)


def test_who_has_other_work_by_now_does_not_get_it_back(maria: StaffMember, day: list[Visit]) -> None:
    made = call_outs.call_out(maria, first_on=today() + TOMORROW, by=None)
    a_visit(hours=(9, 11), staff_member_id=maria.id)
    call_outs.undo(made, by=None)
    assert (day[0].staff_member_id, day[1].staff_member_id) == (None, maria.id)
    assert session.query(CalledOutVisit).filter_by(call_out_id=made.id).count() == 2


def test_days_that_can_not_be_meant_are_refused(maria: StaffMember, day: list[Visit]) -> None:
    with pytest.raises(Invalid, match="before the first"):
        call_outs.call_out(maria, first_on=today() + TOMORROW, last_on=today(), by=None)
    with pytest.raises(Invalid, match="At most 14 days"):
        call_outs.call_out(maria, first_on=today(), last_on=today() + 14 * TOMORROW, by=None)
