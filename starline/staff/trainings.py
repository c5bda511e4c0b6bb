"""Trainings: the courses, who has had them, and how somebody stands with the hours of the year."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from starline.core import clock, events, tenancy
from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.language import _
from starline.core.problems import Problems, invalid
from starline.core.rows import assign, proposed
from starline.staff import onboarding, rules
from starline.staff.models import InServiceRule, StaffMember, TrainingCourse, TrainingRecord
from starline.staff.rules.training import InService, Lesson, in_service
from starline.staff.service import locked_staff_member
from starline.staff.vocabulary import Discipline

VOIDED_WITHOUT_WORDS = "Removed from the file"


def add_course(values: Mapping[str, Any], *, by: int | None) -> TrainingCourse:
    _check_course(values)
    course = TrainingCourse(**values)
    session.add(course)
    session.flush()
    events.record("training_course:added", course)
    return course


def update_course(course: TrainingCourse, values: Mapping[str, Any], *, by: int | None) -> TrainingCourse:
    """Change a course for those who take it from now on; what was recorded keeps its hours and its end."""
    _check_course(proposed(course, values))
    assign(course, values)
    session.flush()
    events.record("training_course:updated", course)
    return course


def add_in_service_rule(values: Mapping[str, Any], *, by: int | None) -> InServiceRule:
    _check_hours(values)
    rule = InServiceRule(**values)
    session.add(rule)
    session.flush()
    events.record("in_service_rule:added", rule)
    return rule


def update_in_service_rule(rule: InServiceRule, values: Mapping[str, Any], *, by: int | None) -> InServiceRule:
    _check_hours(proposed(rule, values))
    assign(rule, values)
    session.flush()
    events.record("in_service_rule:updated", rule)
    return rule


def record_training(values: Mapping[str, Any], *, by: int | None) -> TrainingRecord:
    """Keep that somebody has had a training; the course says its hours and its end where they aren't given."""
    locked_staff_member(values["staff_member_id"])
    course = _course(values["course_id"])
    whole = _completed(values, course)
    _check_record(whole)
    record = TrainingRecord(**whole)
    session.add(record)
    session.flush()
    _tick(record, course, by=by)
    events.record("training:recorded", record)
    return record


def update_training(record: TrainingRecord, values: Mapping[str, Any], *, by: int | None) -> TrainingRecord:
    if record.voided_at is not None:
        raise Conflict("This training was voided; record it again.")
    if values.get("staff_member_id", record.staff_member_id) != record.staff_member_id:
        raise invalid("staff_member_id", "A training stays with its person; record it for the other person.")
    course = _course(values.get("course_id", record.course_id))
    whole = _completed(proposed(record, values), course)
    _check_record(whole)
    assign(record, {**values, "hours": whole["hours"], "expires_on": whole["expires_on"]})
    session.flush()
    _tick(record, course, by=by)
    events.record("training:updated", record)
    return record


def void_training(record: TrainingRecord, *, by: int | None, reason: str | None = None) -> TrainingRecord:
    """Take a wrong entry out of the file; it stays on record with the reason."""
    if record.voided_at is not None:
        raise Conflict("This training was voided before.")
    record.voided_at = clock.now()
    record.void_reason = reason or tenancy.current().reason or VOIDED_WITHOUT_WORDS
    session.flush()
    events.record("training:voided", record)
    return record


def hours_of(members: Collection[StaffMember], on: date) -> dict[UUID, InService]:
    """How each of the people whose discipline has a rule stands with the year's hours. Two statements."""
    begun = session.query(InServiceRule).filter(InServiceRule.starts_on <= on).order_by(InServiceRule.starts_on)
    asked = {one.discipline: one for one in begun}
    concerned = {one.id: one for one in members if one.discipline in asked}
    lessons: dict[UUID, list[Lesson]] = {key: [] for key in concerned}
    for key, completed_on, hours in session.execute(_counting_hours(concerned)):
        lessons[key].append(Lesson(completed_on, hours))
    return {
        key: in_service(
            lessons[key],
            hours=asked[one.discipline].hours,
            basis=asked[one.discipline].year,
            hired_on=one.hired_on,
            on=on,
        )
        for key, one in concerned.items()
    }


def _counting_hours(concerned: Collection[UUID]) -> Any:
    """Of these people every training that counts: not voided, passed, of a course that is in-service."""
    record, course = TrainingRecord, TrainingCourse
    is_passed = or_(course.pass_score.is_(None), record.score.is_(None), record.score >= course.pass_score)
    return (
        select(record.staff_member_id, record.completed_on, record.hours)
        .join(course, course.id == record.course_id)
        .where(record.staff_member_id.in_(concerned), record.voided_at.is_(None), course.is_in_service, is_passed)
    )


def _tick(record: TrainingRecord, course: TrainingCourse, *, by: int | None) -> None:
    if course.pass_score is None or record.score is None or record.score >= course.pass_score:
        onboarding.tick(record.staff_member_id, course_id=course.id, by=by)


def _course(course_id: UUID) -> TrainingCourse:
    course = session.get(TrainingCourse, course_id)
    if course is None:
        raise invalid("course_id", "Choose a course from the list.")
    return course


def _completed(values: Mapping[str, Any], course: TrainingCourse) -> dict[str, Any]:
    """`values` with the hours and the end that the course implies where none are given."""
    whole = {"hours": None, "expires_on": None, "score": None, **values}
    whole["hours"] = course.hours if whole["hours"] is None else whole["hours"]
    if whole["expires_on"] is None and course.validity_months is not None:
        whole["expires_on"] = rules.expiry(whole["completed_on"], course.validity_months)
    return whole


def _check_record(values: Mapping[str, Any]) -> None:
    problems = Problems()
    if values["completed_on"] > clock.today():
        problems.add("completed_on", "The training can't lie in the future; check the year.")
    if values["expires_on"] and values["expires_on"] < values["completed_on"]:
        problems.add("expires_on", "It can't end before it was completed.")
    if not 0 < values["hours"] <= 200:
        problems.add("hours", "Give hours above 0, 200 at most.")
    if values["score"] is not None and not 0 <= values["score"] <= 100:
        problems.add("score", "Give a score from 0 to 100 percent.")
    problems.refuse()


def _check_course(values: Mapping[str, Any]) -> None:
    problems = Problems()
    unknown = sorted(set(values.get("required_disciplines") or ()) - set(Discipline))
    if unknown:
        known = ", ".join(Discipline)
        problems.add(
            "required_disciplines",
            _("Not a discipline: %(unknown)s. Choose from: %(known)s.", unknown=", ".join(unknown), known=known),
        )
    if not 0 < values["hours"] <= 200:
        problems.add("hours", "Give hours above 0, 200 at most.")
    months, score = values.get("validity_months"), values.get("pass_score")
    if months is not None and not 1 <= months <= 240:
        problems.add("validity_months", "Give 1 to 240 months, or leave it empty if it need not be repeated.")
    if score is not None and not 1 <= score <= 100:
        problems.add("pass_score", "Give 1 to 100 percent, or leave it empty if there is no test.")
    problems.refuse()


def _check_hours(values: Mapping[str, Any]) -> None:
    if not 0 < values["hours"] <= 200:
        raise invalid("hours", "Give hours above 0, 200 at most.")
