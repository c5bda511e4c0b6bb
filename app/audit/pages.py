"""`/audit/…`: what happened in the agency, what happened to a record, who saw a client, and the auditor's export."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, render_template, request
from flask_appbuilder import BaseView, expose
from sqlalchemy import select

from app.audit import asking, export, words
from app.audit.asking import Period, cursor_of, names_of, permitted
from app.core.navigation import Entry, add_entry
from app.core.profile import current_profile
from app.core.related import label_of
from app.core.resource import Resource, registry
from app.core.security import required_viewer
from app.core.trail_words import action_word
from starline.core import audit
from starline.core.audit import AuditEvent, activity, sightings
from starline.core.audit.activity import Wanted
from starline.core.db import User, session
from starline.core.errors import NotAllowed, NotFound
from starline.core.language import gettext as _

CLIENT_DAYS = 30
ACTIONS = ("insert", "update", "delete", "read", "denied", "export")
LONGEST_HISTORY = 100

add_entry(Entry("Settings", "Audit trail", "/audit/", "history", ("can_read", asking.PERMISSION)))


class AuditView(BaseView):  # type: ignore[misc]
    """`/audit/`."""

    route_base = "/audit"
    default_view = "activity"

    @expose("/", methods=["GET"])
    def activity(self) -> str:
        permitted()
        period = asking.asked_period()
        wanted = asking.asked_events(period)
        found = activity.events(wanted, before=asking.asked_position(), limit=asking.PAGE_SIZE + 1)
        asking.note_look(wanted, what="activity")
        return render_template("audit/activity.html", page=_activity_page(period, wanted, found))

    @expose("/records/<subject>/<pk>", methods=["GET"])
    def record(self, subject: str, pk: str) -> str:
        permitted()
        resource = asking.subject_resource(subject)
        key = resource.key_of(pk) if resource else None
        if resource is None or key is None:
            raise _absent()
        if ("can_read", resource.permission) not in required_viewer().permissions:
            raise NotAllowed(_("You may not see these records, so not their history either."))
        events = audit.history(subject, key, limit=LONGEST_HISTORY)
        if not events:
            raise _absent()
        clients = {one for event in events for one in event.client_ids or ()}
        audit.record_read(subject, [key], clients)
        return render_template("audit/record.html", page=_record_page(resource, key, events))

    @expose("/clients/<pk>", methods=["GET"])
    def client(self, pk: str) -> str:
        permitted()
        client = asking.asked_client(pk)
        period = asking.asked_period(CLIENT_DAYS)
        span: dict[str, Any] = {"since": period.since, "until": period.until}
        people = sightings.onlookers(client.id, **span)
        looks = sightings.sightings(client.id, **span, before=asking.asked_position(), limit=asking.PAGE_SIZE + 1)
        asking.note_look_at_client(client.id)
        return render_template("audit/client.html", page=_client_page(client, period, people, looks))

    @expose("/export", methods=["GET"])
    def export(self) -> Response:
        permitted("can_export")
        return export.download(asking.asked_period(), request.args.get("format", "csv"))


VIEWS = (AuditView,)


def _activity_page(period: Period, wanted: Wanted, found: list[AuditEvent]) -> dict[str, Any]:
    shown, display = found[: asking.PAGE_SIZE], current_profile().display
    names = names_of({event.actor_id for event in shown})
    may_export = ("can_export", asking.PERMISSION) in required_viewer().permissions
    return {
        "state": words.state_line(activity.state(), display),
        "period": period,
        "wanted": wanted,
        "people": _people(),
        "subjects": sorted((words.subject_word(table), table) for table in _subjects()),
        "actions": [(one, action_word(one)) for one in ACTIONS],
        "is_filtered": bool(request.args),
        "export_url": "/audit/export?" + urlencode({"from": period.first, "to": period.last}) if may_export else None,
        "next_url": _next_url((shown[-1].at, shown[-1].id)) if len(found) > len(shown) else None,
        "first_url": _with(before=None) if request.args.get("before") else None,
        "rows": [
            {
                "at": words.moment(event.at, display),
                "who": words.person_word(event.actor_id, names),
                "action": action_word(event.action),
                "tone": {"denied": "warn", "delete": "bad"}.get(event.action, "plain"),
                "subject": words.subject_word(event.subject),
                "detail": words.detail(event),
                "reason": event.reason or "",
                "url": words.record_url(event),
            }
            for event in shown
        ],
    }


def _record_page(resource: Resource, key: Any, events: list[AuditEvent]) -> dict[str, Any]:
    display = current_profile().display
    names, told = names_of({event.actor_id for event in events}), audit.told(events)
    is_there = session.scalar(select(resource.model.id).where(resource.model.id == key)) is not None
    return {
        "title": label_of(resource.model, key) or _("A removed record"),
        "subtitle": _(resource.title),
        "back_url": f"/{resource.name}/show/{key}" if is_there else "/audit/",
        "viewers_url": f"/audit/clients/{key}" if resource.client_column == "id" and is_there else None,
        "state": words.state_line(activity.state(), display),
        "is_cut": len(events) == LONGEST_HISTORY,
        "entries": [
            {
                "at": words.moment(event.at, display),
                "who": words.person_word(event.actor_id, names),
                "action": action_word(event.action),
                "reason": event.reason or "",
                "changes": words.changed_values(event, told[event.id], display),
            }
            for event in events
        ],
    }


def _client_page(client: Any, period: Period, people: list[Any], looks: list[Any]) -> dict[str, Any]:
    display, shown = current_profile().display, looks[: asking.PAGE_SIZE]
    names = names_of({one.actor_id for one in people})
    return {
        "title": str(client),
        "back_url": f"/{registry['Clients'].name}/show/{client.id}",
        "history_url": f"/audit/records/clients/{client.id}",
        "state": words.state_line(activity.state(), display),
        "period": period,
        "people": [
            {
                "who": words.person_word(one.actor_id, names),
                "views": one.views,
                "first": words.moment(one.first_at, display),
                "last": words.moment(one.last_at, display),
                "what": ", ".join(sorted({words.subject_word(subject) for subject in one.subjects})),
            }
            for one in people
        ],
        "looks": [
            {
                "at": words.moment(one.at, display),
                "who": words.person_word(one.actor_id, names),
                "action": action_word(one.action),
                "what": words.subject_word(one.subject),
            }
            for one in shown
        ],
        "next_url": _next_url((shown[-1].at, shown[-1].audit_id)) if len(looks) > len(shown) else None,
        "first_url": _with(before=None) if request.args.get("before") else None,
    }


def _people() -> list[tuple[int, str]]:
    return [(one.id, one.get_full_name()) for one in session.query(User).order_by(User.last_name, User.first_name)]


def _subjects() -> set[str]:
    return {one.model.__tablename__ for one in registry.values()} | {"audit_events"}


def _next_url(position: activity.Position) -> str:
    return _with(before=cursor_of(position))


def _with(**changed: str | None) -> str:
    kept = {**request.args.to_dict(), **changed}
    return f"{request.path}?{urlencode({name: value for name, value in kept.items() if value})}"


def _absent() -> NotFound:
    return NotFound(_("There is no such record, or you may not see it."))
