"""`/staff/<id>/week`: somebody's week, painted or typed; `/staff/<id>/exception`: one day that is different."""

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response

from app.core.access import allowed
from app.core.display import choice_label
from app.core.resource import registry
from app.core.writing import find_row
from starline.core.db import session
from starline.core.errors import Conflict, DomainError, Invalid
from starline.core.language import gettext as _
from starline.core.problems import Problems
from starline.organizations.calendar import today
from starline.staff import week
from starline.staff.models import StaffMember
from starline.staff.rules.availability import Hours, ranges_of, text_of
from starline.staff.vocabulary import Weekday

PERMISSION = "Availability"


class WeekView(BaseView):  # type: ignore[misc]
    """`/staff/<id>/week` and `/staff/<id>/exception`."""

    route_base = "/staff"
    default_view = "edit"

    @expose("/<pk>/week", methods=["GET", "POST"])
    def edit(self, pk: str) -> str | Response | tuple[str, int]:
        viewer = allowed("can_edit", PERMISSION)
        member = find_row(registry["StaffMembers"], pk)
        if request.method == "GET":
            return _page(member, _texts(member), {})
        try:
            with session.begin_nested():
                hours, since, until = _read_week()
                week.set_week(member, hours, valid_from=since, valid_until=until, by=viewer.user_id)
        except (Invalid, Conflict) as problem:
            given = {day.value: request.form.get(day.value, "") for day in Weekday}
            return _page(member, given, request.form, problem), problem.status
        flash(_("The week was saved."), "success")
        return redirect(f"/staff/show/{member.id}?tab=week")

    @expose("/<pk>/exception", methods=["POST"])
    def exception(self, pk: str) -> Response:
        viewer = allowed("can_edit", PERMISSION)
        member = find_row(registry["StaffMembers"], pk)
        problems = Problems()
        day = _day("day", problems)
        hours = _hours("hours", problems)
        try:
            if day is None:
                problems.add("day", _("Give the day."))
            problems.refuse()
            assert day is not None
            with session.begin_nested():
                week.add_exception(member, day, hours, by=viewer.user_id)
            flash(_("The exception was added."), "success")
        except (Invalid, Conflict) as problem:
            sentences = [one for found in problem.errors.values() for one in found] or [problem.message]
            flash(" ".join(sentences), "danger")
        return redirect(f"/staff/show/{member.id}?tab=week")


VIEWS = (WeekView,)


def _texts(member: StaffMember) -> dict[str, str]:
    hours = week.week_on(member, today(member.branch_id))
    return {day.value: text_of(hours[day]) for day in Weekday}


def _read_week() -> tuple[dict[Weekday, list[Hours]], date | None, date | None]:
    """What was typed. Raises `Invalid` with everything that isn't understood."""
    problems = Problems()
    hours = {day: _hours(day.value, problems) for day in Weekday}
    since, until = _day("valid_from", problems), _day("valid_until", problems)
    problems.refuse()
    return hours, since, until


def _hours(name: str, problems: Problems) -> list[Hours]:
    try:
        return ranges_of(request.form.get(name, "")[:200])
    except ValueError as part:
        problems.add(name, _("“%(part)s” isn't a time like 08:00-12:00.", part=part))
        return []


def _day(name: str, problems: Problems) -> date | None:
    text = request.form.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        problems.add(name, _("Give a date."))
        return None


def _page(member: StaffMember, texts: dict[str, str], values: Any, problem: DomainError | None = None) -> str:
    return render_template(
        "staff/week.html",
        member=member,
        days=[(day.value, choice_label(day), texts[day.value]) for day in Weekday],
        since=values.get("valid_from", ""),
        until=values.get("valid_until", ""),
        errors=problem.errors if problem else {},
        sentence=problem.message if problem else None,
        back=f"/staff/show/{member.id}?tab=week",
    )
