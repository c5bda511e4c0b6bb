"""Waiting for what a page does by itself. Its policy forbids `wait_for_function`, which evaluates words in the page."""

from collections.abc import Callable
from typing import Any


def until(page: Any, is_so: Callable[[], bool]) -> None:
    """Let the browser go on until it is so."""
    for _turn in range(200):
        if is_so():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it never became so")
