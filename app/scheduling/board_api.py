"""`/api/v1/schedule/`: the days of the board, a visit put somewhere else, a week copied; for people and scripts."""

from typing import Any

from flask import Response, jsonify, request
from flask_appbuilder import expose
from flask_appbuilder.api import BaseApi

from app.core.access import allowed
from app.core.bodies import object_sent
from app.core.given import Given, between, day, instant, truth, wall_time
from app.core.idempotency import once_by_key
from app.core.openapi import CHANGING, ID, NEEDED_KEY, answers, document, document_post
from app.core.resource import registry
from app.core.writing import find_row, update_row
from app.scheduling.asked_visits import visit_asked
from app.scheduling.board_reading import LONGEST, read_board
from starline.core.db import session
from starline.core.errors import Invalid
from starline.core.language import gettext as _
from starline.organizations.calendar import today
from starline.scheduling import moving
from starline.scheduling.conflicts import check, proposal_of
from starline.scheduling.models import Visit
from starline.scheduling.rules.conflicts import Finding

MAY_READ, MAY_EDIT, MAY_ADD = ("can_read", "Visits"), ("can_edit", "Visits"), ("can_add", "Visits")
WHERE = ("day", "starts_time", "ends_time")
"""What says when a visit is to be, on the clocks where it takes place."""


class ScheduleApi(BaseApi):  # type: ignore[misc]
    """The days of the board, and a week planned again."""

    resource_name = "schedule"
    openapi_spec_tag = "Schedule"

    @expose("/", methods=["GET"])
    def days(self) -> Response:
        """The visits of the days from `first`; with `since`, an answer's mark, those changed after it."""
        allowed(*MAY_READ)
        asked = Given(request.args.to_dict())
        first = asked.read("first", day, otherwise=today())
        days = asked.read("days", between(1, LONGEST), otherwise=7)
        since = asked.read("since", instant, otherwise=None)
        asked.refuse_problems()
        return Response(read_board(first, days, since=since), mimetype="application/json")

    @expose("/copy_week", methods=["POST"])
    @once_by_key
    def copy_week(self) -> Response:
        """Plan the single visits of a week again in another one."""
        viewer = allowed(*MAY_ADD)
        body = object_sent("first", "to", "keeps_caregivers")
        asked = Given(body)
        first, to = asked.read("first", day), asked.read("to", day)
        keeps = asked.read("keeps_caregivers", truth, otherwise=True)
        asked.refuse_problems()
        scope = Visit.visible_to(viewer)
        copies = moving.copy_week(first, to, keeps_caregivers=keeps, scope=scope, by=viewer.user_id)
        session.flush()
        return jsonify(
            made=[str(one.id) for one in copies.made],
            opened=copies.opened,
            present=copies.present,
            refused=[{"id": str(one.id), "sentence": sentence} for one, sentence in copies.refused],
        )

    @expose("/take_back", methods=["POST"])
    @once_by_key
    def take_back(self) -> Response:
        """Call off visits that a copying has made."""
        viewer = allowed(*MAY_EDIT)
        ids = object_sent("ids").get("ids")
        if not isinstance(ids, list) or len(ids) > moving.MOST_COPIED or not all(isinstance(one, str) for one in ids):
            sentence = _("Send ids as a list of at most %(most)d visits.", most=moving.MOST_COPIED)
            raise Invalid(sentence, errors={"ids": [sentence]})
        made = [find_row(registry["Visits"], one, lock=True) for one in ids]
        number = moving.take_back_copies(made, by=viewer.user_id)
        session.flush()
        return jsonify(called_off=number)


class VisitMoveApi(BaseApi):  # type: ignore[misc]
    """`POST /api/v1/visits/<pk>/move`: another day, other wall-clock times, another caregiver."""

    resource_name = "visits"
    openapi_spec_tag = "Schedule"

    @expose("/<row:pk>/move", methods=["POST"])
    @once_by_key
    def move(self, pk: str) -> Response:
        allowed(*MAY_EDIT)
        body = object_sent(*WHERE, "staff_member_id", "override_reason", "version")
        asked = Given(body)
        version = asked.read("version", between(1, 2**31 - 1), otherwise=None)
        where = read_where(asked)
        asked.refuse_problems()
        visit = visit_asked(pk)
        given = {name: body[name] for name in ("staff_member_id", "override_reason") if name in body}
        given |= {name: at.isoformat() for name, at in moving.placed(visit, **where).items()}
        update_row(registry["Visits"], visit, given, version=version)
        found = [shown(one) for one in check(proposal_of(visit, {}))] if visit.is_planned else []
        begin, end = (visit.local_start, visit.local_end)
        return jsonify(
            id=str(visit.id),
            version=visit.version,
            status=visit.status,
            staff_member_id=str(visit.staff_member_id) if visit.staff_member_id else None,
            **{"from": f"{begin:%Y-%m-%dT%H:%M}", "to": f"{end:%H:%M}"},
            minutes=visit.minutes,
            result=found,
        )


