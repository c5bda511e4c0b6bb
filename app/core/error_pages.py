"""The page of a refusal: what happened, what to do next, and the number to tell whoever is asked for help."""

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from flask import render_template, request
from flask_babel import lazy_gettext

from app.core.redirects import local_path
from app.core.security import current_viewer
from starline.core import tenancy
from starline.core.language import gettext as _

TITLES = {
    400: lazy_gettext("Not understood"),
    401: lazy_gettext("Please sign in"),
    403: lazy_gettext("Not allowed"),
    404: lazy_gettext("Not found"),
    405: lazy_gettext("Not understood"),
    409: lazy_gettext("Already changed"),
    412: lazy_gettext("Already changed"),
    413: lazy_gettext("Too large"),
    415: lazy_gettext("Not understood"),
    422: lazy_gettext("Please check"),
    429: lazy_gettext("One moment"),
    500: lazy_gettext("Our mistake"),
    503: lazy_gettext("Back in a minute"),
}
HINTS = {
    400: lazy_gettext("A page that was open for long may have grown old: open it again and repeat what you did."),
    401: lazy_gettext("You come back to this page afterwards."),
    403: lazy_gettext("If you need this for your work, ask an administrator of your agency for it."),
    404: lazy_gettext("The address may be misspelt, or the record may belong to somebody else. Try the search."),
    409: lazy_gettext("Open the page again: it shows what holds now."),
    412: lazy_gettext("Open the page again: it shows what holds now."),
    413: lazy_gettext("Choose a smaller file, or send several one after the other."),
    429: lazy_gettext("This protects everybody’s accounts and data. It passes by itself."),
    500: lazy_gettext("Trying again often helps. If it does not, tell your administrator the reference below."),
    503: lazy_gettext("Nothing was lost. What you had saved before is saved."),
}
ICONS = {
    401: "lock",
    403: "lock",
    404: "search",
    409: "copy",
    412: "copy",
    413: "file-text",
    429: "hourglass",
    503: "tools",
}
AGAIN = frozenset({400, 409, 412, 413, 429, 500, 503})
"""Refusals after which the same page is worth another try."""


@dataclass(frozen=True)
class Step:
    """Something to do next."""

    label: str
    url: str


def error_page(status: int, sentence: str) -> str:
    """The whole page; it must also render where neither organisation nor person is known."""
    return render_template(
        "errors/error.html",
        status=status,
        title=str(TITLES.get(status, _("Not possible"))),
        sentence=sentence,
        hint=str(HINTS[status]) if status in HINTS else "",
        icon_name=ICONS.get(status, "alert-triangle"),
        steps=_steps(status),
        request_id=tenancy.current().request_id,
    )


def _steps(status: int) -> list[Step]:
    """The likeliest first."""
    start = Step(_("Go to the start page"), "/")
    if status == 401:
        wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
        return [Step(_("Sign in"), f"/login?{urlencode({'next': local_path(wanted)})}")]
    if status in AGAIN:
        label = _("Open the page again") if status in (400, 409, 412) else _("Try again")
        return [Step(label, _page_of_request()), start]
    if current_viewer() is None:
        return [Step(_("Sign in"), "/login")]
    return [start]


def _page_of_request() -> str:
    """The page that was asked for, or for a form the page that it stood on."""
    if request.method in ("GET", "HEAD"):
        return local_path(request.full_path.rstrip("?"))
    try:
        before = urlsplit(request.referrer or "")
    except ValueError:
        return "/"
    if before.netloc != request.host:
        return "/"
    return local_path(before.path + (f"?{before.query}" if before.query else ""))
