"""What a scheduler does with the mouse and with keys: a series chosen by days, changed from one visit on, called off."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.core.resource import registry
from starline.core import clock
from tests.browser.test_journeys import type_into
from tests.browser.walking import Walk
from tests.isolation.cast import Cast


@pytest.fixture
def window(walk: Callable[..., Walk]) -> Walk:
    return walk("Administrator")


def _series(page: Any, cast: Cast) -> None:
    """A series on Tuesdays and Thursdays from today on, typed and chosen as a person does."""
    make = cast.harbor.factory
    make.renew_parents()
    client = make.make(registry["Clients"], last_name="Serrano", first_name="Ines")
    service = make.make(registry["ServiceTypes"], name="Bathing visit", hcpcs="T1019")
    page.goto(f"/visit_series/add?client_id={client['id']}&service_type_id={service['id']}")
    page.get_by_label("Tuesday").focus()
    page.keyboard.press("Space")
    page.get_by_label("Thursday").focus()
    page.keyboard.press("Space")
    page.locator("[name=starts_on]").fill(clock.today().isoformat())
    type_into(page, "[name=starts_time]", "0900AM")
    type_into(page, "[name=ends_time]", "1100AM")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/visit_series/show/**")


def test_a_series_is_chosen_by_its_days_and_changed_from_one_visit_on(window: Walk, cast: Cast) -> None:
    page = window.page
    _series(page, cast)
    assert "Every week on Tue and Thu" in page.locator("main").inner_text()
    series_id = page.url.rsplit("/", 1)[-1].partition("?")[0]
    page.goto(f"/visits/list/?series={series_id}&order=starts_at")
    assert page.locator("tbody tr").count() >= 15
    page.locator("tbody a.name, tbody th a, tbody td a").nth(4).click()
    page.wait_for_url("**/visits/show/**")
    shown = page.url
    page.goto(shown.replace("/show/", "/").partition("?")[0] + "/series")
    page.get_by_label("Thursday").uncheck()
    page.get_by_role("button", name="Change the visits").click()
    page.wait_for_url("**/visits/show/**")
    assert "Every week on Tue" in page.locator("main").inner_text()
    assert window.looked.findings == []


def test_a_visit_is_called_off_with_a_reason(window: Walk, cast: Cast) -> None:
    page = window.page
    starts_at = clock.now() + timedelta(days=2)
    made = cast.harbor.factory.make(
        registry["Visits"], starts_at=starts_at.isoformat(), ends_at=(starts_at + timedelta(hours=2)).isoformat()
    )
    page.goto(f"/visits/{made['id']}/call-off")
    page.select_option("#reason", "weather")
    type_into(page, "#note", "Roads are closed")
    page.get_by_role("button", name="Call the visit off").click()
    page.wait_for_url("**/visits/show/**")
    assert "Cancelled" in page.locator("main").inner_text()
    page.get_by_role("button", name="Reinstate").click()
    page.wait_for_selector("main >> text=Scheduled")
    assert window.looked.findings == []
