"""`/api/v1/audit/…`: the trail for programs, under the permission of the screens."""

from datetime import UTC, datetime
from typing import Any

import orjson
from flask import Response
from flask_appbuilder.api import BaseApi, expose

from app.audit import asking
from app.audit.asking import cursor_of, names_of, permitted
from app.audit.documentation import document_audit
from starline.core.audit import AuditEvent, activity, sightings
from starline.core.audit.models import WRITES


class AuditApi(BaseApi):  # type: ignore[misc]
    """What happened, newest first, and who saw a client."""

    resource_name = "audit"
    openapi_spec_tag = "Audit"

    @expose("/events", methods=["GET"])
    def events(self) -> Response:
        permitted()
        wanted, size = asking.asked_events(asking.asked_period()), asking.asked_size()
        found = activity.events(wanted, before=asking.asked_position(), limit=size + 1)
        shown = found[:size]
        names = names_of({event.actor_id for event in shown})
        asking.note_look(wanted, what="events")
        last = (shown[-1].at, shown[-1].id) if len(found) > size else None
        return _json({"result": [_event(event, names) for event in shown], "next": cursor_of(last) if last else None})

    @expose("/clients/<pk>/viewers", methods=["GET"])
    def viewers(self, pk: str) -> Response:
        permitted()
        client, period = asking.asked_client(pk), asking.asked_period(30)
        found = sightings.onlookers(client.id, since=period.since, until=period.until)
        names = names_of({one.actor_id for one in found})
        asking.note_look_at_client(client.id)
        result = [
            {
                "person": _person(one.actor_id, names),
                "views": one.views,
                "first_at": _instant(one.first_at),
                "last_at": _instant(one.last_at),
                "subjects": one.subjects,
            }
            for one in found
        ]
        return _json({"from": str(period.first), "to": str(period.last), "result": result})


VIEWS = (AuditApi,)
document_audit()


def _event(event: AuditEvent, names: dict[int, str]) -> dict[str, Any]:
    """An event without values: those stand in the record's history and in the export."""
    return {
        "id": event.id,
        "at": _instant(event.at),
        "person": _person(event.actor_id, names),
        "action": event.action,
        "subject": event.subject,
        "record": event.subject_id,
        "clients": [str(one) for one in event.client_ids or () if one],
        "fields": sorted(event.changes or ()) if event.action in WRITES else [],
        "reason": event.reason,
        "request": event.request_id,
    }


def _person(actor_id: int | None, names: dict[int, str]) -> dict[str, Any] | None:
    return {"id": actor_id, "name": names.get(actor_id)} if actor_id is not None else None


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _json(body: dict[str, Any]) -> Response:
    return Response(orjson.dumps(body), mimetype="application/json")
