"""The trail in words: who, what, to which record, and what was there before."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.audit.asking import subject_resource
from app.core.display import Display, choice_label
from app.core.fields import MASK, Kind
from app.core.own_fields import expanded
from app.core.related import label_of
from app.core.resource import Resource
from app.core.trail_words import PARTS_OF_SECRETS, is_never_told
from starline.core import db
from starline.core.audit import AuditEvent
from starline.core.audit.activity import State
from starline.core.audit.models import WRITES
from starline.core.language import gettext as _

HIDDEN = "***"
"""What the trigger writes in the place of a secret."""


def subject_word(subject: str) -> str:
    """A table as people call what it holds."""
    resource = subject_resource(subject)
    if resource is not None:
        return str(_(resource.title))
    return str({"audit_events": _("Audit trail")}.get(subject) or choice_label(subject))


def person_word(actor_id: int | None, names: dict[int, str]) -> str:
    """The person's name; what nobody did, the system did by itself."""
    if actor_id is None:
        return str(_("The system"))
    return names.get(actor_id) or str(_("Somebody who was removed (%(number)d)", number=actor_id))


def record_url(event: AuditEvent) -> str | None:
    """Where the whole history of the event's record stands."""
    if not event.subject_id or subject_resource(event.subject) is None:
        return None
    return f"/audit/records/{event.subject}/{event.subject_id}"


def detail(event: AuditEvent) -> str:
    """One line that names fields and numbers, never a value of a record."""
    changes = event.changes or {}
    if event.action == "update":
        resource = subject_resource(event.subject)
        told = expanded(resource, changes) if resource else changes
        return ", ".join(_label(event.subject, resource, name) for name in told)
    if event.action == "read" and isinstance(changes.get("ids"), list):
        return str(_("%(number)d records", number=len(changes["ids"])))
    if event.action == "read" and len(event.client_ids or ()) > 1:
        return str(_("%(number)d clients", number=len(event.client_ids or ())))
    if event.action == "verified":
        return str(
            _("%(rows)s rows, %(findings)s findings", rows=changes.get("rows"), findings=changes.get("findings"))
        )
    return ""


def changed_values(event: AuditEvent, told: Mapping[str, Any], display: Display) -> list[dict[str, str]]:
    """Each changed field with the value before and after, as the record's own screen shows them.

    `told`: the event's changes in words.
    """
    if event.action not in WRITES:
        return []
    resource = subject_resource(event.subject)
    changes = expanded(resource, told) if resource else told
    pairs = {name: pair for name, pair in changes.items() if isinstance(pair, list) and len(pair) == 2}
    found = []
    for name in _in_order(resource, pairs):
        old, new = (_value(resource, name, value, display) for value in pairs[name])
        if old or new:
            found.append({"label": _label(event.subject, resource, name), "old": old, "new": new})
    return found


def moment(at: datetime, display: Display) -> str:
    """The organisation's time to the second: of two looks in one minute the order counts."""
    return display.second(at)


def _in_order(resource: Resource | None, pairs: dict[str, Any]) -> list[str]:
    """The changed columns as the record's own page orders them, without its key and without parts of its secrets."""
    order = [one.key for one in resource.fields.values()] if resource else []
    places = {key: place for place, key in enumerate(order)}
    shown = [name for name in pairs if name != "id" and not name.endswith(PARTS_OF_SECRETS)]
    return sorted(shown, key=lambda name: (places.get(name.removesuffix("_encrypted"), len(places)), name))


def state_line(state: State, display: Display) -> dict[str, str]:
    """How far the trail is sealed and whether it was found whole."""
    if state.sealed_at is None:
        return {"tone": "plain", "text": _("Nothing is sealed yet. Sealing runs every minute.")}
    sealed = _("Sealed up to %(when)s.", when=display.instant(state.sealed_at))
    if state.verified_at is None:
        return {"tone": "plain", "text": f"{sealed} {_('Not verified yet; it is checked every night.')}"}
    when = display.instant(state.verified_at)
    if state.findings:
        sentence = _(
            "Verified %(when)s: %(number)d rows or blocks were altered. Tell the operator of the platform.",
            when=when,
            number=state.findings,
        )
        return {"tone": "bad", "text": f"{sealed} {sentence}"}
    return {"tone": "good", "text": f"{sealed} {_('Verified %(when)s: nothing was altered.', when=when)}"}


def _label(table: str, resource: Resource | None, name: str) -> str:
    plain = name.removesuffix("_encrypted")
    for one in resource.fields.values() if resource else ():
        if one.key in (name, plain):
            return str(_(one.label))
    column = db.metadata.tables[table].c.get(name) if table in db.metadata.tables else None
    known = column.info.get("label") if column is not None else None
    return str(_(known)) if known else choice_label(plain)


def _value(resource: Resource | None, name: str, value: Any, display: Display) -> str:
    if value in (None, "", [], {}):
        return ""
    plain = name.removesuffix("_encrypted")
    one = next((one for one in resource.fields.values() if one.key in (name, plain)), None) if resource else None
    if value == HIDDEN or is_never_told(resource, name):
        return MASK.strip()
    if one is None:
        return str(value)
    if one.kind is Kind.RELATION:
        return label_of(one.target, value) or str(value)
    try:
        return display.text(one, value)
    except (TypeError, ValueError):
        return str(value)  # the column had another kind when this was written
