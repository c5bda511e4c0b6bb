"""A plan is written, approved by somebody else, followed by a next edition, and never rewritten."""

import io
from datetime import timedelta
from typing import Any

import pytest

from starline.clients import service as clients
from starline.clients.vocabulary import ClientStatus
from starline.core import clock
from starline.core.db import session
from starline.core.errors import Conflict, Invalid, NotAllowed
from starline.core.identifiers import uuid7
from starline.files.service import store
from starline.notifications.models import Notification
from starline.services import catalogue, plans
from starline.services.models import PlanService, PlanTask
from starline.services.vocabulary import PlanStatus
from tests.clients.factories import an_active_client
from tests.organizations.factories import a_client, a_user, today
from tests.services.factories import a_plan, a_service, a_service_of, a_task_of, an_agreed_plan


def test_a_plan_without_a_service_is_not_put_before_anybody(harbor: Any) -> None:
    with pytest.raises(Conflict, match="at least one service"):
        plans.ask_for_approval(a_plan(), by=a_user("nora", "Nurse").id)


def test_whoever_asks_does_not_approve_and_hears_of_the_answer(harbor: Any) -> None:
    nora, ada = a_user("nora", "Nurse"), a_user("ada", "Administrator")
    plan = a_plan()
    a_service_of(plan)
    plans.ask_for_approval(plan, by=nora.id)
    assert session.query(Notification).filter_by(user_id=ada.id, kind="service_plan_asked").count() == 1
    with pytest.raises(NotAllowed, match="of their own"):
        plans.approve(plan, by=nora.id)
    plans.approve(plan, by=ada.id)
    assert (plan.status, plan.approved_by_id) == (PlanStatus.ACTIVE, ada.id)
    assert session.query(Notification).filter_by(user_id=nora.id, kind="service_plan_approved").count() == 1
    with pytest.raises(Conflict):
        plans.approve(plan, by=ada.id)


def test_a_plan_that_comes_back_can_be_changed_again(harbor: Any) -> None:
    nora, ada = a_user("nora", "Nurse"), a_user("ada", "Administrator")
    plan = a_plan()
    a_service_of(plan)
    plans.ask_for_approval(plan, by=nora.id)
    with pytest.raises(Conflict, match="no draft"):
        plans.update_plan(plan, {"title": "Changed meanwhile"}, by=nora.id)
    plans.send_back(plan, by=ada.id, note="Twenty hours are not authorised.")
    assert (plan.status, plan.answer) == (PlanStatus.DRAFT, "Twenty hours are not authorised.")
    told = session.query(Notification).filter_by(user_id=nora.id, kind="service_plan_sent_back").one()
    assert "Twenty" not in told.sentence
    assert plans.update_plan(plan, {"title": "Fifteen hours"}, by=nora.id).title == "Fifteen hours"


def test_an_agreed_plan_and_its_lines_stay_as_they_are(harbor: Any) -> None:
    plan = an_agreed_plan()
    line = session.query(PlanService).filter_by(plan_id=plan.id).one()
    for change in (
        lambda: plans.update_plan(plan, {"title": "Another"}, by=None),
        lambda: plans.discard_plan(plan, by=None),
        lambda: plans.update_plan_service(line, {"hours_per_week": 1}, by=None),
        lambda: plans.remove_plan_service(line, by=None),
        lambda: a_task_of(plan),
        lambda: a_service_of(plan),
    ):
        with pytest.raises(Conflict, match="no draft"):
            change()


