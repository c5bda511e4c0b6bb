"""Harbor, acted for by nobody in particular, with people to be told something."""

from collections.abc import Iterator
from typing import Any

import pytest

from starline import subscribers
from tests.organizations.factories import HARBOR, acting_for

assert subscribers


@pytest.fixture
def harbor(session: Any) -> Iterator[Any]:
    with acting_for(HARBOR, "harbor") as agency:
        yield agency
