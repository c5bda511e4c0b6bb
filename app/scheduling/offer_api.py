"""Matching, offering and calling out, for programs."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify
from flask_appbuilder import expose
from flask_appbuilder.api import BaseApi

from app.core.access import allowed
from app.core.bodies import object_sent
from app.core.given import Given, day, instant
from app.core.idempotency import once, once_by_key
from app.core.openapi import CHANGING, VERSIONED, answers, document, document_post
from app.core.reading import note_sight
from app.core.resource import registry
from app.core.versions import check_version
from app.core.writing import find_row
from app.scheduling.asked_visits import visit_asked
from app.scheduling.matching_rows import answer_of, note_seen, within_scope
from starline.core.db import session
from starline.core.language import gettext as _
from starline.core.problems import invalid
from starline.scheduling import call_outs, offers
from starline.scheduling.call_outs import Outcome
from starline.scheduling.matching import match
from starline.scheduling.models import CallOut, Offer
from starline.scheduling.offer_words import CallOutReason

THEN = ("open", "offer", "assign")


class VisitMatchesApi(BaseApi):  # type: ignore[misc]
    """`GET /api/v1/visit_matches/<pk>`: an address of its own, for below a visit every word is a verb."""

    resource_name = "visit_matches"
    openapi_spec_tag = "Visits"

    @expose("/<row:pk>", methods=["GET"])
    def matches(self, pk: str) -> Response:
        """Who could take the visit, ranked, and who can't, with what would make them eligible."""
        allowed("can_edit", "Visits")
        visit = visit_asked(pk)
        note_sight(registry["Visits"], visit)
        found = match(visit, within=within_scope())
        note_seen([found])
        return jsonify(answer_of(found))


class OfferingApi(BaseApi):  # type: ignore[misc]
    """`POST /api/v1/visits/<pk>/offer`."""

    resource_name = "visits"
    openapi_spec_tag = "Visits"

    @expose("/<row:pk>/offer", methods=["POST"])
    @once
    def offer(self, pk: str) -> Response:
        viewer = allowed("can_edit", "Visits")
        body = object_sent("staff_member_ids", "expires_at", "note")
        visit = visit_asked(pk)
        note = body.get("note")
        if not (note is None or isinstance(note, str)):
            raise invalid("note", _("Send a note of at most %(most)d characters, or nothing.", most=300))
        asked = Given(body)
        until = asked.read("expires_at", instant, otherwise=None)
        asked.refuse_problems()
        people = _people(body.get("staff_member_ids"))
        made = offers.offer(visit, to=people, until=until, note=note, by=viewer.user_id)
        session.flush()
        answer = jsonify(id=str(made.id), visit_id=str(visit.id), invited=made.invited, status=made.status)
        answer.status_code = 201
        return answer


class InvitingApi(BaseApi):  # type: ignore[misc]
    """`POST /api/v1/offers/<pk>/invite`."""

    resource_name = "offers"
    openapi_spec_tag = "Offers"

    @expose("/<row:pk>/invite", methods=["POST"])
    @once
    def invite(self, pk: str) -> Response:
        viewer = allowed("can_edit", "Offers")
        offer: Offer = offers.hold(find_row(registry["Offers"], pk))
        check_version(offer)
        people = _people(object_sent("staff_member_ids").get("staff_member_ids"))
        made = offers.invite(offer, to=people, by=viewer.user_id)
        session.flush()
        return jsonify(id=str(made.id), invited=made.invited, status=made.status)


class CallOutApi(BaseApi):  # type: ignore[misc]
    """`POST /api/v1/staff/<pk>/call_out`; it is undone by `POST /api/v1/call_outs/<pk>/undo`."""

    resource_name = "staff"
    openapi_spec_tag = "Call-outs"

    @expose("/<row:pk>/call_out", methods=["POST"])
    @once_by_key
    def call_out(self, pk: str) -> Response:
        viewer = allowed("can_edit", "CallOuts")
        allowed("can_edit", "Visits")
        body = object_sent("first_on", "last_on", "reason", "note", "then")
        member = find_row(registry["StaffMembers"], pk, lock=True)
        check_version(member)
        then = body.get("then", "open")
        if then not in THEN:
            raise invalid("then", _("then is one of: %(possible)s.", possible=", ".join(THEN)))
        made = call_outs.call_out(member, **_call_out(body), by=viewer.user_id)
        done = _fill(made, then, by=viewer.user_id)
        session.flush()
        answer = jsonify(id=str(made.id), visits=_visits(made, done))
        answer.status_code = 201
        return answer


APIS = (VisitMatchesApi, OfferingApi, InvitingApi, CallOutApi)


def _people(given: Any) -> list[UUID]:
    """Staff members within the viewer's scope."""
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise invalid("staff_member_ids", _("Send the ids of caregivers as a list."))
    return [find_row(registry["StaffMembers"], one).id for one in given[: offers.MOST_ASKED + 1]]


