"""A permission that is taken away is gone on the next request, also where the person is remembered with it."""

from uuid import uuid4

import pytest

from app.core.security import synchronise_permissions
from starline.core.db import session
from starline.identity import roles
from tests.identity.conftest import Browser, Web
from tests.identity.factories import HARBOR, PASSWORD, committed

CLIENTS = "/api/v1/clients/"


@pytest.fixture
def nurse(web: Web) -> Browser:
    synchronise_permissions()
    script = web.at("harbor.localhost")
    given = {"email": "nurse@harbor.example", "password": PASSWORD}
    token = script.post("/api/v1/auth/login", json=given).json["access_token"]
    script.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return script


def keep(*actions: str) -> None:
    """Leave the nurses no more than these actions on clients."""
    with committed(HARBOR):
        role = roles.role_of(roles.BY_NAME["Nurse"])
        kept = {f"can_{action}" for action in actions}
        role.permissions = [
            one for one in role.permissions if one.view_menu.name != "Clients" or one.permission.name in kept
        ]
        session.flush()


def test_taken_permissions_are_gone_at_once(nurse: Browser) -> None:
    never_was = f"{CLIENTS}{uuid4()}"
    assert (nurse.get(CLIENTS).status_code, nurse.post(CLIENTS, json={}).status_code) == (200, 422)
    keep("read", "edit")
    assert nurse.post(CLIENTS, json={}).status_code == 403
    assert nurse.patch(never_was, json={}).status_code == 404
    keep("read")
    assert nurse.patch(never_was, json={}).status_code == 403
    assert nurse.get(never_was).status_code == 404
    keep()
    assert nurse.get(CLIENTS).status_code == 403
