"""Harbor and Summit with people of every role and rows of every resource; what a test commits stays for its module."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.caches import forget_everything
from tests.contract.callers import Caller, by_cookie
from tests.isolation.cast import Cast, assemble


@pytest.fixture(scope="module")
def cast(database: str, _application: Any) -> Iterator[Cast]:
    forget_everything()
    yield assemble(_application)


@pytest.fixture
def browser(cast: Cast) -> Caller:
    """The browser of Harbor's administrator, at a session that has opened and chosen nothing."""
    return by_cookie(cast.application, cast.harbor.people["Administrator"])
