"""Clocking by telephone: a signed call of a caregiver from the client's phone."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from starline.core import clock
from starline.core.db import session
from starline.core.errors import Conflict, Invalid, Unauthenticated
from starline.notifications.service import newest
from starline.scheduling import telephony, unplanned, verification
from starline.scheduling.evv_vocabulary import ClockKind, ClockMethod, ExceptionKind, ReasonCode
from starline.scheduling.models import ClockEvent, TelephonyLine, TelephonyPin, UnplannedCall
from starline.scheduling.telephony import Answer, Call
from starline.scheduling.vocabulary import VisitStatus
from tests.clients.factories import an_active_client
from tests.organizations.factories import a_user
from tests.scheduling.evv_factories import Shift, a_shift

PHONE = "503-555-0188"


@pytest.fixture
def shift(harbor: Any) -> Shift:
    made = a_shift(day=0)
    made.client.phone = PHONE
    session.flush()
    return made


@pytest.fixture
def line(shift: Shift) -> TelephonyLine:
    return telephony.add_line({"name": "Voice line"}, by=None)


@pytest.fixture
def pin(shift: Shift) -> TelephonyPin:
    return telephony.add_pin({"staff_member_id": shift.member.id}, by=None)


def ring(shift: Shift, line: TelephonyLine, known: TelephonyPin, kind: str = "in", **more: Any) -> Answer:
    moment = shift.visit.starts_at if kind == "in" else shift.visit.ends_at
    given = {"call_id": "1", "caller": "+1 (503) 555-0188", "staff_number": str(shift.member.staff_number), **more}
    given.setdefault("pin", known.pin)
    with clock.frozen(moment):
        return telephony.take_call(Call(**given, kind=ClockKind(kind), happened_at=moment), line)


def test_a_call_from_the_clients_phone_clocks(shift: Shift, line: TelephonyLine, pin: TelephonyPin) -> None:
    assert ring(shift, line, pin).is_accepted
    (event,) = verification.events_of(shift.visit)
    assert (event.method, event.phone, event.staff_member_id) == (
        ClockMethod.TELEPHONY,
        "+1 (503) 555-0188",
        shift.member.id,
    )
    assert ring(shift, line, pin).event_id == event.event_id
    assert ring(shift, line, pin, "out").is_accepted
    assert shift.visit.status == VisitStatus.VERIFIED
    assert session.query(ClockEvent).count() == 2


@pytest.mark.parametrize(
    "wrong", [{"pin": "000000"}, {"staff_number": "99999"}, {"staff_number": "x"}, {"caller": "503-555-0000"}]
)
def test_whoever_gets_it_wrong_is_not_told_what(
    shift: Shift, line: TelephonyLine, pin: TelephonyPin, wrong: dict[str, str]
) -> None:
    answer = ring(shift, line, pin, **wrong)
    assert answer == Answer(False, "We could not match this call. Please call your office.")
    assert verification.events_of(shift.visit) == []


def test_a_pin_is_locked_after_wrong_tries_and_opened_by_the_office(
    shift: Shift, line: TelephonyLine, pin: TelephonyPin
) -> None:
    for _try in range(telephony.MOST_TRIES):
        ring(shift, line, pin, pin="000000")
    assert not ring(shift, line, pin).is_accepted
    telephony.unlock(pin, by=None)
    assert ring(shift, line, pin).is_accepted


def test_a_visit_of_another_hour_is_not_meant(shift: Shift, line: TelephonyLine, pin: TelephonyPin) -> None:
    shift.visit.starts_at += timedelta(hours=6)
    shift.visit.ends_at += timedelta(hours=6)
    session.flush()
    moment = shift.visit.starts_at - timedelta(hours=5)
    call = Call("1", PHONE, str(shift.member.staff_number), str(pin.pin), ClockKind.IN, moment)
    answer = telephony.take_call(call, line)
    assert not answer.is_accepted


def test_a_call_where_nothing_is_planned_is_told_to_the_office_and_to_nobody_else(
    shift: Shift, line: TelephonyLine, pin: TelephonyPin
) -> None:
    planner = a_user("noor", "Scheduler")
    for caller, known in (("503-555-0000", pin.pin), ("503-555-0000", "000000"), ("503-555-0000", pin.pin)):
        answer = ring(shift, line, pin, caller=caller, pin=known)
        assert answer == Answer(False, "We could not match this call. Please call your office.")
    (told,) = [one for one in newest(planner.id) if one.kind == "visit:unplanned"]
    assert told.facts["caregiver"] == str(shift.member) and told.facts["phone"] == "503-555-0000"
    assert told.facts["time"] == {"at": f"{shift.visit.local_start:%H:%M}"} and "clock in" in told.sentence
    assert "visit:unplanned" not in [one.kind for one in newest(shift.user.id)]


@pytest.mark.parametrize("lacks", [("can_add", "Visits"), ("can_edit", "UnplannedCalls")])
def test_who_could_not_open_the_page_is_not_sent_there(
    shift: Shift, line: TelephonyLine, pin: TelephonyPin, lacks: tuple[str, str]
) -> None:
    planner = a_user("noor", "Scheduler")
    (role,) = planner.roles
    role.permissions = [one for one in role.permissions if (one.permission.name, one.view_menu.name) != lacks]
    session.flush()
    ring(shift, line, pin, caller="503-555-0000")
    assert newest(planner.id) == []


def test_a_signature_is_of_this_body_and_fresh(line: TelephonyLine) -> None:
    body, now = b'{"call_id": "1"}', int(clock.now().timestamp())
    assert line.secret is not None

    def header(moment: int, of: bytes = body, secret: str = line.secret) -> str:
        return f"t={moment},v1={telephony.signature_of(secret, moment, of)}"

    assert telephony.line_that_signed(header(now), body) is line
    for wrong in (header(now, b"{}"), header(now - 400), header(now, secret="guessed"), "", "t=x,v1=", "t=1,v1=é"):
        with pytest.raises(Unauthenticated, match="signature"):
            telephony.line_that_signed(wrong, body)
    telephony.update_line(line, {"is_active": False}, by=None)
    with pytest.raises(Unauthenticated):
        telephony.line_that_signed(header(now), body)


def test_a_pin_is_kept_as_a_hash_alone(pin: TelephonyPin) -> None:
    assert pin.pin is not None and len(pin.pin) == 6
    assert pin.pin not in pin.pin_hash and len(pin.pin_hash) == 64


def test_the_visit_is_planned_from_the_call_and_the_told_times_are_its_own(
    shift: Shift, line: TelephonyLine, pin: TelephonyPin
) -> None:
    begun, ended = shift.visit.starts_at - timedelta(hours=9), shift.visit.starts_at - timedelta(hours=7)
    calls = [unplanned_call(shift, line, pin, "in", begun), unplanned_call(shift, line, pin, "out", ended)]
    assert {one.client_id for one in calls} == {shift.client.id}
    assert unplanned.other_of(calls[0]) is calls[1] and unplanned.other_of(calls[1]) is calls[0]
    assert unplanned.hours_of(calls[1], calls[0]) == (begun, ended)
    visit = unplanned.plan_visit(calls[0], wanted(shift, begun, ended), other=calls[1], **WHY, by=None)
    assert (visit.staff_member_id, visit.clocked_in_at, visit.clocked_out_at) == (shift.member.id, begun, ended)
    first, last = verification.events_of(visit)
    assert (first.method, first.phone, first.reason) == (ClockMethod.TELEPHONY, PHONE, "Called in by the daughter")
    assert (first.event_id, last.event_id) == (calls[0].event_id, calls[1].event_id)
    assert all(one.visit_id == visit.id and one.settled_at is not None for one in calls)
    (exception,) = verification.undecided_of(visit)
    assert exception.kind == ExceptionKind.UNSCHEDULED and visit.status == VisitStatus.COMPLETED
    verification.review(visit)
    assert verification.undecided_of(visit) == [exception]
    verification.approve(exception, by=None, note="Agreed with the family")
    assert visit.status == VisitStatus.VERIFIED


def test_a_call_is_kept_once_and_settled_once(shift: Shift, line: TelephonyLine, pin: TelephonyPin) -> None:
    begun = shift.visit.starts_at - timedelta(hours=9)
    call = unplanned_call(shift, line, pin, "in", begun)
    assert unplanned_call(shift, line, pin, "in", begun) is call
    assert unplanned.hours_of(call, None) == (begun, begun + unplanned.USUAL)
    unplanned.set_aside(call, by=None)
    with pytest.raises(Conflict, match="settled already"):
        unplanned.plan_visit(call, wanted(shift, begun, begun + timedelta(hours=1)), **WHY, by=None)


def test_planning_from_a_call_keeps_to_the_rules(shift: Shift, line: TelephonyLine, pin: TelephonyPin) -> None:
    begun = shift.visit.starts_at - timedelta(hours=9)
    call = unplanned_call(shift, line, pin, "in", begun)
    values = wanted(shift, begun, begun + timedelta(hours=1))
    with pytest.raises(Invalid, match="Say in words"):
        unplanned.plan_visit(call, values, reason_code=ReasonCode.OTHER, by=None)
    there = {**values, "starts_at": shift.visit.starts_at, "ends_at": shift.visit.ends_at}
    with pytest.raises(Conflict):
        unplanned.plan_visit(call, there, **WHY, by=None)


def test_whose_telephone_it_was_is_left_open_where_several_share_it(
    shift: Shift, line: TelephonyLine, pin: TelephonyPin
) -> None:
    an_active_client().mobile_phone = "(503) 555 0188"
    session.flush()
    call = unplanned_call(shift, line, pin, "in", shift.visit.starts_at - timedelta(hours=9))
    assert call.client_id is None


def test_a_call_after_another_begin_is_of_that_other_visit(
    shift: Shift, line: TelephonyLine, pin: TelephonyPin
) -> None:
    first, second, ended = (shift.visit.starts_at - timedelta(hours=hours) for hours in (12, 7, 5))
    begins = [unplanned_call(shift, line, pin, "in", at, number) for number, at in enumerate((first, second))]
    end = unplanned_call(shift, line, pin, "out", ended, 2)
    assert [unplanned.other_of(one) for one in (*begins, end)] == [None, end, begins[1]]
    values = wanted(shift, first, first + timedelta(hours=1))
    with pytest.raises(Invalid, match="not of one visit"):
        unplanned.plan_visit(begins[0], values, other=end, **WHY, by=None)
    visit = unplanned.plan_visit(begins[0], values, **WHY, by=None)
    assert (visit.clocked_in_at, visit.clocked_out_at) == (first, None)
    assert unplanned.other_of(begins[1]) is end
    unplanned.plan_visit(begins[1], wanted(shift, second, ended), **WHY, by=None)
    assert unplanned.other_of(end) is None, "what was clocked in between counts as what was called"


def test_a_call_that_was_set_aside_parts_no_visit(shift: Shift, line: TelephonyLine, pin: TelephonyPin) -> None:
    begun, ended = (shift.visit.starts_at - timedelta(hours=hours) for hours in (9, 7))
    call, end = unplanned_call(shift, line, pin, "in", begun), unplanned_call(shift, line, pin, "out", ended, 1)
    twice = unplanned_call(shift, line, pin, "in", begun + timedelta(minutes=2), 2)
    assert unplanned.other_of(call) is None
    unplanned.set_aside(twice, by=None)
    assert unplanned.other_of(call) is end


def test_the_end_that_a_planner_gives_is_not_overruled_by_a_call(
    shift: Shift, line: TelephonyLine, pin: TelephonyPin
) -> None:
    begun, ended = (shift.visit.starts_at - timedelta(hours=hours) for hours in (12, 5))
    call, end = unplanned_call(shift, line, pin, "in", begun), unplanned_call(shift, line, pin, "out", ended, 1)
    values = wanted(shift, begun, begun + timedelta(hours=2))
    with pytest.raises(Invalid, match="more than an hour away") as refused:
        unplanned.plan_visit(call, values, other=end, **WHY, by=None)
    assert refused.value.errors.keys() == {"other_call_id"}
    visit = unplanned.plan_visit(call, values, **WHY, by=None)
    assert (visit.ends_at, visit.clocked_out_at, end.settled_at) == (begun + timedelta(hours=2), None, None)


WHY = {"reason_code": ReasonCode.CLIENT_ASKED, "reason": "Called in by the daughter"}


def unplanned_call(
    shift: Shift, line: TelephonyLine, pin: TelephonyPin, kind: str, at: datetime, number: int = 7
) -> UnplannedCall:
    with clock.frozen(at):
        call = Call(str(number), PHONE, str(shift.member.staff_number), str(pin.pin), ClockKind(kind), at)
        assert not telephony.take_call(call, line).is_accepted
    return session.query(UnplannedCall).filter_by(kind=kind, called_at=at).one()


def wanted(shift: Shift, starts_at: datetime, ends_at: datetime) -> dict[str, Any]:
    hours = {"starts_at": starts_at, "ends_at": ends_at, "override_reason": "It took place"}
    return {"client_id": shift.client.id, "service_type_id": shift.visit.service_type_id, **hours}
