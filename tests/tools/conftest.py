"""One cast for each module."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.caches import forget_everything
from tests.isolation.cast import Cast, assemble


@pytest.fixture(scope="module")
def cast(database: str, _application: Any) -> Iterator[Cast]:
    """Both agencies with rows of every resource; what a test commits stays for the module."""
    forget_everything()
    yield assemble(_application)
