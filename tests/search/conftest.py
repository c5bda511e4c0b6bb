"""Acting for Harbor, with one branch, in a transaction that is rolled back."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from starline.clients.models import Client
from starline.core import search
from starline.organizations.models import Organization
from tests.organizations.factories import HARBOR, acting_for

EVERYBODY = SimpleNamespace(scope="all", user_id=None, branch_id=None)
Names = Callable[..., list[str]]


@pytest.fixture
def harbor(session: Any) -> Iterator[Organization]:
    """Acting for Harbor in a transaction that is rolled back."""
    with acting_for(HARBOR, "harbor") as agency:
        yield agency


def names(text: str, model: Any = Client, viewer: Any = EVERYBODY, limit: int = 20) -> list[str]:
    """What people call the records that are found, best first."""
    found = search.find([model], text, viewer=viewer, limit=limit, columns={model: [model.first_name, model.last_name]})
    return [f"{one.row.first_name} {one.row.last_name}" for one in found[model]]
