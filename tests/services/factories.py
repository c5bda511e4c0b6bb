"""Services and plans, by their verbs."""

from decimal import Decimal
from itertools import count
from typing import Any

from starline.clients.models import Client
from starline.services import catalogue, plans
from starline.services.models import PlanService, PlanTask, ServicePlan, ServiceType
from tests.clients.factories import an_active_client
from tests.organizations.factories import a_user, today

_numbers = count(1)


def a_service(**values: Any) -> ServiceType:
    return catalogue.add_service_type({"name": f"Care {next(_numbers)}", "hcpcs": "T1019", **values}, by=None)


def a_plan(client: Client | None = None, **values: Any) -> ServicePlan:
    """A draft that holds from today, without services."""
    of = client or an_active_client()
    return plans.add_plan({"client_id": of.id, "title": "Care at home", "starts_on": today(), **values}, by=None)


def a_service_of(plan: ServicePlan, **values: Any) -> PlanService:
    given = {"plan_id": plan.id, "hours_per_week": Decimal(20), **values}
    given.setdefault("service_type_id", a_service().id)
    return plans.add_plan_service(given, by=None)


def a_task_of(plan: ServicePlan, **values: Any) -> PlanTask:
    return plans.add_plan_task({"plan_id": plan.id, "name": "Dressing", **values}, by=None)


def an_agreed_plan(client: Client | None = None, **values: Any) -> ServicePlan:
    """An active plan with one service, asked for by one colleague and approved by another."""
    plan = a_plan(client, **values)
    a_service_of(plan)
    number = next(_numbers)
    plans.ask_for_approval(plan, by=a_user(f"author{number}", "Nurse").id)
    return plans.approve(plan, by=a_user(f"decider{number}", "Administrator").id)
