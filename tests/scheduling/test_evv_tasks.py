"""A visit's tasks and its record: from the plan, settled once however often it is sent, the later word stands."""

import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from PIL import Image

from starline.core.db import session
from starline.core.errors import Conflict, Invalid
from starline.core.identifiers import uuid7
from starline.scheduling import acts, evv, own, visit_records, visit_tasks, visits
from starline.scheduling.evv_vocabulary import Clash, ClockKind, TaskOutcome
from starline.scheduling.models import VisitAct
from starline.scheduling.vocabulary import VisitStatus
from starline.services import plans
from tests.organizations.factories import a_staff_member, a_user, today
from tests.scheduling.evv_factories import Shift, a_shift, kinds_of
from tests.services.factories import a_task_of

WHEN = timedelta(minutes=30)


@pytest.fixture
def shift(harbor: Any) -> Shift:
    return a_shift(tasks=("Dressing", "Prepare a meal"))


def settle(shift: Shift, number: int, outcome: TaskOutcome, **more: Any) -> Any:
    task = visit_tasks.tasks_of(shift.visit)[number]
    given = {"event_id": uuid7(), "happened_at": shift.visit.starts_at + WHEN, "by": shift.user.id, **more}
    return visit_tasks.settle(task, outcome=outcome, **given)


def test_a_visit_has_the_tasks_of_its_day_and_its_service(shift: Shift) -> None:
    plan = plans.plan_of(shift.client.id, on=shift.visit.local_start.date())
    draft = plans.revise(plan, by=None)
    day = date.strftime(shift.visit.local_start, "%A").lower()
    a_task_of(draft, name="Shopping", weekdays=[day], position=3)
    a_task_of(draft, name="Laundry", weekdays=["monday" if day != "monday" else "tuesday"])
    assert [one.name for one in visit_tasks.tasks_of(shift.visit)] == ["Dressing", "Prepare a meal"]


def test_tasks_follow_the_plan_until_the_visit_begins(shift: Shift) -> None:
    first = visit_tasks.tasks_of(shift.visit)
    plan = plans.plan_of(shift.client.id, on=shift.visit.local_start.date())
    line = session.get(type(first[0].plan_task), first[1].plan_task_id)
    line.weekdays = [("monday" if shift.visit.local_start.weekday() != 0 else "tuesday")]
    session.flush()
    assert [one.name for one in visit_tasks.tasks_of(shift.visit)] == ["Dressing"]
    shift.clock(ClockKind.IN)
    line.weekdays = []
    session.flush()
    assert [one.name for one in visit_tasks.tasks_of(shift.visit)] == ["Dressing"]
    assert plan is not None


def test_a_required_task_left_open_keeps_a_visit_from_being_verified(shift: Shift) -> None:
    shift.clock(ClockKind.IN)
    settle(shift, 0, TaskOutcome.DONE)
    shift.clock(ClockKind.OUT)
    assert kinds_of(shift.visit) == {"task_undone"}
    assert shift.visit.status == VisitStatus.COMPLETED
    settle(shift, 1, TaskOutcome.REFUSED, reason="Was not hungry")
    assert shift.visit.status == VisitStatus.VERIFIED


def test_a_refused_task_needs_a_reason(shift: Shift) -> None:
    with pytest.raises(Invalid, match="why the task was refused"):
        settle(shift, 0, TaskOutcome.REFUSED, reason="  ")
    assert visit_tasks.tasks_of(shift.visit)[0].outcome == TaskOutcome.OPEN


def test_the_same_act_again_changes_nothing_and_the_later_word_stands(shift: Shift) -> None:
    first = uuid7()
    task = settle(shift, 0, TaskOutcome.DONE, event_id=first)
    settle(shift, 0, TaskOutcome.NOT_NEEDED, happened_at=shift.visit.starts_at + 2 * WHEN)
    settle(shift, 0, TaskOutcome.DONE, event_id=first)
    settle(shift, 0, TaskOutcome.REFUSED, reason="Sent late", happened_at=shift.visit.starts_at)
    assert task.outcome == TaskOutcome.NOT_NEEDED
    assert session.query(VisitAct).filter_by(visit_id=shift.visit.id).count() == 3
    other = a_shift("paula", day=-2, tasks=("Dressing",))
    with pytest.raises(Conflict, match="another visit"):
        settle(other, 0, TaskOutcome.DONE, event_id=first)


