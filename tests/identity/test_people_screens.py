"""Inviting people, giving roles, reading the sign-in history: over the screens and over REST."""

from typing import Any

import pytest
from sqlalchemy import select

from starline.core import db
from starline.core.db import Role, User
from starline.identity import roles
from starline.identity.models import RoleAssignment
from tests.identity.conftest import Web
from tests.identity.factories import HARBOR, PASSWORD, a_person, committed
from tests.identity.test_web_sign_in import send, sign_in


@pytest.fixture
def admin(web: Web) -> Any:
    """Harbor's administrator in a browser."""
    browser = web.at("harbor.localhost")
    sign_in(browser, "admin")
    return browser


@pytest.fixture
def program(web: Web) -> Any:
    """Harbor's administrator as a program: a function of method, path and body."""
    client = web.at("harbor.localhost")
    login = {"email": "admin@harbor.example", "password": PASSWORD}
    token = client.post("/api/v1/auth/login", json=login).json["access_token"]

    def ask(method: str, path: str, body: Any = None) -> Any:
        return client.open(path, method=method, json=body, headers={"Authorization": f"Bearer {token}"})

    return ask


def id_of(model: Any, **values: Any) -> Any:
    with committed(HARBOR):
        return db.session.scalars(select(model.id).filter_by(**values)).one()


def test_an_administrator_invites_a_person_and_gives_a_role(admin: Any) -> None:
    person = {"first_name": "Vera", "last_name": "Sol", "email": "vera@harbor.example", "active": "y"}
    assert send(admin, "/users/add", **person).status_code == 302
    user_id, role_id = id_of(User, email="vera@harbor.example"), id_of(Role, name="Scheduler")
    page = f"/role_assignments/add?user_id={user_id}"
    assert send(admin, page, user_id=str(user_id), role_id=str(role_id)).status_code == 302
    shown = admin.get(f"/users/show/{user_id}").text
    assert "Vera Sol" in shown and "Scheduler" in shown


def test_the_same_over_rest(program: Any) -> None:
    person = {"first_name": "Wim", "last_name": "Sol", "email": "Wim@Harbor.example"}
    made = program("POST", "/api/v1/users/", person)
    assert made.status_code == 201, made.text
    assert made.json["result"]["email"] == "wim@harbor.example"
    given = {"user_id": made.json["id"], "role_id": id_of(Role, name="Nurse")}
    assignment = program("POST", "/api/v1/role_assignments/", given)
    assert assignment.status_code == 201, assignment.text
    assert program("POST", "/api/v1/role_assignments/", given).status_code == 409
    assert program("DELETE", f"/api/v1/role_assignments/{assignment.json['id']}").status_code == 200


def test_an_e_mail_in_use_is_a_conflict_at_its_field(program: Any) -> None:
    person = {"first_name": "Nora", "last_name": "Sol", "email": "nurse@harbor.example"}
    answer = program("POST", "/api/v1/users/", person)
    assert answer.status_code == 409 and list(answer.json["errors"]) == ["email"]


def test_no_answer_shows_a_password_a_seed_or_a_hash(program: Any) -> None:
    for path in ("users", "roles", "role_assignments", "sign_in_attempts"):
        answer = program("GET", f"/api/v1/{path}/")
        assert answer.status_code == 200, path
        assert not {"password", "username", "token_hash", "fail_login_count"} & set(answer.json["result"][0]), path
    asked = program("GET", "/api/v1/users/?password.sw=$2")
    assert asked.status_code in (400, 422)


def test_nobody_sets_a_password_or_the_organisation_through_the_resource(program: Any) -> None:
    user_id = id_of(User, email="nurse@harbor.example")
    for body in ({"password": "x"}, {"fail_login_count": 0}, {"roles": [1]}):
        assert program("PUT", f"/api/v1/users/{user_id}", body).status_code == 422, body


def test_disabling_is_an_edit_and_people_are_never_deleted(program: Any) -> None:
    with committed(HARBOR):
        user_id = a_person("former").id
    assert program("PUT", f"/api/v1/users/{user_id}", {"active": False}).status_code == 200
    with committed(HARBOR):
        assert not db.session.get_one(User, user_id).active
    assert program("DELETE", f"/api/v1/users/{user_id}").status_code in (404, 405)


def test_the_last_administrator_keeps_the_role(program: Any) -> None:
    with committed(HARBOR):
        query = select(RoleAssignment.id).where(RoleAssignment.role_id == roles.role_of(roles.ADMINISTRATOR).id)
        (assignment,) = db.session.scalars(query)
    answer = program("DELETE", f"/api/v1/role_assignments/{assignment}")
    assert answer.status_code == 409 and "last administrator" in answer.json["message"]


def test_a_role_is_narrowed_and_demands_a_second_factor(program: Any) -> None:
    role_id = id_of(Role, name="Scheduler")
    body = {"record_scope": "branch", "requires_second_factor": True}
    answer = program("PUT", f"/api/v1/roles/{role_id}", body)
    assert answer.status_code == 200, answer.text
    with committed(HARBOR):
        role = db.session.get_one(Role, role_id)
        assert role.record_scope == "branch" and role.requires_second_factor


def test_the_sign_in_history_is_read_only(program: Any) -> None:
    page = program("GET", "/api/v1/sign_in_attempts/")
    assert page.json["count"] >= 1
    attempt = page.json["result"][0]["id"]
    for method, path in (("POST", ""), ("PUT", attempt), ("DELETE", attempt)):
        assert program(method, f"/api/v1/sign_in_attempts/{path}", {}).status_code in (404, 405)


@pytest.mark.parametrize("name", ["nurse", "caregiver"])
def test_others_see_neither_users_nor_roles(web: Web, name: str) -> None:
    browser = web.at("harbor.localhost")
    sign_in(browser, name)
    for path in ("/users/list/", "/roles/list/", "/sign_in_attempts/list/", "/role_assignments/list/"):
        assert browser.get(path).status_code in (302, 403), path


@pytest.mark.parametrize("path", ["/users/list/", "/roles/list/", "/role_assignments/list/", "/sign_in_attempts/list/"])
def test_every_list_renders(admin: Any, path: str) -> None:
    assert admin.get(path).status_code == 200
