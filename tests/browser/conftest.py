"""A real browser at the application: chromium of the machine, which reaches nothing but this process."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from app.core import rate_limits
from config import settings
from tests.browser.walking import OPERATOR, Walk
from tests.contract.callers import by_cookie
from tests.isolation.cast import Cast

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update"),
    *("--disable-background-networking", "--disable-sync", "--force-prefers-reduced-motion"),
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if CHROMIUM is None and item.path.parent.name == "browser":
            item.add_marker(pytest.mark.skip(reason="CHROMIUM IS MISSING: no screen was tried in a browser"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    os.environ.pop("DEBUG", None)
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield made
        made.close()


@pytest.fixture(scope="module")
def port(cast: Cast) -> Iterator[int]:
    """Where the application answers."""
    much = replace(settings(), rate_limit_user=10**9, rate_limit_organization=10**9, rate_limit_address=10**9)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rate_limits, "settings", lambda: much)
        server = make_server("127.0.0.1", 0, cast.application, threaded=True)
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.port
        server.shutdown()
        thread.join()


@pytest.fixture
def walk(chromium: Browser, cast: Cast, port: int) -> Iterator[Callable[..., Walk]]:
    """Opens a window in which somebody of Harbor, or the operator, is signed in; nobody is where no name is given."""
    contexts = []

    def begin(
        name: str | None = None,
        *,
        size: dict[str, int] | None = None,
        language: str = "en-US",
        has_scripts: bool = True,
    ) -> Walk:
        person = cast.operator if name == OPERATOR else cast.harbor.people[name] if name else None
        host = person.host if person else cast.harbor.host
        base = f"http://{host}:{port}"
        options: dict[str, Any] = {"locale": language, "base_url": base, "java_script_enabled": has_scripts}
        context = chromium.new_context(viewport=size or DESK, **options)  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        contexts.append(context)
        if person:
            browser = by_cookie(cast.application, person)
            cookie = browser.client.get_cookie("session", domain=host)
            assert cookie is not None
            context.add_cookies([{"name": "session", "value": cookie.value, "url": base}])
        return Walk(context.new_page(), base)

    yield begin
    for context in contexts:
        context.close()
