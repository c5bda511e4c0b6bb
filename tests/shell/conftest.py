"""Harbor and Summit with people of every role and rows of every resource; what a test commits stays for its module."""

import pytest

from tests.contract.callers import Caller, by_cookie
from tests.isolation.cast import Cast


@pytest.fixture
def browser(cast: Cast) -> Caller:
    """The browser of Harbor's administrator, at a session that has opened and chosen nothing."""
    return by_cookie(cast.application, cast.harbor.people["Administrator"])
