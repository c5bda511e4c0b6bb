"""What waits for somebody: figures beside the places of the rail, and how much they were told and have not read.

Counted when the page's script asks, not while pages are drawn: a page shows what was counted last.
"""

import time
from dataclasses import dataclass

from app.core import branches, figures
from app.core.access import may
from app.core.reading import count_all
from app.core.resource import Resource, registry
from app.core.security import required_viewer
from starline.notifications.service import count_unread

KEPT_SECONDS = 180
"""How long a figure is shown before it has been counted again; the script counts after each page."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """So many rows of a list that the person should work off."""

    resource: Resource
    sentence: str
    query: str
    number: int

    @property
    def url(self) -> str:
        return f"/{self.resource.name}/list/?{self.query}"


@dataclass(frozen=True, slots=True)
class News:
    """`places`: what waits by the address of its list."""

    unread: int
    places: dict[str, int]


_kept: dict[tuple[object, ...], tuple[float, News]] = {}


def waiting() -> list[Waiting]:
    """What waits for the person, in the order of declaration; nothing that is zero."""
    declared = [
        (resource, sentence, pattern.format(**figures.dates()))
        for resource in registry.values()
        if resource.waits and may("can_edit", resource)
        for sentence, pattern in resource.waits.items()
    ]
    numbers = count_all([(resource, figures.asked(resource, query)) for resource, _sentence, query in declared])
    return [Waiting(*one, number) for one, number in zip(declared, numbers, strict=True) if number]


def newest() -> News:
    """Counted now, and kept for the pages that follow."""
    places: dict[str, int] = {}
    for one in waiting():
        address = f"/{one.resource.name}/list/"
        places[address] = places.get(address, 0) + one.number
    news = News(count_unread(required_viewer().user_id), places)
    if len(_kept) > 20_000:
        _kept.clear()
    _kept[_key()] = (time.monotonic() + KEPT_SECONDS, news)
    return news


def known() -> News:
    """What was counted last; nothing where that was long ago."""
    until, news = _kept.get(_key(), (0.0, News(0, {})))
    return news if until > time.monotonic() else News(0, {})


def _key() -> tuple[object, ...]:
    viewer, branch = required_viewer(), branches.shown_branch()
    return viewer.organization_id, viewer.user_id, viewer.session_id, branch.id if branch else None
