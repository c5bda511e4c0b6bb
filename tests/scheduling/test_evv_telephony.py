"""Clocking by telephone: a signed call of a caregiver from the client's phone."""

from datetime import timedelta
from typing import Any

import pytest

from starline.core import clock
from starline.core.db import session
from starline.core.errors import Unauthenticated
from starline.notifications.service import newest
from starline.scheduling import telephony, verification
from starline.scheduling.evv_vocabulary import ClockKind, ClockMethod
from starline.scheduling.models import ClockEvent, TelephonyLine, TelephonyPin
from starline.scheduling.telephony import Answer, Call
from starline.scheduling.vocabulary import VisitStatus
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
