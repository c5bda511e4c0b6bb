"""`make screenshots`: named screens of the demo agency, at a desk and on a phone, written to docs/screens/.

Starts Starline by its own command in `var/screenshots`, with a demo agency of its own, and stops it again.
"""

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from config import ROOT

PORT = int(os.environ.get("PORT", "8790"))
BASE = f"http://harbor.localhost:{PORT}"
FOLDER = ROOT / "docs" / "screens"
PASSWORD = "starline-demo-2026"
SIZES = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
READY_SECONDS = 180

SCREENS: dict[str, tuple[str, str, str]] = {
    "sign-in": ("", "/login", "light"),
    "today": ("admin", "/", "light"),
    "today-dark": ("admin", "/", "dark"),
    "palette": ("admin", "palette", "light"),
    "clients": ("admin", "/clients/list/", "light"),
    "clients-dark": ("admin", "/clients/list/", "dark"),
    "clients-filtered": ("admin", "/clients/list/?status=active&fall_risk=high", "light"),
    "client": ("admin", "first:/clients/list/?status=active", "light"),
    "client-dark": ("admin", "first:/clients/list/?status=active", "dark"),
    "client-form": ("admin", "/clients/add", "light"),
    "schedule": ("scheduler", "/schedule/", "light"),
    "schedule-dark": ("scheduler", "/schedule/?color=service", "dark"),
    "schedule-day": ("scheduler", "/schedule/?span=day", "light"),
    "my-day": ("caregiver", "/my", "light"),
    "intake": ("admin", "/intake/", "light"),
    "incident": ("nurse", "first:/incidents/list/", "light"),
    "staff-member": ("hr", "first:/staff/list/?status=active", "light"),
    "compliance": ("hr", "/compliance/", "light"),
    "hiring": ("hr", "/hiring/", "dark"),
    "own-credentials": ("caregiver", "/me/credentials", "light"),
    "role-permissions": ("admin", "role", "light"),
    "branding": ("admin", "/branding/", "light"),
    "own-fields": ("admin", "/settings/fields", "light"),
    "audit": ("auditor", "/audit/", "light"),
    "not-found": ("admin", "/nothing/here", "light"),
}
"""Name → (who looks, where, theme). `first:` opens the first record of a list."""


def main() -> int:
    """Draws every screen; returns the exit status."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("There is no chromium on this machine: install it (Debian: apt-get install chromium).", file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with served(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for size, viewport in SIZES.items():
            draw_all(browser, size, viewport)
        browser.close()
    return 0


@contextmanager
def served() -> Iterator[None]:
    """Starline with its demo, for as long as the block lasts."""
    environment = {**os.environ, "PORT": str(PORT), "STARLINE_VAR_DIR": str(ROOT / "var" / "screenshots")}
    process = subprocess.Popen(
        [sys.executable, "-m", "app.platform.local.processes"], env=environment, cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not answers():
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("Starline didn't start; run it by `make run` to see why.")
            time.sleep(0.5)
        yield
    finally:
        process.terminate()
        process.wait(60)


def answers() -> bool:
    """Whether the web process is there."""
    try:
        with urllib.request.urlopen(f"http://localhost:{PORT}/api/v1/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def draw_all(browser: Browser, size: str, viewport: dict[str, int]) -> None:
    """Each person signs in once per theme and looks at their screens."""
    for who, theme in dict.fromkeys((who, theme) for who, _path, theme in SCREENS.values()):
        options: Any = {"viewport": viewport, "color_scheme": theme, "base_url": BASE, "locale": "en-US"}
        page = browser.new_context(**options, reduced_motion="reduce").new_page()
        if who:
            sign_in(page, who)
        for name, (looker, path, of_theme) in SCREENS.items():
            if (looker, of_theme) == (who, theme):
                draw(page, path, FOLDER / f"{name}-{size}.png")
        page.context.close()


def sign_in(page: Page, who: str) -> None:
    page.goto("/login")
    page.locator("input[type=email], input[name=email]").first.fill(f"{who}@harbor.example")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login" not in url)


def draw(page: Page, path: str, file: Path) -> None:
    """One picture, with 256 colours: screens have few, and the tree is to stay small."""
    page.goto(address(page, path))
    page.wait_for_load_state("networkidle")
    if path == "palette":
        page.keyboard.press("Control+k")
        page.keyboard.type("new")
        page.wait_for_selector("#palette-list [role=option]:has-text('Add client')")
    page.screenshot(path=file)
    Image.open(file).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)
    print(file.relative_to(ROOT))


def address(page: Page, path: str) -> str:
    """Where to look; the first record of a list is found by opening the list."""
    if path == "role":
        page.goto("/roles/list/?name=Nurse")
        return f"/roles/{record(page).rpartition('/')[2]}/permissions"
    if path == "palette":
        return "/"
    if not path.startswith("first:"):
        return path
    page.goto(path.removeprefix("first:"))
    return record(page)


def record(page: Page) -> str:
    """The address of the first row's record."""
    return str(page.locator("[data-rows] tbody tr td a").first.get_attribute("href"))


if __name__ == "__main__":
    sys.exit(main())