def test_a_note_is_kept_encrypted_and_the_later_one_stands(shift: Shift) -> None:
    moment = shift.visit.starts_at + WHEN
    first, by = uuid7(), shift.user.id
    record = visit_records.write_note(shift.visit, " Ate well. ", event_id=first, happened_at=moment, by=by)
    assert record.note == "Ate well." and b"Ate" not in bytes(record.note_encrypted or b"")
    visit_records.write_note(shift.visit, "Ate well, slept.", event_id=uuid7(), happened_at=moment + WHEN, by=by)
    visit_records.write_note(shift.visit, "Ate well.", event_id=first, happened_at=moment, by=by)
    again = visit_records.record_of(shift.visit)
    assert again is record and again.note == "Ate well, slept."
    with pytest.raises(Invalid):
        visit_records.write_note(shift.visit, "  ", event_id=uuid7(), happened_at=moment, by=by)


def test_the_words_of_every_note_stay_whichever_stands(shift: Shift) -> None:
    moment, by = shift.visit.starts_at + WHEN, shift.user.id
    visit_records.write_note(shift.visit, "Ate well.", event_id=uuid7(), happened_at=moment, by=by)
    assert visit_records.set_aside(shift.visit) == []
    visit_records.write_note(shift.visit, "Ate, slept.", event_id=uuid7(), happened_at=moment + 2 * WHEN, by=by)
    visit_records.write_note(shift.visit, "Sent late.", event_id=uuid7(), happened_at=moment + WHEN, by=by)
    aside = visit_records.set_aside(shift.visit)
    assert [one.words for one in aside] == ["Sent late.", "Ate well."]
    assert b"Ate" not in bytes(aside[1].words_encrypted or b"") and aside[0].staff_member == shift.member


@pytest.mark.parametrize("has_act", [True, False])
def test_a_note_without_words_of_its_act_stays_too(shift: Shift, has_act: bool) -> None:
    moment, by = shift.visit.starts_at + WHEN, shift.user.id
    visit_records.write_note(shift.visit, "Ate well.", event_id=uuid7(), happened_at=moment, by=by)
    act = session.query(VisitAct).filter_by(visit_id=shift.visit.id).one()
    if has_act:
        act.words_encrypted = None
    else:
        session.delete(act)
    session.flush()
    visit_records.write_note(shift.visit, "Slept.", event_id=uuid7(), happened_at=moment + WHEN, by=by)
    assert [(one.words, one.happened_at) for one in visit_records.set_aside(shift.visit)] == [("Ate well.", moment)]


@pytest.mark.parametrize("is_called_off", [False, True])
def test_what_a_former_caregiver_tells_is_kept_beside(shift: Shift, is_called_off: bool) -> None:
    moment, by = shift.visit.starts_at + WHEN, shift.user.id
    successor = a_staff_member(first_name="Sam", last_name="Ito", user_id=a_user("sam").id)
    shift.visit.staff_member_id = successor.id
    session.flush()
    given = {"happened_at": moment, "by": successor.user_id}
    record = visit_records.write_note(shift.visit, "Ate well.", event_id=uuid7(), **given)
    visit_records.drive(shift.visit, Decimal(3), event_id=uuid7(), **given)
    visit_records.sign(shift.visit, image=a_picture(), name="Ruth Abernathy", event_id=uuid7(), **given)
    settle(shift, 0, TaskOutcome.DONE, **given)
    if is_called_off:
        visits.cancel(shift.visit, by=None)
    late = {"happened_at": moment + WHEN, "by": by}
    visit_records.write_note(shift.visit, "Nobody at home.", event_id=uuid7(), **late)
    visit_records.drive(shift.visit, Decimal(9), event_id=uuid7(), **late)
    visit_records.sign(shift.visit, image=a_picture(), name="Somebody", event_id=uuid7(), **late)
    settle(shift, 0, TaskOutcome.REFUSED, reason="Was out", **late)
    assert (record.note, record.miles, record.signed_by_name) == ("Ate well.", Decimal(3), "Ruth Abernathy")
    assert visit_tasks.tasks_of(shift.visit)[0].outcome == TaskOutcome.DONE
    aside = {str(one.kind): (one.words, one.staff_member_id) for one in visit_records.set_aside(shift.visit)}
    told = {
        "note": "Nobody at home.",
        "mileage": "9",
        "signature": "Somebody",
        "task": "Dressing · refused · Was out",
    }
    assert aside == {kind: (words, shift.member.id) for kind, words in told.items()}
    assert "conflict" in kinds_of(shift.visit)


