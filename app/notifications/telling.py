"""A notification as its reader sees it: in their language, with days in the agency's spelling."""

from dataclasses import dataclass
from datetime import date, time
from typing import Any

from app.core.profile import current_profile
from app.core.security import confirm_viewer, required_viewer
from starline.core.errors import NotAllowed
from starline.core.language import gettext
from starline.core.language import gettext as _
from starline.identity.key_viewer import KeyViewer
from starline.identity.viewer import Viewer
from starline.notifications.models import Notification

ICONS = {
    "credential": "certificate",
    "emergency": "ambulance",
    "export": "download",
    "import": "upload",
    "new": "devices",
    "offer": "send",
    "security": "alert-triangle",
    "support": "shield-check",
    "time": "calendar-off",
}
"""By the first word of a kind."""


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the panel."""

    id: str
    sentence: str
    at: str
    icon: str
    is_read: bool
    link: str | None


def reader() -> Viewer:
    """The person who asks. A key has no eyes: what its owner is told is none of its business."""
    confirm_viewer()
    viewer = required_viewer()
    if isinstance(viewer, KeyViewer):
        raise NotAllowed(_("Notifications are for people; an API key has none."))
    return viewer


def told(one: Notification) -> Told:
    icon = ICONS.get(one.kind.partition("_")[0], "bell")
    at = current_profile().display.instant(one.created_on)
    return Told(str(one.id), sentence_of(one), at, icon, one.is_read, one.link)


def sentence_of(one: Notification) -> str:
    """The sentence with its facts, in the language that is spoken now."""
    facts = {name: _said(value) for name, value in one.facts.items()}
    return gettext(one.sentence, **facts)


def _said(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    display = current_profile().display
    if "at" in value:
        return display.time(time.fromisoformat(value["at"]))
    return display.date(date.fromisoformat(value["on"]))
