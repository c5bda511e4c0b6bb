"""A second factor that is demanded of somebody who is signed in: until they have one, nothing else is open."""

import re
from collections.abc import Iterator
from typing import Any

import pyotp
import pytest

from starline.core import clock
from starline.identity import roles
from tests.identity.conftest import Web
from tests.identity.factories import HARBOR, committed
from tests.identity.test_web_sign_in import is_signed_in, new_person, send, sign_in


def demand(is_demanded: bool) -> None:
    """From now on nurses must have a second factor, or need none."""
    with committed(HARBOR):
        roles.role_of(roles.BY_NAME["Nurse"]).requires_second_factor = is_demanded


@pytest.fixture
def browser(web: Web) -> Iterator[Any]:
    demand(False)
    yield web.at("harbor.localhost")
    demand(False)


def test_nothing_of_one_s_own_is_open_without_a_demanded_second_factor(browser: Any, web: Web) -> None:
    """Not by where it lies: offers, credentials and the calendar's address are under `/me` too."""
    new_person("mia")
    sign_in(browser, "mia")
    assert browser.get("/me/offers").status_code == browser.get("/me/sessions").status_code == 200
    demand(True)
    own = ("/me", "/me/offers", "/me/credentials", "/me/calendar", "/me/sessions", "/me/password")
    assert {browser.get(path).location for path in (*own, "/me/second-factor", "/notifications/")} == {"/enrol"}
    assert 'action="/logout"' in browser.get("/enrol").text
    assert send(browser, "/logout", page="/enrol").status_code == 302 and not is_signed_in(browser)


def test_a_session_from_before_the_second_factor_ends_where_one_is_demanded(browser: Any, web: Web) -> None:
    new_person("nat")
    other = web.at("harbor.localhost")
    for one in (browser, other):
        sign_in(one, "nat")
    secret = re.search(r'<code id="secret">([A-Z2-7]+)</code>', browser.get("/enrol").text)
    assert secret
    send(browser, "/enrol", code=pyotp.TOTP(secret[1]).at(clock.now()))
    demand(True)
    assert is_signed_in(browser)
    assert other.get("/me").location == "/enrol"
    assert other.get("/enrol").location == "/login" and other.get("/login").status_code == 200
