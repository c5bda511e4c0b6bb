"""Service plans: written as drafts, approved by somebody else, followed by new editions and never rewritten."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from starline.clients.models import Client
from starline.clients.rules import ENDED
from starline.clients.service import locked_client
from starline.core import clock, events
from starline.core.db import session
from starline.core.errors import Conflict, NotAllowed
from starline.core.language import N_, _
from starline.core.periods import Period
from starline.core.problems import invalid
from starline.core.rows import assign, copied, proposed
from starline.files.keeping import trash_file
from starline.files.models import StoredFile
from starline.notifications.service import notify, notify_all, people_who_may
from starline.organizations.calendar import today
from starline.services.models import CareTask, PlanService, PlanTask, ServicePlan
from starline.services.rules import problems_of_weekdays
from starline.services.vocabulary import PlanStatus

ASKED = N_("%(who)s asks you to approve a service plan.")
APPROVED = N_("The service plan that you wrote was approved.")
SENT_BACK = N_("The service plan that you wrote came back to you.")


def add_plan(values: Mapping[str, Any], *, by: int | None) -> ServicePlan:
    client = locked_client(values["client_id"])
    if client.status in ENDED:
        raise Conflict(_("%(client)s is not looked after any more; reopen the record first.", client=client))
    _check_days(values)
    plan = ServicePlan(**values)
    session.add(plan)
    session.flush()
    events.record("service_plan:added", plan)
    return plan


def update_plan(plan: ServicePlan, values: Mapping[str, Any], *, by: int | None) -> ServicePlan:
    """Change a draft."""
    locked_draft(plan.id)
    if values.get("client_id", plan.client_id) != plan.client_id:
        raise invalid("client_id", "A plan stays with its client; write another for the other client.")
    _check_days(proposed(plan, values))
    assign(plan, values)
    session.flush()
    events.record("service_plan:updated", plan)
    return plan


def discard_plan(plan: ServicePlan, *, by: int | None) -> None:
    """Throw a draft away, and its documents into the trash. What was ever agreed stays."""
    locked_draft(plan.id)
    of_plan = StoredFile.owner_table == ServicePlan.__tablename__, StoredFile.record_id == plan.id
    for file in session.scalars(select(StoredFile).where(*of_plan, StoredFile.trashed_at.is_(None))):
        trash_file(file, by=by)
    events.record("service_plan:discarded", plan)
    session.delete(plan)
    session.flush()


def ask_for_approval(plan: ServicePlan, *, by: int) -> ServicePlan:
    locked_draft(plan.id)
    if session.scalar(select(PlanService.id).where(PlanService.plan_id == plan.id).limit(1)) is None:
        raise Conflict("A plan provides at least one service; add it, with its hours a week.")
    plan.status, plan.asked_by_id = PlanStatus.PENDING_APPROVAL, by
    session.flush()
    events.record("service_plan:approval_asked", plan)
    branch_id = session.scalar(select(Client.branch_id).where(Client.id == plan.client_id))
    deciders = set(people_who_may("edit", "ServicePlans", branch_id=branch_id)) - {by}
    notify_all(deciders, "service_plan_asked", ASKED, link=_page_of(plan), who=str(plan.asked_by))
    return plan


def approve(plan: ServicePlan, *, by: int) -> ServicePlan:
    """Make it the client's plan from its first day on; the plan that runs then ends the day before."""
    _lock_pending(plan)
    if plan.asked_by_id == by:
        raise NotAllowed("Nobody approves a plan of their own; ask a colleague.")
    for other in _active_plans(plan.client_id):
        _give_way(other, plan)
    plan.status, plan.approved_by_id, plan.approved_at = PlanStatus.ACTIVE, by, clock.now()
    session.flush()
    events.record("service_plan:approved", plan)
    if plan.asked_by_id is not None:
        notify(plan.asked_by_id, "service_plan_approved", APPROVED, link=_page_of(plan))
    return plan


def send_back(plan: ServicePlan, *, by: int, note: str | None = None) -> ServicePlan:
    """Make it a draft again, for whoever wrote it to change."""
    _lock_pending(plan)
    author, plan.status, plan.asked_by_id, plan.answer = plan.asked_by_id, PlanStatus.DRAFT, None, note
    session.flush()
    events.record("service_plan:sent_back", plan)
    if author is not None and author != by:
        notify(author, "service_plan_sent_back", SENT_BACK, link=_page_of(plan))
    return plan


def revise(plan: ServicePlan, *, by: int | None) -> ServicePlan:
    """Begin the next edition as a copy of an active plan: the draft, which holds from tomorrow unless changed."""
    client = locked_client(plan.client_id)
    session.refresh(plan)
    if plan.status != PlanStatus.ACTIVE:
        raise Conflict("Only an active plan has a next edition; a draft is changed as it is.")
    begun = session.scalar(select(ServicePlan).where(ServicePlan.replaces_id == plan.id, _IS_OPEN).limit(1))
    if begun is not None:
        raise Conflict(_("Edition %(number)s is being written already.", number=begun.edition))
    first = max(today(client.branch_id), plan.starts_on) + timedelta(days=1)
    last = plan.ends_on if plan.ends_on is None or plan.ends_on >= first else None
    kept = {name: getattr(plan, name) for name in ("client_id", "title", "note", "authorised_by", "custom")}
    draft = ServicePlan(**kept, edition=plan.edition + 1, starts_on=first, ends_on=last, replaces_id=plan.id)
    session.add(draft)
    session.flush()
    _copy_lines(PlanService, plan, draft)
    _copy_lines(PlanTask, plan, draft)
    session.flush()
    events.record("service_plan:revised", draft)
    return draft


