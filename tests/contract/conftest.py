"""Every test here that asks for `resource` runs once for each declared one that it applies to."""

from typing import Any

import pytest

from app import FACES, _import_if_there
from app.core.resource import Resource, registry
from tests.contract.callers import Caller, by_cookie, by_token
from tests.isolation.cast import Cast


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "resource" in metafunc.fixturenames:
        for face in FACES:
            _import_if_there(f"app.{face}.resources")
        predicates = getattr(metafunc.function, "predicates", ())
        chosen = {name: one for name, one in registry.items() if all(holds(one) for holds in predicates)}
        metafunc.parametrize("resource", list(chosen.values()), ids=list(chosen))


@pytest.fixture(scope="module")
def rest(cast: Cast) -> Caller:
    """A script of Harbor's administrator."""
    return by_token(cast.application, cast.harbor.people["Administrator"])


@pytest.fixture(scope="module")
def browser(cast: Cast) -> Caller:
    """The browser of Harbor's administrator."""
    return by_cookie(cast.application, cast.harbor.people["Administrator"])


@pytest.fixture
def record(cast: Cast, resource: Resource) -> dict[str, Any]:
    """A row of the resource that Harbor has."""
    assert resource.name in cast.harbor.own, cast.harbor.broken[resource.name]
    return cast.harbor.own[resource.name]
