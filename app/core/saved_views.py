"""The tabs above a list: the views that the person keeps or that are shared, and the one the list opens in."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from flask import request
from sqlalchemy import select

from app.core.access import may
from app.core.resource import Resource, registry
from app.core.security import confirm_viewer, required_viewer
from starline.core.db import session
from starline.core.language import gettext as _
from starline.identity.saved_views import NOT_KEPT, DefaultView, SavedView
from starline.identity.viewer import Viewer

WHOLE = "all"
"""Stands for a view's id in the address of the whole list, which would open in the person's default otherwise."""

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class View:
    """A saved view as a tab needs it."""

    id: str
    name: str
    query: str
    version: int
    is_shared: bool
    is_own: bool
    is_default: bool

    @property
    def pairs(self) -> Pairs:
        return parse_qsl(self.query, keep_blank_values=True)

    @property
    def url(self) -> str:
        return f"?{urlencode([*self.pairs, ('view', self.id)])}"


_kept: dict[tuple[UUID, int], tuple[int, dict[str, tuple[View, ...]]]] = {}
"""Each person's views by list, at one version of the organisation, which every change of a view counts up."""


def views_of(list_name: str) -> tuple[View, ...]:
    """The person's views of the list, their own first, by name."""
    viewer = required_viewer()
    if not may("can_read", registry["SavedViews"]):
        return ()
    key = (viewer.organization_id, viewer.user_id)
    version, views = _kept.get(key, (-1, {}))
    if version != viewer.version:
        views = _load(viewer)
        if len(_kept) > 20_000:
            _kept.clear()
        _kept[key] = (viewer.version, views)
    return views.get(list_name, ())


def default_url(resource: Resource) -> str | None:
    """Where the list opens for the person, if its plain address was asked for and they have chosen a view."""
    if request.args:
        return None
    default = next((one for one in views_of(resource.name) if one.is_default), None)
    if default is None:
        return None
    confirm_viewer()
    default = next((one for one in views_of(resource.name) if one.is_default), None)
    return f"/{resource.name}/list/{default.url}" if default else None


def named(resource: Resource) -> str | None:
    """The name of the view that the address was made from."""
    asked = request.args.get("view", "")
    return next((one.name for one in views_of(resource.name) if one.id == asked), None)


def tabs(list_name: str, kept: Pairs, *, address: str) -> dict[str, Any] | None:
    """What `resource/list_views.html` draws for the list or board at `address`; None for who may keep no views."""
    saved = registry["SavedViews"]
    if not may("can_read", saved):
        return None
    views, state = views_of(list_name), [pair for pair in kept if pair[0] not in NOT_KEPT]
    named = dict(kept).get("view", "")
    current = next((one for one in views if one.id == named), None)
    if current is None and not named and state:
        current = next((one for one in views if sorted(one.pairs) == sorted(state)), None)
    is_changed = current is not None and sorted(current.pairs) != sorted(state)
    may_share = ("can_share", saved.permission) in required_viewer().permissions
    is_theirs = current is not None and (current.is_own or may_share)
    query = urlencode(state)
    return {
        "list_name": list_name,
        "all_url": f"?view={WHOLE}",
        "entries": [{"name": one.name, "url": one.url, "view": one, "is_current": one == current} for one in views],
        "current": current,
        "is_changed": is_changed,
        "query": query,
        "here": f"{address}?{query}" if query else f"{address}?view={WHOLE}",
        "may_save": may("can_add", saved) and (current is None or is_changed),
        "may_change": is_theirs and may("can_edit", saved),
        "may_delete": is_theirs and may("can_delete", saved),
        "may_choose": may("can_edit", saved),
        "may_share": may_share,
        "suggestion": _("My view"),
    }


def _load(viewer: Viewer) -> dict[str, tuple[View, ...]]:
    default = select(DefaultView.view_id).where(DefaultView.user_id == viewer.user_id)
    query = select(SavedView, SavedView.id.in_(default)).where(SavedView.visible_to(viewer))
    found: dict[str, list[View]] = {}
    order = (SavedView.user_id != viewer.user_id, SavedView.name, SavedView.id)
    for row, is_default in session.execute(query.order_by(*order)):
        is_own = row.user_id == viewer.user_id
        view = View(str(row.id), row.name, row.query, row.version, row.is_shared, is_own, bool(is_default))
        found.setdefault(row.list_name, []).append(view)
    return {name: tuple(views) for name, views in found.items()}
