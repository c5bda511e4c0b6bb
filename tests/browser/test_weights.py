"""A list page of 25 rows is light. How fast it is there is measured by benchmarks/pages.py."""

from collections.abc import Callable

import pytest

from app.core.resource import registry
from tests.browser.walking import Walk
from tests.browser.weights import LISTS, MOST_HTML, MOST_SCRIPT, weigh
from tests.isolation.cast import Cast

ROWS = 25


@pytest.mark.parametrize("path", LISTS)
def test_a_page_of_a_list_and_its_scripts_are_light(walk: Callable[..., Walk], cast: Cast, path: str) -> None:
    make, resource = cast.harbor.factory, next(one for one in registry.values() if one.name == path.split("/")[1])
    make.parents = dict(cast.harbor.parents)
    for _row in range(ROWS):
        make.make(resource)
    page = walk("Administrator").page
    html, scripts = weigh(page, path)
    assert page.locator("#list tbody tr").count() == ROWS
    assert 10_000 < html <= MOST_HTML
    assert 10_000 < scripts <= MOST_SCRIPT
