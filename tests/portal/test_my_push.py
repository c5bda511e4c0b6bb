"""The phone in one's hand is told of open visits with every page closed, once its person wants that."""

from collections.abc import Callable
from typing import Any

import pytest

from starline.core import webpush
from starline.notifications import devices
from tests.notifications.push_service import A_SUBSCRIPTION
from tests.portal.conftest import Own, in_harbor

Ask = Callable[..., Any]
PUSH = "/api/v1/my/push"


def is_reached(own: Own) -> bool:
    with in_harbor():
        return devices.is_reached(own.user_id)


def test_a_device_is_known_until_its_person_turns_it_off(ask: Ask, people: dict[str, Own]) -> None:
    for _turn in range(2):
        answer = ask("maria", "POST", PUSH, {"subscription": A_SUBSCRIPTION})
        assert (answer.status_code, answer.json) == (200, {"is_on": True})
    assert (is_reached(people["maria"]), is_reached(people["jo"])) == (True, False)
    stop = {"endpoint": A_SUBSCRIPTION["endpoint"]}
    assert ask("jo", "POST", f"{PUSH}/stop", stop).status_code == 200 and is_reached(people["maria"])
    assert ask("maria", "POST", f"{PUSH}/stop", stop).json == {"is_on": False}
    assert not is_reached(people["maria"])


@pytest.mark.parametrize("body", [{}, {"subscription": None}, {"subscription": {**A_SUBSCRIPTION, "keys": {}}}])
def test_what_is_no_subscription_is_refused(ask: Ask, body: Any) -> None:
    answer = ask("maria", "POST", PUSH, body)
    assert answer.status_code == 422 and "Send the subscription of the browser" in answer.json["message"]


@pytest.mark.parametrize("endpoint", [None, "", 7])
def test_what_ends_has_to_be_named(ask: Ask, endpoint: Any) -> None:
    assert ask("maria", "POST", f"{PUSH}/stop", {"endpoint": endpoint}).status_code == 422


def test_whoever_signs_out_is_told_nothing_there(browser: Any, people: dict[str, Own]) -> None:
    jo = browser("jo")
    token = jo.get("/my/me").text.split('name="csrf_token" value="')[1].split('"')[0]
    sent = {"json": {"subscription": A_SUBSCRIPTION}, "base_url": jo.base}
    assert jo.client.post(PUSH, **sent).status_code == 400, "a page of somebody else's could turn it on"
    assert jo.client.post(PUSH, **sent, headers={"X-CSRFToken": token}).status_code == 200
    assert is_reached(people["jo"])
    assert jo.post("/logout", "/my/me").status_code == 302
    assert not is_reached(people["jo"])


def test_a_page_says_under_which_key_a_browser_subscribes(browser: Any) -> None:
    maria, noor = browser("maria"), browser("noor")
    assert f'data-push-key="{webpush.public_key()}"' in maria.get("/my/me").text
    assert 'data-push-key=""' in maria.get("/my/shell").text, "a browser keeps it for whoever comes next"
    assert webpush.public_key() not in noor.get("/my").text
