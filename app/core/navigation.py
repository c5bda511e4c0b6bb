"""The shell around every page: the organisation, the rail, the person, the theme."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, g, request
from flask_babel import get_locale

from app.core import branches, brand, news
from app.core.access import may
from app.core.assets import asset, vendor
from app.core.crumbs import crumbs
from app.core.profile import Profile, current_profile
from app.core.registry import menu_groups
from app.core.searching import searchable
from app.core.security import current_viewer
from starline.core.language import gettext as _
from starline.identity.models import RecordScope


@dataclass(frozen=True)
class Entry:
    """A place in the rail that is no resource. `permission` is the (action, name) pair it needs."""

    group: str
    label: str
    url: str
    icon: str
    permission: tuple[str, str]
    platform: bool = False
    place: int = 50
    """Smaller is nearer to the head of its group."""


OWN = "Mine"
"""The group of what is somebody's own: their day, their papers."""

FOLDED = "Settings"
"""The group that is seldom gone to: closed, unless it holds the page that is open or was opened by hand."""

_entries: list[Entry] = []


def add_entry(entry: Entry) -> None:
    """Give a page a place in the rail."""
    _entries.append(entry)


def places() -> tuple[Entry, ...]:
    """Every place that pages have asked for."""
    return tuple(_entries)


def init_navigation(app: Flask) -> None:
    from app.core.headers import csp_nonce

    app.jinja_env.globals.update(asset=asset, vendor=vendor, csp_nonce=csp_nonce)
    app.context_processor(lambda: {"shell": shell()})


def shell() -> dict[str, Any] | None:
    """What every page shows around its content; none for a request that belongs to nobody."""
    if g.get("tenant") is None:
        return None
    profile, viewer = current_profile(), current_viewer()
    return {
        "organization": _organization(profile),
        "home_url": "/",
        "user": _user() if viewer else None,
        "search_url": "/search" if viewer and searchable(viewer) else None,
        "sign_in_url": None if viewer else "/login",
        "sign_out_url": "/logout" if viewer else None,
        "support": viewer.support if viewer else None,
        "theme_url": brand.style_url(profile),
        "theme": request.cookies.get("theme") if request.cookies.get("theme") in ("light", "dark") else "auto",
        "is_narrow": request.cookies.get("rail") == "narrow",
        "language": str(get_locale() or "en"),
        **(_of_viewer() if viewer else {"groups": [], "crumbs": []}),
    }


def _of_viewer() -> dict[str, Any]:
    """The places that the person may go to, and what waits there."""
    known = news.known()
    groups = _groups(known)
    first = next((group["entries"][0] for group in groups if group["label"]), None)
    return {
        "groups": groups,
        "tabs": [groups[0]["entries"][0], *([first] if first else [])],
        "crumbs": crumbs(groups),
        "unread": known.unread,
        "branch": branches.shown_branch(),
        "may_choose_branch": branches.may_choose() and not g.tenant.is_platform,
    }


def _organization(profile: Profile) -> dict[str, Any]:
    return {
        "name": profile.name,
        "slug": profile.slug,
        "logo_url": brand.picture_url(profile.logo_file),
        "mark_url": brand.picture_url(profile.favicon_file),
        "background_url": brand.picture_url(profile.login_background_file),
        "initial": profile.name[:1].upper(),
        "icon_url": brand.icon_url(profile, "favicon-32"),
        "touch_icon_url": brand.icon_url(profile, "apple-180"),
        "manifest_url": brand.manifest_url(profile),
        "theme_color": brand.theme_color(profile),
    }


def _user() -> dict[str, Any]:
    viewer = current_viewer()
    assert viewer is not None
    initials = "".join(part[0] for part in viewer.name.split()[:2]).upper()
    roles = ", ".join(_(role) for role in viewer.roles)
    return {
        "name": viewer.name,
        "email": viewer.email,
        "role_label": roles,
        "initials": initials,
        "entries": own_places(),
    }


def own_places() -> list[dict[str, str]]:
    """The pages of one's own account."""
    return [
        {"label": _("Profile"), "url": "/me", "icon": "user-circle"},
        {"label": _("Password"), "url": "/me/password", "icon": "key"},
        {"label": _("Second factor"), "url": "/me/second-factor", "icon": "shield-check"},
        {"label": _("Where you are signed in"), "url": "/me/sessions", "icon": "devices"},
    ]


def _groups(known: news.News) -> list[dict[str, Any]]:
    """The rail's groups, of what the viewer may use and the organisation has switched on."""
    viewer = current_viewer()
    assert viewer is not None
    taken = {"h"}
    groups: dict[str, list[dict[str, Any]]] = {"": [{**_place(_("Today"), "/", "home", known), "letter": "h"}]}
    if viewer.scope == RecordScope.ASSIGNED:
        groups[OWN] = []  # first for those whose work it is, last for the office
    for label, resources in menu_groups().items():
        for one in resources:
            if may("can_read", one):
                place = _place(_(one.title), f"/{one.name}/list/", one.icon, known)
                groups.setdefault(label, []).append({**place, "letter": _letter(one.title, taken)})
    for entry in sorted(_entries, key=lambda one: one.place):
        if entry.permission in viewer.permissions and entry.platform == g.tenant.is_platform:
            place = _place(_(entry.label), entry.url, entry.icon, known)
            groups.setdefault(entry.group, []).append({**place, "letter": _letter(entry.label, taken)})
    return [_group(label, entries) for label, entries in groups.items() if entries]


def _group(label: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
    """`folds`: whether it can be closed; `count`: what waits in all of its places."""
    group = {"label": _(label) if label else "", "entries": entries, "folds": label == FOLDED}
    if label != FOLDED:
        return group
    is_open = any(one["active"] for one in entries) or request.cookies.get("rail_settings") == "open"
    return {**group, "is_open": is_open, "count": sum(one["count"] or 0 for one in entries)}


def _place(label: str, url: str, icon: str, known: news.News) -> dict[str, Any]:
    path = request.path
    active = path == url if url == "/" else path.startswith(url.removesuffix("list/"))
    return {"label": label, "url": url, "icon": icon, "active": active, "count": known.places.get(url)}


def _letter(title: str, taken: set[str]) -> str | None:
    """The key that goes to the place after `g`: the first letter of its English name that no place before it has."""
    letter = next((one for one in title.lower() if one.isascii() and one.isalpha() and one not in taken), None)
    if letter is not None:
        taken.add(letter)
    return letter
