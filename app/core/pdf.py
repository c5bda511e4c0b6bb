"""Documents on paper: a template of `templates/pdf`, drawn under the agency's letterhead.

The renderer comes as one package with all it needs, so that a machine with nothing but Python prints. It opens nothing
by itself: neither a file nor an address, only the fonts and the logo that `part` knows.
"""

import io
import logging
import re
from functools import cache
from typing import Any

from flask import Response, render_template
from werkzeug.utils import secure_filename

from app.core.assets import STATIC
from app.core.profile import Profile, current_profile
from app.core.security import current_viewer
from starline.core import clock
from starline.core.colors import as_hex, on_paper, parse
from starline.core.errors import NotFound, Unavailable
from starline.core.language import gettext as _
from starline.core.storage import storage

log = logging.getLogger(__name__)

HOME = "https://document.invalid/"
"""Where a document believes it lives; `.invalid` is nobody's (RFC 2606)."""

_FONTS = re.compile(r"inter-latin(-ext)?-(400|600)\.woff2")


def pdf_response(template: str, name: str, **values: Any) -> Response:
    """`templates/pdf/<template>` as a document that a browser shows; `name` is what it is called when it is kept.

    The template extends `pdf/layout.html`. Raises `Unavailable` where this machine can't print.
    """
    answer = Response(render_pdf(printed(template, **values)), mimetype="application/pdf")
    file = secure_filename(name).removesuffix(".pdf") or "document"
    answer.headers["Content-Disposition"] = f'inline; filename="{file}.pdf"'
    return answer


def printed(template: str, **values: Any) -> str:
    """The page that is drawn: the template with the letterhead's values around its own."""
    profile, viewer = current_profile(), current_viewer()
    letterhead = {
        "name": profile.name,
        "initial": profile.name[:1].upper(),
        "color": as_hex(on_paper(parse(profile.primary_color))),
        "logo_url": f"{HOME}logo" if profile.logo_file else None,
    }
    return render_template(
        f"pdf/{template}",
        letterhead=letterhead,
        printed_at=profile.display.instant(clock.now()),
        printed_by=viewer.name if viewer else None,
        parts=HOME,
        **values,
    )


def render_pdf(html: str) -> bytes:
    """The page as a PDF. What it asks for and isn't the letterhead's stays empty, and is written to the log."""
    try:
        import plutoprint
    except ImportError:
        log.error("documents can't be printed: the package plutoprint is missing")
        raise Unavailable(
            _("This server can't make PDF documents yet. Ask its administrator to run: pip install plutoprint."),
            code="no_pdf_renderer",
        ) from None

    profile = current_profile()

    class Fetcher(plutoprint.ResourceFetcher):
        """The one way out of a document."""

        def fetch_url(self, url: str) -> plutoprint.ResourceData:
            content, mimetype = part(url, profile)
            return plutoprint.ResourceData(content, mimetype)

    book = plutoprint.Book(plutoprint.PAGE_SIZE_LETTER)
    book.custom_resource_fetcher = Fetcher()
    book.load_html(html, base_url=HOME)
    out = io.BytesIO()
    book.write_to_pdf_stream(out)
    return out.getvalue()


def part(url: str, profile: Profile) -> tuple[bytes, str]:
    """What a document may load: our fonts and the agency's logo; nothing for every other address."""
    name = url.removeprefix(HOME) if url.startswith(HOME) else ""
    if _FONTS.fullmatch(name):
        return _font(name), "font/woff2"
    if name == "logo" and profile.logo_file:
        try:
            return storage().get(profile.logo_file), "image/png"
        except (NotFound, Unavailable):
            log.warning("a document is printed without its logo")
            return b"", "image/png"
    log.warning("a document asked for something that isn't its own")
    return b"", "text/plain"


@cache
def _font(name: str) -> bytes:
    return (STATIC / "vendor" / name).read_bytes()
