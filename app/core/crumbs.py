"""Where a page stands: its group of the rail, its list, the record that it belongs to. Its own title comes last."""

from typing import Any

from flask import request

from app.core.access import may
from app.core.resource import Resource, registry
from starline.core.language import gettext as _

Crumb = dict[str, Any]
"""`label`, and `url` where it leads somewhere; `is_here` where it is the page itself."""

OWN = ("/me", "/notifications", "/enrol")


def crumbs(groups: list[dict[str, Any]]) -> list[Crumb]:
    """The way to this request's page; none for Today, where all ways begin."""
    path = request.path
    if path == "/":
        return []
    first = {"label": _("Today"), "url": "/"}
    if path.startswith(OWN):
        return [first, {"label": _("Your account"), "url": "/me", "is_here": path in ("/me", "/me/")}]
    for group in groups:
        for entry in group["entries"]:
            if entry["active"] and entry["url"] != "/":
                here = {"label": entry["label"], "url": entry["url"], "is_here": path == entry["url"]}
                return [{"label": group["label"], "url": None}, here] if group["label"] else [here]
    resource = _resource_of(path)
    if resource is None:
        return [first]
    return [first, {"label": _(resource.title), "url": f"/{resource.name}/list/", "is_here": "/list/" in path}]


def parents(resource: Resource, values: dict[str, Any]) -> list[Crumb]:
    """The record whose page lists this one, as the values of its own page name it."""
    for parent in registry.values():
        if resource.name not in parent.related.split() or not may("can_read", parent):
            continue
        key = resource.parent_key(parent)
        label = values.get(key.removesuffix("_id"))
        if values.get(key) and label:
            title = {"label": _(parent.title), "url": f"/{parent.name}/list/"}
            return [title, {"label": label, "url": f"/{parent.name}/show/{values[key]}"}]
    return []


def _resource_of(path: str) -> Resource | None:
    name = path.strip("/").partition("/")[0]
    return next((one for one in registry.values() if one.name == name and may("can_read", one)), None)
