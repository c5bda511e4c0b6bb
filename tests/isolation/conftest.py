"""One cast for each module of the isolation tests."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.caches import forget_everything
from tests.isolation.cast import Cast, assemble
from tests.isolation.tally import Tally


@pytest.fixture(scope="module")
def cast(database: str, _application: Any) -> Iterator[Cast]:
    """Both agencies with rows of every resource; what a test commits stays for the module."""
    forget_everything()
    yield assemble(_application)


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Tally:
    """Where a walk reports what it did, for the summary of the run."""
    return Tally(request.node)
