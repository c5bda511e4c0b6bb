"""What needs the person, the most urgent by name with the deed that settles it, the rest as counts."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from app.core import figures
from app.core.news import Waiting, waiting
from app.core.profile import current_profile
from app.core.reading import read_page
from app.core.resource import Resource, Work
from starline.core.language import gettext as _
from starline.core.language import ngettext

MOST_NAMED, MOST_OF_A_KIND = 6, 2
"""Rows that are named in all, and of one wait."""

NAMES = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class Item:
    """One row that waits. `more`: of the last of its kind, how many more there are, and `more_url` their list."""

    says: str
    under: str
    verb: str
    url: str
    icon: str
    tone: str
    more: str = ""
    more_url: str = ""


@dataclass(frozen=True, slots=True)
class Worklist:
    """`named` one by one; `counted`: the other waits, each with the list that it is worked off in."""

    named: list[Item]
    counted: list[Waiting]


def worklist() -> Worklist:
    """What waits for the viewer, within their scope and branch. What is named is read, and audited as read."""
    found = waiting()
    urgent = sorted((one for one in found if _work(one)), key=lambda one: _work(one).place)  # type: ignore[union-attr]
    named: list[Item] = []
    spoken = []
    for one in urgent:
        room = min(MOST_OF_A_KIND, MOST_NAMED - len(named))
        if room == 0:
            break
        named += _items(one, room)
        spoken.append(one)
    return Worklist(named, [one for one in found if one not in spoken])


def _work(one: Waiting) -> Work | None:
    return one.resource.work.get(one.sentence) if one.resource else None


def _items(one: Waiting, most: int) -> Iterator[Item]:
    resource, work = one.resource, _work(one)
    assert resource is not None and work is not None
    rows = _rows(resource, one.query, work, most)
    for at, row in enumerate(rows, 1):
        values = _said(resource, work, row)
        rest = one.number - at if at == len(rows) else 0
        yield Item(
            says=_(work.says, **values),
            under=_(work.under, **values).strip(" ·"),
            verb=_(work.verb),
            url=work.url.format(resource=resource.name, id=row["id"]),
            icon=resource.icon,
            tone=work.tone,
            more=ngettext("%(num)d more: %(kind)s", "%(num)d more: %(kind)s", rest, kind=_(one.sentence))
            if rest
            else "",
            more_url=one.url,
        )


def _rows(resource: Resource, query: str, work: Work, most: int) -> list[dict[str, Any]]:
    asked = figures.asked(resource, f"{query}&order={work.order}&page_size={most}&count=none")
    asked.shape = replace(asked.shape, columns=_names(work))
    document, _number = read_page(resource, asked)
    rows: list[dict[str, Any]] = json.loads(document)["result"]
    return rows


def _names(work: Work) -> tuple[str, ...]:
    return tuple(dict.fromkeys(NAMES.findall(f"{work.says} {work.under}")))


def _said(resource: Resource, work: Work, row: dict[str, Any]) -> dict[str, str]:
    display = current_profile().display
    return {name: display.text(resource.fields[name], row.get(name)) for name in _names(work)}
