"""The brand's style sheet, pictures, icons and manifest, public because the sign-in page wears them."""

import re

import orjson
from flask import Response, g, request
from flask_appbuilder import BaseView, expose

from app.core import brand
from app.core.profile import current_profile
from app.theming.domain_pages import DomainView
from app.theming.editor_pages import BrandingView
from app.theming.tokens import style_sheet
from starline.core.errors import NotFound, Unavailable
from starline.core.storage import prefix, storage
from starline.organizations import branding, pictures

FOR_EVER = "public, max-age=31536000, immutable"
BRIEFLY = "public, max-age=60"
COLORS = re.compile(r"([0-9a-f]{6})-([0-9a-f]{6})")
PICTURE = re.compile(r"[0-9a-f]{32}\.(png|jpg)")
TYPES = {"png": "image/png", "jpg": "image/jpeg"}
NOTHING = "There is no such file."


class ThemeView(BaseView):  # type: ignore[misc]
    """`/theme/…`. An address names what it shows, so a browser never asks for it twice."""

    route_base = "/theme"

    @expose("/<colors>.css")
    def style(self, colors: str) -> Response:
        return _style(colors, ":root")

    @expose("/preview/<colors>.css")
    def preview(self, colors: str) -> Response:
        """The tokens for the part of the editor that shows colours which aren't saved."""
        return _style(colors, ".brand-preview")

    @expose("/pictures/<name>")
    def picture(self, name: str) -> Response:
        """A picture of the agency whose address this is; other agencies' are not found."""
        found = PICTURE.fullmatch(name)
        if found is None or g.get("tenant") is None:
            raise NotFound(NOTHING)
        content = storage().get(f"{prefix()}{branding.AREA}/{name}")
        answer = _kept(content, TYPES[found.group(1)], FOR_EVER)
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # mail programs in browsers show it too
        return answer

    @expose("/icons/<name>.png")
    def icon(self, name: str) -> Response:
        if name not in pictures.ICONS or g.get("tenant") is None:
            raise NotFound(NOTHING)
        profile = current_profile()
        content = pictures.icon(name, _icon_source(), profile.name[:1].upper(), profile.primary_color)
        is_present = request.args.get("v") == brand.icon_version(profile)
        return _kept(content, "image/png", FOR_EVER if is_present else BRIEFLY)

    @expose("/manifest.webmanifest")
    def manifest(self) -> Response:
        if g.get("tenant") is None:
            raise NotFound(NOTHING)
        return _kept(orjson.dumps(brand.manifest(current_profile())), "application/manifest+json", BRIEFLY)


VIEWS = (ThemeView, BrandingView, DomainView)


def _style(colors: str, scope: str) -> Response:
    found = COLORS.fullmatch(colors)
    if found is None:
        raise NotFound(NOTHING)
    sheet = style_sheet(f"#{found.group(1)}", f"#{found.group(2)}", scope)
    return _kept(sheet.encode(), "text/css", FOR_EVER)


def _icon_source() -> bytes | None:
    """What the icon is made of; the initial steps in for a picture that can't be had."""
    key = brand.icon_source(current_profile())
    try:
        return storage().get(key) if key else None
    except (NotFound, Unavailable):
        return None


def _kept(content: bytes, mimetype: str, how_long: str) -> Response:
    answer = Response(content, mimetype=mimetype)
    answer.headers["Cache-Control"] = how_long
    return answer
