"""Where the walks report to."""

import pytest

from tests.isolation.tally import Tally


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Tally:
    """Where a walk reports what it did, for the summary of the run."""
    return Tally(request.node)
