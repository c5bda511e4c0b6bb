"""What human resources do with the mouse and with keys: the applicants' board, the painted week, the matrix."""

from collections.abc import Callable
from typing import Any

import pytest

from app.core.resource import registry
from tests.browser.walking import Walk
from tests.isolation.cast import Cast


@pytest.fixture
def window(walk: Callable[..., Walk]) -> Walk:
    return walk("Administrator")


def _applicant(cast: Cast, first_name: str) -> str:
    cast.harbor.factory.parents = dict(cast.harbor.parents)
    values = {"first_name": first_name, "last_name": "Moreno", "phone": "503-555-0142"}
    made = cast.harbor.factory.make(registry["Applicants"], discipline="hha", position="Home health aide", **values)
    return str(made["id"])


def _stage_of(page: Any, key: str, stage: str) -> None:
    page.wait_for_selector(f"[data-stage={stage}] [data-card='{key}']")


def test_an_applicant_goes_by_key_and_by_drag_to_the_hire(window: Walk, cast: Cast) -> None:
    page, key = window.page, _applicant(cast, "Lucia")
    page.goto("/hiring/")
    page.locator(f"[data-card='{key}'] .name").focus()
    page.keyboard.press("]")
    _stage_of(page, key, "screening")
    assert page.evaluate("document.activeElement.closest('[data-card]')?.dataset.card") == key
    page.keyboard.press("[")
    _stage_of(page, key, "applied")
    page.locator(f"[data-card='{key}']").drag_to(page.locator("[data-stage=interview]"))
    _stage_of(page, key, "interview")
    page.locator(f"[data-card='{key}'] select").select_option("offer")
    _stage_of(page, key, "offer")
    page.locator(f"[data-card='{key}']").drag_to(page.locator("[data-stage=hired]"))
    page.wait_for_url(f"**/hiring/{key}/hire")
    page.get_by_role("button", name="Hire").click()
    page.wait_for_url("**/staff/show/**")
    assert "Lucia Moreno" in page.locator("h1").inner_text()
    assert page.locator("tbody tr").count() > 3, "the onboarding has begun"
    assert window.looked.findings == []


def test_a_night_painted_over_midnight_is_one_line_of_text_that_is_saved(window: Walk, cast: Cast) -> None:
    page, key = window.page, cast.harbor.outside["staff"]["id"]
    page.goto(f"/staff/{key}/week")
    for day in ("monday", "tuesday"):
        page.fill(f"#{day}", "")
    for day, begin, end in (("monday", 22, 24), ("tuesday", 0, 6)):
        _paint(page, day, begin, end)
    assert (page.input_value("#monday"), page.input_value("#tuesday")) == ("22:00-06:00", "")
    page.fill("#friday", "08:00-12:00, 14:00-18:00")
    assert page.locator("[data-day=friday] .is-on").count() == 16
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**tab=week")
    assert "22:00-06:00" in page.locator("main").inner_text()
    assert window.looked.findings == []


def test_arrows_move_over_the_matrix(window: Walk) -> None:
    page = window.page
    page.goto("/compliance/")
    page.locator("[data-matrix] tbody a").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    place = "[document.activeElement.closest('tr').sectionRowIndex, document.activeElement.closest('td').cellIndex > 1]"
    assert page.evaluate(place) == [1, True]


def _paint(page: Any, day: str, begin: int, end: int) -> None:
    box = page.locator(f"[data-day={day}] [data-bar]").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * (begin + 0.25) / 24, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * (end - 0.25) / 24, middle, steps=4)
    page.mouse.up()
