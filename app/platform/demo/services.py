"""The demo's service plans: what was agreed with the clients who are looked after."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from app.platform.demo.people import Fiction
from starline.clients.models import Client
from starline.clients.vocabulary import ClientStatus
from starline.core import clock
from starline.core.db import session
from starline.services.models import CareTask, PlanService, PlanTask, ServicePlan, ServiceType
from starline.services.vocabulary import PlanStatus, TimeOfDay

PLANNED = (ClientStatus.ACTIVE, ClientStatus.ON_HOLD, ClientStatus.HOSPITALISED)
MIXES: tuple[tuple[tuple[str, int, int], ...], ...] = (
    (("Personal care", 5, 15),),
    (("Personal care", 7, 21), ("Nursing visit (RN)", 1, 1)),
    (("Personal care", 3, 9), ("Homemaker", 2, 4)),
    (("Personal care", 7, 28), ("Respite", 1, 4)),
    (("Companion", 3, 9),),
    (("Nursing visit (LPN)", 2, 2), ("Homemaker", 2, 6)),
)
"""Service, visits and hours a week."""

USUAL = ("Bath or shower", "Dressing", "Prepare a meal", "Offer fluids", "Remind of medication", "Light housekeeping")
TIMES = {"Bath or shower": TimeOfDay.MORNING, "Dressing": TimeOfDay.MORNING, "Prepare a meal": TimeOfDay.MIDDAY}
SOME_DAYS = ["monday", "wednesday", "friday"]


def load_plans(fiction: Fiction, clients: list[Client], *, author: int, decider: int) -> None:
    """A plan for every client in care; a few wait for approval, are drafts, or are due for review."""
    services = {one.name: one for one in session.scalars(select(ServiceType))}
    tasks = {one.name: one for one in session.scalars(select(CareTask))}
    for number, client in enumerate(one for one in clients if one.status in PLANNED):
        plan = _plan(fiction, client, number, author, decider)
        session.add(plan)
        session.flush()
        for name, visits, hours in MIXES[number % len(MIXES)]:
            line = {"service_type_id": services[name].id, "visits_per_week": visits, "hours_per_week": Decimal(hours)}
            session.add(PlanService(plan_id=plan.id, **line))
        others = [name for name in sorted(tasks) if name not in USUAL]
        for position, name in enumerate([*USUAL, *fiction.some(others, 4)], start=1):
            task = PlanTask(plan_id=plan.id, care_task_id=tasks[name].id, name=name, position=10 * position)
            task.instructions, task.time_of_day = tasks[name].instructions, TIMES.get(name, TimeOfDay.ANY)
            task.weekdays = SOME_DAYS if name == "Bath or shower" and fiction.chance(50) else []
            task.is_required = position <= 4
            session.add(task)
    session.flush()


def _plan(fiction: Fiction, client: Client, number: int, author: int, decider: int) -> ServicePlan:
    begun = max(client.start_of_care_on or fiction.today, fiction.days_ago(30, 150))
    plan = ServicePlan(client_id=client.id, starts_on=begun, authorised_by="Dr. Ellery Vance", asked_by_id=author)
    plan.review_due_on = begun + timedelta(days=180)
    if number % 20 == 7:
        plan.status, plan.starts_on = PlanStatus.PENDING_APPROVAL, fiction.today + timedelta(days=3)
    elif number % 20 == 13:
        plan.status, plan.asked_by_id = PlanStatus.DRAFT, None
    else:
        plan.status, plan.approved_by_id, plan.approved_at = PlanStatus.ACTIVE, decider, clock.now()
    return plan
