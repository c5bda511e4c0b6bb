"""Clocking in and out: what counts, what is kept beside, what is corrected, and when a visit is verified."""

from datetime import timedelta
from typing import Any

import pytest

from starline.core import clock
from starline.core.audit import history
from starline.core.db import session
from starline.core.errors import Conflict, Invalid, NotAllowed
from starline.core.identifiers import uuid7
from starline.scheduling import acts, evv, verification, visits
from starline.scheduling.evv_vocabulary import (
    Clash,
    ClockKind,
    ClockMethod,
    Element,
    ExceptionStatus,
    ReasonCode,
    Standing,
)
from starline.scheduling.models import ClockEvent
from starline.scheduling.vocabulary import VisitStatus, VoidReason
from starline.services import catalogue
from tests.organizations.factories import a_staff_member, a_user
from tests.scheduling.evv_factories import DOWNTOWN, Shift, a_shift, kinds_of

IN, OUT = ClockKind.IN, ClockKind.OUT


@pytest.fixture
def shift(harbor: Any) -> Shift:
    return a_shift()


def test_a_visit_begins_ends_and_is_verified_where_nothing_is_out_of_the_ordinary(shift: Shift) -> None:
    assert verification.lacking(shift.visit) == [Element.DATE, Element.TIMES]
    begun = shift.clock(IN, late=3)
    assert shift.visit.status == VisitStatus.IN_PROGRESS
    assert (begun.distance_metres, begun.is_inside, begun.staff_member_id) == (44, True, shift.member.id)
    assert shift.visit.clocked_in_at == begun.happened_at
    shift.clock(OUT, late=-2)
    assert shift.visit.status == VisitStatus.VERIFIED
    assert verification.lacking(shift.visit) == []
    assert verification.exceptions_of(shift.visit) == []


def test_the_same_event_again_answers_the_first(shift: Shift) -> None:
    told = shift.tell(IN)
    first = evv.clock(shift.visit, told, by=shift.user.id)
    assert evv.clock(shift.visit, told, by=shift.user.id) is first
    assert len(verification.events_of(shift.visit)) == 1
    kept = acts.kept(told.event_id)
    assert kept is not None and kept.clash is None
    other = a_shift("paula", day=-2)
    with pytest.raises(Conflict, match="another visit"):
        evv.clock(other.visit, told, by=other.user.id)


