"""Acting for Harbor, with one branch, in a transaction that is rolled back."""

from collections.abc import Iterator
from typing import Any

import pytest

from starline.organizations.models import Organization
from tests.organizations.factories import HARBOR, acting_for


@pytest.fixture
def harbor(session: Any) -> Iterator[Organization]:
    with acting_for(HARBOR, "harbor") as agency:
        yield agency
