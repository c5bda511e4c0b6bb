"""The addresses of what a page wears: style sheet, pictures, icons, manifest. Each changes with what it shows.

So browsers keep them for ever, a change is seen on the next page, and no agency's page is touched by another's change.
"""

import hashlib

from app.core.profile import Profile
from starline.organizations.branding import picture_path

BACKGROUND = "#ffffff"
"""Behind the icon while an installed page opens."""


def style_url(profile: Profile) -> str:
    """The tokens. The colours are in the address: whoever has the same colours has the same style sheet."""
    colors = f"{profile.primary_color[1:]}-{profile.secondary_color[1:]}".lower()
    return f"/theme/{colors}.css?v={TOKENS}"


TOKENS = 2
"""Raise it when the same colours become other tokens."""


def picture_url(key: str | None) -> str | None:
    """A picture of the brand; each upload has a name of its own."""
    return picture_path(key) if key else None


def icon_url(profile: Profile, name: str) -> str:
    """An icon of `pictures.ICONS`."""
    return f"/theme/icons/{name}.png?v={icon_version(profile)}"


def manifest_url(profile: Profile) -> str:
    facts = f"{profile.name}|{theme_color(profile)}|{icon_version(profile)}"
    return f"/theme/manifest.webmanifest?v={_short(facts)}"


def icon_version(profile: Profile) -> str:
    """Changes with what the icons are made of: a picture, or else the initial and the colour."""
    return _short(icon_source(profile) or f"{profile.name[:1].upper()}{profile.primary_color}")


def icon_source(profile: Profile) -> str | None:
    """The file that icons are made of."""
    return profile.favicon_file or profile.logo_file


def theme_color(profile: Profile) -> str:
    """The colour of the browser's frame."""
    return profile.theme_color or profile.primary_color


def manifest(profile: Profile) -> dict[str, object]:
    """The web app manifest: what the agency is called and looks like once it is on a telephone's screen."""
    icons = [
        {"src": icon_url(profile, name), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for name, size, purpose in (
            ("icon-192", 192, "any"),
            ("icon-512", 512, "any"),
            ("maskable-512", 512, "maskable"),
        )
    ]
    return {
        "name": profile.name,
        "short_name": _short_name(profile.name),
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": theme_color(profile),
        "background_color": BACKGROUND,
        "lang": profile.locale,
        "icons": icons,
    }


def _short_name(name: str) -> str:
    """What fits under an icon: as many whole words as twelve characters hold."""
    words = name.split()
    while len(words) > 1 and len(" ".join(words)) > 12:
        words.pop()
    return " ".join(words)[:12].strip()


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
