"""The verbs on a person: invite again, unlock, reset the second factor. Buttons on their page, addresses for programs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from sqlalchemy import select

from app.core.openapi import build
from app.core.resource import registry
from starline.core import clock, db
from starline.core.audit import AuditEvent
from starline.core.db import User
from starline.identity import links, second_factor
from starline.identity.models import TokenPurpose, UserToken
from tests.identity.conftest import Web
from tests.identity.factories import HARBOR, PASSWORD, SUMMIT, a_person, committed
from tests.identity.test_web_sign_in import send, sign_in

LOGIN = "/api/v1/auth/login"

Ask = Callable[..., Any]


@pytest.fixture
def admin(web: Web) -> Any:
    """Harbor's administrator in a browser."""
    browser = web.at("harbor.localhost")
    sign_in(browser, "admin")
    return browser


@pytest.fixture
def program(web: Web) -> Ask:
    """Harbor's administrator as a program; with `of` somebody else."""

    def ask(path: str, *, of: str = "admin", method: str = "POST", body: Any = None) -> Any:
        client = web.at("harbor.localhost")
        login = {"email": f"{of}@harbor.example", "password": PASSWORD}
        token = client.post(LOGIN, json=login).json["access_token"]
        return client.open(path, method=method, json=body, headers={"Authorization": f"Bearer {token}"})

    return ask


def new_person(name: str, **options: Any) -> int:
    with committed(HARBOR):
        return int(a_person(name, **options).id)


def with_second_factor(name: str) -> int:
    with committed(HARBOR), clock.frozen(clock.now() - timedelta(minutes=2)):
        user = a_person(name)
        app = pyotp.TOTP(second_factor.enrol(user).secret)
        assert second_factor.confirm(user, app.at(clock.now())) is not None
        return int(user.id)


def locked(name: str) -> int:
    with committed(HARBOR):
        user = a_person(name)
        user.fail_login_count, user.locked_until = 9, clock.now() + timedelta(hours=1)
        return int(user.id)


def invitations_of(user_id: int) -> list[UserToken]:
    with committed(HARBOR):
        query = select(UserToken).where(UserToken.user_id == user_id, UserToken.purpose == TokenPurpose.INVITATION)
        return list(db.session.scalars(query.order_by(UserToken.id)))


def recorded(action: str, user_id: int) -> int:
    with committed(HARBOR):
        query = select(AuditEvent.id).where(AuditEvent.action == action, AuditEvent.subject_id == str(user_id))
        return len(db.session.scalars(query).all())


def test_every_declared_action_has_an_address_for_people_and_for_programs(app: Any) -> None:
    served = {rule.rule for rule in app.url_map.iter_rules() if "POST" in rule.methods}
    documented = build()["paths"]
    acting = [one for one in registry.values() if one.actions]
    assert {one.name for one in acting} >= {"users", "time_off", "credentials"}
    for one in acting:
        assert f"/{one.name}/<pk>/<action>" in served and f"/api/v1/{one.name}/<row:pk>/<action>" in served
        for action in one.actions:
            assert "post" in documented[f"/api/v1/{one.name}/{{pk}}/{action}"], action


def test_the_documented_id_of_a_person_is_a_whole_number(app: Any) -> None:
    operation = build()["paths"]["/api/v1/users/{pk}/unlock"]["post"]
    assert operation["parameters"][0]["schema"] == {"type": "integer"}


def test_somebody_invited_is_invited_again_from_their_page_and_the_earlier_link_is_dead(admin: Any) -> None:
    user_id = new_person("slow", password=None)
    with committed(HARBOR):
        earlier = links.secret_of(links.send_link(db.session.get_one(User, user_id), TokenPurpose.INVITATION))
    page = f"/users/show/{user_id}"
    shown = admin.get(page).text
    assert f'action="/users/{user_id}/invite_again"' in shown and "Invite again" in shown
    assert ">Unlock<" not in shown and "Reset second factor" not in shown
    answer = send(admin, f"/users/{user_id}/invite_again", page=page)
    assert answer.status_code == 302 and answer.headers["Location"].endswith(page)
    assert len([one for one in invitations_of(user_id) if one.used_at is None]) == 1
    assert admin.get(f"/invitation/{earlier}").status_code == 404
    assert recorded("auth:invited_again", user_id) == 1


