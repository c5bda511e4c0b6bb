"""What a list page of 25 rows costs a browser: HTML, scripts, and the first paint on a slow processor.

    .venv/bin/python -m benchmarks.pages        # starts Starline with its demo in var/screenshots, needs chromium

Prints kilobytes and milliseconds; the promises are 60 kB of HTML (uncompressed), 120 kB of script (gzipped) before
anybody does anything, and a first contentful paint within 1 s on a warm server with the processor slowed down 4 times.
Ends with status 1 where one of them is broken.
"""

import shutil
import statistics
import sys

from playwright.sync_api import Page, sync_playwright

from tests.browser.waiting import until
from tests.browser.weights import LISTS, MOST_HTML, MOST_SCRIPT, weigh
from tests.screenshots import BASE, SIZES, served, sign_in

ROUNDS = 7
SLOWED = 4
LATEST_PAINT = 1_000
"""Milliseconds."""

PAINTED = "performance.getEntriesByName('first-contentful-paint')"


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
        is_kept = [measure(page, path) for path in LISTS]
        browser.close()
    return 0 if all(is_kept) else 1


def measure(page: Page, path: str) -> bool:
    """Print a line of the table: the first visit loads the scripts, the later ones find them kept. Whether all is
    within what was promised."""
    html, scripts = weigh(page, path)
    paints = [paint(page, path) for _ in range(ROUNDS)]
    median, shown = statistics.median(paints), ", ".join(f"{one:.0f}" for one in paints)
    is_kept = html <= MOST_HTML and scripts <= MOST_SCRIPT and median <= LATEST_PAINT
    told = "" if is_kept else "  more than promised"
    print(f"{path:34} {html / 1000:8.1f} {scripts / 1000:13.1f} {median:8.0f} ({shown}){told}")
    return is_kept


def paint(page: Page, path: str) -> float:
    """Milliseconds from asking for the page to its first contentful paint."""
    page.goto(path, wait_until="load")
    until(page, lambda: page.evaluate(f"{PAINTED}.length > 0"))
    return float(page.evaluate(f"{PAINTED}[0].startTime"))


if __name__ == "__main__":
    sys.exit(main())
