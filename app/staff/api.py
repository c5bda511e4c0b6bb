"""`/api/v1/compliance…`, `/api/v1/hiring/…`: what the staff screens do, for programs."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from flask import Response, jsonify, request
from flask_appbuilder.api import BaseApi, expose

from app.core.access import allowed
from app.core.idempotency import once
from app.core.openapi import VERSIONED, answers, document
from app.core.resource import registry
from app.core.versions import check_version
from app.core.writing import find_row
from app.staff.compliance_tables import asked_from, lines_of
from starline.core import audit
from starline.core.errors import Invalid
from starline.core.identifiers import parse_uuid
from starline.core.language import gettext as _
from starline.core.problems import Problems, invalid
from starline.organizations.calendar import today
from starline.staff import applicants, compliance
from starline.staff.applicants import Hire
from starline.staff.compliance import Line
from starline.staff.models import Applicant
from starline.staff.rules import ServiceFacts
from starline.staff.vocabulary import ApplicantStage, EmploymentType, RejectionReason

MOST_PEOPLE = 200
LONGEST_PAYER = 80


class ComplianceApi(BaseApi):  # type: ignore[misc]
    """Who has what, and who may be sent."""

    resource_name = "compliance"
    openapi_spec_tag = "Compliance"

    @expose("/", methods=["GET"])
    def matrix(self) -> Response:
        """The lines of the matrix, filtered as on the screen."""
        viewer = allowed("can_read", "Compliance")
        demands = compliance.demands()
        lines = lines_of(asked_from(request.args), viewer, demands)
        return jsonify(count=len(lines), result=[_line(line, demands) for line in lines])

    @expose("/clearance", methods=["GET"])
    def clearance(self) -> Response:
        """Whether people may be sent on a day to visits that a payer pays, and why not."""
        viewer = allowed("can_read", "Compliance")
        ids, on = _people(), _day(request.args.get("on", ""), "on") or today()
        service = ServiceFacts(payer=request.args.get("payer", "")[:LONGEST_PAYER] or None)
        members = registry["StaffMembers"].model
        scope, condition = members.visible_to(viewer), members.id.in_(ids)
        visible = [line.id for line in compliance.matrix(on, condition, *([] if scope is None else [scope]), asked={})]
        audit.record_read("staff_members", visible, [])
        found = compliance.clearances(visible, service, on)
        return jsonify(
            result=[
                {"id": str(key), "answer": one.answer, "reasons": [reason.sentence for reason in one.reasons]}
                for key, one in found.items()
            ]
        )


class HiringApi(BaseApi):  # type: ignore[misc]
    """Moving applications, rejecting and hiring."""

    resource_name = "hiring"
    openapi_spec_tag = "Applicants"

    @expose("/<row:pk>/move", methods=["POST"])
    @once
    def move(self, pk: str) -> Response:
        viewer, applicant = _applicant(pk)
        body = _body("stage")
        if body.get("stage") not in list(ApplicantStage):
            raise invalid("stage", _("There is no such stage."))
        return _moved(applicants.move_applicant(applicant, to=ApplicantStage(body["stage"]), by=viewer.user_id))

    @expose("/<row:pk>/reject", methods=["POST"])
    @once
    def reject(self, pk: str) -> Response:
        viewer, applicant = _applicant(pk)
        body = _body("reason", "note")
        if body.get("reason") not in list(RejectionReason):
            raise invalid("reason", _("Choose a reason."))
        note, reason = str(body.get("note") or "")[:300], RejectionReason(body["reason"])
        return _moved(applicants.reject_applicant(applicant, reason=reason, note=note, by=viewer.user_id))

    @expose("/<row:pk>/hire", methods=["POST"])
    @once
    def hire(self, pk: str) -> Response:
        viewer, applicant = _applicant(pk)
        allowed("can_add", "StaffMembers")
        body = _body("hired_on", "employment_type", "hourly_rate", "is_invited")
        member = applicants.hire_applicant(applicant, _terms(body), by=viewer.user_id)
        answer = jsonify(id=str(applicant.id), stage=applicant.stage, staff_member_id=str(member.id))
        answer.status_code = 201
        return answer


VIEWS = (ComplianceApi, HiringApi)


def _line(line: Line, demands: Any) -> dict[str, Any]:
    return {
        "id": str(line.id),
        "staff_number": line.number,
        "name": line.name,
        "answer": line.clearance.answer,
        "reasons": [one.sentence for one in line.clearance.reasons],
        "exclusion_lists": line.screening,
        "credentials": [
            {
                "credential_type_id": str(key),
                "name": demands[key].name,
                "state": cell.state,
                "expires_on": cell.expires_on.isoformat() if cell.expires_on else None,
                "is_required": cell.is_required,
                "keeps_off_schedule": cell.keeps_off_schedule,
            }
            for key, cell in line.cells.items()
        ],
    }


def _people() -> list[UUID]:
    texts = [one for one in request.args.get("staff_member_id", "").split(",") if one]
    found = [parse_uuid(one) for one in texts[: MOST_PEOPLE + 1]]
    if not found or len(found) > MOST_PEOPLE:
        raise invalid("staff_member_id", _("Name 1 to %(most)d people, divided by commas.", most=MOST_PEOPLE))
    return [one for one in found if one is not None]


def _day(text: Any, field: str) -> date | None:
    if text is None or text == "":
        return None
    try:
        return date.fromisoformat(text if isinstance(text, str) else "")
    except ValueError:
        raise invalid(field, _("Give a date like 2026-03-31.")) from None


def _applicant(pk: str) -> tuple[Any, Applicant]:
    """The application as the caller has read it, held until it is changed."""
    viewer = allowed("can_edit", "Applicants")
    found = find_row(registry["Applicants"], pk, lock=True)
    check_version(found)
    return viewer, found


def _body(*known: str) -> dict[str, Any]:
    try:
        body = orjson.loads(request.get_data() or b"{}")
    except orjson.JSONDecodeError:
        raise Invalid(_("The body is not valid JSON."), code="invalid_json") from None
    if not isinstance(body, dict):
        raise Invalid(_("Send one JSON object."), code="invalid_json")
    unknown = body.keys() - set(known)
    if unknown:
        raise Invalid(_("There is no field called this."), errors={name: [_("Not taken here.")] for name in unknown})
    return body


def _terms(body: dict[str, Any]) -> Hire:
    problems = Problems()
    starts = _day(body.get("hired_on"), "hired_on")
    if starts is None:
        problems.add("hired_on", _("Give the first day of work."))
    kind, rate, invited = (body.get(name) for name in ("employment_type", "hourly_rate", "is_invited"))
    if kind is not None and kind not in list(EmploymentType):
        problems.add("employment_type", _("Choose how they are employed."))
    if rate is not None and not (isinstance(rate, (int, float)) and not isinstance(rate, bool) and 0 < rate < 10_000):
        problems.add("hourly_rate", _("Give an amount like 21.50."))
    if invited is not None and not isinstance(invited, bool):
        problems.add("is_invited", _("This must be yes or no."))
    problems.refuse()
    assert starts is not None
    amount = Decimal(str(rate)).quantize(Decimal("0.01")) if rate is not None else None
    return Hire(starts, EmploymentType(kind or EmploymentType.W2), amount, bool(invited))


def _moved(applicant: Applicant) -> Response:
    return jsonify(id=str(applicant.id), stage=applicant.stage, stage_since=applicant.stage_since.isoformat())


_TEXT: dict[str, Any] = {"type": "string"}
_DAY = {**_TEXT, "format": "date"}
_SENTENCES = {"type": "array", "items": _TEXT}


def _operation(tag: str, summary: str, shown: dict[str, Any], **more: Any) -> dict[str, Any]:
    ok = more.pop("ok", 200)
    schema = {"type": "object", "properties": shown}
    return {"tags": [tag], "summary": summary, "responses": answers(404, 409, 412, 422, schema=schema, ok=ok), **more}


def _asked(name: str, schema: dict[str, Any], *, place: str = "query") -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


def _posted(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": list(required)}
    return {
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "parameters": [_asked("pk", {**_TEXT, "format": "uuid"}, place="path"), *VERSIONED],
    }


_LINES = {"type": "array", "items": {"type": "object"}}
_FILTERS = [_asked(name, _TEXT) for name in ("branch", "discipline", "state", "search")]
_ANSWER = {"id": _TEXT, "answer": {**_TEXT, "enum": ["yes", "warn", "no"]}, "reasons": _SENTENCES}
_CLEARED = {"result": {"type": "array", "items": {"type": "object", "properties": _ANSWER}}}
_PEOPLE = [_asked("staff_member_id", _TEXT), _asked("on", _DAY), _asked("payer", _TEXT)]
_STAGE = {"id": _TEXT, "stage": _TEXT, "stage_since": {**_TEXT, "format": "date-time"}}
_HIRED = {"id": _TEXT, "stage": _TEXT, "staff_member_id": _TEXT}
_HIRE = {
    "hired_on": _DAY,
    "employment_type": {**_TEXT, "enum": list(EmploymentType)},
    "hourly_rate": {"type": "number"},
    "is_invited": {"type": "boolean"},
}
document(
    "/api/v1/compliance/",
    "get",
    _operation("Compliance", "The matrix", {"count": {"type": "integer"}, "result": _LINES}, parameters=_FILTERS),
)
document(
    "/api/v1/compliance/clearance", "get", _operation("Compliance", "May they be sent?", _CLEARED, parameters=_PEOPLE)
)
document(
    "/api/v1/hiring/{pk}/move",
    "post",
    _operation("Applicants", "Move", _STAGE, **_posted({"stage": {**_TEXT, "enum": list(ApplicantStage)}}, "stage")),
)
document(
    "/api/v1/hiring/{pk}/reject",
    "post",
    _operation(
        "Applicants",
        "Reject",
        _STAGE,
        **_posted({"reason": {**_TEXT, "enum": list(RejectionReason)}, "note": _TEXT}, "reason"),
    ),
)
document(
    "/api/v1/hiring/{pk}/hire",
    "post",
    _operation("Applicants", "Hire", _HIRED, ok=201, **_posted(_HIRE, "hired_on")),
)
