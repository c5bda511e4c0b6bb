"""Nobody is sent to another site by an address that looks like ours."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.core.redirects import local_path
from starline.core import db
from starline.identity import passwords
from tests.identity.conftest import Web
from tests.identity.factories import PASSWORD
from tests.identity.test_web_sign_in import sign_in
from tests.organizations.factories import HARBOR, a_user, acting_for

ELSEWHERE = (
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https://evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    "//evil.example/%2e%2e",
    "//[evil",
    "evil.example",
    "",
)


@pytest.mark.parametrize("wish", ELSEWHERE)
def test_another_site_is_never_a_path_of_this_one(wish: str) -> None:
    assert local_path(wish) == "/"


@pytest.mark.parametrize("wish", ["/clients/list/?status=active", "/me", "/a//b", "/?next=//evil.example"])
def test_a_path_of_this_site_stays(wish: str) -> None:
    assert local_path(wish) == wish


@pytest.fixture(scope="module", autouse=True)
def ada(_application: Any, database: str) -> None:
    with acting_for(HARBOR, "harbor"), db.transaction():
        a_user("ada", "Administrator").password = passwords.hashed(PASSWORD)


def _is_here(answer: Any) -> bool:
    parts = urlsplit(answer.headers["Location"])
    return parts.netloc in ("", "harbor.localhost") and not answer.headers["Location"].startswith("//")


@pytest.mark.parametrize("wish", ELSEWHERE)
def test_signing_in_and_saving_lead_back_here(app: Any, wish: str) -> None:
    browser = Web(app).at("harbor.localhost")
    answer = sign_in(browser, "ada", next=wish)
    assert answer.status_code == 302 and _is_here(answer)
    fields = {"name": f"Kind {abs(hash(wish))}", "required_disciplines": "", "required_payers": ""}
    saved = browser.post("/credential_types/add", query_string={"back": wish}, data=_with_token(browser, fields))
    assert saved.status_code == 302 and _is_here(saved), saved.text[:300]


@pytest.mark.parametrize("path", ["/back", "/lang/en", "/login"])
def test_what_a_browser_says_it_came_from_decides_nothing(app: Any, path: str) -> None:
    browser = Web(app).at("harbor.localhost")
    sign_in(browser, "ada")
    answer = browser.get(path, headers={"Referer": "https://evil.example/", "X-Forwarded-Host": "evil.example"})
    assert answer.status_code == 302 and _is_here(answer)


def _with_token(browser: Any, fields: dict[str, str]) -> dict[str, str]:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/credential_types/add").text)
    assert found
    return {"csrf_token": found[1], **fields}
