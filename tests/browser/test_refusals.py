"""The page of every refusal, as a browser shows it: for everybody, in light and dark."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from starline.core.errors import Conflict, NotAllowed, NotFound, TooManyRequests, Unauthenticated, Unavailable
from tests.browser.conftest import DESK, PHONE
from tests.browser.walking import Walk
from tests.isolation.cast import Cast

REFUSALS: dict[int, Callable[[], Exception]] = {
    400: BadRequest,
    401: lambda: Unauthenticated("Please sign in."),
    403: lambda: NotAllowed("You may not do this."),
    404: lambda: NotFound("There is nothing here, or you may not see it."),
    409: lambda: Conflict("Somebody else was faster."),
    413: RequestEntityTooLarge,
    429: lambda: TooManyRequests("Too many requests. Please wait a moment.", retry_after=9),
    500: lambda: RuntimeError("What nobody foresaw"),
    503: lambda: Unavailable("The service is not available right now. Please try again in a minute."),
}
LOOKERS = [
    pytest.param("", DESK, "en-US", id="stranger"),
    pytest.param("Administrator", DESK, "en-US", id="desk", marks=pytest.mark.trust),
    pytest.param("Caregiver", PHONE, "es-US", id="phone in Spanish", marks=pytest.mark.trust),
]


@pytest.fixture(autouse=True)
def refusing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below /refused the application refuses, by the status that the address ends with."""

    def refuse() -> None:
        if request.path.startswith("/refused/"):
            raise REFUSALS[int(request.path.rpartition("/")[2])]()

    before = cast.application.before_request_funcs
    monkeypatch.setitem(before, None, [*before[None], refuse])
    monkeypatch.setitem(cast.application.config, "TESTING", False)


@pytest.mark.parametrize(("name", "size", "language"), LOOKERS)
def test_the_page_of_every_refusal_is_for_everybody(
    walk: Callable[..., Walk], name: str, size: dict[str, int], language: str
) -> None:
    window = walk(name or None, size=size, language=language)
    for status in REFUSALS:
        window.open(f"/refused/{status}", status=status, with_axe=True)
        shown: Any = window.page.locator("main .refusal")
        assert str(status) in shown.locator(".reference").inner_text()
        assert shown.locator("a.button.is-primary").is_visible()
    assert window.looked.findings == [], str(window.looked)
