"""A visit that repeats is changed with those after it, or with all; any planned visit is called off with its reason.

`/visits/<pk>/series` and `/visits/<pk>/call-off` for people; `POST /api/v1/visits/<pk>/series` and `/call_off` for
programs. Changing one visit alone is its own form, or `PATCH`.
"""

from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_appbuilder.api import BaseApi
from sqlalchemy.exc import IntegrityError

from app.core.access import allowed
from app.core.bodies import object_sent
from app.core.display import choice_label
from app.core.errors import explain
from app.core.forms import form_of_one, mark_errors, sent_form_of_one, sent_value
from app.core.given import Given
from app.core.idempotency import once_by_key
from app.core.openapi import CHANGING, ID, answers, document, document_post
from app.core.profile import current_profile
from app.core.reading import note_sight
from app.core.resource import Resource, registry
from app.core.writing import check_scope, find_row, read_values
from app.scheduling.asked_visits import visit_asked
from app.scheduling.board_api import FINDING, WHEN_PARAMETERS, read_where, shown
from starline.core.db import session
from starline.core.errors import DomainError, Invalid
from starline.core.language import gettext as _
from starline.scheduling import moving, series, visits
from starline.scheduling.conflicts import Proposal, check, proposal_of
from starline.scheduling.guard import elsewhere
from starline.scheduling.models import Visit, VisitSeries
from starline.scheduling.rules.conflicts import Effect
from starline.scheduling.vocabulary import Reach, VoidReason

MAY_EDIT, MAY_EDIT_SERIES = ("can_edit", "Visits"), ("can_edit", "VisitSeriesList")
FIELDS = ("starts_time", "ends_time", "staff_member", "service_type", "service_address", "rule", "ends_on", "note")


class VisitChangeView(BaseView):  # type: ignore[misc]
    """The two pages."""

    route_base = "/visits"

    @expose("/<pk>/series", methods=["GET"])
    def ask_series(self, pk: str) -> Any:
        allowed(*MAY_EDIT)
        allowed(*MAY_EDIT_SERIES)
        visit = visit_asked(pk)
        note_sight(registry["Visits"], visit)
        if visit.series is None:
            return redirect(f"/visits/edit/{visit.id}")
        return _series_page(visit)

    @expose("/<pk>/series", methods=["POST"])
    def change_series(self, pk: str) -> Any:
        viewer = allowed(*MAY_EDIT)
        allowed(*MAY_EDIT_SERIES)
        visit = visit_asked(pk)
        try:
            with session.begin_nested():
                values = _changed(
                    visit.series, {one.key: sent_value(one) for one in _fields() if one.key in request.form}
                )
                changed = series.change(visit, values, reach=_reach(request.form.get("reach")), by=viewer.user_id)
        except (DomainError, IntegrityError) as problem:
            refusal = explain(problem) if isinstance(problem, IntegrityError) else problem
            return _series_page(visit, refusal), refusal.status
        flash(_("The visits of %(what)s were changed.", what=str(changed.client)), "success")
        return redirect(f"/visits/show/{visit.id}")

    @expose("/<pk>/call-off", methods=["GET"])
    def ask_call_off(self, pk: str) -> str:
        allowed(*MAY_EDIT)
        visit = visit_asked(pk)
        note_sight(registry["Visits"], visit)
        return _call_off_page(visit)

    @expose("/<pk>/call-off", methods=["POST"])
    def call_off(self, pk: str) -> Any:
        viewer = allowed(*MAY_EDIT)
        visit = visit_asked(pk)
        try:
            with session.begin_nested():
                visits.cancel(visit, by=viewer.user_id, **_why(dict(request.form)))
        except DomainError as problem:
            return _call_off_page(visit, problem), problem.status
        flash(_("The visit was called off. It can be reinstated."), "success")
        return redirect(f"/visits/show/{visit.id}")


class VisitChangeApi(BaseApi):  # type: ignore[misc]
    """The two verbs."""

    resource_name = "visits"
    openapi_spec_tag = "Visits"

    @expose("/<row:pk>/series", methods=["POST"])
    @once_by_key
    def change_series(self, pk: str) -> Response:
        viewer = allowed(*MAY_EDIT)
        allowed(*MAY_EDIT_SERIES)
        body = object_sent("reach", "overrides_hand", "values")
        visit = visit_asked(pk)
        given, overrides = body.get("values"), body.get("overrides_hand", False)
        if not isinstance(given, dict) or not isinstance(overrides, bool):
            sentence = _("Send values as an object, and overrides_hand as true or false.")
            raise Invalid(sentence, errors={"values": [sentence]})
        reach = _reach(body.get("reach"))
        changed = series.change(visit, _read(given), reach=reach, by=viewer.user_id, overrides_hand=overrides)
        session.flush()
        return jsonify(visit_id=str(visit.id), series_id=str(changed.id))

    @expose("/<row:pk>/call_off", methods=["POST"])
    @once_by_key
    def call_off(self, pk: str) -> Response:
        viewer = allowed(*MAY_EDIT)
        visit = visits.cancel(visit_asked(pk), by=viewer.user_id, **_why(object_sent("reason", "note")))
        session.flush()
        return jsonify(id=str(visit.id), status=visit.status, void_reason=visit.void_reason)