def expire_plans() -> int:
    """Close the active plans whose last day is over; how many."""
    over = [
        plan
        for plan in session.scalars(select(ServicePlan).where(ServicePlan.status == PlanStatus.ACTIVE))
        if plan.ends_on is not None and plan.ends_on < today(plan.client.branch_id)
    ]
    for plan in over:
        plan.status = PlanStatus.EXPIRED
        events.record("service_plan:expired", plan)
    session.flush()
    return len(over)


def plan_of(client_id: UUID, *, on: date) -> ServicePlan | None:
    """The plan that is agreed for the client on that day, also one that was superseded since."""
    agreed = (PlanStatus.ACTIVE, PlanStatus.SUPERSEDED, PlanStatus.EXPIRED)
    query = select(ServicePlan).where(ServicePlan.client_id == client_id, ServicePlan.status.in_(agreed))
    found = [plan for plan in session.scalars(query) if plan.period.covers(on)]
    return max(found, key=lambda plan: plan.edition, default=None)


def locked_draft(plan_id: UUID) -> ServicePlan:
    """The plan while nobody else can change it. Refuses one that isn't a draft."""
    plan = session.get(ServicePlan, plan_id, with_for_update=True, populate_existing=True)
    if plan is None:
        raise invalid("plan_id", "Choose a plan from the list.")
    if not plan.is_draft:
        raise Conflict("This plan is no draft any more. Begin its next edition instead.")
    return plan


def add_plan_service(values: Mapping[str, Any], *, by: int | None) -> PlanService:
    locked_draft(values["plan_id"])
    line = PlanService(**values)
    session.add(line)
    session.flush()
    events.record("plan_service:added", line)
    return line


def add_plan_task(values: Mapping[str, Any], *, by: int | None) -> PlanTask:
    """A task with its instructions; those of the catalogue where none are given."""
    locked_draft(values["plan_id"])
    problems_of_weekdays(values.get("weekdays") or ()).refuse()
    task = PlanTask(**values)
    known = session.get(CareTask, task.care_task_id) if task.care_task_id else None
    if known is not None and task.instructions is None:
        task.instructions = known.instructions
    session.add(task)
    session.flush()
    events.record("plan_task:added", task)
    return task


def update_plan_service(line: PlanService, values: Mapping[str, Any], *, by: int | None) -> PlanService:
    _change(line, values)
    events.record("plan_service:updated", line)
    return line


def update_plan_task(task: PlanTask, values: Mapping[str, Any], *, by: int | None) -> PlanTask:
    problems_of_weekdays(values.get("weekdays") or ()).refuse()
    _change(task, values)
    events.record("plan_task:updated", task)
    return task


def remove_plan_service(line: PlanService, *, by: int | None) -> None:
    """Take a service out of a draft."""
    events.record("plan_service:removed", line)
    _remove(line)


def remove_plan_task(task: PlanTask, *, by: int | None) -> None:
    """Take a task out of a draft."""
    events.record("plan_task:removed", task)
    _remove(task)


_IS_OPEN = ServicePlan.status.in_((PlanStatus.DRAFT, PlanStatus.PENDING_APPROVAL))


def _change(line: PlanService | PlanTask, values: Mapping[str, Any]) -> None:
    locked_draft(line.plan_id)
    if values.get("plan_id", line.plan_id) != line.plan_id:
        raise invalid("plan_id", "It stays with its plan; add another to the other plan.")
    assign(line, values)
    session.flush()


def _remove(line: PlanService | PlanTask) -> None:
    locked_draft(line.plan_id)
    session.delete(line)
    session.flush()


def _lock_pending(plan: ServicePlan) -> None:
    locked_client(plan.client_id)
    session.refresh(plan)
    if plan.status != PlanStatus.PENDING_APPROVAL:
        raise Conflict("Nobody asks for the approval of this plan (any more).")


def _active_plans(client_id: UUID) -> list[ServicePlan]:
    query = select(ServicePlan).where(ServicePlan.client_id == client_id, ServicePlan.status == PlanStatus.ACTIVE)
    return list(session.scalars(query))


def _give_way(other: ServicePlan, plan: ServicePlan) -> None:
    """End a running plan the day before its successor begins; refuse a successor that begins before it."""
    if not other.period.overlaps(plan.period):
        return
    if plan.starts_on <= other.starts_on:
        raise Conflict(
            _(
                "The plan that runs begins on %(day)s; let this one begin later, so that both stand.",
                day=other.starts_on,
            )
        )
    other.ends_on, other.status = plan.starts_on - timedelta(days=1), PlanStatus.SUPERSEDED
    events.record("service_plan:superseded", other)


def _copy_lines(kind: Any, plan: ServicePlan, draft: ServicePlan) -> None:
    for line in session.scalars(select(kind).where(kind.plan_id == plan.id)):
        session.add(kind(plan_id=draft.id, **copied(line, without=("plan_id",))))


def _check_days(values: Mapping[str, Any]) -> None:
    period = Period(values["starts_on"], values.get("ends_on"))
    if period.ends_on is not None and period.ends_on < period.starts_on:
        raise invalid("ends_on", "The last day can't come before the first.")


def _page_of(plan: ServicePlan) -> str:
    return f"/service_plans/show/{plan.id}"