def _call_out(body: dict[str, Any]) -> dict[str, Any]:
    reason, note = body.get("reason", CallOutReason.SICK), body.get("note")
    if reason not in list(CallOutReason):
        raise invalid("reason", _("reason is one of: %(possible)s.", possible=", ".join(CallOutReason)))
    if not (note is None or isinstance(note, str)):
        raise invalid("note", _("Send a note of at most %(most)d characters, or nothing.", most=300))
    asked = Given(body)
    first, last = asked.read("first_on", day), asked.read("last_on", day, otherwise=None)
    asked.refuse_problems()
    return {"first_on": first, "last_on": last, "reason": CallOutReason(reason), "note": note}


def _fill(made: CallOut, then: str, *, by: int) -> Outcome:
    """Offer to the best few of each visit, or give it to the best who can."""
    if then == "open":
        return Outcome()
    found = call_outs.replacements(call_outs.opened_by(made), within=within_scope())
    best = call_outs.best_of(found, call_outs.USUALLY_ASKED)
    fill = call_outs.offer_each if then == "offer" else call_outs.give_each
    return fill(made, best, by=by)


def _visits(made: CallOut, done: Outcome) -> list[dict[str, Any]]:
    offered, left = {one.visit_id: str(one.id) for one in done.offered}, {one.id: why for one, why in done.left}
    return [
        {
            "id": str(visit.id),
            "staff_member_id": str(visit.staff_member_id) if visit.staff_member_id else None,
            "offer_id": offered.get(visit.id),
            "left_because": left.get(visit.id),
        }
        for visit in call_outs.opened_by(made)
    ]


_TEXT: dict[str, Any] = {"type": "string"}
_ID, _DAY, _NOTE = (
    {**_TEXT, "format": "uuid"},
    {**_TEXT, "format": "date"},
    {**_TEXT, "maxLength": 300, "nullable": True},
)
_WHOLE = {"type": "integer"}
_MAYBE_ID = {**_ID, "nullable": True}
_PK = {"name": "pk", "in": "path", "required": True, "schema": _ID}


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


def _list(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


_PROSPECT = {
    "staff_member_id": _ID,
    "name": _TEXT,
    "week_minutes": _WHOLE,
    "kilometres": {"type": "number", "nullable": True},
    "last_visit_on": {**_DAY, "nullable": True},
}
_FACTOR = _object({"factor": _TEXT, "points": _WHOLE, "most": _WHOLE, "sentence": _TEXT})
_CANDIDATE = _object({**_PROSPECT, "points": _WHOLE, "factors": _list(_FACTOR), "warnings": _list(_TEXT)})
_BARRED = _object({**_PROSPECT, "reasons": _list(_object({"sentence": _TEXT, "remedy": _TEXT}))})
_FINDING = _object({"rule": _TEXT, "effect": {**_TEXT, "enum": ["warn", "block"]}, "sentence": _TEXT})
_PEOPLE = {**_list(_ID), "minItems": 1, "maxItems": offers.MOST_ASKED}
_OFFER = {"id": _ID, "invited": _WHOLE, "status": _TEXT}
_OPENED = _object(
    {"id": _ID, "staff_member_id": _MAYBE_ID, "offer_id": _MAYBE_ID, "left_because": {**_TEXT, "nullable": True}}
)


document(
    "/api/v1/visit_matches/{pk}",
    "get",
    {
        "tags": ["Visits"],
        "summary": "Who could take the visit, the best first, and what would make the others eligible",
        "parameters": [_PK],
        "responses": answers(
            404,
            schema=_object(
                {"id": _ID, "against": _list(_FINDING), "result": _list(_CANDIDATE), "ineligible": _list(_BARRED)}
            ),
        ),
    },
)
document_post(
    "/api/v1/visits/{pk}/offer",
    "Visits",
    "Offer the open visit to caregivers: the first who accepts has it",
    body=_object(
        {"staff_member_ids": _PEOPLE, "expires_at": {**_TEXT, "format": "date-time", "nullable": True}, "note": _NOTE},
        "staff_member_ids",
    ),
    told=_object({**_OFFER, "visit_id": _ID}),
    ok=201,
    headers=VERSIONED,
)
document_post(
    "/api/v1/offers/{pk}/invite",
    "Offers",
    "Ask more",
    body=_object({"staff_member_ids": _PEOPLE}, "staff_member_ids"),
    told=_object(_OFFER),
    headers=VERSIONED,
)
document_post(
    "/api/v1/staff/{pk}/call_out",
    "Call-outs",
    "Open the caregiver's visits of these days; offer each to the best, or assign it",
    body=_object(
        {
            "first_on": _DAY,
            "last_on": {**_DAY, "nullable": True},
            "reason": {**_TEXT, "enum": list(CallOutReason)},
            "note": _NOTE,
            "then": {**_TEXT, "enum": list(THEN)},
        },
        "first_on",
    ),
    told=_object({"id": _ID, "visits": _list(_OPENED)}),
    ok=201,
    headers=CHANGING,
)
