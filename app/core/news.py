"""What waits for somebody: figures beside the places of the rail, and how much they were told and have not read.

    add_wait(Wait("Open visits that nobody was asked about", "/open-visits", "calendar-question", EDIT, count))

Counted when the page's script asks, not while pages are drawn: a page shows what was counted last.
"""

import time
from collections.abc import Callable
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
class Wait:
    """What waits on a page that is no list of a resource's. `count` counts as the viewer may see it."""

    sentence: str
    url: str
    icon: str
    permission: tuple[str, str]
    count: Callable[[], int]


@dataclass(frozen=True, slots=True)
class Waiting:
    """So many things that the person should work off, at an address; `place` is that of the rail."""

    sentence: str
    url: str
    icon: str
    number: int
    resource: Resource | None = None
    """Whose rows they are; None where a page of its own lists them."""

    @property
    def query(self) -> str:
        return self.url.partition("?")[2]

    @property
    def place(self) -> str:
        return self.url.partition("?")[0]


_waits: list[Wait] = []


def add_wait(wait: Wait) -> None:
    """Have something counted beside what resources declare."""
    _waits.append(wait)


@dataclass(frozen=True, slots=True)
class News:
    """`places`: what waits by the address of its list."""

    unread: int
    places: dict[str, int]


_kept: dict[tuple[object, ...], tuple[float, News]] = {}


def waiting() -> list[Waiting]:
    """What waits for the person, in the order of declaration; nothing that is zero."""
    stands = figures.dates()
    declared = [
        (resource, sentence, pattern.format(**stands))
        for resource in registry.values()
        if resource.waits and may("can_edit", resource)
        for sentence, pattern in resource.waits.items()
    ]
    numbers = count_all([(resource, figures.asked(resource, query)) for resource, _sentence, query in declared])
    found = [
        Waiting(sentence, f"/{resource.name}/list/?{query}", resource.icon, number, resource)
        for (resource, sentence, query), number in zip(declared, numbers, strict=True)
    ]
    permissions = required_viewer().permissions
    found += [Waiting(one.sentence, one.url, one.icon, one.count()) for one in _waits if one.permission in permissions]
    return [one for one in found if one.number]


def newest() -> News:
    """Counted now, and kept for the pages that follow."""
    places: dict[str, int] = {}
    for one in waiting():
        places[one.place] = places.get(one.place, 0) + one.number
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