def test_somebody_who_came_in_is_not_invited_again(admin: Any, program: Ask) -> None:
    user_id = new_person("present")
    assert "Invite again" not in admin.get(f"/users/show/{user_id}").text
    answer = program(f"/api/v1/users/{user_id}/invite_again")
    assert answer.status_code == 409 and "accepted" in answer.json["message"]
    said = send(admin, f"/users/{user_id}/invite_again", page=f"/users/edit/{user_id}")
    assert said.status_code == 302 and "accepted" in admin.get(f"/users/show/{user_id}").text


def test_a_locked_person_gets_in_again_once_unlocked(web: Web, admin: Any, program: Ask) -> None:
    user_id = locked("locked")
    login = {"email": "locked@harbor.example", "password": PASSWORD}
    assert web.at("harbor.localhost").post(LOGIN, json=login).status_code == 401
    assert ">Unlock<" in admin.get(f"/users/show/{user_id}").text
    answer = program(f"/api/v1/users/{user_id}/unlock")
    assert answer.status_code == 200 and answer.json["result"]["email"] == "locked@harbor.example"
    assert answer.headers["ETag"] == f'"{answer.json["result"]["version"]}"'
    assert web.at("harbor.localhost").post(LOGIN, json=login).status_code == 200
    assert ">Unlock<" not in admin.get(f"/users/show/{user_id}").text


def test_a_lost_second_factor_is_reset(web: Web, admin: Any, program: Ask) -> None:
    user_id = with_second_factor("phoneless")
    assert "Reset second factor" in admin.get(f"/users/show/{user_id}").text
    assert program(f"/api/v1/users/{user_id}/reset_second_factor").status_code == 200
    login = {"email": "phoneless@harbor.example", "password": PASSWORD}
    assert "access_token" in web.at("harbor.localhost").post(LOGIN, json=login).json
    assert "Reset second factor" not in admin.get(f"/users/show/{user_id}").text


def test_nobody_resets_their_own_second_factor_without_their_password(program: Ask) -> None:
    with committed(HARBOR):
        own = db.session.scalars(select(User.id).where(User.email == "admin@harbor.example")).one()
    answer = program(f"/api/v1/users/{own}/reset_second_factor")
    assert answer.status_code == 409 and "profile" in answer.json["message"]


@pytest.mark.parametrize("action", ["invite_again", "unlock", "reset_second_factor"])
def test_acting_on_people_needs_the_permission_and_a_person_of_ones_own_agency(program: Ask, action: str) -> None:
    with committed(HARBOR):
        user_id = db.session.scalars(select(User.id).where(User.email == "caregiver@harbor.example")).one()
    assert program(f"/api/v1/users/{user_id}/{action}", of="nurse").status_code == 403
    with committed(SUMMIT):
        theirs = db.session.scalars(select(User.id).where(User.email == "caregiver@summit.example")).one()
    assert program(f"/api/v1/users/{theirs}/{action}").status_code == 404


def test_a_verb_that_is_not_declared_is_not_there(program: Ask) -> None:
    user_id = new_person("subject")
    for name in ("disable", "delete_user", "__init__"):
        assert program(f"/api/v1/users/{user_id}/{name}").status_code == 404


def test_words_are_refused_where_the_verb_takes_none(program: Ask) -> None:
    user_id = new_person("silent")
    answer = program(f"/api/v1/users/{user_id}/unlock", body={"note": "please"})
    assert answer.status_code == 422 and list(answer.json["errors"]) == ["note"]
