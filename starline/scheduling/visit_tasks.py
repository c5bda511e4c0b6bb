"""The tasks of a visit: taken from the client's plan, done or not, each with its outcome and reason."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select

from starline.core import events
from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.problems import invalid
from starline.scheduling import acts
from starline.scheduling.acts import Taken
from starline.scheduling.evv_vocabulary import ActKind, TaskOutcome
from starline.scheduling.models import Visit, VisitTask
from starline.scheduling.verification import review
from starline.services.models import PlanTask
from starline.services.plans import plan_of
from starline.staff.vocabulary import Weekday

LONGEST_REASON = 300


def tasks_of(visit: Visit) -> list[VisitTask]:
    """The tasks, in order. While the visit is planned they follow the plan; once it has begun they stay as they are."""
    there = _there(visit)
    if visit.is_void or (there and not visit.is_planned):
        return there
    wanted = {one.id: one for one in _planned(visit)}
    gone = [one.id for one in there if one.plan_task_id not in wanted and one.outcome == TaskOutcome.OPEN]
    if gone:
        session.execute(delete(VisitTask).where(VisitTask.id.in_(gone)))
    known = {one.plan_task_id for one in there}
    session.add_all(VisitTask(**facts_of(visit, one)) for key, one in wanted.items() if key not in known)
    session.flush()
    return _there(visit)


def expected_tasks(visit: Visit) -> list[VisitTask]:
    """The tasks as `tasks_of` would make them, for who only looks: those of a visit that has none yet aren't kept."""
    there = _there(visit)
    return there or ([VisitTask(**facts_of(visit, one)) for one in _planned(visit)] if visit.is_planned else [])


def settle(
    task: VisitTask,
    *,
    outcome: TaskOutcome,
    reason: str | None = None,
    event_id: UUID,
    happened_at: datetime,
    by: int | None,
) -> VisitTask:
    """Say what became of the task. The same event again changes nothing; of two, the later one stands."""
    outcome = TaskOutcome(outcome)
    words = (reason or "").strip() or None
    if outcome == TaskOutcome.REFUSED and words is None:
        raise invalid("reason", "Say why the task was refused.")
    if words is not None and len(words) > LONGEST_REASON:
        raise invalid("reason", "Give the reason in at most 300 characters.")
    visit = task.visit
    told = " · ".join(filter(None, (task.name, outcome.value, words)))
    taken = acts.begin(visit, ActKind.TASK, task.id, told, event_id=event_id, happened_at=happened_at, by=by)
    if taken is not Taken.EFFECTIVE:
        return task
    session.refresh(task)
    if task.settled_at is None or task.settled_at <= happened_at:
        task.outcome, task.reason = outcome, words
        task.settled_at = None if outcome == TaskOutcome.OPEN else happened_at
        session.flush()
        events.record("visit_task:settled", task)
        if visit.clocked_out_at is not None:
            review(visit)
    return task


def task_of(visit: Visit, task_id: UUID) -> VisitTask:
    """Raises `Conflict` for a task that the visit no longer has."""
    found = session.get(VisitTask, task_id)
    if found is None or found.visit_id != visit.id:
        raise Conflict("This task is not on the list of the visit any more.")
    return found


def _there(visit: Visit) -> list[VisitTask]:
    query = select(VisitTask).where(VisitTask.visit_id == visit.id)
    return list(session.scalars(query.order_by(VisitTask.position, VisitTask.name, VisitTask.id)))


def _planned(visit: Visit) -> Sequence[PlanTask]:
    """What the plan of that day has for this service on this weekday."""
    start = visit.local_start
    plan = plan_of(visit.client_id, on=start.date())
    if plan is None:
        return []
    of_service = or_(PlanTask.service_type_id.is_(None), PlanTask.service_type_id == visit.service_type_id)
    found = session.scalars(select(PlanTask).where(PlanTask.plan_id == plan.id, of_service).order_by(PlanTask.position))
    weekday = list(Weekday)[start.weekday()]
    return [one for one in found if not one.weekdays or weekday in one.weekdays]


def facts_of(visit: Visit, one: PlanTask) -> dict[str, Any]:
    """The plan's task as the visit keeps it, whatever becomes of the plan."""
    return {
        "visit_id": visit.id,
        "client_id": visit.client_id,
        "plan_task_id": one.id,
        "name": one.name,
        "instructions": one.instructions,
        "is_required": one.is_required,
        "position": one.position,
    }
