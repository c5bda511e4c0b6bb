"""Two people changed the settings at once: both versions side by side, as those of a record are shown."""

from collections.abc import Mapping
from typing import Any

from flask import request
from wtforms import Form

from app.core.conflicts import MINE, THEIRS, sentence_of
from app.core.display import choice_label
from app.core.profile import current_profile
from app.organizations.forms import SECTIONS
from starline.core import audit
from starline.core.language import LANGUAGES
from starline.core.language import gettext as _
from starline.organizations import preferences
from starline.organizations.models import OrganizationSettings
from starline.organizations.settings import POLICIES, settings_row, settled

SHOWN = tuple(name for names in SECTIONS.values() for name in names)
"""Every setting of the form, policies as `security_policy.idle_minutes`."""


SECRET = "tax_id"
"""What is neither shown nor sent back: whoever typed it types it again."""


def version_of_others(version: int | None) -> int | None:
    """The newest version, where all that was saved since stands in other forms, as the colours of the brand do."""
    row = settings_row()
    since = _events_since(version)
    columns = {name.partition(".")[0] for name in SHOWN}
    is_known = version is not None and len(since) == row.version - version
    is_of_others = is_known and not any(columns & set(one.changes or {}) for one in since)
    return row.version if is_of_others else None


def conflict(form: Form, sent: Mapping[str, Any], *, version: int | None) -> dict[str, Any]:
    """What differs between the saved settings and those typed over `version`; chosen is what was changed."""
    display = current_profile().display
    theirs, mine, before = flat(preferences.read_settings()), flat(sent), _before(version)
    rows = [
        {
            "key": name,
            "label": form[name].label.text,
            "theirs": _readable(name, theirs[name]),
            "yours": _readable(name, mine[name]),
            "chosen": request.form.get(f"choose.{name}") or (THEIRS if before.get(name) == mine[name] else MINE),
        }
        for name in SHOWN
        if name in mine and name != SECRET and (mine[name] or None) != (theirs[name] or None)
    ]
    return {"sentence": sentence_of(OrganizationSettings.__tablename__, settings_row().id, display), "rows": rows}


def chosen(values: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent without the settings of which the other version was chosen."""
    refused = {name for name in SHOWN if request.form.get(f"choose.{name}") == THEIRS}
    return {
        group: {name: one for name, one in value.items() if f"{group}.{name}" not in refused}
        if isinstance(value, Mapping)
        else value
        for group, value in values.items()
        if group not in refused
    }


def flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings by their names in the form."""
    found = {}
    for group, value in values.items():
        inner = {f"{group}.{name}": one for name, one in value.items()} if isinstance(value, Mapping) else {}
        found |= inner or {group: value}
    return found


def _before(version: int | None) -> dict[str, Any]:
    """The settings, of those changed since, as the second person had read them."""
    known: dict[str, Any] = {}
    for event in _events_since(version):  # newest first, so the oldest has the last word
        for column, (old, _new) in (event.changes or {}).items():
            whole = settled(column, old) if column in POLICIES else old
            known |= flat({column: whole})
    return {name: list(value) if isinstance(value, tuple) else value for name, value in known.items()}


def _events_since(version: int | None) -> list[Any]:
    row = settings_row()
    steps = row.version - version if version is not None else 0
    events = audit.history(OrganizationSettings.__tablename__, row.id)
    return [one for one in events if one.action == "update"][: max(steps, 0)]


def _readable(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if isinstance(value, list | tuple):
        return ", ".join(value)
    if name == "locale":
        return LANGUAGES.get(value, str(value))
    policy, _dot, key = name.partition(".")
    has_choices = key and policy in POLICIES and POLICIES[policy][key].choices
    return choice_label(value) if has_choices else "" if value is None else str(value)
