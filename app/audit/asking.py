"""What a request wants to know of the trail, and who may ask: screens and REST share it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from flask import request

from app.core.access import allowed
from app.core.own_fields import tailored
from app.core.profile import current_profile
from app.core.resource import Resource, registry
from starline.core import audit, clock
from starline.core.audit.activity import Position, Wanted
from starline.core.db import User, session
from starline.core.errors import Invalid, NotAllowed, NotFound
from starline.core.identifiers import parse_uuid
from starline.core.language import gettext as _
from starline.identity.models import RecordScope
from starline.identity.viewer import Viewer

PERMISSION = "Audit"
PERIOD_DAYS = 7
"""Looked at unless dates are given: the trail is long."""

PAGE_SIZE, LARGEST_PAGE = 50, 200


@dataclass(frozen=True)
class Period:
    """Two days and all between, in the organisation's zone."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        return _midnight(self.first)

    @property
    def until(self) -> datetime:
        """The midnight after the last day."""
        return _midnight(self.last + timedelta(days=1))


def permitted(action: str = "can_read") -> Viewer:
    """The viewer, who may see the whole trail. Raises `NotAllowed` for one whose record scope is narrower."""
    viewer = allowed(action, PERMISSION)
    if viewer.scope != RecordScope.ALL:
        raise NotAllowed(_("The audit trail tells of all records, and your role shows you only some."))
    return viewer


def asked_period(days: int = PERIOD_DAYS) -> Period:
    """The days given as `from` and `to`; the last `days` without them."""
    today = clock.now().astimezone(current_profile().display.zone).date()
    last = _day("to") or max(today, _day("from") or today)
    first = _day("from") or last - timedelta(days=days - 1)
    if first > last:
        raise _unfit("from", _("The first day comes after the last one."))
    return Period(first, last)


def asked_events(period: Period) -> Wanted:
    """The filters given: person, subject, record and action."""
    person = request.args.get("person", "").strip()
    if person and not (person.isascii() and person.isdigit() and len(person) < 10):
        raise _unfit("person", _("A person is named by their number."))
    return Wanted(
        since=period.since,
        until=period.until,
        actor_id=int(person) if person else None,
        action=request.args.get("action", "").strip()[:80],
        subject=request.args.get("subject", "").strip()[:80],
        subject_id=request.args.get("record", "").strip()[:80],
    )


def asked_size() -> int:
    text = request.args.get("page_size", str(PAGE_SIZE))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= LARGEST_PAGE):
        raise _unfit("page_size", _("page_size is a whole number from 1 to %(most)d.", most=LARGEST_PAGE))
    return int(text)


def asked_position() -> Position | None:
    """Where the page before ended: `before=2026-11-24T04:03:11.123456Z_1234`."""
    text = request.args.get("before", "")
    if not text:
        return None
    moment, _line, number = text.rpartition("_")
    try:
        at = datetime.fromisoformat(moment.replace("Z", "+00:00"))
        return at if at.tzinfo else at.replace(tzinfo=UTC), int(number[:18])
    except ValueError:
        raise _unfit("before", _("Take the value of next from the page before.")) from None


def cursor_of(position: Position) -> str:
    """`before` of the page that follows the event at this position."""
    at, number = position
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat()}Z_{number}"


def asked_client(pk: str) -> Any:
    """The client with that id. Raises `NotFound`."""
    key = parse_uuid(pk)
    found = session.get(registry["Clients"].model, key) if key else None
    if found is None:
        raise NotFound(_("There is no such record, or you may not see it."))
    return found


def subject_resource(table: str) -> Resource | None:
    """The resource over the table, if there is one."""
    found = next((one for one in registry.values() if one.model.__tablename__ == table), None)
    return tailored(found) if found is not None else None


def names_of(actor_ids: set[int | None]) -> dict[int, str]:
    """What people are called, by their numbers."""
    known = [one for one in actor_ids if one is not None]
    return {one.id: one.get_full_name() for one in session.query(User).filter(User.id.in_(known))} if known else {}


def note_look(wanted: Wanted, *, what: str) -> None:
    """The trail keeps that somebody read it, and with which filters."""
    filters = {"from": wanted.since.isoformat(), "to": wanted.until.isoformat(), "person": wanted.actor_id}
    filters |= {"action": wanted.action, "subject": wanted.subject, "record": wanted.subject_id}
    given = {name: value for name, value in filters.items() if value not in (None, "")}
    audit.record("read", "audit_events", changes={"what": what, "filters": given})


def note_look_at_client(client_id: UUID) -> None:
    """Knowing who saw a client is knowing of the client."""
    audit.record("read", "audit_events", client_ids=[client_id], changes={"what": "viewers"})


def _day(name: str) -> date | None:
    text = request.args.get(name, "").strip()
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise _unfit(name, _("Give a day as YYYY-MM-DD.")) from None
    if not 2000 <= found.year <= 2200:
        raise _unfit(name, _("Give a day between 2000 and 2200."))
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), current_profile().display.zone)


def _unfit(name: str, sentence: str) -> Invalid:
    return Invalid(sentence, errors={name: [sentence]})
