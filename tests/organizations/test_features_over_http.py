"""A feature that an agency switches off takes its menu, screens and endpoints with it, from the next request on."""

from typing import Any

import pytest

from app.core import registry as registered
from app.core import tenancy as hosts
from app.core.resource import registry
from starline.core import db, tenancy
from starline.identity import passwords
from starline.organizations import preferences
from tests.identity.conftest import Web
from tests.identity.factories import PASSWORD
from tests.identity.test_web_sign_in import sign_in
from tests.organizations.factories import HARBOR, a_user, acting_for

PATHS = ("/time_off/list/", "/time_off/add", "/api/v1/time_off/", "/api/v1/time_off/_info")


@pytest.fixture(scope="module", autouse=True)
def ada(database: str) -> None:
    with acting_for(HARBOR, "harbor"), db.transaction():
        a_user("ada", "Administrator").password = passwords.hashed(PASSWORD)


@pytest.fixture(autouse=True)
def time_off_is_a_feature(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(registry["TimeOffRequests"]), "feature", "billing")
    for name in ("TimeOffRequestsView", "TimeOffRequestsApi"):
        monkeypatch.setitem(registered._features, name, "billing")


def switch(is_on: bool) -> None:
    with tenancy.acting(HARBOR), db.transaction():
        preferences.update_settings({"features": {"billing": is_on}}, by=None)


def test_it_goes_and_comes_with_the_switch(app: Any) -> None:
    switch(True)
    browser = Web(app).at("harbor.localhost")
    sign_in(browser, "ada")
    assert [browser.get(path).status_code for path in PATHS] == [200, 200, 200, 200]
    assert "/time_off/list/" in browser.get("/").text
    for path in PATHS:
        switch(False)
        refused = browser.get(path)
        assert refused.status_code == (403 if path.startswith("/api/") else 404), path
        switch(True)
        assert browser.get(path).status_code == 200, path
    switch(False)
    assert browser.get("/api/v1/time_off/").json["code"] == "feature_off"
    assert "/time_off/list/" not in browser.get("/").text


def test_it_is_refused_by_a_request_that_looked_its_host_up_first(app: Any) -> None:
    """Nobody acts yet when the host is looked up, and the transaction goes on."""
    switch(False)
    browser = Web(app).at("harbor.localhost")
    sign_in(browser, "ada")
    for path in PATHS:
        hosts.forget()
        assert browser.get(path).status_code == (403 if path.startswith("/api/") else 404), path


def test_a_page_does_not_show_what_is_switched_off(app: Any) -> None:
    with tenancy.acting(HARBOR), db.transaction():
        from tests.organizations.factories import a_staff_member

        key = a_staff_member().id
    browser = Web(app).at("harbor.localhost")
    sign_in(browser, "ada")
    for is_on in (True, False):
        switch(is_on)
        page = browser.get(f"/staff/show/{key}").text
        assert ("?tab=time_off" in page) is is_on
        assert browser.get(f"/staff/show/{key}?tab=time_off").status_code == (200 if is_on else 404)
