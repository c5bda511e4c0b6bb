"""Clocking, tasks and the record of a visit, for programs: every act carries an id, and counts once; so it needs no
`Idempotency-Key`.

`POST /api/v1/visits/<pk>/clock`, `/miss`, `/note`, `/mileage`, `/signature`; `POST /api/v1/clock_events/<pk>/correct`;
`POST /api/v1/visit_tasks/<pk>/settle`; `GET /api/v1/visit_verifications/<pk>` answers all that proves a visit.
"""

import base64
import binascii
from decimal import Decimal
from typing import Any

from flask import Response, jsonify
from flask_appbuilder.api import BaseApi, expose

from app.core.access import allowed
from app.core.bodies import object_sent
from app.core.idempotency import once, once_by_key, require_key
from app.core.reading import note_sight
from app.core.resource import registry
from app.scheduling import evv_documents, telephony_api
from app.scheduling.asked_visits import part_asked, visit_asked, visit_to_tell_of
from app.scheduling.evv_bodies import typed
from app.scheduling.evv_shown import aside_shown, event_shown, exception_shown, record_shown, task_shown
from starline.core.db import session
from starline.core.language import gettext as _
from starline.core.problems import invalid
from starline.scheduling import acts, evv, verification, visit_records, visit_tasks
from starline.scheduling.evv import Reading
from starline.scheduling.evv_vocabulary import ClockMethod, Element
from starline.scheduling.models import ClockEvent, Visit, VisitAct, VisitRecord, VisitTask

LARGEST_PICTURE = 8 * 1024 * 1024
READING = "latitude longitude accuracy_metres device sequence reason_code reason method"


class ClockApi(BaseApi):  # type: ignore[misc]
    """What is told of one visit."""

    resource_name = "visits"
    openapi_spec_tag = "Visits"

    @expose("/<row:pk>/clock", methods=["POST"])
    @once
    def clock(self, pk: str) -> Response:
        """A caregiver's own begin or end; with the method `manual`, one that the office enters."""
        viewer = allowed("can_add", "ClockEvents")
        body = object_sent("kind", "happened_at", "event_id", "seen_starts_at", *READING.split())
        visit, _is_in_sight = visit_to_tell_of(pk)
        given = {"method": ClockMethod.MOBILE, **body}
        values = typed(ClockEvent, given, required="kind happened_at event_id method", optional=READING)
        if values["method"] == ClockMethod.TELEPHONY:
            raise invalid("method", _("Calls are taken from the telephone line; send mobile or manual."))
        if values["method"] == ClockMethod.MANUAL:
            allowed("can_edit", "ClockEvents")
            typed(ClockEvent, given, required="reason_code")
            names = ("kind", "happened_at", "event_id", "reason_code", "reason")
            event = evv.clock_by_hand(visit, **{name: values[name] for name in names}, by=viewer.user_id)
        else:
            seen = typed(Visit, {"starts_at": body.get("seen_starts_at")}, required="", optional="starts_at")
            event = evv.clock(visit, _reading(values, seen["starts_at"]), by=viewer.user_id)
        session.flush()
        return jsonify(id=str(visit.id), status=visit.status, result=event_shown(event))

    @expose("/<row:pk>/miss", methods=["POST"])
    @once_by_key
    def miss(self, pk: str) -> Response:
        viewer = allowed("can_edit", "Visits")
        body = object_sent("reason", "note")
        visit = visit_asked(pk)
        names = {"void_reason": body.get("reason"), "void_note": body.get("note")}
        values = typed(Visit, names, required="void_reason", optional="void_note")
        evv.miss(visit, reason=values["void_reason"], note=values["void_note"], by=viewer.user_id)
        session.flush()
        return jsonify(id=str(visit.id), status=visit.status, void_reason=visit.void_reason)

    @expose("/<row:pk>/note", methods=["POST"])
    @once
    def note(self, pk: str) -> Response:
        visit, values, may_see = _act(pk, "note")
        record = visit_records.write_note(visit, str(values.pop("note") or ""), **values)
        return _recorded(record, values, may_see)

    @expose("/<row:pk>/mileage", methods=["POST"])
    @once
    def mileage(self, pk: str) -> Response:
        visit, values, may_see = _act(pk, "miles")
        miles = typed(VisitRecord, {"miles": values.pop("miles")}, required="miles")["miles"]
        return _recorded(visit_records.drive(visit, Decimal(miles), **values), values, may_see)

    @expose("/<row:pk>/signature", methods=["POST"])
    @once
    def signature(self, pk: str) -> Response:
        visit, values, may_see = _act(pk, "name", "image")
        image, name = _picture(values.pop("image")), str(values.pop("name") or "")
        return _recorded(visit_records.sign(visit, image=image, name=name, **values), values, may_see)


