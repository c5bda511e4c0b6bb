"""A record and its form as a person has them before them: parts, pickers, what single fields do, and nothing lost."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from app.core.resource import registry
from tests.browser.conftest import PHONE
from tests.browser.walking import Walk
from tests.isolation.cast import Cast

PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)
DROP = """
text => {
  const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const held = new DataTransfer();
  held.items.add(new File([bytes], 'dot.png', { type: 'image/png' }));
  document.querySelector('[data-drop]').dispatchEvent(
    new DragEvent('drop', { dataTransfer: held, bubbles: true, cancelable: true }));
}
"""


@pytest.fixture
def page(walk: Callable[..., Walk]) -> Iterator[Any]:
    """A desk's page of Harbor's administrator; whatever a script complains of fails the test."""
    window = walk("Administrator")
    window.page.set_default_timeout(PATIENCE_MS)
    yield window.page
    assert [one for one in window.looked.findings if "script failed" in one or "policy" in one] == []


@pytest.fixture
def plain(chromium: Any, cast: Cast, port: int, walk: Callable[..., Walk]) -> Iterator[Any]:
    """The same in a browser that runs no scripts."""
    signed_in = walk("Administrator").page.context.cookies()
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies(signed_in)
    opened = context.new_page()
    opened.base = f"http://{cast.harbor.host}:{port}"
    yield opened
    context.close()


@pytest.fixture
def base(cast: Cast, port: int) -> str:
    return f"http://{cast.harbor.host}:{port}"


def test_the_parts_of_a_record_by_the_keyboard(page: Any, cast: Cast, base: str) -> None:
    client = cast.harbor.own["contacts"]["client_id"]
    page.goto(f"{base}/clients/show/{client}")
    page.evaluate("window.isStillThere = true")
    page.locator('[role="tab"][aria-selected="true"]').focus()
    names = page.locator('[role="tab"]').evaluate_all("all => all.map(one => one.id)")
    for _step in range(names.index("tab-contacts")):
        page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "tab-contacts"
    page.keyboard.press("Enter")
    expect(page.locator("#tab-contacts")).to_have_attribute("aria-selected", "true")
    expect(page.locator('[role="tabpanel"] tbody tr').first).to_be_visible()
    assert page.url.endswith("?tab=contacts") and page.evaluate("window.isStillThere")
    assert page.evaluate("document.activeElement.id") == "tab-contacts", "the focus stays where it was"
    page.keyboard.press("End")
    assert page.evaluate("document.activeElement.id") == "tab-changes"
    page.go_back()
    expect(page.locator("#tab-overview")).to_have_attribute("aria-selected", "true")
    page.goto(f"{base}/clients/show/{client}?tab=changes")
    expect(page.locator("#tab-changes")).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize("size", [PHONE, {"width": 820, "height": 1180}])
def test_a_form_is_saved_without_scrolling_on_a_phone_and_a_tablet(walk: Any, size: dict[str, int]) -> None:
    page = walk("Administrator", size=size).page
    page.goto("/clients/add")
    button, tabs = page.locator(".save-bar [type=submit]").first.bounding_box(), page.locator(".tabbar").bounding_box()
    assert button["y"] >= 0 and button["y"] + button["height"] <= tabs["y"]


def test_a_double_click_on_save_adds_one(page: Any, base: str) -> None:
    sent = []
    page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    page.goto(f"{base}/branches/add")
    page.fill("#name", "Pressed twice")
    page.locator(".save-bar [type=submit]").first.dblclick()
    expect(page.locator("h1")).to_have_text("Pressed twice")
    page.goto(f"{base}/branches/list/")
    expect(page.locator("tbody tr", has_text="Pressed twice")).to_have_count(1)
    assert sent == [f"{base}/branches/add"], "the second press sent nothing"


def test_a_form_that_is_being_sent_says_so_and_comes_back_ready(page: Any, base: str) -> None:
    sent: list[str] = []

    def leave_open(route: Any) -> None:
        """An answer that leaves the page where it is, as if it had not come yet."""
        sent.append(route.request.post_data)
        route.fulfill(status=204)

    page.goto(f"{base}/branches/add")
    page.fill("#name", "Sent slowly")
    page.route("**/branches/add", leave_open)
    form, button = page.locator("form[data-guard]"), page.locator(".save-bar [name=after]")
    button.click()
    expect(button).to_be_disabled()
    expect(form).to_have_attribute("aria-busy", "true")
    page.keyboard.press("Control+s")
    assert len(sent) == 1 and "after=new" in sent[0], "the pressed button says what it is"
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(button).to_be_enabled()
    assert form.get_attribute("aria-busy") is None
    page.unroute("**/branches/add")
    button.click()
    expect(page.locator("[data-message]")).to_contain_text("Sent slowly was added.")
    expect(page.locator("#name")).to_have_value("")


def test_without_scripts_a_form_is_sent_once_too(plain: Any) -> None:
    plain.goto(f"{plain.base}/branches/add")
    plain.fill("#name", "Plainly twice")
    plain.locator(".save-bar [type=submit]").first.dblclick()
    expect(plain.locator("h1")).to_have_text("Plainly twice")
    plain.goto(f"{plain.base}/branches/list/")
    expect(plain.locator("tbody tr", has_text="Plainly twice")).to_have_count(1)


def test_what_a_form_refers_to_is_added_without_leaving_it(page: Any, base: str) -> None:
    page.goto(f"{base}/clients/add")
    page.fill("#first_name", "Kept")
    page.locator("#branch_id-ts-control").click()
    page.keyboard.type("Seaside")
    expect(page.locator(".create")).to_contain_text("Seaside")
    page.keyboard.press("ArrowUp")
    page.locator(".create").click()
    dialog = page.locator("dialog.dialog")
    expect(dialog.locator("#in-place-name")).to_have_value("Seaside")
    dialog.locator("#in-place-name").fill("")
    page.keyboard.press("Enter")
    expect(dialog.locator("#in-place-name-error")).to_be_visible()
    expect(dialog.locator("#in-place-name")).to_be_focused()
    page.keyboard.type("Seaside")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.locator(".ts-control .item", has_text="Seaside")).to_be_visible()
    assert page.input_value("#first_name") == "Kept"
    assert page.locator("#branch_id").evaluate("one => one.value.length") == 36


def test_a_dialog_that_is_not_answered_says_so_and_keeps_what_was_typed(page: Any, base: str) -> None:
    page.goto(f"{base}/clients/add")
    button = page.locator('[data-create-button="branch_id"]')
    page.route("**/branches/add**", lambda route: route.abort())
    button.click()
    expect(page.locator(".toasts .is-bad")).to_contain_text("Check the connection")
    page.unroute("**/branches/add**")
    button.click()
    name = page.locator("dialog.dialog #in-place-name")
    name.fill("Hillside")
    page.route("**/branches/add**", lambda route: route.fulfill(status=500, body=""))
    page.keyboard.press("Enter")
    expect(page.locator("dialog.dialog").get_by_role("alert")).to_contain_text("That did not work")
    expect(name).to_have_value("Hillside")


def test_escape_leaves_the_dialog_and_the_form_as_they_were(page: Any, base: str) -> None:
    page.goto(f"{base}/clients/add")
    page.locator('[data-create-button="branch_id"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator("dialog.dialog #in-place-name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("dialog.dialog")).to_have_count(0)
    assert page.input_value("#branch_id") == ""
    assert page.evaluate("document.activeElement.id") == "branch_id-ts-control"


def test_typed_work_is_not_lost_without_a_question(page: Any, cast: Cast, base: str) -> None:
    questions: list[str] = []
    page.on("dialog", lambda dialog: questions.append(dialog.type))
    page.goto(f"{base}/branches/add")
    expect(page.locator("[data-unsaved]")).to_be_hidden()
    page.goto(f"{base}/branches/list/")
    assert questions == []
    page.goto(f"{base}/branches/add")
    page.locator("#name").press_sequentially("Typed")
    expect(page.locator("[data-unsaved]")).to_be_visible()
    page.locator("[data-leave]").click()
    page.wait_for_url("**/branches/list/")
    assert questions == ["confirm"]
    page.goto(f"{base}/branches/add")
    page.locator("#name").press_sequentially("Typed")
    page.goto(f"{base}/")
    assert questions == ["confirm", "beforeunload"]


def test_control_s_saves_and_says_what_is_wrong_beside_the_field(page: Any, base: str) -> None:
    page.goto(f"{base}/branches/add")
    page.locator("#city").press_sequentially("Salem")
    page.keyboard.press("Control+s")
    summary = page.locator('.notice.is-bad[role="alert"]')
    expect(summary).to_be_focused()
    summary.get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.getAttribute('aria-invalid')") == "true"
    page.keyboard.type("By keyboard")
    page.keyboard.press("Control+s")
    page.wait_for_url("**/branches/show/*")


def test_of_two_versions_each_field_is_chosen(page: Any, walk: Callable[..., Walk], cast: Cast, base: str) -> None:
    branch = cast.harbor.factory.make(registry["Branches"], full=True)
    address = f"{base}/branches/edit/{branch['id']}"
    other = walk("Administrator").page
    for window in (page, other):
        window.goto(address)
    other.fill("#city", "Theirville")
    other.fill("#name", "Their name")
    other.locator(".save-bar [type=submit]").first.click()
    other.wait_for_url("**/branches/show/*")
    page.fill("#name", "My name")
    page.locator(".save-bar [type=submit]").first.click()
    assert page.locator('[name="choose.city"]:checked').input_value() == "theirs", "nobody else has touched it"
    assert page.locator('[name="choose.name"]:checked').input_value() == "mine"
    page.locator('label:has([name="choose.name"][value="theirs"])').click()
    page.locator("#phone").fill("5035550199")
    page.locator("#phone").blur()
    page.get_by_role("button", name="Save as chosen").click()
    page.wait_for_url("**/branches/show/*")
    said = page.locator("main").inner_text()
    assert "Their name" in said and "Theirville" in said and "(503) 555-0199" in said and "My name" not in said


def test_single_fields_help_while_they_are_filled_in(page: Any, base: str) -> None:
    page.goto(f"{base}/staff/add")
    page.fill("#phone", "503.555.0142")
    page.locator("#phone").blur()
    assert page.input_value("#phone") == "(503) 555-0142"
    page.fill("#postal_code", "9721")
    page.locator("#postal_code").blur()
    expect(page.locator("#postal_code-problem")).to_contain_text("five digits")
    page.fill("#postal_code", "97214")
    page.locator("#postal_code").blur()
    expect(page.locator("#postal_code-problem")).to_have_count(0)
    page.locator("#skills-ts-control").click()
    page.keyboard.type("Hoyer lift")
    page.keyboard.press("Enter")
    page.keyboard.type("Driving")
    page.keyboard.press("Enter")
    assert page.input_value("#skills") == "Hoyer lift,Driving"
    page.goto(f"{base}/pay_rates/add")
    page.fill("#rate_amount", "$1,218.5")
    page.locator("#rate_amount").blur()
    assert page.input_value("#rate_amount") == "1218.50"


def test_a_dropped_picture_is_shown_before_it_is_sent(page: Any, cast: Cast, base: str) -> None:
    page.goto(f"{base}/clients/show/{cast.harbor.own['clients']['id']}?tab=documents")
    dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    page.evaluate(DROP, dot)
    expect(page.locator("[data-drop] img")).to_be_visible()
    assert page.locator("#photo-file").evaluate("one => one.files[0].name") == "dot.png"


def test_all_of_it_works_without_scripts(plain: Any, cast: Cast) -> None:
    client = cast.harbor.own["contacts"]["client_id"]
    plain.goto(f"{plain.base}/clients/show/{client}")
    plain.locator("#tab-contacts").click()
    expect(plain.locator("#tab-contacts")).to_have_attribute("aria-current", "page")
    assert plain.locator("tbody tr").count() >= 1
    plain.get_by_role("link", name="Add to Contacts").click()
    plain.fill("#first_name", "Without")
    plain.fill("#last_name", "Scripts")
    plain.select_option("#relationship", index=1)
    plain.fill("#phone", "503 555 0177")
    plain.locator(".save-bar [type=submit]").first.click()
    assert "tab=contacts" in plain.url
    assert plain.locator("main").inner_text().count("Without") >= 1
    plain.goto(f"{plain.base}/staff/add")
    for key, value in {
        "first_name": "No",
        "last_name": "Script",
        "skills": "Driving, Cooking",
        "city": "Salem",
    }.items():
        plain.fill(f"#{key}", value)
    plain.select_option("#state", "OR")
    plain.locator(".save-bar [type=submit]").first.click()
    assert plain.input_value("#skills") == "Driving, Cooking" and plain.input_value("#state") == "OR"
    assert plain.locator(".field .error").count() >= 1
