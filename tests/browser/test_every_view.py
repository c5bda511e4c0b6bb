"""Every view, for every role, in a real browser: nothing breaks, and nothing comes from elsewhere."""

from collections.abc import Callable

import pytest

from starline.identity.roles import ROLE_TEMPLATES
from tests.browser.walking import Walk, screens
from tests.isolation.cast import Cast


@pytest.mark.parametrize("role", [template.name for template in ROLE_TEMPLATES])
def test_every_view_that_a_role_may_open_is_drawn(cast: Cast, walk: Callable[..., Walk], role: str) -> None:
    window = walk(role)
    for path in screens(cast, role):
        window.open(path)
    assert window.looked.pages > 5 and window.looked.findings == [], str(window.looked)
