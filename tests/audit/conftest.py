"""An agency with a trail that is committed, in a database of its own for each module."""

from collections.abc import Iterator
from uuid import UUID

import pytest

import starline.models  # noqa: F401  (the metadata is whole)
from starline.core.audit.heads import head_store
from starline.core.identifiers import uuid7
from tests.audit.trail import found_agency, look, seal_everything


@pytest.fixture(autouse=True)
def _own_heads() -> Iterator[None]:
    head_store.cache_clear()
    yield
    head_store.cache_clear()


@pytest.fixture
def agency(database: str) -> UUID:
    """A new agency in which nothing is sealed."""
    return found_agency(uuid7())


@pytest.fixture
def trail(agency: UUID) -> UUID:
    """The agency with two sealed blocks of looks at three clients, and nothing open."""
    for _block in range(2):
        for _row in range(6):
            look(agency, uuid7())
        seal_everything()
    return agency
