"""What an administrator writes into the settings is what signing in obeys, from the next request on."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select

from starline.core import clock, db
from starline.core.db import Role, User
from starline.identity import roles
from starline.identity.policy import policy
from starline.organizations.models import OrganizationSettings
from starline.organizations.settings import SECURITY
from tests.identity.conftest import Web
from tests.identity.factories import HARBOR, PASSWORD, a_person, committed
from tests.identity.test_web_sign_in import send, sign_in

LOGIN, SETTINGS = "/api/v1/auth/login", "/api/v1/organization/settings"

FIELDS = ("password", "password_again")

Ask = Callable[..., Any]


@pytest.fixture
def program(web: Web) -> Iterator[Ask]:
    """Harbor's administrator as a program; the settings are empty again afterwards."""
    client = web.at("harbor.localhost")
    token = client.post(LOGIN, json={"email": "admin@harbor.example", "password": PASSWORD}).json["access_token"]

    def ask(method: str, path: str, body: Any = None) -> Any:
        return client.open(path, method=method, json=body, headers={"Authorization": f"Bearer {token}"})

    yield ask
    stored({})


def choose(program: Ask, **values: Any) -> Any:
    answer = program("PATCH", SETTINGS, {"security_policy": values})
    assert answer.status_code == 200, answer.text
    return answer.json["security_policy"]


def stored(values: dict[str, Any]) -> None:
    """Put values into the settings as an older release or a repair might have, without any check."""
    with committed(HARBOR):
        db.session.query(OrganizationSettings).one().security_policy = values


def new_person(name: str, role: str = "Nurse") -> int:
    with committed(HARBOR):
        return int(a_person(name, role).id)


def log_in(web: Web, name: str, password: str = PASSWORD) -> Any:
    answer = web.at("harbor.localhost").post(LOGIN, json={"email": f"{name}@harbor.example", "password": password})
    return answer


def locked_seconds(user_id: int) -> float:
    with committed(HARBOR):
        until = db.session.get_one(User, user_id).locked_until
        return (until - clock.now()).total_seconds() if until else 0.0


def test_every_security_setting_is_one_that_signing_in_reads(program: Ask) -> None:
    shown = program("GET", SETTINGS).json["security_policy"]
    with committed(HARBOR):
        obeyed = policy()
    assert {name: getattr(obeyed, name) for name in SECURITY} == {**shown, "mfa_roles": tuple(shown["mfa_roles"])}


@pytest.mark.parametrize("end", ["least", "most"])
def test_every_value_that_the_settings_accept_is_obeyed_as_it_is(program: Ask, end: str) -> None:
    bounds = {name: getattr(one, end) for name, one in SECURITY.items() if one.least is not None}
    assert choose(program, **bounds).items() >= bounds.items()
    with committed(HARBOR):
        assert {name: getattr(policy(), name) for name in bounds} == bounds


def test_waiting_begins_after_as_many_wrong_passwords_as_chosen(web: Web, program: Ask) -> None:
    user_id = new_person("three")
    choose(program, lockout_attempts=3)
    for _ in range(2):
        log_in(web, "three", "wrong")
    assert locked_seconds(user_id) == 0
    log_in(web, "three", "wrong")
    assert locked_seconds(user_id) > 0 and log_in(web, "three").status_code == 401


def test_nobody_waits_longer_than_chosen(web: Web, program: Ask, frozen_clock: Any) -> None:
    user_id = new_person("long")
    with committed(HARBOR):
        db.session.get_one(User, user_id).fail_login_count = 40
    choose(program, lockout_minutes=7)
    log_in(web, "long", "wrong")
    assert locked_seconds(user_id) == 7 * 60


def test_a_new_password_has_the_chosen_length(web: Web, program: Ask) -> None:
    new_person("shorty")
    choose(program, min_password_length=20)
    browser = web.at("harbor.localhost")
    sign_in(browser, "shorty")
    page = send(browser, "/me/password", current_password=PASSWORD, **dict.fromkeys(FIELDS, "Tr9!vq-Lm2#zw8"))
    assert "Use at least 20 characters." in page.text and "At least 20 characters" in page.text


def test_a_role_in_the_settings_must_have_a_second_factor_at_once(web: Web, program: Ask) -> None:
    new_person("biller", "Biller")
    token = log_in(web, "biller").json["access_token"]
    choose(program, mfa_roles=["Biller"])
    answer = log_in(web, "biller")
    assert answer.status_code == 403 and answer.json["code"] == "second_factor_enrolment_required"
    client = web.at("harbor.localhost")
    answer = client.get("/api/v1/clients/", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403 and answer.json["code"] == "second_factor_required"


def test_a_role_that_does_not_exist_is_refused_because_it_would_protect_nobody(program: Ask) -> None:
    answer = program("PATCH", SETTINGS, {"security_policy": {"mfa_roles": ["Nurse", "nurses"]}})
    assert answer.status_code == 422
    (sentence,) = answer.json["errors"]["security_policy"]
    assert sentence.startswith("There is no role called nurses.")


def test_a_role_that_gets_another_name_keeps_its_demand_and_a_removed_one_leaves_none(program: Ask) -> None:
    with committed(HARBOR):
        role_id = roles.create_role({"name": "Weekend desk"}, by=None).id
    choose(program, mfa_roles=["Weekend desk", "Auditor"])
    assert program("PUT", f"/api/v1/roles/{role_id}", {"name": "Night desk"}).status_code == 200
    assert program("GET", SETTINGS).json["security_policy"]["mfa_roles"] == ["Night desk", "Auditor"]
    assert program("DELETE", f"/api/v1/roles/{role_id}").status_code == 200
    assert program("GET", SETTINGS).json["security_policy"]["mfa_roles"] == ["Auditor"]
    with committed(HARBOR):
        assert db.session.scalars(select(Role.id).where(Role.name == "Night desk")).first() is None


@pytest.mark.parametrize(
    ("name", "weak", "floor"),
    [
        ("min_password_length", 4, 12),
        ("lockout_attempts", 1_000_000, 10),
        ("lockout_minutes", 0, 5),
        ("idle_minutes", 100_000, 480),
        ("absolute_hours", 100_000, 72),
        ("remember_days", 3650, 90),
        ("min_password_length", "none", 12),
        ("mfa_roles", "Nurse", []),
        ("requires_second_factor", "no", False),
    ],
)
def test_a_value_below_the_platforms_floor_is_refused_and_where_stored_neither_shown_nor_obeyed(
    program: Ask, name: str, weak: Any, floor: Any
) -> None:
    assert program("PATCH", SETTINGS, {"security_policy": {name: weak}}).status_code == 422
    stored({name: weak})
    assert program("GET", SETTINGS).json["security_policy"][name] == floor
    with committed(HARBOR):
        obeyed = getattr(policy(), name)
        assert (list(obeyed) if isinstance(obeyed, tuple) else obeyed) == floor
