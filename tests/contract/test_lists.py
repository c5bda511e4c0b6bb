"""Every declared list can be narrowed, ordered, arranged and taken along, and its address tells all of it."""

import csv
import io
import zipfile
from typing import Any
from xml.etree import ElementTree

from app.core.display import words_of
from app.core.fields import Kind
from app.core.lists import DENSITIES
from app.core.parameters import allowed_operators
from app.core.resource import Resource
from tests.contract.applying import resources_with
from tests.contract.callers import Caller
from tests.contract.test_screens import Page, opened

HEAVIEST = 60_000
"""Bytes of HTML that a list of 25 rows may have."""


def two_columns(resource: Resource) -> bool:
    return len(resource.table_fields) > 1


def choices(resource: Resource) -> bool:
    return any(one.kind is Kind.CHOICE for one in resource.filter_fields.values())


def headings(page: Page) -> list[str]:
    return [text for text in page.texts["th"] if text not in ("Actions", "Select")]


@resources_with(two_columns)
def test_the_columns_stand_as_the_address_names_them(
    resource: Resource, browser: Caller, record: dict[str, Any]
) -> None:
    first, second = resource.table_fields[-2:]  # the first two may be drawn as one, the name of a person
    page = opened(browser, f"/{resource.name}/list/?columns={second.name},{first.name}")
    assert headings(page) == [second.label, first.label]
    sent_by_form = opened(browser, f"/{resource.name}/list/?columns={second.name}&columns={first.name}")
    assert headings(sent_by_form) == [second.label, first.label]
    kept = [link for link in page.links if "order=" in link]
    assert all(f"columns={second.name}%2C{first.name}" in link for link in kept)


@resources_with(two_columns)
def test_the_file_has_the_columns_of_the_list(resource: Resource, browser: Caller, record: dict[str, Any]) -> None:
    first, second = resource.table_fields[:2]
    answer = browser.get(f"/{resource.name}/download?format=csv&columns={second.name},{first.name}")
    header = next(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert header == [second.label, first.label]


def test_the_workbook_has_the_rows_of_the_file(resource: Resource, browser: Caller, record: dict[str, Any]) -> None:
    lines = list(csv.reader(io.StringIO(browser.get(f"/{resource.name}/download").text.removeprefix("\ufeff"))))
    answer = browser.get(f"/{resource.name}/download?format=xlsx")
    assert answer.status_code == 200 and answer.headers["Content-Disposition"].endswith(f'{resource.name}.xlsx"')
    found = cells_of(answer.get_data())
    assert found[0] == lines[0] and len(found) == len(lines)
    assert [[text.removeprefix("'") for text in line] for line in lines[1:]] == found[1:]


def test_another_format_is_refused_with_a_sentence(resource: Resource, browser: Caller) -> None:
    answer = browser.get(f"/{resource.name}/download?format=exe")
    assert answer.status_code == 422 and "csv or xlsx" in answer.text


def test_the_density_is_kept_for_the_next_list(resource: Resource, browser: Caller, record: dict[str, Any]) -> None:
    for name in DENSITIES:
        assert f"is-list is-{name}" in browser.get(f"/{resource.name}/list/?density={name}").text
        assert f"is-list is-{name}" in browser.get(f"/{resource.name}/list/").text
    assert "is-list is-roomy" in browser.get(f"/{resource.name}/list/?density=nonsense").text


@resources_with(choices)
def test_a_filter_is_a_sentence_that_can_be_taken_away(resource: Resource, browser: Caller) -> None:
    one = next(one for one in resource.filter_fields.values() if one.kind is Kind.CHOICE)
    page = browser.get(f"/{resource.name}/list/?{one.name}={one.choices[0]}&page_size=50").text
    label = words_of(one.choices[0])
    assert f"{one.label} is <b>{label}</b>" in page
    assert f'href="?page_size=50" hx-boost="true" aria-label="Remove filter: {one.label} is {label}"' in page


def test_every_filter_offers_comparisons_in_words(resource: Resource, browser: Caller) -> None:
    text = browser.get(f"/{resource.name}/list/").text
    for name in resource.filters.split():
        one = resource.fields[name]
        if allowed_operators(one) != ("null",):
            assert f'data-filter="{name}"' in text
    assert not any(sign in text for sign in ("≥", "≤", "≠"))


def test_a_list_without_a_match_has_a_way_out(resource: Resource, browser: Caller) -> None:
    one = next(
        (one for one in resource.filter_fields.values() if one.kind is Kind.INSTANT or one.kind is Kind.DATE), None
    )
    if one is None:
        return
    value = "1800-01-01" if one.kind is Kind.DATE else "1800-01-01T00:00:00Z"
    page = opened(browser, f"/{resource.name}/list/?{one.name}.lt={value}&page_size=50")
    assert "Nothing matches" in page.texts["h2"]
    assert "?page_size=50" in page.links


def test_a_page_of_a_list_is_light(resource: Resource, browser: Caller, record: dict[str, Any]) -> None:
    answer = browser.get(f"/{resource.name}/list/")
    rows = answer.text.count("<tr>") - 1
    empty = len(answer.get_data()) - rows * _row_weight(answer.text)
    assert empty + 25 * _row_weight(answer.text) < HEAVIEST


def _row_weight(text: str) -> int:
    """Bytes of the list's first row."""
    body = text[text.index("<tbody>") :]
    return len(body[: body.index("</tr>")].encode())


def cells_of(file: bytes) -> list[list[str]]:
    """The rows of a workbook's sheet as texts."""
    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(io.BytesIO(file)) as packed:
        assert packed.testzip() is None
        sheet = ElementTree.fromstring(packed.read("xl/worksheets/sheet1.xml"))
        for name in packed.namelist():
            ElementTree.fromstring(packed.read(name))
    return [
        ["".join(cell.itertext()) for cell in row.findall("m:c", space)] for row in sheet.findall(".//m:row", space)
    ]
