"""Acting for Harbor in a transaction that is rolled back; and both agencies with their people, who speak HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.clients.conftest import harbor
from tests.isolation.cast import Cast, assemble

__all__ = ["cast", "harbor"]


@pytest.fixture(scope="module")
def cast(database: str, _application: Any) -> Iterator[Cast]:
    yield assemble(_application)
