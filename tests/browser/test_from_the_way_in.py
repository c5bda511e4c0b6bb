"""A day's work from /login on, without an address ever typed: twice by the keyboard alone, once by the mouse."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from starline.core import db, tenancy
from starline.organizations.calendar import today, zone_of
from starline.scheduling import visits
from starline.staff.models import CredentialType
from starline.staff.vocabulary import LapseEffect
from tests.browser.accounts import Account, an_account, of_template
from tests.browser.test_journeys import choose, focus_by_tab, go_by_palette, type_into
from tests.browser.walking import Walk
from tests.clients.factories import an_active_client
from tests.identity.factories import PASSWORD
from tests.isolation.cast import Cast
from tests.organizations.factories import a_staff_member
from tests.services.factories import a_service

YESTERDAY = date.today() - timedelta(days=1)
DRAWN = "[data-schedule][data-loaded]"


def come_in(page: Any, person: Account) -> None:
    """Open the agency's address and sign in by keys, with a code where one is asked for."""
    page.goto("/login")
    type_into(page, "[name=email]", person.email)
    type_into(page, "[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    if person.secret:
        page.wait_for_url("**/login/second-factor")
        type_into(page, "[name=code]", person.code)
        page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.endswith("/"))


def press(page: Any, selector: str, url: str) -> None:
    """Go to a link or a button by Tab and press Enter; it leads to `url`."""
    focus_by_tab(page, selector)
    page.keyboard.press("Enter")
    page.wait_for_url(url)


def open_tab(page: Any, name: str) -> None:
    """Go by arrows to a part of the record and open it."""
    focus_by_tab(page, "[data-tabs] [tabindex='0']")
    for _step in range(20):
        if page.evaluate("document.activeElement.id") == name:
            break
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#{name}[aria-selected=true]")


def test_from_a_code_by_the_palette_to_a_referral_that_becomes_an_active_client(
    walk: Callable[..., Walk], cast: Cast
) -> None:
    window = walk()
    page = window.page
    come_in(page, an_account(cast, lambda: of_template("Administrator"), has_app=True))
    go_by_palette(page, "intake", "**/intake/")
    page.keyboard.press("n")
    page.wait_for_url("**/intake/new")
    for name, value in {"first_name": "Olga", "last_name": "Brandvold", "phone": "503-555-0171"}.items():
        type_into(page, f"[name={name}]", value)
    choose(page, "select[name=branch_id]", cast.harbor.own["branches"]["name"])
    page.keyboard.press("Control+s")
    page.wait_for_url("**/intake/")

    card = f"[data-card='{page.locator('[data-card]', has_text='Olga Brandvold').get_attribute('data-card')}']"
    focus_by_tab(page, f"{card} .name")
    page.keyboard.press("]")
    page.wait_for_selector(f"[data-stage=contacted] {card}")
    page.wait_for_selector(f"{card} .name:focus")
    page.keyboard.press("]")
    page.wait_for_url("**/move?stage=assessment_scheduled")
    type_into(page, "[name=assessment_at]", f"{YESTERDAY:%m%d%Y}")
    page.keyboard.press("ArrowRight")
    page.keyboard.type("1000AM")
    page.keyboard.press("Control+s")
    page.wait_for_url("**/intake/")
    focus_by_tab(page, f"{card} .name")
    page.keyboard.press("]")
    page.wait_for_selector(f"[data-stage=assessed] {card} .name:focus")
    page.keyboard.press("]")
    page.wait_for_url("**/client")
    type_into(page, "#birth_date", "03091941")
    press(page, "form .button-row [type=submit]", "**/clients/show/**")

    open_tab(page, "tab-service_addresses")
    press(page, "[data-part] a[href^='/service_addresses/add']", "**/service_addresses/add**")
    home = {"label": "Home", "line1": "12 Alder Street", "city": "Portland", "postal_code": "97214"}
    for name, value in home.items():
        type_into(page, f"#{name}", value)
    focus_by_tab(page, "#state")
    page.keyboard.type("Oreg")
    page.keyboard.press("Control+s")
    page.wait_for_url("**/clients/show/**")
    press(page, "a[href$='/status']", "**/status")
    press(page, ".ways a[href='?to=active']", "**/status?to=active")
    press(page, "form [type=submit].is-primary", "**/clients/show/**")
    expect(page.locator("h1")).to_contain_text("Olga Brandvold")
    expect(page.locator("main .pill", has_text="Active").first).to_be_visible()
    assert window.looked.findings == []


