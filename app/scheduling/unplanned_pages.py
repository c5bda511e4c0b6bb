"""A visit planned from a call that nobody had planned for: `/unplanned_calls/<pk>/plan`, also for programs."""

from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_appbuilder.api import BaseApi
from sqlalchemy.exc import IntegrityError

from app.core.access import allowed
from app.core.bodies import object_sent
from app.core.errors import explain
from app.core.fields import Field
from app.core.forms import form_of_one, mark_errors, sent_form_of_one, sent_value
from app.core.idempotency import once_by_key
from app.core.openapi import CHANGING, ID, document_post
from app.core.profile import current_profile
from app.core.reading import note_sight
from app.core.resource import Resource, registry
from app.core.versions import check_version
from app.core.writing import check_scope, find_row, read_values
from app.scheduling.evv_bodies import typed
from starline.core.db import session
from starline.core.errors import DomainError, NotFound
from starline.core.language import gettext as _
from starline.identity.viewer import Viewer
from starline.scheduling import unplanned
from starline.scheduling.evv_vocabulary import ClockKind, ReasonCode
from starline.scheduling.models import ClockEvent, UnplannedCall, Visit

OF_VISIT = ("client", "service_type", "service_address", "starts_at", "ends_at", "note", "override_reason")
WHY = ("reason_code", "reason")
OTHER = "other_call_id"


class UnplannedCallView(BaseView):  # type: ignore[misc]
    """The page."""

    route_base = "/unplanned_calls"

    @expose("/<pk>/plan", methods=["GET"])
    def ask(self, pk: str) -> Any:
        _planner()
        call = _call(pk)
        note_sight(registry["UnplannedCalls"], call)
        return redirect(_after(call)) if call.settled_at is not None else _page(call)

    @expose("/<pk>/plan", methods=["POST"])
    def plan(self, pk: str) -> Any:
        viewer = _planner()
        call = _call(pk)
        given = {one.key: sent_value(one) for _resource, one in _fields() if one.key in request.form}
        given[OTHER] = request.form.get(OTHER)
        try:
            with session.begin_nested():
                _plan(call, given, by=viewer.user_id)
        except (DomainError, IntegrityError) as problem:
            refusal = explain(problem) if isinstance(problem, IntegrityError) else problem
            return _page(call, refusal), refusal.status
        flash(
            _("The visit was planned, with the time of the call. Somebody looks at it before it is verified."),
            "success",
        )
        return redirect(_after(call))


class UnplannedCallApi(BaseApi):  # type: ignore[misc]
    """The same for programs."""

    resource_name = "unplanned_calls"
    openapi_spec_tag = "Calls without a visit"

    @expose("/<row:pk>/plan", methods=["POST"])
    @once_by_key
    def plan(self, pk: str) -> Response:
        viewer = _planner()
        body = object_sent(OTHER, *(one.key for _resource, one in _fields()))
        visit = _plan(_call(pk), body, by=viewer.user_id)
        session.flush()
        return jsonify(id=pk, visit_id=str(visit.id), status=visit.status)


VIEWS = (UnplannedCallView,)
APIS = (UnplannedCallApi,)


def _planner() -> Viewer:
    """Whoever may plan visits, and settle such calls."""
    allowed("can_edit", "UnplannedCalls")
    return allowed("can_add", "Visits")


def _call(pk: str) -> UnplannedCall:
    found: UnplannedCall = find_row(registry["UnplannedCalls"], pk)
    return found


def _plan(call: UnplannedCall, given: dict[str, Any], *, by: int) -> Visit:
    """Plan the visit of what a form or a program has sent."""
    why = typed(ClockEvent, given, required="reason_code", optional="reason")
    other = _call(str(given[OTHER])) if given.get(OTHER) else None
    of_visit = {name: value for name, value in given.items() if name not in (*WHY, OTHER)}
    values = read_values(registry["Visits"], of_visit, is_new=True)
    check_scope(registry["Visits"], values)
    unplanned.hold(call, other, client_id=values["client_id"])
    check_version(call)
    return unplanned.plan_visit(call, values, other=other, **why, by=by)


def _fields() -> list[tuple[Resource, Field]]:
    visits, clock_events = registry["Visits"], registry["ClockEvents"]
    return [(visits, visits.fields[name]) for name in OF_VISIT] + [
        (clock_events, clock_events.fields[name]) for name in WHY
    ]


def _after(call: UnplannedCall) -> str:
    return f"/visits/show/{call.visit_id}?tab=evv" if call.visit_id else f"/unplanned_calls/show/{call.id}"


def _page(call: UnplannedCall, problem: DomainError | None = None) -> str:
    other = _other(call)
    starts_at, ends_at = unplanned.hours_of(call, other)
    known = Visit(client_id=call.client_id, starts_at=starts_at, ends_at=ends_at)
    forms = []
    errors = dict(problem.errors) if problem else {}
    box = _shown(other, problem, errors.pop(OTHER, [])) if other is not None else None
    for resource, one in _fields():
        row = known if resource is registry["Visits"] else ClockEvent()
        form = form_of_one(resource, one, row) if problem is None else sent_form_of_one(resource, one)
        form[one.key].flags.required = one.required or one.name == "reason_code"
        mark_errors(form, {one.key: errors.pop(one.key, [])})
        forms.append(form[one.key])
    said = current_profile().display.instant(call.called_at)
    return render_template(
        "scheduling/unplanned_call.html",
        beside=f"{call.staff_member}, {said}, {call.phone}",
        fields_shown=forms,
        other=box,
        problem=problem,
        unmarked=[one for sentences in errors.values() for one in sentences if one != _(problem.message)]
        if problem
        else [],
        back_url=f"/unplanned_calls/show/{call.id}",
    )


def _other(call: UnplannedCall) -> UnplannedCall | None:
    """The call that tells the visit's other time, where the viewer may see it."""
    other = unplanned.other_of(call)
    try:
        return _call(str(other.id)) if other is not None else None
    except NotFound:
        return None


def _shown(other: UnplannedCall, problem: DomainError | None, errors: list[str]) -> dict[str, Any]:
    """The box of the other call: ticked, unless somebody has sent the page without it."""
    note_sight(registry["UnplannedCalls"], other)
    said = current_profile().display.instant(other.called_at)
    is_end = other.kind == ClockKind.OUT
    return {
        "name": OTHER,
        "id": str(other.id),
        "sentence": _("Clocked out: %(at)s. This is its end.", at=said)
        if is_end
        else _("Clocked in: %(at)s. This is its begin.", at=said),
        "is_taken": problem is None or request.form.get(OTHER) == str(other.id),
        "errors": errors,
    }


_TEXT = {"type": "string", "nullable": True}

document_post(
    "/api/v1/unplanned_calls/{pk}/plan",
    "Calls without a visit",
    "Plan the visit that the call was about, with the times that were told",
    body={
        "type": "object",
        "properties": {
            **dict.fromkeys(("client_id", "service_type_id"), ID),
            "service_address_id": {**ID, "nullable": True},
            **{name: {"type": "string", "format": "date-time"} for name in ("starts_at", "ends_at")},
            "reason_code": {"type": "string", "enum": list(ReasonCode)},
            OTHER: {**ID, "nullable": True, "description": "The call that tells the other time of the visit"},
            **dict.fromkeys(("reason", "note", "override_reason"), _TEXT),
        },
        "required": ["client_id", "service_type_id", "starts_at", "ends_at", "reason_code"],
    },
    told={"id": ID, "visit_id": ID, "status": {"type": "string"}},
    headers=CHANGING,
)
