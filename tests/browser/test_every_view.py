"""Every view, for every role, in a real browser: nothing breaks, and nothing comes from elsewhere."""

from collections.abc import Callable

import pytest

from starline.identity.roles import ROLE_TEMPLATES
from tests.browser.walking import Walk, screens, status_of
from tests.isolation.cast import Cast

DRAWN_ALWAYS = ("Caregiver", "Family")
"""Roles with pages of their own. Those of the office see parts of what the administrator sees, whose views are drawn
where axe looks at them (test_for_everybody.py); theirs are drawn in a browser by `make trust`."""
ROLES = [
    pytest.param(one.name, marks=() if one.name in DRAWN_ALWAYS else pytest.mark.trust)
    for one in ROLE_TEMPLATES
    if one.name != "Administrator"
]


@pytest.mark.parametrize("role", ROLES)
def test_every_view_that_a_role_may_open_is_drawn(cast: Cast, walk: Callable[..., Walk], role: str) -> None:
    window = walk(role)
    for path in screens(cast, role):
        window.open(path, status=status_of(path, role))
    assert window.looked.pages > 5 and window.looked.findings == [], str(window.looked)
