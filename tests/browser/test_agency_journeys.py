"""Ways through several screens that an agency goes every week: from referral to client, from hire to cleared, a new field."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from app.core.resource import registry
from tests.browser.walking import Walk
from tests.isolation.cast import Cast

YESTERDAY = date.today() - timedelta(days=1)


@pytest.fixture
def window(walk: Callable[..., Walk]) -> Walk:
    return walk("Administrator")


def _save(page: Any) -> None:
    page.locator(".save-bar [type=submit]").first.click()


def _to_stage(page: Any, name: str, stage: str) -> None:
    page.locator("[data-card]", has_text=name).drag_to(page.locator(f"[data-stage={stage}]"))


def test_a_referral_becomes_an_active_client(window: Walk, cast: Cast) -> None:
    page = window.page
    page.goto("/intake/")
    page.locator("[data-new]").click()
    for name, value in {"first_name": "Odile", "last_name": "Brandt", "phone": "503-555-0161"}.items():
        page.fill(f"#{name}", value)
    page.locator("#branch_id-ts-control").click()
    page.locator(".ts-dropdown .option").first.click()
    _save(page)
    page.wait_for_url("**/intake/")
    _to_stage(page, "Odile Brandt", "contacted")
    page.wait_for_selector("[data-stage=contacted] [data-card]")
    _to_stage(page, "Odile Brandt", "assessed")
    page.wait_for_url("**/move?stage=assessed")
    page.fill("#assessment_at", f"{YESTERDAY}T10:00")
    _save(page)
    page.wait_for_url("**/intake/")
    _to_stage(page, "Odile Brandt", "won")
    page.wait_for_url("**/client")
    page.fill("#birth_date", "1941-03-09")
    page.get_by_role("button", name="Make the client").click()
    page.wait_for_url("**/clients/show/**")
    key = page.url.rpartition("/")[2]

    page.goto(f"/clients/{key}/status?to=active")
    window.refusals = {422}
    page.get_by_role("button", name="Change status").click()
    expect(page.get_by_role("alert")).to_contain_text("Add a service address first")
    page.goto(f"/service_addresses/add?client_id={key}&back=/clients/show/{key}")
    home = {"label": "Home", "line1": "12 Alder Street", "city": "Portland", "postal_code": "97214"}
    for name, value in home.items():
        page.fill(f"#{name}", value)
    page.select_option("#state", "OR")
    _save(page)
    page.wait_for_url("**/clients/show/**")
    page.goto(f"/clients/{key}/status?to=active")
    page.get_by_role("button", name="Change status").click()
    page.wait_for_url("**/clients/show/**")
    expect(page.locator("main .pill", has_text="Active").first).to_be_visible()
    assert window.looked.findings == []


def test_a_hire_is_kept_off_the_schedule_until_the_missing_credential_is_verified(window: Walk, cast: Cast) -> None:
    page, factory = window.page, cast.harbor.factory
    factory.parents = dict(cast.harbor.parents)
    named = {"first_name": "Tilde", "last_name": "Okafor", "phone": "503-555-0162"}
    applicant = factory.make(registry["Applicants"], discipline="companion", position="Companion", **named)
    page.goto("/hiring/")
    for stage in ("screening", "interview", "offer"):
        page.locator(f"[data-card='{applicant['id']}'] select").select_option(stage)
        page.wait_for_selector(f"[data-stage={stage}] [data-card='{applicant['id']}']")
    page.goto(f"/hiring/{applicant['id']}/hire")
    page.fill("#hired_on", f"{YESTERDAY}")
    page.get_by_role("button", name="Hire").click()
    page.wait_for_url("**/staff/show/**")
    member = page.url.split("?")[0].rpartition("/")[2]
    compliance = f"/staff/show/{member}?tab=compliance"

    page.goto(compliance)
    expect(page.locator("main")).to_contain_text("Kept off the schedule")
    page.get_by_role("link", name="Enter Background check").click()
    page.fill("#issued_on", f"{YESTERDAY}")
    _save(page)
    page.wait_for_url("**/staff/show/**")
    expect(page.locator("main")).to_contain_text("Kept off the schedule")
    page.get_by_role("button", name="Verify Background check").click()
    page.goto(compliance)
    expect(page.locator("main")).to_contain_text("Cleared")
    expect(page.locator("main")).not_to_contain_text("Kept off the schedule")
    assert window.looked.findings == []


def test_a_field_of_the_agencys_own_is_filled_in_and_filtered_by(window: Walk, cast: Cast) -> None:
    page, factory = window.page, cast.harbor.factory
    factory.parents = dict(cast.harbor.parents)
    with_one = factory.make(registry["Clients"], first_name="Ingrid", last_name="Field")
    factory.make(registry["Clients"], first_name="Nadia", last_name="Field")
    page.goto("/settings/fields")
    page.locator("section", has=page.locator("#fields-clients")).get_by_role("link", name="Add a field").click()
    page.fill("#label", "Key safe")
    page.select_option("#kind", "text")
    expect(page.locator("[data-field-preview-body]")).to_contain_text("Key safe")
    page.locator("#is_in_list").check()
    _save(page)
    page.wait_for_url("**/settings/fields")
    page.goto(f"/clients/edit/{with_one['id']}")
    page.get_by_label("Key safe").fill("Behind the porch")
    _save(page)
    page.wait_for_url("**/clients/show/**")
    expect(page.locator("main")).to_contain_text("Behind the porch")
    page.goto("/clients/list/?last_name=Field")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.locator("summary", has_text="Filter").click()
    field = page.locator("[data-filter]", has_text="Key safe").or_(page.locator("[data-filter*=key_safe]")).first
    field.locator("xpath=..").locator("summary").click()
    field.locator("input:visible").fill("Behind the porch")
    field.locator("button").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("Ingrid")
    assert window.looked.findings == []
