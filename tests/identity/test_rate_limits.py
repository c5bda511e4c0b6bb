"""Rate limits over HTTP: who is counted as whom, what the headers say, and whom a flood doesn't hurt."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.core import rate_limits
from starline.core import clock
from starline.identity import api_keys, roles
from tests.caches import forget_everything
from tests.identity.conftest import Browser, Web
from tests.identity.factories import HARBOR, PASSWORD, a_person, committed

ME, CLIENTS, LOGIN = "/api/v1/auth/me", "/api/v1/clients/", "/api/v1/auth/login"
Limits = Callable[..., None]


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> Iterator[Limits]:
    """Sets limits for the test, at a time that stands still; what isn't named has none."""

    def set_limits(user: int = 0, organization: int = 0, address: int = 0) -> None:
        given = replace(
            rate_limits.settings(),
            rate_limit_user=user,
            rate_limit_organization=organization,
            rate_limit_address=address,
        )
        monkeypatch.setattr(rate_limits, "settings", lambda: given)

    forget_everything()
    with clock.frozen(datetime.now(UTC)):
        yield set_limits
    forget_everything()


def signed_in(web: Web, name: str, agency: str = "harbor") -> Browser:
    script = web.at(f"{agency}.localhost")
    body = {"email": f"{name}@{agency}.example", "password": PASSWORD}
    script.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {script.post(LOGIN, json=body).json['access_token']}"
    return script


def statuses(browser: Browser, times: int, address: str = ME) -> list[int]:
    return [browser.get(address).status_code for _ in range(times)]


def test_a_person_is_told_what_is_left_and_then_when_to_come_back(web: Web, limits: Limits) -> None:
    nurse = signed_in(web, "nurse")
    limits(user=3)
    first = nurse.get(ME)
    assert [first.headers[f"RateLimit-{name}"] for name in ("Limit", "Remaining", "Policy")] == ["3", "2", "3;w=60"]
    assert 1 <= int(first.headers["RateLimit-Reset"]) <= 60
    assert statuses(nurse, 3) == [200, 200, 429]
    refused = nurse.get(ME)
    wait = int(refused.headers["Retry-After"])
    assert 1 <= wait <= 120 and refused.headers["RateLimit-Remaining"] == "0"
    assert refused.json["code"] == "too_many_requests" and str(wait) in refused.json["message"]
    with clock.frozen(clock.now() + timedelta(seconds=wait)):
        assert nurse.get(ME).status_code == 200


def test_one_person_doesnt_use_up_what_another_may_even_from_one_address(web: Web, limits: Limits) -> None:
    nurse, caregiver = signed_in(web, "nurse"), signed_in(web, "caregiver")
    caregiver.environ_base["REMOTE_ADDR"] = nurse.environ_base["REMOTE_ADDR"]
    limits(user=3)
    assert statuses(nurse, 4) == [200, 200, 200, 429]
    assert caregiver.get(ME).status_code == 200


def test_two_sessions_of_a_person_are_one_person(web: Web, limits: Limits) -> None:
    one, other = signed_in(web, "nurse"), signed_in(web, "nurse")
    limits(user=3)
    assert statuses(one, 2) + statuses(other, 2) == [200, 200, 200, 429]


def test_an_agency_is_counted_as_a_whole_and_the_other_agency_goes_on(web: Web, limits: Limits) -> None:
    nurse, caregiver, elsewhere = (
        signed_in(web, "nurse"),
        signed_in(web, "caregiver"),
        signed_in(web, "nurse", "summit"),
    )
    limits(user=10, organization=4)
    assert statuses(nurse, 3) + statuses(caregiver, 2) == [200, 200, 200, 200, 429]
    answer = elsewhere.get(ME)
    assert answer.status_code == 200 and answer.headers["RateLimit-Limit"] == "4"


def test_strangers_are_counted_by_address_and_nobody_who_is_in_is_refused_for_them(web: Web, limits: Limits) -> None:
    nurse, stranger = signed_in(web, "nurse"), web.at("harbor.localhost")
    nurse.environ_base["REMOTE_ADDR"] = stranger.environ_base["REMOTE_ADDR"]
    limits(user=10, address=3)
    assert statuses(stranger, 4) == [401, 401, 401, 429]
    assert stranger.post(LOGIN, json={"email": "nurse@harbor.example", "password": PASSWORD}).status_code == 429
    assert nurse.get(ME).status_code == 200
    assert web.at("harbor.localhost").get(ME).status_code == 401  # from another address


def test_bad_tokens_and_keys_count_as_a_stranger(web: Web, limits: Limits) -> None:
    stranger = web.at("harbor.localhost")
    limits(user=10, address=2)
    stranger.environ_base["HTTP_AUTHORIZATION"] = "Bearer nonsense"
    assert statuses(stranger, 1) == [401]
    del stranger.environ_base["HTTP_AUTHORIZATION"]
    stranger.environ_base["HTTP_X_API_KEY"] = "sl_abcdefgh_nonsense"
    assert statuses(stranger, 2) == [401, 429]


def test_a_line_of_ipv6_is_one_address(web: Web, limits: Limits) -> None:
    limits(address=2)
    found = []
    for number in range(3):
        stranger = web.at("harbor.localhost")
        stranger.environ_base["REMOTE_ADDR"] = f"2001:db8:1:2::{number + 1}"
        found += statuses(stranger, 1)
    assert found == [401, 401, 429]
    stranger.environ_base["REMOTE_ADDR"] = "2001:db8:1:3::1"
    assert statuses(stranger, 1) == [401]


def test_a_key_has_a_count_of_its_own(web: Web, limits: Limits, key: Any) -> None:
    owner, script = signed_in(web, "keeper"), web.at("harbor.localhost")
    script.environ_base["HTTP_X_API_KEY"] = key.key
    limits(user=2)
    assert statuses(script, 3) == [200, 200, 429] and statuses(owner, 1) == [200]


def test_files_and_the_health_check_are_never_counted(web: Web, limits: Limits) -> None:
    stranger = web.at("harbor.localhost")
    limits(address=1)
    assert statuses(stranger, 3, "/api/v1/health") == [200, 200, 200]
    answer = stranger.get("/api/v1/health")
    assert not [name for name, _value in answer.headers if name.startswith("RateLimit")]


def test_a_screen_says_it_as_a_page(web: Web, limits: Limits) -> None:
    stranger = web.at("harbor.localhost")
    limits(address=1)
    stranger.get("/login/")
    answer = stranger.get("/login/")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 429 and answer.mimetype == "text/html" and "Please wait" in page


@pytest.fixture
def key(web: Web) -> Any:
    """A key of Harbor's, committed."""
    with committed(HARBOR):
        owner = a_person("keeper", roles.ADMINISTRATOR.name)
        given = {
            "name": "Payroll export",
            "role_id": roles.role_of(roles.BY_NAME["API"]).id,
            "scopes": ["clients:read"],
        }
        return api_keys.issue(given, by=owner.id)
