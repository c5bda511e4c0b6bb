"""Work that takes longer than a page: it counts up where it was asked for, and says at once when it is done."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.browser.walking import Walk
from tests.isolation.cast import Cast
from tests.worker import work

SHEET = """First name,Last name,Birth date,Phone,Branch
Maria,Ebb,1941-02-03,503-555-0101,{branch}
Paul,Flow,1938-11-30,503-555-0102,{branch}
"""


@pytest.fixture
def window(walk: Callable[..., Walk]) -> Walk:
    return walk("Administrator")


def stays_and_asks(page: Any) -> None:
    """The bar asks again and is still there; the page has not gone anywhere."""
    address = page.url
    for _time in range(2):
        with page.expect_response(f"{address}/progress"):
            pass
    page.locator("progress").wait_for()
    assert page.url == address


def test_an_export_counts_up_and_ends_with_the_file(window: Walk, cast: Cast) -> None:
    page = window.page
    page.goto("/export/")
    page.get_by_role("button", name="Write the export").click()
    page.wait_for_url("**/export/*")
    stays_and_asks(page)
    work(cast.application, cast.harbor, named="exports.%")
    with page.expect_download() as begun:
        page.get_by_role("link", name="Download").click()
    assert begun.value.suggested_filename.endswith(".zip")
    assert window.looked.findings == []


def test_an_import_counts_up_and_ends_with_the_list(window: Walk, cast: Cast) -> None:
    page, works = window.page, partial(work, cast.application, cast.harbor, named="imports.%")
    page.goto("/import/")
    sheet = SHEET.format(branch=cast.harbor.own["branches"]["name"])
    page.set_input_files("#file", {"name": "new.csv", "mimeType": "text/csv", "buffer": sheet.encode()})
    page.get_by_role("button", name="Read the file").click()
    page.get_by_role("button", name="Try all 2 rows").click()
    stays_and_asks(page)
    works()
    page.get_by_role("button", name="Import 2 rows").click()
    stays_and_asks(page)
    works()
    page.get_by_role("link", name="Open the list").click()
    page.wait_for_url("**/clients/list/**")
    assert "Ebb" in page.locator("main").inner_text()
    assert window.looked.findings == []
