"""What a form or a program sends about a visit's proof, read by the descriptions of the models' own columns."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.fields import describe
from starline.core.errors import Invalid
from starline.core.identifiers import parse_uuid
from starline.core.language import gettext as _


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


def _id(value: Any) -> UUID | None:
    if value in (None, ""):
        return None
    found = parse_uuid(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(_("Send a UUID that you have made for this event."))
    return found
