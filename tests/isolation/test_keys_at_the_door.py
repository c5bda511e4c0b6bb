"""Programs of one agency at the door of another, and those whose key is too small or no more."""

from typing import Any

import pytest

from app.core.resource import registry
from starline.core import clock, db, tenancy
from starline.identity import api_keys, roles
from starline.identity.models import AgencyApiKey
from tests.contract.callers import Caller
from tests.isolation.cast import CANARY, Agency, Cast, unchanged

REFUSALS = frozenset({"audit_events", "api_keys"})
"""Where Summit keeps who was turned away, and when a key of its own was used."""


def key_of(agency: Agency, *scopes: str) -> AgencyApiKey:
    owner = agency.people["Administrator"].user_id
    with tenancy.acting(agency.id, owner), db.transaction():
        role_id = roles.role_of(roles.ADMINISTRATOR).id
        return api_keys.issue({"name": "A program", "role_id": role_id, "scopes": list(scopes)}, by=owner)


def by_key(cast: Cast, key: AgencyApiKey, host: str) -> Caller:
    return Caller(cast.application, host, {"X-API-Key": str(key.key)})


def readable() -> list[Any]:
    return list(registry.values())


def words(*verbs: str) -> list[str]:
    pairs = ((f"can_{verb}", one.permission) for one in readable() for verb in verbs)
    return sorted({api_keys.scope_of(pair) for pair in pairs})


@pytest.fixture(scope="module")
def theirs(cast: Cast) -> AgencyApiKey:
    return key_of(cast.summit, *words("read"))


def test_a_key_of_summits_is_refused_at_harbors_door_whatever_it_asks(cast: Cast, theirs: AgencyApiKey) -> None:
    caller = by_key(cast, theirs, cast.harbor.host)
    with unchanged(cast.summit, but=REFUSALS):
        for resource in readable():
            for path in ("", cast.harbor.own[resource.name]["id"], cast.summit.own[resource.name]["id"]):
                answer = caller.get(f"/api/v1/{resource.name}/{path}")
                assert (answer.status_code, answer.json["code"]) == (403, "tenant_mismatch"), path
                assert CANARY not in answer.get_data(as_text=True)


def test_a_key_of_harbors_reads_harbors_rows_and_not_one_of_summits(cast: Cast) -> None:
    key = key_of(cast.harbor, *words("read"))
    for host, header in ((cast.harbor.host, {}), ("localhost", {}), ("localhost", {"X-Organization-ID": None})):
        caller = by_key(cast, key, host)
        for resource in readable():
            own, other = (agency.own[resource.name]["id"] for agency in (cast.harbor, cast.summit))
            headers = {name: value or str(cast.harbor.id) for name, value in header.items()}
            assert caller.get(f"/api/v1/{resource.name}/{own}", headers=headers).status_code == 200, resource.name
            assert caller.get(f"/api/v1/{resource.name}/{other}", headers=headers).status_code == 404, resource.name
            page = caller.get(f"/api/v1/{resource.name}/?page_size=200", headers=headers)
            assert page.status_code == 200 and CANARY not in page.get_data(as_text=True)
    misled = by_key(cast, key, "localhost").get("/api/v1/clients/", headers={"X-Organization-ID": str(cast.summit.id)})
    assert misled.status_code == 403


def test_a_key_that_may_only_read_changes_nothing(cast: Cast) -> None:
    caller = by_key(cast, key_of(cast.harbor, *words("read")), cast.harbor.host)
    with unchanged(cast.harbor, but=REFUSALS):
        for resource in readable():
            own = cast.harbor.own[resource.name]["id"]
            asked = [("POST", ""), ("POST", "bulk"), ("PUT", own), ("PATCH", own), ("DELETE", own)]
            asked += [("POST", f"{own}/{name}") for name in resource.actions]
            for method, path in asked:
                answer = caller.call(method, f"/api/v1/{resource.name}/{path}", json={})
                assert answer.status_code in (403, 404, 405), f"{method} {resource.name}/{path}: {answer.status_code}"


def test_a_revoked_key_opens_nothing_anywhere(cast: Cast) -> None:
    key = key_of(cast.harbor, *words("read"))
    caller = by_key(cast, key, cast.harbor.host)
    assert caller.get("/api/v1/clients/").status_code == 200
    with tenancy.acting(cast.harbor.id), db.transaction():
        db.session.get_one(AgencyApiKey, key.id).revoked_at = clock.now()
    for resource in readable():
        answer = caller.get(f"/api/v1/{resource.name}/")
        assert (answer.status_code, answer.json["code"]) == (401, "revoked_key")