class VisitConflictsApi(BaseApi):  # type: ignore[misc]
    """`GET /api/v1/visit_conflicts/<pk>`: an address of its own, for below a visit every word is a verb."""

    resource_name = "visit_conflicts"
    openapi_spec_tag = "Visits"

    @expose("/<row:pk>", methods=["GET"])
    def conflicts(self, pk: str) -> Response:
        """What speaks against the visit as it is, or on another day, at other times, with another caregiver."""
        allowed("can_read", "Visits")
        visit = visit_asked(pk)
        note_sight(registry["Visits"], visit)
        asked = Given(request.args.to_dict())
        where = read_where(asked)
        asked.refuse_problems()
        given = {name: request.args[name] for name in ("staff_member_id",) if name in request.args}
        values = read_values(registry["Visits"], given, is_new=False)
        check_scope(registry["Visits"], values)
        if values.get("staff_member_id"):
            find_row(registry["StaffMembers"], str(values["staff_member_id"]))
        proposal = proposal_of(visit, {**moving.placed(visit, **where), **values})
        return jsonify(id=str(visit.id), result=[*_elsewhere(proposal), *map(shown, check(proposal))])


def _elsewhere(proposal: Proposal) -> list[dict[str, Any]]:
    """What the database itself would refuse."""
    if proposal.staff_member_id is None:
        return []
    sentence = elsewhere(
        proposal.staff_member_id,
        proposal.starts_at,
        proposal.ends_at,
        zone=proposal.zone,
        except_for=proposal.visit_id,
    )
    return [{"rule": "double_booking", "effect": Effect.BLOCK, "sentence": sentence}] if sentence else []


def _series() -> Resource:
    return registry["VisitSeriesList"]


def _fields() -> list[Any]:
    return [_series().fields[name] for name in FIELDS]


def _reach(given: Any) -> Reach:
    if given not in list(Reach):
        sentence = _("reach is one of: %(possible)s.", possible=", ".join(Reach))
        raise Invalid(sentence, errors={"reach": [sentence]})
    return Reach(given)


def _read(given: dict[str, Any]) -> dict[str, Any]:
    """The series' values, typed, and naming nothing beyond the viewer's scope."""
    values = read_values(_series(), given, is_new=False)
    check_scope(_series(), values)
    return values


def _changed(one: VisitSeries | None, sent: dict[str, Any]) -> dict[str, Any]:
    """What differs from the series as it is: the rest stays, also where the visit itself was changed by hand."""
    values = _read(sent)
    return {name: value for name, value in values.items() if one is None or getattr(one, name) != value}


def _why(given: dict[str, Any]) -> dict[str, Any]:
    reason, note = given.get("reason"), given.get("note") or None
    errors = {}
    if reason not in list(VoidReason):
        errors["reason"] = [_("reason is one of: %(possible)s.", possible=", ".join(VoidReason))]
    if not (note is None or (isinstance(note, str) and len(note) <= 300)):
        errors["note"] = [_("Send a note of at most %(most)d characters, or nothing.", most=300)]
    if errors:
        raise Invalid(_("Please check the marked fields."), errors=errors)
    return {"reason": VoidReason(reason), "note": note}


def _series_page(visit: Visit, problem: DomainError | None = None) -> str:
    resource, forms = _series(), []
    for one in _fields():
        form = form_of_one(resource, one, visit.series) if problem is None else sent_form_of_one(resource, one)
        mark_errors(form, problem.errors if problem else {})
        forms.append(form[one.key])
    return render_template(
        "scheduling/series.html",
        visit=visit,
        when=current_profile().display.instant(visit.starts_at),
        fields_shown=forms,
        reach=request.form.get("reach", Reach.FOLLOWING),
        problem=problem,
        back_url=f"/visits/show/{visit.id}",
    )


def _call_off_page(visit: Visit, problem: DomainError | None = None) -> str:
    return render_template(
        "scheduling/call_off.html",
        visit=visit,
        when=current_profile().display.instant(visit.starts_at),
        reasons=[(one.value, choice_label(one)) for one in VoidReason],
        reason=request.form.get("reason", ""),
        note=request.form.get("note", ""),
        problem=problem,
        back_url=f"/visits/show/{visit.id}",
    )


VIEWS = (VisitChangeView,)
APIS = (VisitChangeApi, VisitConflictsApi)

_PK = {"name": "pk", "in": "path", "required": True, "schema": ID}
_SERIES_BODY = {
    "type": "object",
    "properties": {
        "reach": {"type": "string", "enum": list(Reach)},
        "overrides_hand": {"type": "boolean"},
        "values": {"type": "object", "description": "Fields of the series, as PATCH /visit_series/<id> takes them."},
    },
    "required": ["reach", "values"],
}
_REASON_BODY = {
    "type": "object",
    "properties": {
        "reason": {"type": "string", "enum": list(VoidReason)},
        "note": {"type": "string", "maxLength": 300, "nullable": True},
    },
    "required": ["reason"],
}


document_post(
    "/api/v1/visits/{pk}/series",
    "Visits",
    "Change the visit and those after it, or its whole series",
    body=_SERIES_BODY,
    told={"visit_id": ID, "series_id": ID},
    headers=CHANGING,
)
document(
    "/api/v1/visit_conflicts/{pk}",
    "get",
    {
        "tags": ["Visits"],
        "summary": "What speaks against the visit, as it is or as it would be",
        "parameters": [_PK, {"name": "staff_member_id", "in": "query", "schema": ID}, *WHEN_PARAMETERS],
        "responses": answers(
            404,
            422,
            schema={"type": "object", "properties": {"id": ID, "result": {"type": "array", "items": FINDING}}},
        ),
    },
)
document_post(
    "/api/v1/visits/{pk}/call_off",
    "Visits",
    "Call the visit off",
    body=_REASON_BODY,
    told={"id": ID, "status": {"type": "string"}, "void_reason": {"type": "string"}},
    headers=CHANGING,
)
