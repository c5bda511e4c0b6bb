"""Two people changed one record: both versions side by side, and what the second one chose of each field."""

from collections.abc import Mapping
from typing import Any

from flask import request

from app.core.display import Display
from app.core.fields import Field, Kind
from app.core.own_fields import expanded
from app.core.profile import current_profile
from app.core.related import label_of
from app.core.resource import Resource
from starline.core import audit
from starline.core.db import User, session
from starline.core.language import gettext as _

MINE, THEIRS = "mine", "theirs"


def conflict(resource: Resource, row: Any, yours: Mapping[str, Any], *, version: int | None) -> dict[str, Any]:
    """What differs between the row as it is saved and `yours`, typed over `version` of it.

    Chosen beforehand is what was changed: a field that only the other one touched is theirs.
    """
    display = current_profile().display
    before = _before(resource, row, version)
    return {
        "sentence": sentence_of(resource.model.__tablename__, row.id, display),
        "rows": _rows(resource, row, yours, before, display),
    }


def chosen(values: dict[str, Any]) -> dict[str, Any]:
    """What was sent without the fields of which the other version was chosen."""
    return {key: value for key, value in values.items() if request.form.get(f"choose.{key}") != THEIRS}


def _rows(
    resource: Resource, row: Any, yours: Mapping[str, Any], before: Mapping[str, Any], display: Display
) -> list[dict[str, Any]]:
    found = []
    for one in resource.form_fields:
        if one.key not in yours or one.kind is Kind.SECRET:
            continue
        theirs, mine = one.of(row), yours[one.key]
        if theirs == mine:
            continue
        is_untouched = one.key in before and _plain(before[one.key]) == _plain(mine)
        found.append(
            {
                "key": one.key,
                "label": _(one.label),
                "theirs": readable(one, theirs, display),
                "yours": readable(one, mine, display),
                "chosen": request.form.get(f"choose.{one.key}") or (THEIRS if is_untouched else MINE),
            }
        )
    return found


def _before(resource: Resource, row: Any, version: int | None) -> dict[str, Any]:
    """The values, of what was changed since, as the second person had read them."""
    steps = row.version - version if version is not None else 0
    events = [one for one in audit.history(resource.model.__tablename__, row.id) if one.action == "update"]
    known: dict[str, Any] = {}
    since = events[: max(steps, 0)]
    told = audit.told(since)
    for event in since:  # newest first, so the oldest has the last word
        known |= {name: old for name, (old, _new) in expanded(resource, told[event.id]).items()}
    return known


def sentence_of(table: str, key: Any, display: Display) -> str:
    """Who saved the row meanwhile, and when."""
    newest = next(iter(audit.history(table, key, limit=1)), None)
    person = session.get(User, newest.actor_id) if newest is not None and newest.actor_id else None
    if newest is None or person is None:
        return str(_("Choose of each field which version to keep."))
    return str(
        _(
            "%(person)s saved it at %(time)s. Choose of each field which version to keep.",
            person=person.get_full_name(),
            time=display.instant(newest.at),
        )
    )


def readable(one: Field, value: Any, display: Display) -> str:
    """A Python value as a person reads it."""
    if value is None or value == "":
        return ""
    if one.kind is Kind.RELATION:
        return label_of(one.target, value)
    value = getattr(value, "value", value)
    is_json = isinstance(value, (str, int, bool, list, dict))
    return display.text(one, value if is_json else value.isoformat() if hasattr(value, "isoformat") else str(value))


def _plain(value: Any) -> str:
    """Comparable with what the audit keeps, which is JSON."""
    value = getattr(value, "value", value)
    if value in (None, "", [], {}):
        return ""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