class CorrectionApi(BaseApi):  # type: ignore[misc]
    """Putting another time in the place of a wrong one."""

    resource_name = "clock_events"
    openapi_spec_tag = "Clock events"

    @expose("/<row:pk>/correct", methods=["POST"])
    @once
    def correct(self, pk: str) -> Response:
        viewer = allowed("can_edit", "ClockEvents")
        body = object_sent("happened_at", "reason_code", "reason", "event_id")
        if body.get("event_id") is None:
            require_key()
        event = part_asked("ClockEvents", pk)
        values = typed(ClockEvent, body, required="happened_at reason_code", optional="reason event_id")
        made = evv.correct(event, **values, by=viewer.user_id)
        session.flush()
        return jsonify(id=str(made.visit_id), status=made.visit.status, result=event_shown(made))


class TaskApi(BaseApi):  # type: ignore[misc]
    """What became of a task."""

    resource_name = "visit_tasks"
    openapi_spec_tag = "Tasks of visits"

    @expose("/<row:pk>/settle", methods=["POST"])
    @once
    def settle(self, pk: str) -> Response:
        viewer = allowed("can_edit", "VisitTasks")
        body = object_sent("outcome", "reason", "event_id", "happened_at")
        task = part_asked("VisitTasks", pk)
        values = typed(VisitTask, body, required="outcome", optional="reason")
        moment = typed(VisitAct, body, required="event_id happened_at")
        visit_tasks.settle(task, **values, **moment, by=viewer.user_id)
        session.flush()
        return jsonify(result=task_shown(task), **_kept(moment["event_id"]))


class VerificationApi(BaseApi):  # type: ignore[misc]
    """`GET /api/v1/visit_verifications/<pk>`, by the id of the visit: for below a visit every word is a verb."""

    resource_name = "visit_verifications"
    openapi_spec_tag = "Visits"

    @expose("/<row:pk>", methods=["GET"])
    def show(self, pk: str) -> Response:
        """The six elements, the clock events with those corrected, exceptions, tasks, record and what was set aside."""
        viewer = allowed("can_read", "ClockEvents")
        visit = visit_asked(pk)
        note_sight(registry["ClockEvents"], visit)
        lacking, may = verification.lacking(visit), viewer.can
        tasks = visit_tasks.expected_tasks(visit) if may("read", "VisitTasks") else []
        may_read = may("read", "VisitRecords")
        record = visit_records.record_of(visit) if may_read else None
        exceptions = verification.exceptions_of(visit) if may("read", "VisitExceptions") else []
        return jsonify(
            id=str(visit.id),
            status=visit.status,
            elements={one.value: one not in lacking for one in Element},
            events=[event_shown(one) for one in verification.events_of(visit)],
            exceptions=[exception_shown(one) for one in exceptions],
            tasks=[task_shown(one) for one in tasks],
            record=record_shown(record) if record else None,
            set_aside=[aside_shown(one) for one in visit_records.set_aside(visit)] if may_read else [],
        )


def _reading(values: dict[str, Any], seen_starts_at: Any) -> Reading:
    numbers = {name: float(values[name]) for name in ("latitude", "longitude") if values[name] is not None}
    names = ("kind", "happened_at", "event_id", "method", "accuracy_metres", "device", "sequence")
    return Reading(**{name: values[name] for name in names}, **numbers, seen_starts_at=seen_starts_at)


def _act(pk: str, *names: str) -> tuple[Visit, dict[str, Any], bool]:
    """The visit, the act's values with who tells them, and whether they may see the visit's record."""
    viewer = allowed("can_edit", "VisitRecords")
    body = object_sent("event_id", "happened_at", *names)
    visit, is_in_sight = visit_to_tell_of(pk)
    moment = typed(VisitAct, body, required="event_id happened_at")
    values = {**moment, **{name: body.get(name) for name in names}, "by": viewer.user_id}
    return visit, values, is_in_sight and viewer.can("read", "VisitRecords")


def _recorded(record: VisitRecord, values: dict[str, Any], may_see: bool) -> Response:
    """The record as it is now. Whoever had the visit once is told that their word is kept, and nothing of others."""
    session.flush()
    if may_see:
        note_sight(registry["VisitRecords"], record)
    return jsonify(result=record_shown(record) if may_see else None, **_kept(values["event_id"]))


def _kept(event_id: Any) -> dict[str, Any]:
    found = acts.kept(event_id)
    clash = found.clash if found else None
    return {"event_id": str(event_id), "clash": clash, "sentence": evv.sentence_of(clash)}


def _picture(given: Any) -> bytes:
    if not isinstance(given, str) or not given:
        raise invalid("image", _("Send the picture in base64."))
    try:
        image = base64.b64decode(given.partition(",")[2] if given.startswith("data:") else given, validate=True)
    except (binascii.Error, ValueError):
        raise invalid("image", _("Send the picture in base64.")) from None
    if len(image) > LARGEST_PICTURE:
        raise invalid("image", _("The picture is too large; send at most 8 MB."))
    return image


APIS = (ClockApi, CorrectionApi, TaskApi, VerificationApi, telephony_api.TelephonyApi)
assert evv_documents
