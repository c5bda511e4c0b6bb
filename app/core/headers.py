"""What every answer tells the browser, and where browsers report what they refused to load."""

import logging
import re
import secrets
from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson
from flask import Blueprint, Response, g, request

from config import settings
from starline.core import clock

log = logging.getLogger(__name__)
REPORTS = "/csp-report"
LONGEST_REPORT = 16 * 1024
MOST_REPORTS = 60
"""Reports of one minute that are written down; a broken page sends one a load."""

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
}
YEAR = "max-age=31536000; includeSubDomains"
PAGES = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; object-src 'none';"
    f" base-uri 'none'; form-action 'self'; frame-ancestors 'none'; report-uri {REPORTS}; report-to csp"
)
DATA = "default-src 'none'; frame-ancestors 'none'"

reports = Blueprint("browser_reports", __name__)
_written: Counter[int] = Counter()


def add_headers(response: Response) -> None:
    """Complete `response`; what a view has set itself stays. Looks once at what is there: each `in` walks all of it."""
    given = {name.lower() for name, _value in response.headers}
    for name, value in _wanted(response):
        if name.lower() not in given:
            response.headers.add(name, value)


def _wanted(response: Response) -> Iterator[tuple[str, str]]:
    yield from ALWAYS.items()
    if settings().is_production:
        yield "Strict-Transport-Security", YEAR
    if not request.path.startswith("/static/"):
        yield "Cache-Control", "no-store"
    is_page = response.mimetype == "text/html"
    yield "Content-Security-Policy", PAGES.format(nonce=csp_nonce()) if is_page else DATA
    if is_page:
        yield "Reporting-Endpoints", f'csp="{REPORTS}"'


def csp_nonce() -> str:
    """The page's nonce for scripts; a Jinja global, because FAB's templates call it."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


@reports.post(REPORTS)
def report() -> Response:
    """Write down which directive stopped what kind of address; nothing of the page, the path or the person."""
    minute = int(clock.now().timestamp()) // 60
    for directive, blocked in _violations(request.get_data(cache=False)[: LONGEST_REPORT + 1]):
        if minute not in _written:
            _written.clear()
        _written[minute] += 1
        if _written[minute] <= MOST_REPORTS:
            log.warning("a browser refused to load something", extra={"error": f"{directive} {blocked}"})
    return Response(status=204)


def _violations(body: bytes) -> list[tuple[str, str]]:
    """(directive, origin) of each report in either of the two formats; what is no report is passed over."""
    if len(body) > LONGEST_REPORT:
        return []
    try:
        sent = orjson.loads(body)
    except orjson.JSONDecodeError:
        return []
    found = []
    for one in sent if isinstance(sent, list) else [sent]:
        if not isinstance(one, dict):
            continue
        told: Any = one.get("body") or one.get("csp-report")
        if isinstance(told, dict):
            directive = told.get("effectiveDirective") or told.get("effective-directive")
            directive = directive or told.get("violated-directive")
            blocked = told.get("blockedURL") or told.get("blocked-uri")
            found.append((_word(directive), _origin(blocked)))
    return found[:10]


def _word(text: Any) -> str:
    found = re.match(r"[a-z-]{1,40}", str(text))
    return found.group() if found else "unknown"


def _origin(text: Any) -> str:
    """`https://host`, a scheme, or a word such as inline; never a path, which may hold an id."""
    found = re.match(r"[a-z][a-z0-9+.-]{0,20}(?:://[a-zA-Z0-9.-]{1,100})?", str(text))
    return found.group() if found else "unknown"
