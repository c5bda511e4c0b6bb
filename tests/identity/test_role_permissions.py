"""An administrator decides what a role may do, on a screen or over REST, and it holds from the next request on."""

from typing import Any

import pytest

from starline.core import db, tenancy
from starline.core.db import Role, User
from starline.identity import passwords, roles
from tests.identity.conftest import Web
from tests.identity.factories import PASSWORD
from tests.identity.test_web_sign_in import send, sign_in
from tests.organizations.factories import HARBOR, a_user, acting_for


@pytest.fixture
def role_id(database: str) -> Any:
    with tenancy.acting(HARBOR), db.transaction():
        return db.session.query(Role.id).filter_by(template="Scheduler").scalar()


@pytest.fixture(scope="module", autouse=True)
def people(database: str) -> None:
    with acting_for(HARBOR, "harbor"), db.transaction():
        for name, role in (("ada", "Administrator"), ("sam", "Scheduler"), ("ruth", "Caregiver")):
            a_user(name, role).password = passwords.hashed(PASSWORD)
        keeper = roles.create_role({"name": "Role keeper"}, by=None)
        pairs = {("can_read", "Roles"), ("can_edit", "Roles"), ("can_read", "Clients")}
        roles.set_permissions(keeper, pairs, by=None)
        db.session.query(User).filter_by(email="ruth@harbor.example").one().roles = [keeper]


def browser_of(app: Any, name: str) -> Any:
    found = Web(app).at("harbor.localhost")
    sign_in(found, name)
    return found


def held(role_id: int) -> set[tuple[str, str]]:
    with tenancy.acting(HARBOR), db.transaction():
        role = db.session.get_one(Role, role_id)
        return {(one.permission.name, one.view_menu.name) for one in role.permissions}


def test_a_box_that_is_ticked_holds_from_the_next_request_on(app: Any, role_id: int) -> None:
    before = held(role_id)
    sam, ada = browser_of(app, "sam"), browser_of(app, "ada")
    assert sam.get("/pay_rates/list/").status_code == 403
    page = ada.get(f"/roles/{role_id}/permissions").text
    assert 'name="can_read:PayRates"' in page
    boxes = {":".join(pair): "1" for pair in before | {("can_read", "PayRates")}}
    send(ada, f"/roles/{role_id}/permissions", **boxes)
    assert held(role_id) == before | {("can_read", "PayRates")}
    assert sam.get("/pay_rates/list/").status_code == 200
    send(ada, f"/roles/{role_id}/permissions", **{":".join(pair): "1" for pair in before})
    assert held(role_id) == before
    assert sam.get("/pay_rates/list/").status_code == 403


def test_a_program_loses_a_permission_with_its_next_request(app: Any, role_id: int) -> None:
    sam, token, before = app.test_client(), _token(app, "sam"), held(role_id)
    statuses = []
    for pairs in (before, before | {("can_read", "PayRates")}, before):
        with tenancy.acting(HARBOR), db.transaction():
            roles.set_permissions(db.session.get_one(Role, role_id), pairs, by=None)
        answer = sam.get("/api/v1/pay_rates/", headers=token, base_url="http://harbor.localhost")
        statuses.append(answer.status_code)
    assert statuses == [403, 200, 403]


def test_nobody_gives_what_they_may_not_do(app: Any, role_id: int) -> None:
    ruth, before = browser_of(app, "ruth"), held(role_id)
    page = ruth.get(f"/roles/{role_id}/permissions").text
    assert 'name="can_read:PayRates"' not in page
    answer = send(ruth, f"/roles/{role_id}/permissions", **{"can_read:PayRates": "1"})
    assert "may do more than you" in answer.text
    assert held(role_id) == before


def test_the_administrators_role_keeps_everything(app: Any) -> None:
    with tenancy.acting(HARBOR), db.transaction():
        key = db.session.query(Role.id).filter_by(template="Administrator").scalar()
    page = browser_of(app, "ada").get(f"/roles/{key}/permissions").text
    assert "keeps all its permissions" in page and 'type="checkbox"' not in page


def test_a_program_reads_and_replaces_the_pairs(app: Any, role_id: int) -> None:
    ada = browser_of(app, "ada")
    token = _token(app, "ada")
    path = f"/api/v1/roles/{role_id}/permissions"
    found = ada.get(path, headers=token).json
    pairs = found["result"]["permissions"]
    assert sorted(map(tuple, pairs)) == sorted(held(role_id))
    stale = ada.put(path, json={"permissions": pairs, "version": found["result"]["version"] - 1}, headers=token)
    assert stale.status_code in (409, 412)
    named = {**token, "If-Match": f'"{found["result"]["version"] - 1}"'}
    assert ada.put(path, json={"permissions": pairs}, headers=named).status_code == 412
    unknown = ada.put(path, json={"permissions": [["can_fly", "Clients"]]}, headers=token)
    assert unknown.status_code == 422 and "can_fly" in unknown.json["errors"]["permissions"][0]
    done = ada.put(path, json={"permissions": pairs[:3], "version": found["result"]["version"]}, headers=token)
    assert done.status_code == 200 and held(role_id) == set(map(tuple, pairs[:3]))
    assert ada.put(path, json={"permissions": pairs}, headers=token).status_code == 200


@pytest.mark.parametrize(
    "body", [{}, {"permissions": "all"}, {"permissions": [["can_read"]]}, [], {"permissions": None}]
)
def test_what_is_no_list_of_pairs_is_refused(app: Any, role_id: int, body: Any) -> None:
    before = held(role_id)
    answer = browser_of(app, "ada").put(f"/api/v1/roles/{role_id}/permissions", json=body, headers=_token(app, "ada"))
    assert answer.status_code == 422 and held(role_id) == before


def _token(app: Any, name: str) -> dict[str, str]:
    given = {"email": f"{name}@harbor.example", "password": PASSWORD}
    answer = app.test_client().post("/api/v1/auth/login", json=given, base_url="http://harbor.localhost")
    return {"Authorization": f"Bearer {answer.json['access_token']}"}