def a_visit_next_week(cast: Cast) -> str:
    """Next week's Wednesday: Ottilie from nine to eleven, with Priya."""
    with tenancy.acting(cast.harbor.id), db.transaction():
        for kind in db.session.query(CredentialType):
            kind.on_lapse = LapseEffect.WARN
        client = an_active_client(first_name="Ottilie", last_name="Brook")
        priya = a_staff_member(first_name="Priya", last_name="Lindqvist")
        day = today() + timedelta(days=9 - today().weekday())
        starts_at = datetime.combine(day, time(9), ZoneInfo(zone_of(client.branch_id)))
        values = {"client_id": client.id, "service_type_id": a_service().id, "staff_member_id": priya.id}
        made = visits.add_visit({**values, "starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)}, by=None)
        return str(made.id)


def test_from_a_password_by_the_schedule_to_a_visit_that_is_called_off(walk: Callable[..., Walk], cast: Cast) -> None:
    window, visit = walk(), a_visit_next_week(cast)
    page = window.page
    come_in(page, an_account(cast, lambda: of_template("Scheduler")))
    go_by_palette(page, "schedule", "**/schedule/**")
    page.wait_for_selector(DRAWN)
    focus_by_tab(page, "[data-way=after]")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"[data-visit='{visit}']")
    page.keyboard.press("/")
    page.keyboard.type("Lindqvist")
    focus_by_tab(page, "[data-visit]")
    for _step in range(5):
        if page.evaluate("id => document.activeElement.dataset.visit === id", visit):
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-visit-dialog][open]")
    press(page, "[data-visit-dialog] [data-off]", f"**/visits/{visit}/call-off")
    focus_by_tab(page, "#reason")
    page.keyboard.type("Weather")
    type_into(page, "#note", "Roads are closed")
    press(page, "form [type=submit].is-danger", f"**/visits/show/{visit}**")
    expect(page.locator("main")).to_contain_text("Cancelled")
    assert window.looked.findings == []


def click_in(page: Any, person: Account) -> None:
    page.goto("/login")
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: url.endswith("/"))


def test_a_view_is_kept_shared_and_opened_again_by_somebody_else_with_the_mouse(
    walk: Callable[..., Walk], cast: Cast
) -> None:
    maker, reader = walk(), walk()
    page = maker.page
    click_in(page, an_account(cast, lambda: of_template("Administrator")))
    clients = "nav [href='/clients/list/']"
    page.locator(clients).first.click()
    page.wait_for_url("**/clients/list/**")
    page.locator("summary", has_text="Filter").click()
    status = page.locator("[data-filter=status]")
    status.locator("xpath=..").locator("summary").click()
    status.get_by_label("Active", exact=True).check()
    status.get_by_role("button").click()
    page.wait_for_url("**status.in=active**")
    page.locator("summary", has_text="Save view").click()
    page.locator("#new-view").fill("In care")
    page.locator(".view-form:visible").get_by_label("Share with everybody").check()
    page.locator(".view-form:visible").get_by_role("button", name="Save view").click()
    page.wait_for_selector(".views [aria-current]:has-text('In care')")
    page.get_by_label("Actions for the view In care").click()
    page.get_by_role("button", name="Open the list in this view").click()
    page.wait_for_url("**/clients/list/**")
    page.get_by_role("link", name="Today").first.click()
    page.locator(clients).first.click()
    page.wait_for_selector(".views [aria-current]:has-text('In care')")

    page = reader.page
    click_in(page, an_account(cast, lambda: of_template("Nurse")))
    page.locator(clients).first.click()
    page.wait_for_selector(".views [aria-current]:has-text('All')")
    page.locator(".views").get_by_role("link", name="In care").click()
    page.wait_for_selector(".views [aria-current]:has-text('In care')")
    expect(page.locator(".sentence", has_text="Active").first).to_be_visible()
    page.get_by_label("Actions for the view In care").click()
    page.get_by_role("button", name="Open the list in this view").click()
    page.locator(".rail-home, .rail").get_by_role("link", name="Today").first.click()
    page.locator(clients).first.click()
    page.wait_for_selector(".views [aria-current]:has-text('In care')")
    assert maker.looked.findings == reader.looked.findings == []
