"""What a form or a program sends about a visit's proof, read by the descriptions of the models' own columns."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import request
from flask_babel import gettext as _

from app.core.fields import describe
from app.core.resource import registry
from app.core.security import required_viewer
from app.core.writing import find_row
from starline.core.db import session
from starline.core.errors import Invalid, NotFound
from starline.core.identifiers import parse_uuid
from starline.scheduling import evv
from starline.scheduling.models import Visit
from starline.staff.models import StaffMember


def typed(model: Any, given: Mapping[str, Any], *, required: str, optional: str = "") -> dict[str, Any]:
    """The named columns of `model` as typed values. Raises `Invalid` with everything that is wrong."""
    errors: dict[str, list[str]] = {}
    values: dict[str, Any] = {}
    for name in (*required.split(), *optional.split()):
        one = describe(model, name)
        if name not in required.split() and given.get(name) in (None, ""):
            values[name] = None
            continue
        try:
            values[name] = _id(given.get(name)) if name == "event_id" else one.read(given.get(name))
        except ValueError as problem:
            errors[name] = [str(problem)]
        if name in required.split() and values.get(name) is None and name not in errors:
            errors[name] = [_("%(label)s is required.", label=_(one.label))]
    if errors:
        raise Invalid(_("Please check the marked fields."), errors=errors)
    return values


def with_zone(given: Mapping[str, Any], zone: str) -> dict[str, Any]:
    """A form's time is that of the wall where the visit takes place."""
    text = str(given.get("happened_at") or "")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return dict(given)
    return {**given, "happened_at": moment.replace(tzinfo=moment.tzinfo or ZoneInfo(zone)).isoformat()}


def visit_to_change(pk: str) -> Visit:
    """The visit within the viewer's scope, locked where it is changed."""
    found: Visit = find_row(registry["Visits"], pk, lock=request.method == "POST")
    return found


def visit_to_tell_of(pk: str) -> Visit:
    """The visit within the viewer's scope, or one that was theirs as a caregiver: their phone may not know better."""
    try:
        return visit_to_change(pk)
    except NotFound:
        key, viewer = parse_uuid(pk), required_viewer()
        visit = session.get(Visit, key) if key else None
        member = session.query(StaffMember).filter_by(user_id=viewer.user_id).first()
        if visit is None or member is None or not evv.was_of(visit, member):
            raise
        return visit


def _id(value: Any) -> UUID | None:
    if value in (None, ""):
        return None
    found = parse_uuid(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(_("Send a UUID that you have made for this event."))
    return found
