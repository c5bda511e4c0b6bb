"""What happened to a record and to what belongs to it, newest first, from the audit trail.

Only of resources that the viewer may read, and of their rows only those within the record scope. Readings are left to
the trail's own pages, which need a permission of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import sqlalchemy as sa
from flask import render_template, request

from app.core import tabs
from app.core.access import may
from app.core.fields import describe
from app.core.own_fields import tailored
from app.core.pages import changes_of
from app.core.profile import current_profile
from app.core.related import label_of
from app.core.resource import Resource, registry
from app.core.security import required_viewer
from app.core.tabs import CHANGES, Record, Tab
from app.core.trail_words import action_word
from starline.core import audit
from starline.core.audit import AuditEvent, AuditSighting
from starline.core.db import User, session
from starline.core.errors import Invalid
from starline.core.language import gettext as _

PAGE_SIZE = 30
ITSELF = "itself"
Position = tuple[datetime, int]


@dataclass(frozen=True)
class Kind:
    """One kind of change: to the record itself, or to one list of related records."""

    name: str
    label: str
    resource: Resource


def changes_tab() -> Tab:
    return Tab(CHANGES, "Changes", "history", draw, place=tabs.LAST + 1)


def draw(record: Record) -> str:
    """The panel: `kind` narrows it, `before` is where the page before ended."""
    kinds = _kinds(record)
    chosen = request.args.get("kind", "") if request.args.get("tab") == CHANGES else ""
    asked = [one for one in kinds if chosen in ("", one.name)]
    found = _events(record, asked, _position()) if asked else []
    shown = found[:PAGE_SIZE]
    _note_sights(record, kinds, shown)
    here = f"{record.url}?tab={CHANGES}"
    page = {
        "days": _days(record, kinds, shown),
        "kinds": [
            {"label": _("Everything"), "url": here, "is_chosen": not chosen},
            *(
                {"label": one.label, "url": f"{here}&{urlencode({'kind': one.name})}", "is_chosen": chosen == one.name}
                for one in kinds
            ),
        ],
        "older_url": _older(here, chosen, shown[-1]) if len(found) > PAGE_SIZE else None,
        "newest_url": f"{here}&{urlencode({'kind': chosen})}" if request.args.get("before") else None,
    }
    return render_template("resource/changes.html", page=page)


def _kinds(record: Record) -> list[Kind]:
    by_name = {one.name: one for one in registry.values()}
    names = [*record.resource.related.split(), *(name for name, _label, _place in tabs.added_lists(record.resource))]
    # What nobody but the system writes is a log itself, of which the trail keeps nothing.
    children = [by_name[name] for name in names if may("can_read", by_name[name]) and not by_name[name].read_only]
    itself = Kind(ITSELF, _("This record"), record.resource)
    return [itself, *(Kind(one.name, _(one.title), tailored(one)) for one in children)]


def _events(record: Record, kinds: Sequence[Kind], before: Position | None) -> list[AuditEvent]:
    """One more than a page of them. Each kind is read by its own index and cut before they are put together."""
    parts = [_newest(_of_kind(record, one), before) for one in kinds]
    if record.resource.client_column == "id":
        parts.append(_newest(_deleted(record, kinds), before))
    both = sa.union_all(*parts).subquery()
    keys = sa.select(both.c.at, both.c.id).order_by(both.c.at.desc(), both.c.id.desc()).limit(PAGE_SIZE + 1).subquery()
    query = sa.select(AuditEvent).join(keys, sa.and_(AuditEvent.at == keys.c.at, AuditEvent.id == keys.c.id))
    query = query.where(AuditEvent.organization_id == required_viewer().organization_id)
    return list(session.scalars(query.order_by(AuditEvent.at.desc(), AuditEvent.id.desc())))


def _of_kind(record: Record, kind: Kind) -> Any:
    viewer, table = required_viewer(), kind.resource.model.__table__
    query = sa.select(AuditEvent.at, AuditEvent.id).where(
        AuditEvent.organization_id == viewer.organization_id,
        AuditEvent.subject == table.name,
        AuditEvent.action.not_in(("read", "denied")),
    )
    if kind.name == ITSELF:
        return query.where(AuditEvent.subject_id == str(record.key))
    rows = sa.select(sa.cast(table.c.id, sa.Text)).where(
        table.c.organization_id == viewer.organization_id,
        table.c[kind.resource.parent_key(record.resource)] == record.key,
    )
    scope = kind.resource.model.visible_to(viewer) if hasattr(kind.resource.model, "visible_to") else None
    return query.where(AuditEvent.subject_id.in_(rows if scope is None else rows.where(scope)))


def _deleted(record: Record, kinds: Sequence[Kind]) -> Any:
    """What was deleted is in no table any more; sealing has noted which client it was about."""
    seen = AuditSighting
    return sa.select(seen.at, seen.audit_id.label("id")).where(
        seen.organization_id == required_viewer().organization_id,
        seen.client_id == record.key,
        seen.action == "delete",
        seen.subject.in_([one.resource.model.__tablename__ for one in kinds]),
    )


def _newest(query: Any, before: Position | None) -> Any:
    at, number = query.selected_columns
    if before is not None:
        query = query.where(at <= before[0], (at < before[0]) | (number < before[1]))
    cut = query.order_by(at.desc(), number.desc()).limit(PAGE_SIZE + 1).subquery()
    return sa.select(cut.c[0].label("at"), cut.c[1].label("id"))


def _note_sights(record: Record, kinds: Sequence[Kind], events: Sequence[AuditEvent]) -> None:
    """What a change says of a related record is a reading of it. That of the record itself is on record already."""
    column = record.resource.client_column
    client = record.values.get(column) if column else None
    for kind in kinds[1:]:
        seen = {one.subject_id for one in events if one.subject == kind.resource.model.__tablename__}
        if seen:
            audit.record_read(kind.resource.model.__tablename__, sorted(filter(None, seen)), _clients(client))


def _clients(client: Any) -> list[UUID]:
    return [UUID(str(client))] if client else []


def _days(record: Record, kinds: Sequence[Kind], events: Sequence[AuditEvent]) -> list[dict[str, Any]]:
    """The events of each day under its date."""
    display, people, told = current_profile().display, _people(events), audit.told(events)
    by_table = {one.resource.model.__tablename__: one for one in reversed(kinds)}
    days: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        day = display.date(event.at.astimezone(display.zone).date())
        days.setdefault(day, []).append(_entry(record, by_table[event.subject], event, told[event.id], people))
    return [{"day": day, "entries": entries} for day, entries in days.items()]


def _entry(
    record: Record, kind: Kind, event: AuditEvent, told: dict[str, Any], people: dict[int, str]
) -> dict[str, Any]:
    display = current_profile().display
    is_itself = event.subject == record.resource.model.__tablename__ and event.subject_id == str(record.key)
    name = "" if is_itself else _name(kind.resource, event)
    is_there = not is_itself and event.action != "delete" and bool(name)
    return {
        "icon": kind.resource.icon,
        "tone": {"insert": "good", "delete": "bad"}.get(event.action, "plain"),
        "action": action_word(event.action),
        "subject": "" if is_itself else kind.label,
        "name": name,
        "url": f"/{kind.resource.name}/show/{event.subject_id}" if is_there else None,
        "changes": changes_of(kind.resource, event.action, told),
        "reason": event.reason or "",
        "who": people.get(event.actor_id, _("The system")) if event.actor_id else _("The system"),
        "at": display.time(event.at.astimezone(display.zone).time()),
        "instant": event.at.isoformat(),
    }


def _name(resource: Resource, event: AuditEvent) -> str:
    """What the row is called, or was when it was deleted."""
    if event.action != "delete":
        return label_of(resource.model, event.subject_id)
    display, found = current_profile().display, []
    for name in getattr(resource.model, "__label__", ()):
        pair = (event.changes or {}).get(name)
        if isinstance(pair, list) and pair[0]:
            found.append(display.text(describe(resource.model, name), pair[0]))
    return " ".join(found)


def _people(events: Sequence[AuditEvent]) -> dict[int, str]:
    known = {one.actor_id for one in events if one.actor_id is not None}
    return {one.id: one.get_full_name() for one in session.query(User).filter(User.id.in_(known))} if known else {}


def _older(here: str, chosen: str, last: AuditEvent) -> str:
    return f"{here}&{urlencode({'kind': chosen, 'before': f'{last.at.isoformat()}_{last.id}'})}"


def _position() -> Position | None:
    text = request.args.get("before", "") if request.args.get("tab") == CHANGES else ""
    if not text:
        return None
    moment, _line, number = text.rpartition("_")
    try:
        at = datetime.fromisoformat(moment)
        if at.tzinfo is None:
            raise ValueError
        return at, int(number[:18])
    except ValueError:
        raise Invalid(_("This address of a page is not whole. Go back to the newest.")) from None
