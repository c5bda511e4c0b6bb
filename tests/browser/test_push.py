"""A phone that was told to: what is offered appears on it, a later word takes the place of the earlier one."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from playwright.sync_api import expect

from app.core.assets import asset
from starline.core import tenancy
from starline.notifications import devices
from tests.browser.conftest import PHONE
from tests.browser.walking import Walk
from tests.isolation.cast import Cast
from tests.notifications.push_service import A_SUBSCRIPTION

PATIENCE = 15_000
"""Milliseconds: the worker is installed with all of the portal's files first."""

STAND_IN = (
    """
{
  let subscription = null;
  const made = {
    endpoint: SAID.endpoint, options: {}, toJSON: () => (SAID),
    unsubscribe: async () => { subscription = null; return true; },
  };
  PushManager.prototype.getSubscription = async () => subscription;
  PushManager.prototype.subscribe = async (options) => {
    if (!options.userVisibleOnly || options.applicationServerKey.length !== 65) throw new Error('not like this');
    subscription = made;
    return made;
  };
}
"""
).replace("SAID", json.dumps(A_SUBSCRIPTION))
"""A push service that can be reached without any: browsers ask one of their maker's."""

SHOWN = """
async () => (await (await navigator.serviceWorker.getRegistration('/my')).getNotifications())
  .map((one) => [one.title, one.body, one.tag, one.lang, one.data.url, new URL(one.icon).pathname])
"""


def _open(walk: Callable[..., Walk], *permissions: str) -> Any:
    page = walk("Caregiver", size=PHONE).page
    if permissions:
        page.context.grant_permissions(list(permissions))
    page.add_init_script(STAND_IN)
    page.goto("/my/me")
    return page


def is_reached(cast: Cast) -> bool:
    with tenancy.acting(cast.harbor.id):
        return devices.is_reached(cast.harbor.people["Caregiver"].user_id)


def test_it_is_turned_on_and_off_under_me(walk: Callable[..., Walk], cast: Cast) -> None:
    page = _open(walk, "notifications")
    card = page.locator("[data-push]")
    expect(card.get_by_role("button", name="No")).to_have_attribute("aria-pressed", "true", timeout=PATIENCE)
    for answer, is_on in (("Yes", True), ("No", False)):
        card.get_by_role("button", name=answer).click()
        expect(card.get_by_role("button", name=answer)).to_have_attribute("aria-pressed", "true", timeout=PATIENCE)
        assert is_reached(cast) is is_on
    expect(card.get_by_role("alert")).to_be_hidden()


def test_after_the_session_has_ended_the_server_is_told_of_the_phone_again(walk: Callable[..., Walk]) -> None:
    page = _open(walk, "notifications")
    told = f"async () => (await (await import('{asset('js/portal/store.js')}')).get('meta', 'push_told')) ?? 0"
    page.locator("[data-push-on]").click()
    expect(page.locator("[data-push-on]")).to_have_attribute("aria-pressed", "true", timeout=PATIENCE)
    page.reload()
    _until(page, lambda: page.evaluate(told))
    page.context.clear_cookies()
    page.goto("/my")
    _until(page, lambda: page.evaluate(told) == 0)


def test_without_leave_it_says_what_to_do(walk: Callable[..., Walk], cast: Cast) -> None:
    page = walk("Caregiver", size=PHONE).page
    page.add_init_script("Object.defineProperty(Notification, 'permission', { get: () => 'denied' })")
    page.goto("/my/me")
    card = page.locator("[data-push]")
    expect(card.get_by_text("Notifications of this site are blocked.")).to_be_visible(timeout=PATIENCE)
    expect(card.get_by_role("button")).to_have_count(0)


def test_what_is_pushed_is_shown_and_leads_to_where_it_is_answered(walk: Callable[..., Walk], cast: Cast) -> None:
    page = _open(walk, "notifications")
    page.wait_for_function("() => Boolean(navigator.serviceWorker.controller)")
    browser = page.context.new_cdp_session(page)
    workers: list[Any] = []
    browser.on("ServiceWorker.workerRegistrationUpdated", lambda told: workers.extend(told["registrations"]))
    browser.send("ServiceWorker.enable")
    _until(page, lambda: workers)
    for body in ("A visit is open.", "It is not offered any more."):
        notice = {"title": "Harbor", "body": body, "tag": "offer:1", "language": "en", "url": "/my/offers"}
        at = {"origin": page.evaluate("location.origin"), "registrationId": workers[-1]["registrationId"]}
        browser.send("ServiceWorker.deliverPushMessage", {**at, "data": json.dumps(notice)})
        shown = _until(page, partial(_shown_with, page, body))
    assert [one[:5] for one in shown] == [["Harbor", "It is not offered any more.", "offer:1", "en", "/my/offers"]]
    assert shown[0][5].startswith("/theme/icons/")


def _shown_with(page: Any, body: str) -> Any:
    """All that the phone shows, if `body` is among it."""
    shown = page.evaluate(SHOWN)
    return shown if body in str(shown) else None


def _until(page: Any, question: Callable[[], Any]) -> Any:
    """The answer, once there is one."""
    for _turn in range(PATIENCE // 100):
        if answer := question():
            return answer
        page.wait_for_timeout(100)
    raise AssertionError("there is no answer")
