"""Hiring, onboarding, trainings and reviews, as screens and REST."""

from app.core.resource import Chart, Count, Resource, Work
from starline.staff import applicants, onboarding, reviews, trainings
from starline.staff.models import (
    Applicant,
    InServiceRule,
    OnboardingChecklist,
    OnboardingItem,
    OnboardingStep,
    PerformanceReview,
    TrainingCourse,
    TrainingRecord,
)

STAGE_TONES = {
    "applied": "info",
    "screening": "info",
    "interview": "warn",
    "offer": "good",
    "hired": "good",
    "rejected": "plain",
}


class Applicants(Resource, model=Applicant, icon="user-plus"):
    table = "last_name first_name stage position discipline branch source rating applied_on"
    filters = "stage discipline branch source rating recruiter applied_on rejection_reason last_name email"
    order = "-applied_on"
    form = {
        "Person": "first_name last_name phone email",
        "Application": "discipline position branch source referred_by applied_on available_from",
        "How we see it": "recruiter rating notes",
    }
    show = {"": "stage stage_since staff_member", **form, "Outcome": "rejection_reason rejection_note rejected_from"}
    pills = {"stage": STAGE_TONES}
    without = "delete"
    create = applicants.take_in
    update = applicants.update_applicant
    figures = {"Applications in 30 days": Count("applied_on.ge={30_days_ago}", place=43)}
    trends = {"Applications in 30 days": Chart(by="applied_on")}
    waits = {"New applications": "stage=applied"}
    work = {
        "New applications": Work(
            "%(first_name)s %(last_name)s applied",
            "%(position)s · %(applied_on)s",
            "Review",
            place=38,
            order="applied_on",
        )
    }


class TrainingCourses(Resource, model=TrainingCourse, menu="Settings", icon="school"):
    title = "Training courses"
    table = "name hours validity_months required_disciplines pass_score is_in_service is_active"
    filters = "name is_in_service is_active"
    order = "name"
    form = {
        "Course": "name description hours validity_months pass_score",
        "Rules": "required_disciplines is_in_service is_active",
    }
    without = "delete"
    create = trainings.add_course
    update = trainings.update_course


class TrainingRecords(Resource, model=TrainingRecord, icon="school"):
    title = "Trainings"
    table = "course staff_member completed_on hours score expires_on instructor"
    filters = "staff_member course completed_on expires_on"
    order = "-completed_on"
    form = {"Training": "staff_member course completed_on hours score expires_on instructor"}
    create = trainings.record_training
    update = trainings.update_training
    delete = trainings.void_training


class InServiceRules(Resource, model=InServiceRule, menu="Settings", icon="hourglass"):
    title = "In-service hours"
    table = "discipline hours year starts_on"
    filters = "discipline year starts_on"
    order = "discipline -starts_on"
    form = {"Hours of training a year": "discipline hours year starts_on"}
    create = trainings.add_in_service_rule
    update = trainings.update_in_service_rule


class PerformanceReviews(Resource, model=PerformanceReview, menu="People", icon="star"):
    title = "Reviews"
    table = "due_on staff_member status rating reviewer period_starts_on period_ends_on"
    filters = "staff_member status due_on reviewer rating"
    order = "due_on"
    form = {
        "Review": "staff_member period_starts_on period_ends_on due_on reviewer",
        "What it says": "rating strengths improvements goals",
    }
    show = {**form, "Signed": "status signed_by signed_at"}
    pills = {"status": {"open": "info", "signed": "good"}}
    create = reviews.plan_review
    update = reviews.update_review
    delete = reviews.remove_review
    actions = {"sign": reviews.sign_review}
    waits = {"Reviews that are due": "status=open&due_on.le={in_30_days}"}


class OnboardingChecklists(Resource, model=OnboardingChecklist, menu="Settings", icon="list-check"):
    title = "Onboarding checklists"
    table = "name disciplines is_active"
    filters = "name is_active"
    order = "name"
    form = {"Checklist": "name disciplines is_active"}
    related = "onboarding_steps"
    without = "delete"
    create = onboarding.add_checklist
    update = onboarding.update_checklist


class OnboardingSteps(Resource, model=OnboardingStep, icon="list-check"):
    title = "Steps"
    table = "title checklist responsible due_days credential_type course"
    filters = "checklist responsible"
    order = "due_days"
    form = {"Step": "checklist title responsible due_days", "Ticked by itself": "credential_type course"}
    create = onboarding.add_step
    update = onboarding.update_step
    delete = onboarding.remove_step


class OnboardingItems(Resource, model=OnboardingItem, icon="list-check"):
    title = "Onboarding"
    table = "title staff_member responsible due_on status done_on done_by"
    filters = "staff_member status responsible due_on"
    order = "due_on"
    form = {"Step": "staff_member title responsible due_on note"}
    show = {**form, "State": "status done_on done_by credential_type course"}
    pills = {"status": {"open": "info", "done": "good", "waived": "plain"}}
    without = "delete"
    create = onboarding.add_item
    update = onboarding.update_item
    actions = {
        "complete": onboarding.complete_item,
        "waive": onboarding.waive_item,
        "reopen": onboarding.reopen_item,
    }
    waits = {"Onboarding steps that are late": "status=open&due_on.lt={today}"}
    work = {
        "Onboarding steps that are late": Work(
            "%(title)s, %(staff_member)s", "Was due on %(due_on)s", "Tick off", place=39, order="due_on"
        )
    }
