"""`/staff/<pk>/call-out`: why, which days, each visit with its best replacements ticked, and one press to fill."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose

from app.core.access import allowed
from app.core.display import choice_label
from app.core.given import Given, day
from app.core.reading import note_sight
from app.core.resource import registry
from app.core.writing import find_row
from app.scheduling.matching_rows import note_seen, rows_of, when, within_scope
from app.scheduling.sent import ids_sent
from starline.core.db import session
from starline.core.errors import DomainError, NotFound
from starline.core.language import gettext as _
from starline.core.problems import invalid
from starline.organizations.calendar import today
from starline.scheduling import call_outs
from starline.scheduling.call_outs import Outcome
from starline.scheduling.models import CallOut, Visit
from starline.scheduling.offer_words import CallOutReason
from starline.staff.models import StaffMember

PERMISSION = ("can_edit", "CallOuts")
SHOWN = 6
"""So many replacements of each visit; the rest stand on the visit's own page."""


class CallOutView(BaseView):  # type: ignore[misc]
    """The page and its three ways to end."""

    route_base = "/staff"
    default_view = "ask"

    @expose("/<pk>/call-out", methods=["GET"])
    def ask(self, pk: str) -> str | tuple[str, int]:
        allowed(*PERMISSION)
        allowed("can_edit", "Visits")
        member = _member(pk)
        try:
            first, last = _days(member, request.args)
        except DomainError as problem:
            day = today(member.branch_id)
            return _page(member, day, day, problem), problem.status
        return _page(member, first, last)

    @expose("/<pk>/call-out", methods=["POST"])
    def call_out(self, pk: str) -> Any:
        viewer, member = allowed(*PERMISSION), _member(pk)
        allowed("can_edit", "Visits")
        first = last = today(member.branch_id)
        try:
            first, last = _days(member, request.form)
            with session.begin_nested():
                reason, note = _reason(request.form.get("reason")), request.form.get("note", "").strip() or None
                days: dict[str, Any] = {"first_on": first, "last_on": last}
                made = call_outs.call_out(member, **days, reason=reason, note=note, by=viewer.user_id)
                _say(made, _fill(made, by=viewer.user_id))
        except NotFound:
            raise
        except DomainError as problem:
            return _page(member, first, last, problem), problem.status
        return redirect(f"/call_outs/show/{made.id}?tab=opened")


VIEWS = (CallOutView,)


def _member(pk: str) -> StaffMember:
    found: StaffMember = find_row(registry["StaffMembers"], pk)
    return found


def _days(member: StaffMember, given: Any) -> tuple[date, date]:
    asked = Given(given)
    first = asked.read("first_on", day, otherwise=today(member.branch_id))
    last = asked.read("last_on", day, otherwise=first)
    asked.refuse_problems()
    last = max(first, last) if request.method == "GET" else last
    call_outs.check_days(first, last)
    return first, last


def _reason(given: str | None) -> CallOutReason:
    if given not in list(CallOutReason):
        raise invalid("reason", _("Choose a reason."))
    return CallOutReason(given)


def _fill(made: CallOut, *, by: int) -> Outcome:
    """Do with the opened visits what the pressed button says."""
    opened = call_outs.opened_by(made)
    chosen = {visit.id: _chosen(visit) for visit in opened}
    then = request.form.get("then")
    if then == "offer":
        return call_outs.offer_each(made, chosen, by=by)
    if then == "assign":
        return call_outs.give_each(made, chosen, by=by)
    return Outcome()


def _chosen(visit: Visit) -> list[UUID]:
    """Those ticked for the visit, each within the viewer's scope, in the order of the page."""
    return [find_row(registry["StaffMembers"], str(key)).id for key in ids_sent(f"for-{visit.id}")]


def _say(made: CallOut, done: Outcome) -> None:
    opened = len(call_outs.opened_by(made))
    told = [_("Visits opened: %(number)s.", number=opened)]
    if done.offered:
        told.append(_("Offered: %(number)s.", number=len(done.offered)))
    if done.given:
        told.append(_("Given to somebody: %(number)s.", number=len(done.given)))
    flash(" ".join(told), "success")
    for visit, why in done.left:
        flash(_("%(when)s is open still: %(why)s", when=when(visit), why=why), "warning")


def _page(member: StaffMember, first: date, last: date, problem: DomainError | None = None) -> str:
    found = call_outs.visits_of_days(member, first, last)
    matches = call_outs.replacements(found, within=within_scope())
    note_seen(list(matches.values()))
    for visit in found:
        note_sight(registry["Visits"], visit)
    return render_template(
        "scheduling/staff_call_out.html",
        member=member,
        first=first.isoformat(),
        last=last.isoformat(),
        works=[_work(visit, rows_of(matches[visit.id])) for visit in found],
        reasons=[(one.value, choice_label(one)) for one in CallOutReason],
        reason=request.values.get("reason", CallOutReason.SICK),
        note=request.form.get("note", ""),
        problem=problem,
        back_url=f"/staff/show/{member.id}",
    )


def _work(visit: Visit, rows: Sequence[Any]) -> dict[str, Any]:
    """One visit of the page: its best replacements, those ticked that were sent or else the first few."""
    field = f"for-{visit.id}"
    sent = set(request.form.getlist(field)) if request.method == "POST" else None
    return {
        "id": str(visit.id),
        "client": str(visit.client),
        "service": str(visit.service_type),
        "when": when(visit),
        "field": field,
        "rows": rows[:SHOWN],
        "more": max(len(rows) - SHOWN, 0),
        "ticked": {one.id for one in rows[: call_outs.USUALLY_ASKED]} if sent is None else sent,
    }
