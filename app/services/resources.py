"""Service types, tasks and plans, as screens and REST."""

from app.core.resource import Resource, Work
from starline.services import catalogue, plans
from starline.services.models import CareTask, PlanService, PlanTask, ServicePlan, ServiceType

PLAN_TONES = {
    "draft": "info",
    "pending_approval": "warn",
    "active": "good",
    "expired": "plain",
    "superseded": "plain",
}


class ServicePlans(Resource, model=ServicePlan, menu="Care", icon="clipboard-list"):
    table = "title client status edition starts_on ends_on review_due_on"
    filters = "client status starts_on ends_on review_due_on approved_by"
    order = "-starts_on"
    form = {
        "Plan": "client title starts_on ends_on",
        "Agreed": "authorised_by review_due_on note",
    }
    show = {"": "status edition replaces", **form, "Approval": "asked_by answer approved_by approved_at"}
    related = "plan_services plan_tasks"
    pills = {"status": PLAN_TONES}
    actions = {
        "ask_for_approval": plans.ask_for_approval,
        "approve": plans.approve,
        "send_back": plans.send_back,
        "revise": plans.revise,
    }
    waits = {
        "Service plans to approve": "status=pending_approval",
        "Service plans to review": "status=active&review_due_on.le={in_30_days}",
    }
    work = {
        "Service plans to approve": Work(
            "Service plan of %(client)s", "%(title)s · %(starts_on)s", "Approve", place=20, order="starts_on"
        )
    }
    takes_along = "plan_services plan_tasks"
    create = plans.add_plan
    update = plans.update_plan
    delete = plans.discard_plan


class PlanServices(Resource, model=PlanService, icon="stethoscope"):
    title = "Services"
    table = "service_type plan hours_per_week visits_per_week"
    filters = "plan service_type hours_per_week"
    form = {"Service": "plan service_type hours_per_week visits_per_week"}
    create = plans.add_plan_service
    update = plans.update_plan_service
    delete = plans.remove_plan_service


class PlanTasks(Resource, model=PlanTask, icon="list-check"):
    title = "Tasks"
    table = "name plan service_type weekdays time_of_day is_required position"
    filters = "plan service_type time_of_day is_required"
    order = "position"
    form = {
        "Task": "plan care_task name instructions",
        "When": "service_type weekdays time_of_day is_required position",
    }
    create = plans.add_plan_task
    update = plans.update_plan_task
    delete = plans.remove_plan_task


class ServiceTypes(Resource, model=ServiceType, menu="Settings", icon="stethoscope"):
    table = "name hcpcs modifiers unit discipline requires_evv is_billable is_active"
    filters = "name hcpcs unit discipline requires_evv is_billable is_active"
    order = "name"
    form = {
        "Service": "name discipline color is_active",
        "Billing": "hcpcs modifiers unit is_billable requires_evv",
    }
    without = "delete"
    create = catalogue.add_service_type
    update = catalogue.update_service_type


class CareTasks(Resource, model=CareTask, menu="Settings", icon="list-check"):
    title = "Care tasks"
    table = "name category instructions is_active"
    filters = "name category is_active"
    order = "category name"
    form = {"Task": "name category instructions is_active"}
    without = "delete"
    create = catalogue.add_care_task
    update = catalogue.update_care_task
