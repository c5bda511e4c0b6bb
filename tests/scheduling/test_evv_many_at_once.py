"""The same event sent by many at once is one event, and two events at once are both kept."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starline.core import db, tenancy
from starline.core.identifiers import uuid7
from starline.scheduling import evv, visit_records, visit_tasks
from starline.scheduling.evv_vocabulary import ClockKind, TaskOutcome
from starline.scheduling.models import ClockEvent, Visit, VisitAct, VisitRecord, VisitTask
from tests.organizations.factories import HARBOR, acting_for
from tests.scheduling.evv_factories import a_shift

THREADS = 8


def test_an_event_that_many_send_at_once_is_kept_once(database: str) -> None:
    with acting_for(HARBOR, "harbor"), db.transaction():
        shift = a_shift(tasks=("Dressing",))
        visit_id, user_id, moment = shift.visit.id, shift.user.id, shift.visit.ends_at
        task_id = visit_tasks.tasks_of(shift.visit)[0].id
        reading, other = shift.tell(ClockKind.IN), shift.tell(ClockKind.IN, late=5)
    note, done = uuid7(), uuid7()

    def send(number: int) -> Any:
        with tenancy.acting(HARBOR, user_id), db.transaction():
            visit = db.session.get_one(Visit, visit_id)
            evv.clock(visit, other if number == 0 else reading, by=user_id)
            visit_records.write_note(visit, "Ate well.", event_id=note, happened_at=moment, by=user_id)
            task = db.session.get_one(VisitTask, task_id)
            visit_tasks.settle(task, outcome=TaskOutcome.DONE, event_id=done, happened_at=moment, by=user_id)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(send, range(THREADS)))
    with tenancy.acting(HARBOR), db.transaction():
        standings = sorted(one.standing.value for one in db.session.query(ClockEvent).filter_by(visit_id=visit_id))
        assert standings == ["beside", "counts"]
        assert db.session.query(VisitRecord).filter_by(visit_id=visit_id).count() == 1
        assert db.session.query(VisitAct).filter_by(visit_id=visit_id).count() == 2
