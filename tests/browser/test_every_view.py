"""Every view, for every role, in a real browser: nothing breaks, nothing comes from elsewhere, everybody can use it."""

from collections.abc import Callable

import pytest

from starline.identity.roles import ROLE_TEMPLATES
from tests.browser.conftest import PHONE
from tests.browser.walking import Walk, screens
from tests.isolation.cast import Cast

FOR_STRANGERS = ("/login", "/forgot", "/nothing/here", "/reset/" + "x" * 43)


@pytest.mark.parametrize("role", [template.name for template in ROLE_TEMPLATES])
def test_every_view_that_a_role_may_open_is_drawn(cast: Cast, walk: Callable[..., Walk], role: str) -> None:
    window = walk(role)
    for path in screens(cast, role):
        window.open(path)
    assert window.looked.pages > 5 and window.looked.findings == [], str(window.looked)


def test_every_view_is_for_everybody_in_light_and_dark(cast: Cast, walk: Callable[..., Walk]) -> None:
    window = walk("Administrator")
    for path in screens(cast, "Administrator"):
        window.open(path, with_axe=True)
    assert window.looked.pages > 100 and window.looked.findings == [], str(window.looked)


def test_every_view_is_for_everybody_on_a_phone(cast: Cast, walk: Callable[..., Walk]) -> None:
    window = walk("Administrator", size=PHONE)
    for path in screens(cast, "Administrator"):
        window.open(path, with_axe=True)
    assert window.looked.pages > 100 and window.looked.findings == [], str(window.looked)


@pytest.mark.parametrize("path", FOR_STRANGERS)
def test_the_way_in_is_for_everybody(walk: Callable[..., Walk], path: str) -> None:
    window = walk()
    window.open(path, with_axe=True)
    assert window.looked.findings == [], str(window.looked)
