"""What the office does about the proof of a visit: enter a time, correct one, mark as missed, decide.

A time is typed as the clocks show it where the visit takes place.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose

from app.core.access import allowed
from app.core.display import choice_label
from app.core.reading import note_sight
from app.core.resource import registry
from app.core.writing import find_row
from app.scheduling.asked_visits import visit_asked
from app.scheduling.evv_bodies import typed, with_zone
from app.scheduling.visit_tabs import display_of
from starline.core.db import session
from starline.core.errors import DomainError
from starline.core.language import gettext as _
from starline.scheduling import evv, verification
from starline.scheduling.evv_vocabulary import ClockKind, ReasonCode
from starline.scheduling.models import ClockEvent, Visit, VisitException
from starline.scheduling.vocabulary import VoidReason


class ProofView(BaseView):  # type: ignore[misc]
    """`/visits/<pk>/clock` and `/visits/<pk>/miss`."""

    route_base = "/visits"

    @expose("/<pk>/clock", methods=["GET"])
    def ask_clock(self, pk: str) -> Any:
        allowed("can_edit", "ClockEvents")
        visit = visit_asked(pk)
        note_sight(registry["Visits"], visit)
        missing = [kind for kind in ClockKind if kind not in verification.counting(visit)]
        if not missing:
            return redirect(proof_url(visit))
        planned = visit.starts_at if missing[0] == ClockKind.IN else visit.ends_at
        return _clock_page(visit, {"kind": missing[0], "happened_at": _typed_at(planned, visit)})

    @expose("/<pk>/clock", methods=["POST"])
    def clock(self, pk: str) -> Any:
        viewer = allowed("can_edit", "ClockEvents")
        visit = visit_asked(pk)
        given = with_zone(request.form, visit.time_zone)

        def enter() -> None:
            values = typed(ClockEvent, given, required="kind happened_at reason_code", optional="reason")
            evv.clock_by_hand(visit, **values, by=viewer.user_id)

        return _done_or_asked_again(
            enter, visit, _("The time was entered."), lambda problem: _clock_page(visit, request.form, problem)
        )

    @expose("/<pk>/miss", methods=["GET"])
    def ask_miss(self, pk: str) -> str:
        allowed("can_edit", "Visits")
        visit = visit_asked(pk)
        note_sight(registry["Visits"], visit)
        return _miss_page(visit, {})

    @expose("/<pk>/miss", methods=["POST"])
    def miss(self, pk: str) -> Any:
        viewer = allowed("can_edit", "Visits")
        visit = visit_asked(pk)

        def mark() -> None:
            values = typed(Visit, request.form, required="void_reason", optional="void_note")
            evv.miss(visit, reason=values["void_reason"], note=values["void_note"], by=viewer.user_id)

        return _done_or_asked_again(
            mark,
            visit,
            _("The visit is marked as missed. It can be reinstated."),
            lambda problem: _miss_page(visit, request.form, problem),
        )


class CorrectionView(BaseView):  # type: ignore[misc]
    """`/clock_events/<pk>/correct`."""

    route_base = "/clock_events"

    @expose("/<pk>/correct", methods=["GET"])
    def ask(self, pk: str) -> str:
        allowed("can_edit", "ClockEvents")
        event = find_row(registry["ClockEvents"], pk)
        note_sight(registry["ClockEvents"], event)
        return _correct_page(event, {"happened_at": _typed_at(event.happened_at, event.visit)})

    @expose("/<pk>/correct", methods=["POST"])
    def correct(self, pk: str) -> Any:
        viewer = allowed("can_edit", "ClockEvents")
        event = find_row(registry["ClockEvents"], pk)
        given = with_zone(request.form, event.visit.time_zone)

        def replace_it() -> None:
            values = typed(ClockEvent, given, required="happened_at reason_code", optional="reason")
            evv.correct(event, **values, by=viewer.user_id)

        return _done_or_asked_again(
            replace_it,
            event.visit,
            _("The time was corrected. The original stays on record."),
            lambda problem: _correct_page(event, request.form, problem),
        )


class DecisionView(BaseView):  # type: ignore[misc]
    """`POST /visit_exceptions/<pk>/decide` with a reason and a note, from the page of the visit."""

    route_base = "/visit_exceptions"

    @expose("/<pk>/decide", methods=["POST"])
    def decide(self, pk: str) -> Any:
        viewer = allowed("can_edit", "VisitExceptions")
        exception = find_row(registry["VisitExceptions"], pk)
        is_approval = request.form.get("decision") != "send_back"
        try:
            with session.begin_nested():
                values = typed(VisitException, request.form, required="", optional="reason_code note")
                verb = verification.approve if is_approval else verification.send_back
                verb(exception, **values, by=viewer.user_id)
        except DomainError as problem:
            flash(problem.message, "danger")
            return redirect(proof_url(exception.visit))
        flash(_("Approved.") if is_approval else _("Sent back. Whoever it is about was told."), "success")
        return redirect(proof_url(exception.visit))


def proof_url(visit: Visit) -> str:
    return f"/visits/show/{visit.id}?tab=evv"


VIEWS = (ProofView, CorrectionView, DecisionView)


def _done_or_asked_again(work: Callable[[], None], visit: Visit, said: str, ask: Callable[[DomainError], str]) -> Any:
    try:
        with session.begin_nested():
            work()
    except DomainError as problem:
        return ask(problem), problem.status
    flash(said, "success")
    return redirect(proof_url(visit))


def _clock_page(visit: Visit, given: Any, problem: DomainError | None = None) -> str:
    kinds = [(ClockKind.IN.value, _("Begin")), (ClockKind.OUT.value, _("End"))]
    fields = [_choice("kind", _("Clocked"), kinds, given), *_time_fields(visit, given)]
    explained = _("Enter the time for the caregiver. It is marked as entered by hand, with your name and the reason.")
    return _page(_("Enter a time"), visit, explained, fields, _("Enter the time"), problem)


def _correct_page(event: ClockEvent, given: Any, problem: DomainError | None = None) -> str:
    at = display_of(event.visit).instant(event.happened_at)
    explained = _("The original, %(at)s, stays on record and is marked as corrected.", at=at)
    fields = _time_fields(event.visit, given)
    return _page(_("Correct a time"), event.visit, explained, fields, _("Correct the time"), problem)


def _miss_page(visit: Visit, given: Any, problem: DomainError | None = None) -> str:
    reasons = [(one.value, choice_label(one)) for one in VoidReason]
    note = {"name": "void_note", "label": _("What happened"), "kind": "long", "value": given.get("void_note", "")}
    fields = [_choice("void_reason", _("Reason"), reasons, given), note]
    explained = _("The visit did not take place. It stays on record as missed; it can be reinstated.")
    return _page(_("Mark as missed"), visit, explained, fields, _("Mark as missed"), problem, is_danger=True)


def _time_fields(visit: Visit, given: Any) -> list[dict[str, Any]]:
    codes = [(one.value, choice_label(one)) for one in ReasonCode]
    help_of_time = _("As the clocks show it there: %(zone)s.", zone=visit.time_zone.replace("_", " "))
    at = {"name": "happened_at", "label": _("Time"), "kind": "datetime-local", "is_required": True}
    why = {"name": "reason", "label": _("In words"), "kind": "long", "value": given.get("reason", "")}
    return [
        {**at, "value": given.get("happened_at", ""), "help": help_of_time},
        _choice("reason_code", _("Reason"), codes, given),
        why,
    ]


def _choice(name: str, label: str, options: list[tuple[str, str]], given: Any) -> dict[str, Any]:
    value = given.get(name, "")
    return {"name": name, "label": label, "kind": "choice", "options": options, "value": value, "is_required": True}


def _page(
    title: str,
    visit: Visit,
    explained: str,
    fields: list[dict[str, Any]],
    button: str,
    problem: DomainError | None,
    *,
    is_danger: bool = False,
) -> str:
    errors = problem.errors if problem else {}
    return render_template(
        "scheduling/ask.html",
        title=title,
        beside=f"{visit.client}, {display_of(visit).instant(visit.starts_at)}",
        explained=explained,
        fields=[{**one, "errors": errors.get(one["name"], [])} for one in fields],
        button=button,
        is_danger=is_danger,
        problem=problem,
        back_url=proof_url(visit),
    )


def _typed_at(moment: datetime, visit: Visit) -> str:
    return f"{moment.astimezone(ZoneInfo(visit.time_zone)):%Y-%m-%dT%H:%M}"
