"""What a list page of 25 rows weighs, and how much it may."""

import gzip
from typing import Any

LISTS = ("/clients/list/?page_size=25", "/staff/list/?page_size=25", "/credentials/list/?page_size=25")
MOST_HTML, MOST_SCRIPT = 60_000, 120_000
"""Bytes: of the page as it is, and of all scripts that it loads before anybody does anything, as gzip makes them."""


def weigh(page: Any, path: str) -> tuple[int, int]:
    """Bytes of the page, and of the scripts that it loads by itself, as gzip makes them."""
    scripts: set[str] = set()

    def keep(asked: Any) -> None:
        if asked.resource_type == "script":
            scripts.add(asked.url)

    page.on("request", keep)
    page.goto(path, wait_until="networkidle")
    page.remove_listener("request", keep)
    html, bodies = _fetched(page, path), [_fetched(page, url) for url in scripts]
    return len(html), sum(len(gzip.compress(body, 6)) for body in bodies)


def _fetched(page: Any, url: str) -> bytes:
    """What the browser itself gets from an address; other programs may not resolve names below localhost."""
    return str(page.evaluate("url => fetch(url).then(answer => answer.text())", url)).encode()