def test_only_the_caregiver_of_a_visit_clocks_it(shift: Shift) -> None:
    stranger = a_user("stranger")
    a_staff_member(first_name="Sam", user_id=stranger.id)
    for by in (stranger.id, a_user("planner", "Scheduler").id, None):
        with pytest.raises(NotAllowed, match="Only the caregiver"):
            evv.clock(shift.visit, shift.tell(), by=by)
    assert verification.events_of(shift.visit) == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"place": (45.0, None)}, "latitude"),
        ({"place": (91.0, 0.0)}, "latitude"),
        ({"accuracy_metres": -1}, "accuracy_metres"),
        ({"happened_at": clock.now() - timedelta(days=90)}, "happened_at"),
        ({"happened_at": clock.now() + timedelta(days=2)}, "happened_at"),
        ({"happened_at": clock.now().replace(tzinfo=None)}, "happened_at"),
    ],
)
def test_a_reading_that_makes_no_sense_is_refused(shift: Shift, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        shift.clock(IN, **given)
    assert set(refusal.value.errors) == {field}


def test_whoever_is_late_and_elsewhere_clocks_all_the_same_and_the_office_looks_at_it(shift: Shift) -> None:
    event = shift.clock(IN, late=25, place=DOWNTOWN)
    assert (event.is_inside, event.standing) == (False, Standing.COUNTS)
    shift.clock(OUT)
    assert shift.visit.status == VisitStatus.COMPLETED
    found = {one.kind: one for one in verification.undecided_of(shift.visit)}
    assert {kind.value: one.amount for kind, one in found.items()} == {"late_in": 25, "outside": 962}
    approver = a_user("approver", "Scheduler").id
    for one in found.values():
        verification.approve(one, by=approver, note="Asked Maria", reason_code=ReasonCode.TRAFFIC_OR_WEATHER)
    assert shift.visit.status == VisitStatus.VERIFIED
    with pytest.raises(Conflict, match="Nothing is to be decided"):
        verification.approve(next(iter(found.values())), by=approver)


def test_an_inexact_position_blames_nobody(shift: Shift) -> None:
    event = shift.clock(IN, place=DOWNTOWN, accuracy_metres=2000)
    assert event.is_inside is None
    assert kinds_of(shift.visit) == set()


def test_a_phone_without_a_position_is_an_exception(shift: Shift) -> None:
    shift.clock(IN, place=None)
    assert kinds_of(shift.visit) == {"no_position"}


def test_a_service_that_needs_no_verification_asks_for_none(shift: Shift) -> None:
    catalogue.update_service_type(shift.visit.service_type, {"requires_evv": False}, by=None)
    shift.clock(IN, late=90, place=DOWNTOWN)
    shift.clock(OUT)
    assert shift.visit.status == VisitStatus.VERIFIED


def test_a_correction_keeps_the_original(shift: Shift) -> None:
    wrong = shift.clock(IN, late=40)
    shift.clock(OUT)
    assert kinds_of(shift.visit) == {"late_in"}
    clerk = a_user("clerk", "Scheduler")
    right = evv.correct(
        wrong, happened_at=shift.visit.starts_at, reason_code=ReasonCode.FORGOT, reason="Rang at nine", by=clerk.id
    )
    assert (wrong.standing, wrong.happened_at) == (Standing.CORRECTED, shift.visit.starts_at + timedelta(minutes=40))
    assert (right.replaces_id, right.method, right.standing) == (wrong.id, ClockMethod.MANUAL, Standing.COUNTS)
    assert (right.latitude, wrong.is_inside) == (None, True)
    assert shift.visit.clocked_in_at == shift.visit.starts_at
    assert kinds_of(shift.visit) == {"manual"}
    states = {one.kind.value: one.status for one in verification.exceptions_of(shift.visit)}
    assert states == {"late_in": ExceptionStatus.SETTLED, "manual": ExceptionStatus.OPEN}
    with pytest.raises(Conflict, match="Another time counts"):
        evv.correct(wrong, happened_at=shift.visit.starts_at, reason_code=ReasonCode.FORGOT, by=clerk.id)
    with pytest.raises(Invalid, match="ends after it begins"):
        evv.correct(
            right, happened_at=shift.visit.ends_at + timedelta(hours=1), reason_code=ReasonCode.FORGOT, by=clerk.id
        )


def test_a_verified_visit_that_is_corrected_must_be_approved_again(shift: Shift) -> None:
    shift.clock_both()
    assert shift.visit.status == VisitStatus.VERIFIED
    ended = verification.counting(shift.visit)[OUT]
    evv.correct(
        ended, happened_at=shift.visit.ends_at - timedelta(minutes=5), reason_code=ReasonCode.WRONG_TIME, by=None
    )
    assert shift.visit.status == VisitStatus.COMPLETED


def test_nobody_approves_a_time_of_their_own(shift: Shift) -> None:
    clerk = a_user("clerk", "Scheduler")
    for kind, moment in ((IN, shift.visit.starts_at), (OUT, shift.visit.ends_at)):
        event = evv.clock_by_hand(
            shift.visit, kind=kind, happened_at=moment, reason_code=ReasonCode.DEVICE_FAILED, by=clerk.id
        )
        event.created_by_fk = clerk.id
    session.flush()
    assert shift.visit.status == VisitStatus.COMPLETED
    (manual,) = verification.undecided_of(shift.visit)
    with pytest.raises(NotAllowed, match="ask a colleague"):
        verification.approve(manual, by=clerk.id)
    verification.send_back(manual, by=a_user("chief", "Administrator").id, note="Was Maria there?")
    assert (manual.status, manual.note) == (ExceptionStatus.RETURNED, "Was Maria there?")
    assert shift.visit.status == VisitStatus.COMPLETED
    verification.approve(manual, by=a_user("boss", "Administrator").id)
    assert shift.visit.status == VisitStatus.VERIFIED


def test_an_entry_by_hand_needs_a_reason_and_a_time_that_was(shift: Shift) -> None:
    with pytest.raises(Invalid) as refusal:
        evv.clock_by_hand(
            shift.visit,
            kind=IN,
            happened_at=clock.now() + timedelta(hours=1),
            reason_code=ReasonCode.OTHER,
            reason=" ",
            by=None,
        )
    assert set(refusal.value.errors) == {"happened_at", "reason"}
    given = {"kind": IN, "happened_at": shift.visit.starts_at, "reason_code": ReasonCode.FORGOT, "event_id": uuid7()}
    first = evv.clock_by_hand(shift.visit, **given, by=None)
    assert evv.clock_by_hand(shift.visit, **given, by=None) is first
    with pytest.raises(Conflict, match="correct it instead"):
        evv.clock_by_hand(shift.visit, **{**given, "event_id": uuid7()}, by=None)


def test_what_a_caregiver_clocks_after_the_office_did_is_kept_beside_it_until_somebody_chooses(shift: Shift) -> None:
    by_hand = evv.clock_by_hand(
        shift.visit, kind=IN, happened_at=shift.visit.starts_at, reason_code=ReasonCode.NO_SIGNAL, by=None
    )
    late = shift.clock(IN, late=10)
    assert (late.standing, late.clash) == (Standing.BESIDE, Clash.CLOCKED_ALREADY)
    assert shift.visit.clocked_in_at == by_hand.happened_at
    assert kinds_of(shift.visit) == {"manual", "conflict"}
    assert "kept beside" in evv.sentence_of(late.clash)
    evv.accept(late, by=None)
    assert (late.standing, by_hand.standing) == (Standing.COUNTS, Standing.CORRECTED)
    assert shift.visit.clocked_in_at == late.happened_at
    assert kinds_of(shift.visit) == set()
    with pytest.raises(Conflict, match="nothing to choose"):
        evv.accept(late, by=None)


def test_a_visit_that_was_called_off_while_the_caregiver_was_there(shift: Shift) -> None:
    visits.cancel(shift.visit, by=None, reason=VoidReason.CLIENT_REQUEST)
    begun, ended = shift.clock(IN), shift.clock(OUT)
    assert {begun.clash, ended.clash} == {Clash.CALLED_OFF}
    assert (shift.visit.status, shift.visit.clocked_in_at) == (VisitStatus.CANCELLED, None)
    assert kinds_of(shift.visit) == {"conflict"}
    evv.accept(begun, by=None)
    assert (shift.visit.status, shift.visit.void_reason) == (VisitStatus.IN_PROGRESS, None)
    evv.accept(ended, by=None)
    assert shift.visit.status == VisitStatus.VERIFIED


def test_a_visit_that_was_given_to_somebody_else_keeps_what_the_first_one_sends(shift: Shift) -> None:
    other = a_staff_member(first_name="Nora")
    visits.update_visit(shift.visit, {"staff_member_id": other.id}, by=None)
    event = shift.clock(IN)
    assert (event.standing, event.clash, event.staff_member_id) == (
        Standing.BESIDE,
        Clash.REASSIGNED,
        shift.member.id,
    )
    assert (shift.visit.staff_member_id, shift.visit.status) == (other.id, VisitStatus.SCHEDULED)
    evv.accept(event, by=None)
    assert (shift.visit.staff_member_id, shift.visit.status) == (shift.member.id, VisitStatus.IN_PROGRESS)


def test_a_visit_that_was_moved_counts_and_is_looked_at(shift: Shift) -> None:
    seen = shift.visit.starts_at
    visits.update_visit(shift.visit, {"starts_at": seen - timedelta(minutes=10)}, by=None)
    event = shift.clock(IN, seen_starts_at=seen)
    assert (event.standing, event.clash) == (Standing.COUNTS, Clash.MOVED)
    assert kinds_of(shift.visit) == {"conflict"}


def test_an_end_before_the_begin_is_kept_beside(shift: Shift) -> None:
    shift.clock(OUT)
    assert shift.visit.status == VisitStatus.COMPLETED
    event = shift.clock(IN, late=300)
    assert (event.standing, event.clash) == (Standing.BESIDE, Clash.OUT_OF_ORDER)
    shift.clock(IN)
    assert kinds_of(shift.visit) == {"conflict"}


def test_what_is_billed_is_left_alone(shift: Shift) -> None:
    shift.clock_both()
    shift.visit.status = VisitStatus.BILLED
    session.flush()
    begun = verification.counting(shift.visit)[IN]
    with pytest.raises(Conflict, match="billed"):
        evv.correct(begun, happened_at=shift.visit.starts_at, reason_code=ReasonCode.FORGOT, by=None)
    assert shift.clock(IN).clash == Clash.BILLED
    assert shift.visit.status == VisitStatus.BILLED


def test_a_visit_that_did_not_take_place_is_missed_with_its_reason(shift: Shift) -> None:
    verification.review(shift.visit)
    assert kinds_of(shift.visit) & {"missing", "missing_in"}
    evv.miss(shift.visit, reason=VoidReason.CAREGIVER_DID_NOT_COME, note="Overslept", by=None)
    assert (shift.visit.status, shift.visit.void_note) == (VisitStatus.MISSED, "Overslept")
    assert kinds_of(shift.visit) == set()
    begun, to_come = a_shift("paula", day=-2), a_shift("quentin", day=2)
    begun.clock(IN)
    with pytest.raises(Conflict, match="only a planned one"):
        evv.miss(begun.visit, reason=VoidReason.OTHER, by=None)
    with pytest.raises(Conflict, match="call it off"):
        evv.miss(to_come.visit, reason=VoidReason.OTHER, by=None)


def test_every_event_is_in_the_audit_trail(shift: Shift) -> None:
    event = shift.clock(IN)
    session.flush()
    assert [one.action for one in history("clock_events", event.id)] == ["insert"]
    assert session.get(ClockEvent, event.id) is event
