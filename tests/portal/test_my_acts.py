"""What a phone tells: each act once, each for itself, each answered with a sentence where something is wrong."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from starline.core import clock, db
from starline.scheduling import visit_records, visits
from starline.scheduling.models import ClockEvent, Visit, VisitAct, VisitException, VisitTask
from starline.scheduling.vocabulary import VoidReason
from tests.portal.conftest import PNG, Own, an_act, in_harbor

Ask = Callable[..., Any]
ACTS = "/api/v1/my/acts"


def told(ask: Ask, who: str, *acts: Any) -> list[dict[str, Any]]:
    answer = ask(who, "POST", ACTS, {"acts": list(acts)})
    assert answer.status_code == 200, answer.text
    result: list[dict[str, Any]] = answer.json["result"]
    return result


def clocked(visit_id: str) -> list[ClockEvent]:
    query = select(ClockEvent).where(ClockEvent.visit_id == UUID(visit_id)).order_by(ClockEvent.happened_at)
    return list(db.session.scalars(query))


def test_a_whole_visit_told_twice_happened_once(ask: Ask, people: dict[str, Own]) -> None:
    own, began = people["maria"], clock.now() - timedelta(minutes=50)
    acts = [
        an_act(own, "clock_in", sequence=1, happened_at=began.isoformat(), latitude=45.5235, longitude=-122.6765),
        an_act(own, "task", sequence=2, task_id=own.tasks[0], outcome="done"),
        an_act(own, "task", sequence=3, task_id=own.tasks[1], outcome="refused", text="Not hungry"),
        an_act(own, "note", sequence=4, text="Slept well."),
        an_act(own, "mileage", sequence=5, miles="4.5"),
        an_act(own, "signature", sequence=6, name="Ruth Abernathy", image=f"data:image/png;base64,{PNG}"),
        an_act(own, "photo", sequence=7, image=PNG),
        an_act(own, "clock_out", sequence=8, happened_at=clock.now().isoformat()),
    ]
    first, second = told(ask, "maria", *reversed(acts)), told(ask, "maria", *acts)
    assert first == second, "the same acts are answered alike"
    assert [one["event_id"] for one in first] == [one["event_id"] for one in acts], "in the order they happened"
    assert {one["state"] for one in first} == {"kept"}
    with in_harbor():
        events = clocked(own.visit_id)
        assert [(one.kind, str(one.event_id)) for one in events] == [
            ("in", acts[0]["event_id"]),
            ("out", acts[7]["event_id"]),
        ]
        assert events[0].happened_at == began and events[0].sequence == 1 and events[0].is_inside
        visit = db.session.get_one(Visit, UUID(own.visit_id))
        record = visit_records.record_of(visit)
        assert record is not None and record.note == "Slept well." and str(record.miles) == "4.5"
        assert record.signed_by_name == "Ruth Abernathy" and len(visit_records.photos_of(visit)) == 1
        outcomes = {str(one.id): (str(one.outcome), one.reason) for one in db.session.query(VisitTask)}
        assert outcomes[own.tasks[0]] == ("done", None) and outcomes[own.tasks[1]] == ("refused", "Not hungry")
        assert db.session.query(VisitAct).filter_by(visit_id=visit.id).count() == 6


def test_a_refused_act_says_why_and_takes_no_other_along(ask: Ask, people: dict[str, Own]) -> None:
    own = people["jo"]
    acts = [
        an_act(own, "task", sequence=1, task_id=own.tasks[0], outcome="refused"),
        an_act(own, "note", sequence=2, text="All is well."),
        an_act(own, "dance", sequence=3),
        an_act(own, "mileage", sequence=4, miles="many"),
        an_act(own, "note", sequence=5, happened_at="yesterday", text="When?"),
        "nothing",
    ]
    found = {one["event_id"]: one for one in told(ask, "jo", *acts)}
    assert found[acts[1]["event_id"]]["state"] == "kept"
    refused = [one for one in found.values() if one["state"] == "refused"]
    assert len(refused) == 5 and all(len(one["sentence"]) > 10 for one in refused), refused
    assert found[acts[0]["event_id"]]["sentence"] == "Say why the task was refused."
    with in_harbor():
        assert db.session.query(VisitAct).filter_by(visit_id=UUID(own.visit_id)).count() == 1


def test_nobody_acts_at_visits_that_were_never_theirs(ask: Ask, people: dict[str, Own]) -> None:
    never = {**an_act(people["jo"], "note", text="x"), "visit_id": str(uuid4())}
    for who, of in (("maria", people["jo"]), ("maria", people["sam"]), ("sam", people["jo"])):
        theirs, nowhere = told(ask, who, an_act(of, "note", text="x"), never)
        assert (theirs["state"], theirs["sentence"]) == (nowhere["state"], nowhere["sentence"]), (who, of.name)
        assert theirs["state"] == "refused"


def test_what_the_office_called_off_meanwhile_is_kept_and_both_are_shown(ask: Ask, people: dict[str, Own]) -> None:
    own = people["jo"]
    with in_harbor():
        visits.cancel(db.session.get_one(Visit, UUID(own.visit_id)), reason=VoidReason.CLIENT_REQUEST, by=None)
    act = an_act(own, "clock_in")
    (first,), (second,) = told(ask, "jo", act), told(ask, "jo", act)
    assert first == second and first["state"] == "kept_with_conflict" and "called this visit off" in first["sentence"]
    with in_harbor():
        assert len(clocked(own.visit_id)) == 1
        assert db.session.get_one(Visit, UUID(own.visit_id)).status == "cancelled"
        assert db.session.query(VisitException).filter_by(visit_id=UUID(own.visit_id), kind="conflict").count() == 1


def test_a_batch_has_a_size(ask: Ask, people: dict[str, Own]) -> None:
    for wrong in ([], [an_act(people["maria"], "note", text="x")] * 101, "all of them"):
        answer = ask("maria", "POST", ACTS, {"acts": wrong})
        assert answer.status_code == 422 and list(answer.json["errors"]) == ["acts"]
