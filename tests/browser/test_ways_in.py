"""The pages between a stranger and their work, as they are for whoever has a link, a password or a code: for everybody."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pyotp
import pytest

from starline.core import clock, db, tenancy
from starline.core.db import Role, User
from starline.identity import links
from starline.identity.models import TokenPurpose
from tests.browser.accounts import Account, an_account
from tests.browser.conftest import DESK, PHONE
from tests.browser.walking import Walk
from tests.identity.factories import PASSWORD
from tests.isolation.cast import Cast

SIZES = [
    pytest.param(DESK, "en-US", id="desk"),
    pytest.param(PHONE, "es-US", id="phone in Spanish", marks=pytest.mark.trust),
]
ADDRESSES = {TokenPurpose.EMAIL_CHANGE: "newer@harbor.example"}
_numbers = count()


def a_careful_role() -> Role:
    """It demands a second factor."""
    return Role(name=f"Keeper {next(_numbers)}", record_scope="all", requires_second_factor=True)


def begin(window: Walk, person: Account) -> None:
    """Give the right password at /login."""
    window.open("/login")
    window.page.fill("[name=email]", person.email)
    send(window, "password", PASSWORD)


def send(window: Walk, field: str, text: str) -> None:
    """Fill in the last field of a form and send it by Enter."""
    window.page.fill(f"[name={field}]", text)
    with window.page.expect_navigation():
        window.page.locator(f"[name={field}]").press("Enter")


def look(window: Walk, path: str, *, refuses: int | None = None) -> None:
    """Look at the page that a form led to, which may have refused it."""
    assert window.page.url == window.base + path
    if refuses is not None:
        assert window.page.locator("[role=alert], [aria-invalid=true]").first.is_visible()
    window.path = path
    window.look()


@pytest.mark.parametrize(("size", "language"), SIZES)
def test_a_password_and_a_code_are_asked_for_and_what_is_wrong_is_said(
    walk: Callable[..., Walk], cast: Cast, size: Any, language: str
) -> None:
    person = an_account(cast, a_careful_role, has_app=True)
    window = walk(size=size, language=language)
    window.open("/login", with_axe=True)
    window.refusals = {401}
    window.page.fill("[name=email]", "nobody@harbor.example")
    send(window, "password", "wrong")
    look(window, "/login", refuses=401)
    begin(window, person)
    look(window, "/login/second-factor")
    window.refusals = {401}
    send(window, "code", "000000")
    look(window, "/login/second-factor", refuses=401)
    window.page.locator("a[href='/login/recovery']").click()
    window.page.wait_for_url("**/login/recovery")
    look(window, "/login/recovery")
    send(window, "code", "00000-00000")
    look(window, "/login/recovery", refuses=401)
    send(window, "code", person.recovery_codes[0])
    look(window, "/")
    window.open("/me/second-factor", with_axe=True)
    send(window, "current_password", PASSWORD)
    look(window, "/recovery-codes")
    assert window.page.locator("#codes li").count() == 10
    assert window.looked.findings == [], str(window.looked)


@pytest.mark.parametrize(("size", "language"), SIZES)
def test_who_must_have_a_second_factor_sets_it_up_on_the_way_in(
    walk: Callable[..., Walk], cast: Cast, size: Any, language: str
) -> None:
    person = an_account(cast, a_careful_role)
    window = walk(size=size, language=language)
    begin(window, person)
    look(window, "/enrol")
    app = pyotp.TOTP(str(window.page.locator("#secret").text_content()))
    window.refusals = {422}
    send(window, "code", "000000")
    look(window, "/enrol", refuses=422)
    send(window, "code", app.at(clock.now()))
    look(window, "/enrol")
    assert window.page.locator("#codes li").count() == 10
    assert window.looked.findings == [], str(window.looked)


@pytest.mark.parametrize(("size", "language"), SIZES)
@pytest.mark.parametrize("purpose", TokenPurpose)
def test_what_a_link_in_a_mail_opens(
    walk: Callable[..., Walk], cast: Cast, purpose: TokenPurpose, size: Any, language: str
) -> None:
    person = an_account(cast, a_careful_role)
    with tenancy.acting(cast.harbor.id), db.transaction():
        link = links.send_link(db.session.get_one(User, person.user_id), purpose, email=ADDRESSES.get(purpose))
        path = f"/{links.PATHS[purpose]}/{links.secret_of(link)}"
    window = walk(size=size, language=language)
    window.open(path, with_axe=True)
    if purpose is not TokenPurpose.EMAIL_CHANGE:
        window.page.fill("[name=password]", "too short")
        window.refusals = {422}
        send(window, "password_again", "not the same")
        look(window, path, refuses=422)
    assert window.looked.findings == [], str(window.looked)


@pytest.mark.parametrize(("size", "language"), SIZES)
def test_a_forgotten_password_is_answered_the_same_for_everybody(
    walk: Callable[..., Walk], size: Any, language: str
) -> None:
    window = walk(size=size, language=language)
    window.open("/forgot")
    send(window, "email", "nobody@harbor.example")
    look(window, "/forgot")
    assert window.looked.findings == [], str(window.looked)
