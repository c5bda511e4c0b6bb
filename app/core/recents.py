"""The records that a session opened last, by list and id alone: the browser's storage never holds a name."""

from typing import Any

from flask import session

from app.core.resource import Resource

KEPT_AS = "recent"
MOST = 8


def note(resource: Resource, key: Any) -> None:
    """The page of the record was opened."""
    one = [resource.name, str(key)]
    session[KEPT_AS] = [one, *(other for other in session.get(KEPT_AS, []) if other != one)][:MOST]


def opened() -> list[tuple[str, str]]:
    """(list, id) of each, the last one first."""
    return [(name, key) for name, key in session.get(KEPT_AS, [])]
