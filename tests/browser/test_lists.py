"""A list as a person has it before them: what is swapped, what is typed into cells, what keys do."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest

from app.core.fields import Kind
from app.core.resource import registry
from tests.browser.conftest import DESK, PHONE
from tests.browser.waiting import until
from tests.browser.walking import Walk
from tests.isolation.cast import Cast


@pytest.fixture
def page(walk: Callable[..., Walk]) -> Iterator[Any]:
    """A desk's page of Harbor's administrator; whatever a script complains of fails the test."""
    window = walk("Administrator")
    yield window.page
    assert [one for one in window.looked.findings if "script failed" in one] == []


@pytest.fixture(scope="module")
def clients(cast: Cast) -> list[dict[str, Any]]:
    """Three clients whose names stand first and last in the alphabet."""
    make, found = cast.harbor.factory, []
    for last in ("Aaa", "Aab", "Zzz"):
        make.renew_parents()
        found.append(make.make(registry["Clients"], last_name=last, first_name="Browsed"))
    return found


def row(page: Any, last_name: str) -> Any:
    name = f"{last_name}, Browsed"
    return page.locator("tbody tr").filter(has=page.get_by_role("link", name=name, exact=True))


LOADED = "name => performance.getEntriesByType('resource').some(one => one.name.endsWith(`/${name}`))"


def column(page: Any, name: str) -> int:
    names = page.locator("thead th").evaluate_all("all => all.map(one => one.dataset.cell || '')")
    return int(names.index(name))


def test_sorting_swaps_the_list_alone_and_back_goes_back(page: Any, clients: list[dict[str, Any]]) -> None:
    page.goto("/clients/list/?view=all&page_size=100")
    page.wait_for_selector("[data-tick-all]:not([hidden])")
    page.evaluate("window.isStillThere = true")
    page.locator("thead").get_by_role("link", name="Name", exact=True).click()
    page.wait_for_url("**/clients/list/?*order=-last_name%2C-first_name")
    page.wait_for_selector('th[aria-sort="descending"]')
    assert page.evaluate("window.isStillThere") is True
    assert page.locator("tbody tr a").first.inner_text() == "Zzz, Browsed"
    page.locator("summary", has_text="Filter").click()
    page.locator("[data-filter='last_name']").locator("xpath=..").locator("summary").click()
    page.locator("[data-filter='last_name'] input[name='last_name.sw']").fill("Aa")
    page.locator("[data-filter='last_name'] button").click()
    page.wait_for_selector(".sentence")
    assert "Last name starts with Aa" in page.locator(".sentence").inner_text()
    assert page.evaluate("window.isStillThere") is True
    page.go_back()
    page.wait_for_selector(".sentence", state="detached")
    page.wait_for_selector("[data-tick-all]:not([hidden])")  # the page is there anew, so that the next step back counts
    assert "order=-last_name" in page.url
    page.go_back()
    page.wait_for_selector('th[aria-sort="ascending"]')


def test_emptiness_is_asked_for_without_a_value(page: Any, clients: list[dict[str, Any]]) -> None:
    page.goto("/clients/list/?view=all")
    page.wait_for_selector("[data-tick-all]:not([hidden])")
    page.locator("summary", has_text="Filter").click()
    form = page.locator("[data-filter='start_of_care_on']")
    form.locator("xpath=..").locator("summary").click()
    form.locator("[data-operator]").select_option(label="is empty")
    form.locator("button").click()
    page.wait_for_selector(".sentence")
    assert (
        "Start of care" in page.locator(".sentence").inner_text()
        and "is empty" in page.locator(".sentence").inner_text()
    )


def test_a_cell_is_changed_where_it_stands(page: Any, clients: list[dict[str, Any]]) -> None:
    page.goto("/clients/list/?view=all&last_name.sw=Aa")
    page.wait_for_selector("[data-tick-all]:not([hidden])")
    phone = row(page, "Aaa").locator("td").nth(column(page, "phone"))
    phone.click()
    page.locator(".cell-form input[name=phone]").fill("12")
    page.keyboard.press("Enter")
    page.wait_for_selector(".cell-form .error")
    assert "must have 7 to 15 digits" in page.locator(".cell-form .error").inner_text()
    assert page.locator(".cell-form input[name=phone]").input_value() == "12"
    page.keyboard.press("Escape")
    page.wait_for_selector(".cell-form", state="detached")
    assert phone.inner_text() != "12"
    phone.click()
    page.locator(".cell-form input[name=phone]").fill("503-555-0142")
    page.keyboard.press("Tab")
    # Tab saves and goes on to the next cell that can be changed, the first of the row below.
    page.wait_for_selector(".cell-form input[name=birth_date]")
    assert phone.inner_text() == "503-555-0142"
    assert row(page, "Aab").locator(".cell-form").count() == 1
    page.keyboard.press("Escape")
    page.reload()
    assert row(page, "Aaa").locator("td").nth(column(page, "phone")).inner_text() == "503-555-0142"


def test_what_could_not_be_saved_is_said_and_stays_in_its_cell(page: Any, clients: list[dict[str, Any]]) -> None:
    page.goto("/clients/list/?view=all&last_name.sw=Aa")
    page.wait_for_selector("[data-tick-all]:not([hidden])")
    until(page, lambda: page.evaluate(f"({LOADED})('cells.js')"))
    phone = row(page, "Aaa").locator("td").nth(column(page, "phone"))
    typed = page.locator(".cell-form input[name=phone]")
    page.route("**/cell/phone", lambda route: route.abort())
    phone.click()
    page.wait_for_selector(".toasts .is-bad:has-text('Check the connection')")
    page.unroute("**/cell/phone")
    phone.click()
    typed.fill("503-555-0177")
    sentence = "Too many requests. Please wait a moment."
    refused = f"<section class='refusal'><h1>One moment</h1><p>{sentence}</p></section>"
    for answer, said in (
        (lambda route: route.abort(), "Check the connection"),
        (lambda route: route.fulfill(status=429, content_type="text/html", body=refused), sentence),
        (lambda route: route.fulfill(status=500, content_type="text/html", body=""), "That did not work"),
    ):
        page.route("**/cell/phone*", answer)
        page.get_by_role("button", name="Dismiss").last.click()
        if not typed.evaluate("one => one === document.activeElement"):
            typed.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector(f".toasts .is-bad:has-text('{said}')")
        assert typed.input_value() == "503-555-0177"
        page.unroute("**/cell/phone*")
        page.wait_for_selector("td[aria-busy]", state="detached")
    typed.press("Enter")
    page.wait_for_selector(".cell-form", state="detached")
    assert phone.inner_text() == "503-555-0177"


def test_a_list_that_does_not_come_says_so_and_stays(page: Any, clients: list[dict[str, Any]]) -> None:
    page.goto("/clients/list/?view=all&last_name.sw=Aa")
    page.wait_for_selector("[data-tick-all]:not([hidden])")
    held: list[Any] = []
    page.route("**/clients/list/**order=**", lambda route: held.append(route))
    page.locator("thead").get_by_role("link", name="Number").click()
    page.wait_for_selector("#list.htmx-request")
    held[0].abort()
    page.wait_for_selector(".toasts .is-bad:has-text('Check the connection')")
    page.wait_for_selector("#list:not(.htmx-request)")
    page.unroute("**/clients/list/**order=**")
    page.route("**/clients/list/**order=**", lambda route: route.fulfill(status=500, body="<p>No</p>"))
    page.locator("thead").get_by_role("link", name="Number").click()
    page.wait_for_selector(".toasts .is-bad:has-text('That did not work')")
    assert row(page, "Aaa").is_visible() and "order=" not in page.url


def test_the_keyboard_alone_reaches_and_changes_a_cell(page: Any, clients: list[dict[str, Any]]) -> None:
    page.goto("/clients/list/?view=all&last_name.sw=Aa&order=last_name")
    page.wait_for_selector("[data-tick-all]:not([hidden])")
    page.keyboard.press("j")
    page.keyboard.press("F2")
    page.wait_for_selector(".cell-form input[name=birth_date]")
    page.keyboard.press("Tab")
    page.wait_for_selector(".cell-form input[name=phone]")
    page.keyboard.type("503-555-0143")
    page.keyboard.press("Enter")
    page.wait_for_selector(".cell-form", state="detached")
    assert row(page, "Aaa").locator("td").nth(column(page, "phone")).inner_text() == "503-555-0143"
    page.keyboard.press("x")
    page.wait_for_selector("tbody .tick:checked")
    assert page.locator("[data-chosen]").inner_text() == "1 selected"


def test_e_edits_the_row_that_is_chosen_and_no_other(page: Any, clients: list[dict[str, Any]]) -> None:
    page.goto("/clients/list/?view=all&last_name.sw=Aa&order=last_name")
    page.wait_for_selector("[data-tick-all]:not([hidden])")
    page.keyboard.press("e")
    page.wait_for_timeout(300)
    assert "/clients/list/" in page.url
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.wait_for_url(f"**/clients/edit/{clients[1]['id']}**")


def test_ticked_rows_are_changed_together_and_set_back(page: Any, clients: list[dict[str, Any]]) -> None:
    page.goto("/clients/list/?view=all&last_name.sw=Aa")
    page.wait_for_selector("[data-tick-all]:not([hidden])")
    assert not page.locator("#selection").is_visible()
    page.locator("[data-tick-all]").check()
    assert page.locator("[data-chosen]").inner_text() == "2 selected"
    page.get_by_role("button", name="Change a field").click()
    page.wait_for_selector("#which")
    page.wait_for_selector("#which + button", state="hidden")  # the script is there
    page.locator("#which").select_option("fall_risk")
    page.locator("select[name=fall_risk]").select_option("high")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_selector(".notice")
    assert "2 records" in page.locator(".notice").inner_text() and "last_name.sw=Aa" in page.url
    page.get_by_role("button", name="Undo").click()
    page.wait_for_selector("text=2 records are as they were")
    assert "last_name.sw=Aa" in page.url


def test_columns_are_put_in_another_order_and_saved_as_a_view(page: Any, clients: list[dict[str, Any]]) -> None:
    page.goto("/clients/list/?view=all")
    page.wait_for_selector("[data-tick-all]:not([hidden])")
    page.locator("summary", has_text="Display").click()
    page.locator(".display li", has_text="Branch").locator("input").uncheck()
    page.get_by_role("button", name="Move Number up").click()
    page.locator(".display").get_by_role("button", name="Apply").click()
    page.wait_for_url("**columns=client_number**")
    page.wait_for_selector("th:first-child:has-text('Number')")
    assert page.locator("th", has_text="Branch").count() == 0
    page.locator("summary", has_text="Save view").click()
    page.locator("#new-view").fill("Numbers first")
    page.locator(".view-form").get_by_role("button", name="Save view").click()
    page.wait_for_selector(".views [aria-current]:has-text('Numbers first')")


def test_every_list_opens_without_a_complaint_of_its_scripts(page: Any, cast: Cast) -> None:
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(f"{page.url}: {said.text}") if said.type == "error" else None)
    for resource in registry.values():
        page.goto(f"/{resource.name}/list/?view=all")
        if any(one.kind is not Kind.SECRET for one in resource.table_fields):
            page.wait_for_selector("[data-tick-all]:not([hidden])")
    assert complaints == []


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_what_opens_above_a_list_is_laid_out_over_its_whole_width(walk: Any, size: dict[str, int]) -> None:
    page = walk("Administrator", size=size).page
    page.goto("/clients/list/?view=all")
    page.wait_for_selector("[data-operator]:not([hidden])", state="attached")
    page.locator("summary", has_text="Filter").click()
    form = page.locator("[data-filter='status']")
    form.locator("xpath=..").locator("summary").click()
    _fills(form)
    page.keyboard.press("Escape")
    page.locator("summary", has_text="Display").click()
    _fills(page.locator("form.display"))


def _fills(form: Any) -> None:
    """Each part of the form is as wide as it, and stands apart from the next."""
    box, parts = form.bounding_box(), [one.bounding_box() for one in form.locator("> :visible").all()]
    assert len(parts) >= 3 and all(part["width"] >= box["width"] - 20 for part in parts)
    for one, following in pairwise(parts[:-1]):
        assert following["y"] - one["y"] - one["height"] >= 6


def test_what_is_typed_while_a_list_is_on_its_way_stays_and_is_searched_for(
    page: Any, clients: list[dict[str, Any]]
) -> None:
    page.goto("/clients/list/?view=all")
    page.wait_for_selector("[data-tick-all]:not([hidden])")
    steps = page.evaluate("history.length")
    held: list[Any] = []
    page.route("**/clients/list/**search=**", lambda route: route.continue_() if held else held.append(route))
    search = page.locator("#search")
    search.press_sequentially("Aa")
    until(page, lambda: len(held) == 1)
    search.press_sequentially("a", delay=20)
    held[0].continue_()
    row(page, "Aab").wait_for(state="detached")
    assert row(page, "Aaa").is_visible() and search.input_value() == "Aaa"
    assert page.evaluate("document.activeElement.id") == "search"
    page.wait_for_url("**search=Aaa**")
    assert page.evaluate("history.length") == steps, "a step back leads away from the list, not through each letter"


def test_without_scripts_a_list_is_filtered_by_what_it_refers_to(walk: Any, clients: list[dict[str, Any]]) -> None:
    page = walk("Administrator", has_scripts=False).page
    page.goto("/clients/list/?view=all&last_name.sw=Aa")
    page.locator("summary", has_text="Filter").click()
    form = page.locator("[data-filter='branch']")
    form.locator("xpath=..").locator("summary").click()
    form.get_by_role("link", name="Choose").click()
    form.locator(f"input[name='branch.in'][value='{clients[0]['branch_id']}']").check()
    form.get_by_role("button", name="Apply").click()
    page.locator(".sentence").nth(1).wait_for()
    assert page.locator(".sentence").count() == 2 and row(page, "Aaa").is_visible()
    assert "offer=" not in page.url


def test_a_list_is_printed_as_a_table_with_its_heading(page: Any, clients: list[dict[str, Any]]) -> None:
    page.goto("/clients/list/?view=all&last_name.sw=Aa")
    page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
    page.emulate_media(media="print")
    for width in (700, 1050):  # what a sheet of paper leaves, upright and lying
        page.set_viewport_size({"width": width, "height": 900})
        first, second = (row(page, name).bounding_box() for name in ("Aaa", "Aab"))
        assert first["height"] < 60 and second["y"] >= first["y"] + first["height"] - 1
        assert row(page, "Aaa").evaluate("row => getComputedStyle(row).display") == "table-row"
        cell = row(page, "Aaa").locator("td").nth(5)
        assert cell.is_visible() and cell.evaluate("cell => getComputedStyle(cell).whiteSpace") == "normal"
        heading = page.locator("thead th").nth(1)
        assert heading.bounding_box()["height"] > 5
        assert heading.evaluate("one => getComputedStyle(one).position") == "static"
        assert page.locator("thead th").last.is_hidden() and page.locator("tbody .row-actions").first.is_hidden()
    assert page.locator(".sentence b").evaluate("one => getComputedStyle(one).color") == "rgb(29, 31, 35)"


@pytest.mark.parametrize("path", ["/clients/list/", "/access-review/"])
def test_the_heading_of_a_list_hides_the_rows_beneath_it(walk: Any, path: str) -> None:
    page = walk("Administrator").page
    page.goto(path)
    heading = page.evaluate(
        "(() => { const { position, backgroundColor } = getComputedStyle(document.querySelector('.is-scroller thead th'));"
        " return [position, backgroundColor]; })()"
    )
    assert heading[0] == "sticky" and heading[1] not in ("transparent", "rgba(0, 0, 0, 0)")


def test_a_role_is_changed_on_a_phone_too(walk: Any, cast: Cast) -> None:
    page = walk("Administrator", size=PHONE).page
    page.goto("/roles/list/")
    page.get_by_role("link", name="Nurse").first.click()
    page.goto(page.url.replace("/show/", "/") + "/permissions")
    box = page.get_by_role("checkbox", name="Branches: Add")
    before = box.is_checked()
    box.click()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/roles/show/**")
    page.go_back()
    page.reload()
    assert page.get_by_role("checkbox", name="Branches: Add").is_checked() is not before


def test_a_card_on_a_phone_begins_with_the_whole_name_and_says_what_the_number_is(
    walk: Any, clients: list[dict[str, Any]]
) -> None:
    page = walk("Administrator", size=PHONE).page
    page.goto("/clients/list/?view=all&last_name.sw=Aa")
    number = row(page, "Aaa").locator("td.number")
    assert number.is_visible()
    said = page.evaluate("(cell) => getComputedStyle(cell, '::before').content", number.element_handle())
    assert said.startswith('"Number')


def test_a_filter_takes_several_values_at_once(walk: Callable[..., Walk]) -> None:
    for has_scripts in (True, False):
        one = walk("Administrator", has_scripts=has_scripts)
        page = one.page
        page.goto(one.base + "/clients/list/?status=active")
        page.locator("summary", has_text="Filter").click()
        form = page.locator("[data-filter='status']")
        form.locator("xpath=..").locator("summary").click()
        assert form.get_by_label("Active", exact=True).is_checked() and form.locator("input:checked").count() == 1
        form.get_by_label("On hold").check()
        form.locator("button").click()
        page.locator(".sentence", has_text="Status is Active or On hold").wait_for()
        page.get_by_role("link", name="Remove filter: Status is Active or On hold").click()
        page.locator(".sentence").wait_for(state="detached")
        assert one.looked.findings == []


def test_a_relation_is_filtered_by_several_records(walk: Callable[..., Walk]) -> None:
    one = walk("Administrator")
    page = one.page
    page.goto(one.base + "/clients/list/")
    page.locator("summary", has_text="Filter").click()
    form = page.locator("[data-filter='branch']")
    form.locator("xpath=..").locator("summary").click()
    form.locator(".ts-dropdown .option:visible").first.click()
    form.locator(".ts-control .item").first.wait_for()
    form.locator(".ts-control input").press("ArrowDown")
    form.locator(".ts-dropdown .option:visible").first.click()
    form.locator(".ts-control .item").nth(1).wait_for()
    form.locator("button[type=submit]").click()
    page.locator(".sentence", has_text="Branch is").wait_for()
    assert " or " in page.locator(".sentence").inner_text()
    assert page.url.count("branch.in=") == 2
    assert one.looked.findings == []
