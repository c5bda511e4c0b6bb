"""What a list page of 25 rows costs a browser: HTML, scripts, and the first paint on a slow processor.

    .venv/bin/python -m benchmarks.pages        # starts Starline with its demo in var/screenshots, needs chromium

Prints kilobytes and milliseconds; the promises are 60 kB of HTML (uncompressed), 120 kB of script (gzipped) before
anybody does anything, and a first contentful paint within 1 s on a warm server with the processor slowed down 4 times.
"""

import gzip
import shutil
import statistics
import sys
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.screenshots import BASE, SIZES, served, sign_in

PATHS = ("/clients/list/?page_size=25", "/staff/list/?page_size=25", "/credentials/list/?page_size=25")
ROUNDS = 7
SLOWED = 4


def main() -> int:
    """Measures each list several times; returns the exit status."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("There is no chromium on this machine.", file=sys.stderr)
        return 1
    with served(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_context(base_url=BASE, viewport=SIZES["desk"]).new_page()  # type: ignore[arg-type]
        sign_in(page, "admin")
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
        print(f"{'list':34} {'HTML kB':>8} {'script kB gz':>13} {'first paint ms, median (all)':>30}")
        for path in PATHS:
            print(line(page, path))
        browser.close()
    return 0


def line(page: Page, path: str) -> str:
    """One line of the table: the first visit loads the scripts, the later ones find them kept."""
    html, scripts = sizes(page, path)
    paints = [paint(page, path) for _ in range(ROUNDS)]
    shown = ", ".join(f"{one:.0f}" for one in paints)
    return f"{path:34} {html / 1000:8.1f} {scripts / 1000:13.1f} {statistics.median(paints):8.0f} ({shown})"


def sizes(page: Page, path: str) -> tuple[int, int]:
    """Bytes of the page, and of all scripts that it loads by itself, as gzip makes them."""
    scripts: set[str] = set()

    def keep(asked: Any) -> None:
        if asked.resource_type == "script":
            scripts.add(asked.url)

    page.on("request", keep)
    page.goto(path, wait_until="networkidle")
    page.remove_listener("request", keep)
    html, bodies = fetched(page, path), [fetched(page, url) for url in scripts]
    return len(html), sum(len(gzip.compress(body, 6)) for body in bodies)


def fetched(page: Page, url: str) -> bytes:
    """What the browser itself gets from an address; other programs may not resolve names below localhost."""
    return str(page.evaluate("url => fetch(url).then(answer => answer.text())", url)).encode()


def paint(page: Page, path: str) -> float:
    """Milliseconds from asking for the page to its first contentful paint."""
    page.goto(path, wait_until="load")
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length > 0")
    return float(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))


if __name__ == "__main__":
    sys.exit(main())
