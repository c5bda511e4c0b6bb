"""Every view, for everybody: axe finds nothing serious in light and dark, on a desk and on a phone."""

from collections.abc import Callable

import pytest

from tests.browser.conftest import PHONE
from tests.browser.walking import OPERATOR, Walk, screens, status_of
from tests.isolation.cast import Cast

FOR_STRANGERS = {"/login": 200, "/forgot": 200, "/nothing/here": 404, "/reset/" + "x" * 43: 404}

EVERY = pytest.param(1, marks=pytest.mark.trust)
"""Axe takes most of a walk's time, and most pages are made of the same parts: a usual run gives it every nth of them."""


@pytest.mark.parametrize("nth", [5, EVERY])
def test_every_view_is_for_everybody_in_light_and_dark(cast: Cast, walk: Callable[..., Walk], nth: int) -> None:
    window = walk("Administrator")
    for number, path in enumerate(screens(cast, "Administrator")):
        window.open(path, status=status_of(path, "Administrator"), with_axe=number % nth == 0)
    assert window.looked.pages > 100 and window.looked.findings == [], str(window.looked)


@pytest.mark.parametrize("nth", [3, EVERY])
def test_every_view_is_for_everybody_on_a_phone_in_spanish(cast: Cast, walk: Callable[..., Walk], nth: int) -> None:
    """The pages are those of the desk, and what only a phone has stands on each of them: a usual run opens every nth."""
    window = walk("Administrator", size=PHONE, language="es-US")
    for number, path in enumerate(screens(cast, "Administrator")[::nth]):
        status = status_of(path, "Administrator")
        window.open(path, status=status, with_axe=number % nth == 0, in_dark=number % 16 == 0)
    assert window.looked.pages > 100 and window.looked.findings == [], str(window.looked)


@pytest.mark.parametrize("nth", [4, EVERY])
def test_every_view_of_the_operator_is_for_everybody(cast: Cast, walk: Callable[..., Walk], nth: int) -> None:
    window, paths = walk(OPERATOR), screens(cast, OPERATOR)
    assert sum(path.startswith("/organizations/") for path in paths) == 4
    for number, path in enumerate(paths):
        is_own = path.startswith("/organizations/")
        window.open(path, status=status_of(path, OPERATOR), with_axe=is_own or number % nth == 0)
    assert window.looked.pages > 15 and window.looked.findings == [], str(window.looked)


@pytest.mark.parametrize(("path", "status"), FOR_STRANGERS.items())
def test_the_way_in_is_for_everybody(walk: Callable[..., Walk], path: str, status: int) -> None:
    window = walk()
    window.open(path, status=status, with_axe=True)
    assert window.looked.findings == [], str(window.looked)