def test_a_visit_of_long_ago_is_told_of_by_nobody_who_had_it_once(shift: Shift) -> None:
    shift.visit.staff_member_id = a_staff_member(first_name="Sam", last_name="Ito").id
    session.flush()
    assert own.reported_visit(shift.member, shift.visit.id) is shift.visit
    shift.visit.ends_at -= evv.OLDEST
    shift.visit.starts_at -= evv.OLDEST
    session.flush()
    assert own.reported_visit(shift.member, shift.visit.id) is None


def test_miles_and_a_signature_are_kept_once(shift: Shift) -> None:
    given = {"happened_at": shift.visit.ends_at, "by": shift.user.id}
    visit_records.drive(shift.visit, Decimal("12.34"), event_id=uuid7(), **given)
    key = uuid7()
    for _attempt in range(2):
        record = visit_records.sign(shift.visit, image=a_picture(), name="Ruth Abernathy", event_id=key, **given)
    assert (record.miles, record.signed_by_name, record.signed_at) == (
        Decimal("12.3"),
        "Ruth Abernathy",
        shift.visit.ends_at,
    )
    assert record.signature_id is not None
    photo_key = uuid7()
    photos = [
        visit_records.add_photo(shift.visit, image=a_picture(), name="door.png", event_id=photo_key, **given)
        for _attempt in range(2)
    ]
    assert photos[0] is photos[1] and visit_records.photos_of(shift.visit) == [photos[0]]
    with pytest.raises(Invalid):
        visit_records.drive(shift.visit, Decimal(1001), event_id=uuid7(), **given)
    with pytest.raises(Invalid):
        visit_records.sign(shift.visit, image=a_picture(), name=" ", event_id=uuid7(), **given)


def test_what_is_written_of_a_visit_called_off_is_kept_and_looked_at(shift: Shift) -> None:
    visits.cancel(shift.visit, by=None)
    key, moment = uuid7(), shift.visit.starts_at
    record = visit_records.write_note(shift.visit, "Was there.", event_id=key, happened_at=moment, by=shift.user.id)
    kept = acts.kept(key)
    assert record.note == "Was there." and kept is not None and kept.clash == Clash.CALLED_OFF
    assert kinds_of(shift.visit) == {"conflict"}


def test_the_office_writes_for_a_caregiver_without_a_conflict(shift: Shift) -> None:
    clerk = a_user("clerk", "Scheduler")
    settle(shift, 0, TaskOutcome.DONE, by=clerk.id)
    assert kinds_of(shift.visit) == set()
    assert today() >= shift.visit.local_start.date()


def test_so_does_somebody_of_the_office_who_has_a_personnel_file(shift: Shift) -> None:
    nurse = a_user("nurse", "Nurse")
    a_staff_member(first_name="Nora", last_name="Quill").user_id = nurse.id
    session.flush()
    settle(shift, 0, TaskOutcome.DONE, by=nurse.id)
    given = {"happened_at": shift.visit.starts_at, "by": nurse.id}
    record = visit_records.write_note(shift.visit, "Told by telephone.", event_id=uuid7(), **given)
    visit_records.drive(shift.visit, Decimal(9), event_id=uuid7(), **given)
    assert (record.note, record.miles, kinds_of(shift.visit)) == ("Told by telephone.", Decimal(9), set())


def a_picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 20), "white").save(made, "PNG")
    return made.getvalue()