def test_the_next_edition_begins_as_a_copy_and_takes_over_on_its_first_day(harbor: Any) -> None:
    plan = a_plan()
    a_service_of(plan, hours_per_week=20)
    a_task_of(plan, name="Bath", weekdays=["monday"])
    plans.ask_for_approval(plan, by=a_user("nora", "Nurse").id)
    ada = a_user("ada", "Administrator")
    plans.approve(plan, by=ada.id)
    draft = plans.revise(plan, by=ada.id)
    assert (draft.edition, draft.replaces_id, draft.status) == (2, plan.id, PlanStatus.DRAFT)
    assert [one.weekdays for one in session.query(PlanTask).filter_by(plan_id=draft.id)] == [["monday"]]
    with pytest.raises(Conflict, match="Edition 2"):
        plans.revise(plan, by=ada.id)
    copied = session.query(PlanService).filter_by(plan_id=draft.id).one()
    plans.update_plan_service(copied, {"hours_per_week": 30}, by=ada.id)
    plans.ask_for_approval(draft, by=ada.id)
    plans.approve(draft, by=a_user("ben", "Administrator").id)
    assert (plan.status, plan.ends_on) == (PlanStatus.SUPERSEDED, draft.starts_on - timedelta(days=1))
    assert session.query(PlanService).filter_by(plan_id=plan.id).one().hours_per_week == 20
    assert plans.plan_of(plan.client_id, on=today()) is plan
    assert plans.plan_of(plan.client_id, on=draft.starts_on) is draft


def test_a_plan_does_not_begin_before_the_one_that_runs(harbor: Any) -> None:
    client = an_active_client()
    an_agreed_plan(client)
    other = a_plan(client)
    a_service_of(other)
    plans.ask_for_approval(other, by=a_user("nora", "Nurse").id)
    with pytest.raises(Conflict, match="begin later"):
        plans.approve(other, by=a_user("ada", "Administrator").id)


def test_a_plan_expires_the_day_after_its_last(harbor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = an_agreed_plan(ends_on=today() + timedelta(days=1))
    assert plans.expire_plans() == 0
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=3))
    assert plans.expire_plans() == 1
    assert plan.status == PlanStatus.EXPIRED
    assert plans.expire_plans() == 0


def test_a_task_brings_its_instructions_from_the_catalogue_unless_told_others(harbor: Any) -> None:
    known = catalogue.add_care_task({"name": "Transfer", "instructions": "Brakes on."}, by=None)
    plan = a_plan()
    assert a_task_of(plan, care_task_id=known.id).instructions == "Brakes on."
    assert a_task_of(plan, care_task_id=known.id, instructions="Two people.").instructions == "Two people."
    with pytest.raises(Invalid) as refusal:
        a_task_of(plan, weekdays=["mon"])
    assert "no day" in refusal.value.errors["weekdays"][0]


def test_a_plan_is_not_written_for_somebody_who_left_nor_backwards(harbor: Any) -> None:
    left = an_active_client()
    clients.change_status(left, to=ClientStatus.DISCHARGED, by=None, reason="Moved away")
    with pytest.raises(Conflict, match="not looked after"):
        a_plan(left)
    with pytest.raises(Invalid, match="can't come before"):
        a_plan(ends_on=today() - timedelta(days=1))
    plan = a_plan()
    with pytest.raises(Invalid, match="stays with its client"):
        plans.update_plan(plan, {"client_id": a_client().id}, by=None)
    with pytest.raises(Invalid, match="from the list"):
        a_task_of(plan, plan_id=uuid7())
    other = a_plan()
    line = a_service_of(plan, service_type_id=a_service().id)
    with pytest.raises(Invalid, match="stays with its plan"):
        plans.update_plan_service(line, {"plan_id": other.id}, by=None)
    plans.discard_plan(plan, by=None)
    assert session.query(PlanService).filter_by(plan_id=plan.id).count() == 0


def test_the_next_edition_keeps_what_the_agencys_own_fields_say(harbor: Any) -> None:
    plan = an_agreed_plan()
    plan.custom = {"risk": "Low"}
    draft = plans.revise(plan, by=None)
    assert draft.custom == {"risk": "Low"}


def test_a_discarded_draft_throws_its_documents_away(harbor: Any) -> None:
    plan = a_plan()
    file = store(io.BytesIO(b"%PDF-1.4\n%%EOF\n"), "agreed.pdf", owner=plan, by=None)
    plans.discard_plan(plan, by=None)
    assert file.trashed_at is not None
