"""The steps of somebody new: begun from the agency's checklists, ticked off by people or by what they wait for."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from starline.core import events
from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.language import _
from starline.core.problems import Problems, invalid
from starline.core.rows import assign, proposed
from starline.organizations.calendar import today
from starline.staff.models import OnboardingChecklist, OnboardingItem, OnboardingStep, StaffMember
from starline.staff.service import locked_staff_member
from starline.staff.vocabulary import Discipline, OnboardingStatus


def add_checklist(values: Mapping[str, Any], *, by: int | None) -> OnboardingChecklist:
    _check_disciplines(values, "disciplines")
    checklist = OnboardingChecklist(**values)
    session.add(checklist)
    session.flush()
    events.record("onboarding_checklist:added", checklist)
    return checklist


def update_checklist(checklist: OnboardingChecklist, values: Mapping[str, Any], *, by: int | None) -> Any:
    _check_disciplines(values, "disciplines")
    assign(checklist, values)
    session.flush()
    events.record("onboarding_checklist:updated", checklist)
    return checklist


def add_step(values: Mapping[str, Any], *, by: int | None) -> OnboardingStep:
    _check_step(values)
    step = OnboardingStep(**values)
    session.add(step)
    session.flush()
    events.record("onboarding_step:added", step)
    return step


def update_step(step: OnboardingStep, values: Mapping[str, Any], *, by: int | None) -> OnboardingStep:
    """Change a step for those who come after; what somebody was told already stays."""
    _check_step(proposed(step, values))
    assign(step, values)
    session.flush()
    events.record("onboarding_step:updated", step)
    return step


def remove_step(step: OnboardingStep, *, by: int | None) -> None:
    """Take the step off the list; it stays with those who were given it."""
    events.record("onboarding_step:removed", step)
    for item in session.query(OnboardingItem).filter_by(step_id=step.id):
        item.step_id = None
    session.flush()
    session.delete(step)
    session.flush()


def start_onboarding(member: StaffMember, *, by: int | None) -> list[OnboardingItem]:
    """Give the person the steps of every list in use for the discipline; steps given before are not given again."""
    member = locked_staff_member(member.id)
    given = set(session.scalars(select(OnboardingItem.step_id).where(OnboardingItem.staff_member_id == member.id)))
    steps = [one for one in _steps_for(member.discipline) if one.id not in given]
    items = [_item(one, member) for one in steps]
    session.add_all(items)
    session.flush()
    events.record("onboarding:started", member)
    return items


def add_item(values: Mapping[str, Any], *, by: int | None) -> OnboardingItem:
    """One more step for one person."""
    locked_staff_member(values["staff_member_id"])
    item = OnboardingItem(**values)
    session.add(item)
    session.flush()
    events.record("onboarding_item:added", item)
    return item


def update_item(item: OnboardingItem, values: Mapping[str, Any], *, by: int | None) -> OnboardingItem:
    if values.get("staff_member_id", item.staff_member_id) != item.staff_member_id:
        raise invalid("staff_member_id", "A step stays with its person; add one to the other person.")
    assign(item, values)
    session.flush()
    events.record("onboarding_item:updated", item)
    return item


def complete_item(item: OnboardingItem, *, by: int | None, note: str | None = None) -> OnboardingItem:
    return _end(item, OnboardingStatus.DONE, by=by, note=note)


def waive_item(item: OnboardingItem, *, by: int | None, note: str | None = None) -> OnboardingItem:
    """Say that the step isn't needed for this person."""
    return _end(item, OnboardingStatus.WAIVED, by=by, note=note)


def reopen_item(item: OnboardingItem, *, by: int | None) -> OnboardingItem:
    if item.status == OnboardingStatus.OPEN:
        raise Conflict("This step is open already.")
    item.status, item.done_on, item.done_by_id = OnboardingStatus.OPEN, None, None
    session.flush()
    events.record("onboarding_item:reopened", item)
    return item


def tick(
    staff_member_id: UUID, *, credential_type_id: UUID | None = None, course_id: UUID | None = None, by: int | None
) -> None:
    """Complete the person's open steps that wait for this credential type or this course."""
    query = session.query(OnboardingItem).filter_by(staff_member_id=staff_member_id, status=OnboardingStatus.OPEN)
    waits_for = {"credential_type_id": credential_type_id} if credential_type_id else {"course_id": course_id}
    for item in query.filter_by(**waits_for):
        complete_item(item, by=by)


def _end(item: OnboardingItem, status: OnboardingStatus, *, by: int | None, note: str | None) -> OnboardingItem:
    if item.status != OnboardingStatus.OPEN:
        raise Conflict(_("This step was %(status)s already.", status=item.status))
    item.status, item.done_on, item.done_by_id = status, today(), by
    item.note = note or item.note
    session.flush()
    events.record(f"onboarding_item:{status}", item)
    return item


def _steps_for(discipline: Discipline) -> list[OnboardingStep]:
    lists = session.query(OnboardingChecklist).filter_by(is_active=True)
    wanted = [one.id for one in lists if not one.disciplines or discipline in one.disciplines]
    query = session.query(OnboardingStep).filter(OnboardingStep.checklist_id.in_(wanted))
    return query.order_by(OnboardingStep.due_days, OnboardingStep.id).all()


def _item(step: OnboardingStep, member: StaffMember) -> OnboardingItem:
    return OnboardingItem(
        staff_member_id=member.id,
        title=step.title,
        responsible=step.responsible,
        due_on=member.hired_on + timedelta(days=step.due_days),
        step_id=step.id,
        credential_type_id=step.credential_type_id,
        course_id=step.course_id,
    )


def _check_step(values: Mapping[str, Any]) -> None:
    problems = Problems()
    if not -60 <= values.get("due_days", 0) <= 365:
        problems.add("due_days", "Give -60 to 365 days; below zero is before the first day of work.")
    if values.get("credential_type_id") and values.get("course_id"):
        problems.add("course_id", "A step waits for a credential or for a training, not for both.")
    problems.refuse()


def _check_disciplines(values: Mapping[str, Any], field: str) -> None:
    unknown = sorted(set(values.get(field) or ()) - set(Discipline))
    if unknown:
        raise invalid(
            field,
            _(
                "Not a discipline: %(unknown)s. Choose from: %(known)s.",
                unknown=", ".join(unknown),
                known=", ".join(Discipline),
            ),
        )
