"""The editor of the brand in a browser: shown while it is chosen, everybody's once saved, and Harbor's alone."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.walking import Walk
from tests.contract.callers import by_cookie
from tests.isolation.cast import Cast
from tests.theming.conftest import a_picture

pytestmark = pytest.mark.browser
PLUM, GREEN = "rgb(138, 28, 124)", "rgb(15, 124, 108)"
BACKGROUND = "one => getComputedStyle(one).backgroundColor"


def color_of(page: Page, selector: str) -> str:
    return str(page.locator(selector).first.evaluate(BACKGROUND))


def test_colours_and_logo_show_at_once_in_the_preview_and_after_saving_everywhere_but_at_the_other_agency(
    walk: Callable[..., Walk], cast: Cast, tmp_path: Any
) -> None:
    logo = tmp_path / "logo.png"
    logo.write_bytes(a_picture(color="#8a1c7c").getvalue())
    page = walk("Administrator").page
    before = by_cookie(cast.application, cast.summit.people["Administrator"]).get("/").text
    page.goto("/branding/")
    assert color_of(page, ".save-bar .is-primary") == GREEN
    page.fill("#primary_color", "#8a1c7c")
    page.fill("#display_name", "Harbor & Friends")
    page.set_input_files("#logo_file", str(logo))
    page.wait_for_function(f"() => ({BACKGROUND})(document.querySelector('.mini-page .is-primary')) === '{PLUM}'")
    expect(page.locator(".brand-preview [data-preview-name]").first).to_have_text("Harbor & Friends")
    expect(page.locator("[data-swatches]")).to_contain_text("8.3 : 1")
    assert color_of(page, ".save-bar .is-primary") == GREEN  # nothing but the preview wears it yet
    page.locator(".save-bar .is-primary").click()
    page.wait_for_url("**/branding/")
    page.goto("/clients/list/")
    sheet = page.locator('link[href^="/theme/"][rel="stylesheet"]').get_attribute("href")
    assert sheet is not None and "8a1c7c" in sheet
    picture = page.locator("img.mark").first
    assert picture.evaluate("one => [one.naturalWidth, one.naturalHeight]") == [600, 200]
    after = by_cookie(cast.application, cast.summit.people["Administrator"]).get("/").text
    assert themes(after) == themes(before) and "Harbor" not in after
    page.goto("/branding/")
    page.get_by_role("button", name="Undo the last change").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#primary_color")).to_have_value("#0f7c6c")


def themes(page: str) -> list[str]:
    return re.findall(r'"(/theme/[^"]+)"', page)