def read_where(asked: Given) -> dict[str, Any]:
    """When a visit is to be, as `moving.placed` takes it."""
    return {
        "day": asked.read("day", day, otherwise=None),
        "starts": asked.read("starts_time", wall_time, otherwise=None),
        "ends": asked.read("ends_time", wall_time, otherwise=None),
    }


def shown(finding: Finding) -> dict[str, Any]:
    return {"rule": finding.rule, "effect": finding.effect, "sentence": finding.sentence}


APIS = (ScheduleApi, VisitMoveApi)

_DATE = {"type": "string", "format": "date"}
_TIME = {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"}
_NUMBER = {"type": "integer", "minimum": 0}
_NAMED = {"type": "object", "required": ["id", "name"], "properties": {"id": ID, "name": {"type": "string"}}}
WHEN_PARAMETERS = [
    {"name": "day", "in": "query", "schema": _DATE},
    {"name": "starts_time", "in": "query", "schema": _TIME},
    {"name": "ends_time", "in": "query", "schema": _TIME},
]
FINDING = {
    "type": "object",
    "properties": {
        "rule": {"type": "string"},
        "effect": {"type": "string", "enum": ["warn", "block"]},
        "sentence": {"type": "string"},
    },
}
_REFUSED = {
    "type": "array",
    "items": {"type": "object", "properties": {"id": ID, "sentence": {"type": "string"}}},
}
_DAYS = {
    "type": "object",
    "required": ["first", "days", "mark", "caregivers", "clients", "services", "visits"],
    "properties": {
        "first": _DATE,
        "days": _NUMBER,
        "mark": {"type": "string", "description": "Sent back as `since`, answers what has changed."},
        "caregivers": {"type": "array", "items": _NAMED},
        "clients": {"type": "array", "items": _NAMED},
        "services": {"type": "array", "items": _NAMED},
        "visits": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "client", "service", "from", "to", "minutes", "status", "version"],
                "properties": {
                    "id": ID,
                    "client": {**_NUMBER, "description": "Its place in `clients`."},
                    "caregiver": {**_NUMBER, "description": "Its place in `caregivers`; an open visit has none."},
                    "service": {**_NUMBER, "description": "Its place in `services`."},
                    "from": {"type": "string", "description": "On the clocks where it takes place."},
                    "to": {**_TIME, "description": "At or before the start: on the next day."},
                    "minutes": {**_NUMBER, "description": "Real ones, also over a change of clocks."},
                    "status": {"type": "string"},
                    "version": _NUMBER,
                    "repeats": {"type": "boolean"},
                    "overridden": {"type": "boolean"},
                },
            },
        },
    },
}


document(
    "/api/v1/schedule/",
    "get",
    {
        "tags": ["Schedule"],
        "summary": "The visits of some days with the people they are about",
        "parameters": [
            {"name": "first", "in": "query", "schema": _DATE, "description": "Left out, today."},
            {"name": "days", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": LONGEST}},
            {"name": "since", "in": "query", "schema": {"type": "string", "format": "date-time"}},
        ],
        "responses": answers(422, schema=_DAYS),
    },
)
document_post(
    "/api/v1/visits/{pk}/move",
    "Schedule",
    "Put the visit on another day or time, or give it to another caregiver",
    body={
        "type": "object",
        "properties": {
            "day": _DATE,
            "starts_time": _TIME,
            "ends_time": _TIME,
            "staff_member_id": {**ID, "nullable": True},
            "override_reason": {"type": "string", "maxLength": 300, "nullable": True},
            "version": {"type": "integer", "minimum": 1, "description": "The one that was read; a newer one is 412."},
        },
    },
    told={"id": ID, "version": _NUMBER, "result": {"type": "array", "items": FINDING}},
    headers=CHANGING,
)
document_post(
    "/api/v1/schedule/copy_week",
    "Schedule",
    "Plan the single visits of a week again in another week",
    body={
        "type": "object",
        "properties": {
            "first": {**_DATE, "description": "The first day of the week that is copied."},
            "to": {**_DATE, "description": "The first day of the other week."},
            "keeps_caregivers": {"type": "boolean", "default": True},
        },
        "required": ["first", "to"],
    },
    told={"made": {"type": "array", "items": ID}, "opened": _NUMBER, "present": _NUMBER, "refused": _REFUSED},
    headers=(NEEDED_KEY,),
)
document_post(
    "/api/v1/schedule/take_back",
    "Schedule",
    "Call off the visits that a copying has made",
    body={
        "type": "object",
        "properties": {"ids": {"type": "array", "items": ID, "maxItems": moving.MOST_COPIED}},
        "required": ["ids"],
    },
    told={"called_off": _NUMBER},
    headers=(NEEDED_KEY,),
)
