"""Fixtures of the ground's tests."""

from collections.abc import Iterator

import pytest

import starline.models  # noqa: F401  (the metadata is whole)
from tests.core import jobs


@pytest.fixture(scope="module")
def _agencies(database: str) -> Iterator[None]:
    jobs.forget_broker()
    jobs.found_agencies()
    yield
    jobs.forget_broker()


@pytest.fixture
def no_jobs(_agencies: None) -> None:
    """A database with three agencies that keeps what is committed; no job in it and nothing in the broker."""
    jobs.clear_jobs()


@pytest.fixture
def scheduler(no_jobs: None) -> Iterator[None]:
    with jobs.process("scheduler"):
        yield
