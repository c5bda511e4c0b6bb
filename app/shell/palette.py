"""What the palette finds: records, things to do, places to go, each only where the person may."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import g

from app.core import branches, recents
from app.core.access import may
from app.core.fields import label_expression
from app.core.matching import folded, score
from app.core.navigation import own_places, places
from app.core.pages import title_of_new
from app.core.profile import current_profile
from app.core.registry import menu_groups
from app.core.resource import Resource, registry
from app.core.saved_views import views_of
from app.core.searching import search_records
from app.core.security import required_viewer
from starline.core import audit
from starline.core.db import session
from starline.core.language import gettext as _

LONGEST, SHORTEST = 80, 2
RECORDS, OTHERS, WHILE_IDLE = 6, 5, 8

Item = dict[str, Any]
"""`label`, `hint`, `icon`, and either `url` or `act`, the name of what the page's script does; `also` is found too."""


def answer(typed: str) -> list[dict[str, Any]]:
    """Groups in the order to show them, without empty ones."""
    typed = " ".join(typed[:LONGEST].split())
    found = _found(typed) if typed else [(_("Recent"), recent()), (_("Go to"), _places()[:WHILE_IDLE])]
    return [{"label": label, "items": items} for label, items in found if items]


def _found(typed: str) -> list[tuple[str, list[Item]]]:
    groups = _records(typed) if len(typed) >= SHORTEST else []
    best = groups[0][1][0] if groups else None
    going, doing = _fitting(typed, _places(), OTHERS), _fitting(typed, _deeds(), OTHERS)
    pages, deeds = (_("Go to"), going), (_("Do"), [*_about(best), *doing])
    if going and folded(going[0]["label"]) == folded(typed):
        return [pages, *groups, deeds]  # who types the name of a page means the page
    is_deed = doing and (not going or _score(typed, doing[0]) > _score(typed, going[0]))
    return [*groups, deeds, pages] if is_deed else [*groups, pages, deeds]


def recent() -> list[Item]:
    """The records whose pages the session opened last, as far as the person may still see them."""
    by_name = {one.name: one for one in registry.values()}
    asked: dict[str, list[Any]] = {}
    for name, key in recents.opened():
        resource = by_name.get(name)
        known = resource.key_of(key) if resource is not None else None
        if resource is not None and known is not None and may("can_read", resource):
            asked.setdefault(name, []).append(known)
    found = {(name, str(key)): label for name, keys in asked.items() for key, label in _labels(by_name[name], keys)}
    return [_record(by_name[one[0]], one[1], found[one]) for one in recents.opened() if one in found]


def _labels(resource: Resource, keys: list[Any]) -> Iterable[tuple[Any, str]]:
    """What the rows are called that are in the person's scope. Naming a client is a reading of them, and audited."""
    model, viewer = resource.model, required_viewer()
    table = model.__table__
    client = table.c[resource.client_column] if resource.client_column else sa.null()
    query = sa.select(table.c.id, label_expression(model, table), client)
    query = query.where(table.c.organization_id == viewer.organization_id, table.c.id.in_(keys))
    scope = model.visible_to(viewer) if hasattr(model, "visible_to") else None
    rows = session.execute(query if scope is None else query.where(scope)).all()
    clients = [row[2] for row in rows if row[2] is not None]
    if clients:
        audit.record_read(table.name, [row[0] for row in rows], clients)
    display = current_profile().display
    return [(row[0], display.called(model, str(row[1] or "")) or "–") for row in rows]


def _records(typed: str) -> list[tuple[str, list[Item]]]:
    """The records that fit, by their kind, the kind with the best fit first; and the way to all of them."""
    groups: dict[str, list[Item]] = {}
    for hit in search_records(required_viewer(), typed, limit=RECORDS):
        item = {"label": hit.label, "hint": hit.sentence or hit.type_label, "icon": hit.icon, "url": hit.url}
        groups.setdefault(hit.type_label, []).append(item)
    if any(len(items) == RECORDS for items in groups.values()):
        every = {"label": _("All that fit “%(typed)s”", typed=typed), "hint": "", "icon": "search"}
        next(reversed(groups.values())).append({**every, "url": f"/search?{urlencode({'q': typed})}"})
    return list(groups.items())


def _record(resource: Resource, key: str, label: str) -> Item:
    url = f"/{resource.name}/show/{key}"
    return {"label": label, "hint": _(resource.title), "icon": resource.icon, "url": url}


def _about(best: Item | None) -> list[Item]:
    """What can be added to the record that fits best."""
    if best is None:
        return []
    _start, name, _show, key = best["url"].split("/")
    parent = next(one for one in registry.values() if one.name == name)
    items = []
    for child in parent.children:
        if "add" in child.methods and may("can_add", child):
            query = urlencode({child.parent_key(parent): key, "back": best["url"]})
            label = _("Add to %(list)s: %(name)s", list=_(child.title), name=best["label"])
            items.append({"label": label, "hint": "", "icon": child.icon, "url": f"/{child.name}/add?{query}"})
    return items[:3]


def _deeds() -> list[Item]:
    """What can be begun from anywhere."""
    adding = [one for group in menu_groups().values() for one in group if "add" in one.methods and may("can_add", one)]
    items: list[Item] = [
        {
            "label": title_of_new(one),
            "also": _("New: %(title)s", title=_(one.title)),
            "icon": "plus",
            "url": f"/{one.name}/add",
        }
        for one in adding
    ]
    if branches.may_choose() and not g.tenant.is_platform:
        items.append({"label": _("Choose a branch"), "icon": "building", "url": "/shell/branches"})
    return [
        *items,
        {"label": _("Dark colours"), "icon": "moon", "act": "dark"},
        {"label": _("Light colours"), "icon": "sun", "act": "light"},
        {"label": _("Colours as the device"), "icon": "sun-moon", "act": "auto"},
        {"label": _("Keyboard shortcuts"), "icon": "keyboard", "act": "keys"},
        {"label": _("Sign out"), "icon": "logout", "act": "sign_out"},
    ]


def _places() -> list[Item]:
    """Every page of the rail, one's own pages, and the views that one keeps of lists."""
    viewer = required_viewer()
    found = [{"label": _("Today"), "icon": "home", "url": "/"}]
    for label, group in menu_groups().items():
        for one in group:
            if may("can_read", one):
                place = {"label": _(one.title), "hint": _(label), "icon": one.icon, "url": f"/{one.name}/list/"}
                found += [place, *_views(one)]
    for entry in places():
        if entry.permission in viewer.permissions and entry.platform == g.tenant.is_platform:
            found.append({"label": _(entry.label), "hint": _(entry.group), "icon": entry.icon, "url": entry.url})
    found.append({"label": _("Notifications"), "icon": "bell", "url": "/notifications/"})
    return [*found, *({**one, "hint": _("Your account")} for one in own_places())]


def _views(resource: Resource) -> list[Item]:
    title, base = _(resource.title), f"/{resource.name}/list/"
    return [
        {"label": f"{title}: {view.name}", "hint": _("View"), "icon": "bookmark", "url": base + view.url}
        for view in views_of(resource.name)
    ]


def _fitting(typed: str, items: list[Item], most: int) -> list[Item]:
    """The items that fit, the best first."""
    scored = [(_score(typed, item), position, item) for position, item in enumerate(items)]
    fitting = sorted((-points, position, item) for points, position, item in scored if points > 0)
    return [item for _points, _position, item in fitting[:most]]


def _score(typed: str, item: Item) -> float:
    return max(score(typed, item["label"]), score(typed, item.get("also", "")))
