"""The shell by keyboard and by touch: palette, bell, keys, messages, branch, fold, a phone's bar; axe finds nothing."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from starline.core import db, tenancy
from starline.notifications.service import notify
from tests.browser.conftest import DESK, PHONE
from tests.browser.waiting import until
from tests.contract.callers import by_token
from tests.isolation.cast import Cast

SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def client(cast: Cast) -> dict[str, Any]:
    """A client who is called as people are."""
    rest = by_token(cast.application, cast.harbor.people["Administrator"])
    sent = {"first_name": "Rosalind", "last_name": "Hartwell", "phone": "503-555-0111"}
    answer = rest.call("PATCH", f"/api/v1/clients/{cast.harbor.own['clients']['id']}", json=sent)
    found: dict[str, Any] = answer.json["result"]
    return found


def axe(page: Any) -> list[str]:
    page.evaluate(Axe().axe_script)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [f"{one['id']}: {one['nodes'][0]['target']}" for one in found if one["impact"] in SERIOUS]


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.tagName"))


@pytest.fixture
def desk(walk: Any) -> Any:
    return walk("Administrator")


def test_the_keyboard_alone_finds_and_opens_a_client(desk: Any, client: dict[str, Any]) -> None:
    page = desk.page
    page.goto(desk.base + "/settings/")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette[open] [role=option]")
    assert focused(page) == "palette-text"
    page.keyboard.type("hartwel ros")
    page.wait_for_selector("#palette [role=option]:has-text('Rosalind Hartwell')")
    chosen = page.locator("#palette [aria-selected=true]")
    assert "Rosalind Hartwell" in chosen.inner_text()
    assert page.locator("#palette-text").get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    for theme in ("light", "dark"):
        page.evaluate(f"document.documentElement.dataset.bsTheme = '{theme}'")
        assert axe(page) == []
    page.keyboard.press("ArrowDown")
    assert "Rosalind Hartwell" in page.locator("#palette [aria-selected=true]").inner_text()  # what can be added to her
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/clients/show/{client['id']}")
    page.keyboard.press("Control+k")
    page.wait_for_selector(".palette-group:has-text('Recent')")
    page.keyboard.press("Escape")
    assert page.locator("#palette[open]").count() == 0
    assert desk.looked.findings == []


def test_a_fast_typist_is_answered_at_once_and_never_asks_twice_at_a_time(desk: Any, client: dict[str, Any]) -> None:
    page, asked, waiting, most = desk.page, [], set(), []

    def begin(request: Any) -> None:
        if "/palette?q=" in request.url:
            asked.append(request.url.partition("?q=")[2])
            waiting.add(request)
            most.append(len(waiting))

    page.goto(desk.base + "/settings/")
    page.on("request", begin)
    page.on("requestfinished", lambda request: waiting.discard(request))
    page.on("requestfailed", lambda request: desk.looked.findings.append(f"given up: {request.url}"))
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette[open] [role=option]")
    page.keyboard.type("h")
    until(page, lambda: "h" in asked)
    page.keyboard.type("artwell rosalind", delay=8)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/clients/show/{client['id']}")
    assert (asked[:2], asked[-1]) == (["", "h"], "hartwell%20rosalind")
    assert max(most) == 1 and len(asked) < len("hartwell rosalind"), asked
    assert desk.looked.findings == []


def test_letters_go_to_places_and_help_says_what_works_here(desk: Any) -> None:
    page = desk.page
    page.goto(desk.base + "/")
    page.wait_for_selector("[data-rail-fold]:not([hidden])")
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/clients/list/**")
    page.wait_for_selector("[data-tick-all]:not([hidden])")
    page.keyboard.press("?")
    page.wait_for_selector("#keys:popover-open")
    assert page.get_by_text("Select the row", exact=True).is_visible()
    assert not page.get_by_text("Move the card of a board", exact=False).is_visible()
    assert axe(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("gsm?")
    assert page.locator("#search").input_value() == "gsm?", "keys are letters while somebody types"
    assert desk.looked.findings == []


def test_the_rail_folds_and_stays_folded(desk: Any) -> None:
    page = desk.page
    page.goto(desk.base + "/clients/list/")
    page.wait_for_selector("[data-rail-fold]:not([hidden])")
    page.keyboard.press("m")
    page.wait_for_selector("#shell.is-narrow")
    page.reload()
    assert page.locator("#shell.is-narrow").count() == 1
    assert page.locator("#rail").bounding_box()["width"] <= 64
    assert axe(page) == []
    page.locator("[data-rail-fold]").click()
    assert page.locator("#shell.is-narrow").count() == 0


def test_the_bell_opens_a_panel_whose_lines_lead_on(desk: Any, cast: Cast) -> None:
    page, person = desk.page, cast.harbor.people["Administrator"]
    with tenancy.acting(cast.harbor.id), db.transaction():
        notify(person.user_id, "time_off_requested", "Somebody asks for time off.", link="/time_off/list/")
    page.goto(desk.base + "/")
    page.wait_for_selector(".rail .bell-count:not([hidden])")
    page.locator(".rail [data-bell]").click()
    page.wait_for_selector("#told:popover-open .is-unread")
    assert axe(page) == []
    page.get_by_role("button", name="Somebody asks for time off.").click()
    page.wait_for_url("**/time_off/list/**")
    assert desk.looked.findings == []


def test_a_changed_cell_is_undone_from_its_message(desk: Any, client: dict[str, Any]) -> None:
    page = desk.page
    page.goto(desk.base + "/clients/list/?view=all&last_name=Hartwell")
    page.wait_for_selector("[data-tick-all]:not([hidden])")
    index = page.locator("thead th").evaluate_all("all => all.findIndex(one => one.dataset.cell === 'phone')")
    cell = page.locator("tbody tr").first.locator("td").nth(index)
    before = cell.inner_text()
    cell.click()
    page.locator(".cell-form input[name=phone]").fill("503-555-0199")
    page.keyboard.press("Enter")
    page.wait_for_selector(".toasts .notice:has-text('The change is saved.')")
    page.locator(".toasts .notice").hover()  # it stays while somebody is at it
    assert cell.inner_text() != before and axe(page) == []
    page.locator(".toasts").get_by_role("button", name="Undo").click()
    page.wait_for_selector(".toasts .notice:has-text('One record is as it was.')")
    assert page.locator("tbody tr").first.locator("td").nth(index).inner_text() == before
    page.locator(".toasts").get_by_role("button", name="Dismiss").click()
    assert page.locator(".toasts .notice").count() == 0
    assert desk.looked.findings == []


def test_a_branch_is_chosen_and_said_on_the_list(desk: Any, cast: Cast) -> None:
    page, name = desk.page, cast.harbor.own["branches"]["name"]
    page.goto(desk.base + "/clients/list/?view=all")
    page.locator("[data-panel=branches]").click()
    page.wait_for_selector("#branches:popover-open button")
    assert axe(page) == []
    page.locator("#branches").get_by_role("button", name=name, exact=True).click()
    page.wait_for_selector(f".sentence:has-text('{name}')")
    assert f"Only {name}" in page.locator(".rail-home").inner_text() and "/clients/list/" in page.url
    page.get_by_role("button", name="Show all branches").click()
    page.wait_for_selector(".rail-home:has-text('All branches')")
    assert desk.looked.findings == []


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_high_number_leaves_the_bell_in_sight(walk: Any, size: dict[str, int]) -> None:
    page = walk("Administrator", size=size).page
    page.route("**/shell/news", lambda route: route.abort())
    page.goto("/settings/")
    bell = page.locator("[data-bell]:visible").first
    bell.locator(".bell-count").evaluate("one => { one.textContent = '99+'; one.hidden = false; }")
    icon, count = bell.locator("svg").bounding_box(), bell.locator(".bell-count").bounding_box()
    assert count["x"] >= icon["x"] + icon["width"] / 2
    assert count["x"] + count["width"] <= size["width"]


def test_a_phone_has_its_bar_and_everything_fits(walk: Any, client: dict[str, Any]) -> None:
    phone = walk("Administrator", size=PHONE)
    for path in ("/", "/clients/list/", f"/clients/show/{client['id']}", "/notifications/", "/shell/branches"):
        phone.open(path)
    page = phone.page
    bar = page.locator(".tabbar > *:visible")
    assert bar.count() == 5
    assert all(one["height"] >= 48 for one in (bar.nth(place).bounding_box() for place in range(5)))
    page.get_by_role("button", name="Menu").click()
    page.wait_for_selector("#rail:popover-open")
    assert axe(page) == []
    page.keyboard.press("Escape")
    page.locator(".tabbar [data-palette-open]").click()
    page.wait_for_selector("#palette[open] [role=option]")
    assert axe(page) == []
    assert phone.looked.findings == []


def test_without_scripts_messages_stand_in_the_page_and_the_branch_is_chosen(walk: Any, cast: Cast) -> None:
    plain = walk("Administrator", has_scripts=False)
    page = plain.page
    page.goto(plain.base + "/clients/list/?view=all")
    page.locator(".rail").get_by_role("link", name="Choose a branch").click()
    page.get_by_role("button", name=cast.harbor.own["branches"]["name"], exact=True).click()
    assert page.locator("main .notice:has-text('alone')").is_visible()
    page.goto(plain.base + "/clients/list/?view=all")
    assert page.get_by_role("button", name="Show all branches").is_visible()


def test_the_rail_keeps_its_place_and_shows_where_one_is(walk: Any) -> None:
    desk = walk("Administrator", size={"width": 1440, "height": 560})
    page = desk.page
    page.goto(desk.base + "/telephony_lines/list/")
    until(page, lambda: place_of(page) > 0)
    frame, place = (page.locator(one).bounding_box() for one in (".rail-groups", ".rail-groups [aria-current]"))
    assert frame["y"] <= place["y"] and place["y"] + place["height"] <= frame["y"] + frame["height"]
    assert axe(page) == []
    page.goto(desk.base + "/")
    page.locator(".rail-groups").evaluate("one => { one.scrollTop = 90; }")
    until(page, lambda: page.evaluate("sessionStorage.getItem('rail-top')") == "90")
    page.locator(".rail-groups a[href='/visits/list/']").evaluate("link => link.click()")
    page.wait_for_url("**/visits/list/")
    until(page, lambda: place_of(page) > 0)
    assert desk.looked.findings == []


def place_of(page: Any) -> float:
    """How far the rail is scrolled down, in CSS pixels."""
    scrolled: float = page.locator(".rail-groups").evaluate("one => one.scrollTop")
    return scrolled


@pytest.mark.parametrize("has_scripts", [True, False])
def test_settings_open_by_the_keyboard_with_scripts_and_without(walk: Any, has_scripts: bool) -> None:
    desk = walk("Administrator", has_scripts=has_scripts)
    page = desk.page
    page.goto(desk.base + "/clients/list/")
    link = page.locator("[data-rail-group] a[href='/holidays/list/']")
    assert not link.is_visible()
    page.locator("[data-rail-group] summary").focus()
    page.keyboard.press("Enter")
    link.wait_for(state="visible")
    page.goto(desk.base + "/visits/list/")
    assert link.is_visible() is has_scripts, "what somebody opened stays open where a script can remember it"
