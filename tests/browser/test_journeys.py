"""The main journeys of an administrator, once by the keyboard alone and once by the mouse."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from app.core.resource import registry
from tests.browser.walking import Walk
from tests.isolation.cast import Cast

MOST_TABS = 200


@pytest.fixture
def page(walk: Callable[..., Walk]) -> Any:
    return walk("Administrator").page


def focus_by_tab(page: Any, selector: str) -> None:
    """Press Tab until the focus stands on `selector`, as somebody without a mouse does."""
    for _step in range(MOST_TABS):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {selector}")


def type_into(page: Any, selector: str, text: str) -> None:
    focus_by_tab(page, selector)
    page.keyboard.type(text)


def choose(page: Any, selector: str, label: str) -> None:
    """Choose in a select, or in the field to search in that stands in its place, by typing its label."""
    control = page.locator(selector).get_attribute("id") + "-ts-control"
    focus_by_tab(page, f"{selector}:not(.tomselected), [id='{control}']")
    page.keyboard.type(label)
    if page.locator(f"[id='{control}']").count():
        page.wait_for_selector(".ts-dropdown .option.active")
        page.keyboard.press("Enter")


def go_by_palette(page: Any, words: str, url: str) -> None:
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette[open]")
    page.keyboard.type(words)
    page.wait_for_selector("#palette-list [role=option]")
    page.keyboard.press("Enter")
    page.wait_for_url(url)


def test_a_client_is_added_found_and_changed_by_the_keyboard_alone(page: Any, cast: Cast) -> None:
    page.goto("/")
    go_by_palette(page, "Clients", "**/clients/list/**")
    page.keyboard.press("n")
    page.wait_for_url("**/clients/add**")
    type_into(page, "input[name=first_name]", "Keyla")
    type_into(page, "input[name=last_name]", "Bordeaux")
    type_into(page, "input[name=birth_date]", "02201941")
    choose(page, "select[name=branch_id]", branch_of(cast))
    page.keyboard.press("Control+s")
    page.wait_for_url("**/clients/show/**")
    assert "Keyla Bordeaux" in page.locator("h1").inner_text()
    page.keyboard.press("e")
    page.wait_for_url("**/clients/edit/**")
    type_into(page, "input[name=phone]", "503-555-0177")
    page.keyboard.press("Control+s")
    page.wait_for_url("**/clients/show/**")
    assert re.search(r"555-0177", page.locator("main").inner_text())
    go_by_palette(page, "Clients", "**/clients/list/**")
    page.keyboard.press("/")
    page.keyboard.type("bordeau")
    page.keyboard.press("Enter")
    page.wait_for_url("**search=bordeau**")
    page.wait_for_selector("tbody tr:has-text('Keyla')")
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/clients/show/**")


def test_a_wrong_form_says_what_is_wrong_where_the_keyboard_is(page: Any) -> None:
    page.goto("/clients/add")
    type_into(page, "input[name=first_name]", "Only")
    page.keyboard.press("Control+s")
    page.wait_for_selector("[role=alert]")
    # The page's script moves there once it has come; the sentences stand there before.
    page.wait_for_selector("[role=alert]:focus, [role=alert]:focus-within, [aria-invalid=true]:focus")
    assert page.locator("input[name=first_name]").input_value() == "Only"
    assert page.locator("input[name=last_name]").get_attribute("aria-invalid") == "true"


def test_a_client_is_opened_changed_and_its_history_read_by_the_mouse(page: Any, cast: Cast) -> None:
    make = cast.harbor.factory
    make.renew_parents()
    made = make.make(registry["Clients"], last_name="Mousley", first_name="Pat")
    page.goto("/")
    page.get_by_role("link", name="Clients", exact=True).first.click()
    page.wait_for_url("**/clients/list/**")
    page.goto(f"/clients/show/{made['id']}")
    page.locator("[data-edit]").first.click()
    page.wait_for_url("**/clients/edit/**")
    page.locator("input[name=preferred_name]").fill("Patty")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/clients/show/**")
    assert "Patty" in page.locator("main").inner_text()


def branch_of(cast: Cast) -> str:
    """The name of one of Harbor's branches."""
    found = cast.harbor.own["branches"]
    return str(found.get("name"))
