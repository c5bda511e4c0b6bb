"""API keys: what they open, what they never open, and how they end."""

import base64
import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core import api_keys as asked_keys
from app.core.resource import registry
from starline.core import clock, db
from starline.core.audit import AuditEvent
from starline.core.db import Role, User
from starline.core.errors import Invalid, NotAllowed
from starline.identity import api_keys, roles, users
from starline.identity.models import AgencyApiKey, RecordScope
from starline.organizations.models import OrganizationSettings
from tests.identity.conftest import Browser, Web
from tests.identity.factories import HARBOR, PASSWORD, SUMMIT, a_person, committed

KEYS, CLIENTS, BRANCHES = "/api/v1/api_keys/", "/api/v1/clients/", "/api/v1/branches/"
BOSS = "boss@harbor.example"


@pytest.fixture(scope="module", autouse=True)
def bosses(people: None) -> None:
    """An administrator each, and the permissions of every resource on the template roles."""
    from app.core.security import synchronise_permissions

    assert registry
    synchronise_permissions()
    for organization in (HARBOR, SUMMIT):
        with committed(organization):
            a_person("boss", roles.ADMINISTRATOR.name)


@pytest.fixture
def boss(web: Web) -> Browser:
    """A script of Harbor's administrator."""
    script = web.at("harbor.localhost")
    token = script.post("/api/v1/auth/login", json={"email": BOSS, "password": PASSWORD}).json["access_token"]
    script.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return script


def issued(organization: Any = HARBOR, *scopes: str, role: str = "API", **values: Any) -> AgencyApiKey:
    """A key of the administrator's, committed; its `key` is the secret text."""
    with committed(organization):
        owner = db.session.scalars(select(User.id).where(User.email.startswith("boss@"))).one()
        given = {"name": "Payroll export", "role_id": roles.role_of(roles.BY_NAME[role]).id, **values}
        return api_keys.issue({**given, "scopes": list(scopes) or ["clients:read"]}, by=owner)


def change(key: AgencyApiKey, **values: Any) -> None:
    with committed(key.organization_id):
        row = db.session.get_one(AgencyApiKey, key.id)
        for name, value in values.items():
            setattr(row, name, value)


def ask(web: Web, key: AgencyApiKey | str, path: str = CLIENTS, host: str = "harbor.localhost", **more: Any) -> Any:
    text = key if isinstance(key, str) else key.key
    return web.at(host).open(path, headers={"Authorization": f"Bearer {text}"}, **more)


def kept(action: str, key: AgencyApiKey) -> list[Any]:
    with committed(key.organization_id):
        query = select(AuditEvent).where(AuditEvent.action == action, AuditEvent.reason == f"API key {key.prefix}")
        return list(db.session.scalars(query))


def test_a_key_opens_the_api_under_either_header_and_where_no_host_names_the_agency(web: Web) -> None:
    key = issued()
    assert ask(web, key).status_code == 200
    assert web.at("harbor.localhost").get(CLIENTS, headers={"X-API-Key": key.key}).status_code == 200
    assert ask(web, key, host="localhost").status_code == 200
    me = ask(web, key, "/api/v1/auth/me").json
    assert (me["organization_id"], me["roles"], me["permissions"]) == (str(HARBOR), ["API"], [["can_read", "Clients"]])


def test_its_secret_is_told_once_and_stored_nowhere(boss: Browser, web: Web) -> None:
    with committed(HARBOR):
        role_id = roles.role_of(roles.BY_NAME["API"]).id
    body = {"name": "Once", "role_id": role_id, "scopes": ["clients:read"]}
    made = boss.post(KEYS, json=body, headers={"Idempotency-Key": "issue once"})
    again = boss.post(KEYS, json=body, headers={"Idempotency-Key": "issue once"})
    secret = made.json["key"]
    assert made.status_code == 201 and ask(web, secret).status_code == 200
    assert again.json["id"] == made.json["id"] and "key" not in again.json
    assert secret not in boss.get(f"{KEYS}{made.json['id']}").get_data(as_text=True)
    tail = secret[-30:]
    with committed(HARBOR):
        tables = db.metadata.sorted_tables
        texts = [str(row) for table in tables if table.name != "ab_api_key" for row in _rows(table)]
    assert not [text for text in texts if tail in text]
    named = api_keys.named_in(secret)
    assert named is not None and any(named.secret_hash in text for text in texts)


def _rows(table: Any) -> Any:
    names = db.session.scalar(select(func.to_regclass(table.name)))
    return db.session.execute(select(table)).all() if names is not None else []


def test_scopes_are_the_most_a_key_does(web: Web) -> None:
    key = issued(HARBOR, "branches:read", "clients:write")
    assert ask(web, key, BRANCHES).status_code == 200
    assert ask(web, key, CLIENTS).status_code == 403
    reading = issued(HARBOR, "clients:read")
    refused = ask(web, reading, CLIENTS, method="POST", json={"first_name": "A", "last_name": "B"})
    assert refused.status_code == 403 and refused.json["code"] == "not_allowed"


def test_its_role_is_the_most_a_key_does(web: Web) -> None:
    key = issued(HARBOR, "branches:read", "branches:write")
    assert ask(web, key, BRANCHES).status_code == 200
    assert ask(web, key, BRANCHES, method="POST", json={"name": "Annex"}).status_code == 403


def test_its_owner_is_the_most_a_key_does_and_the_narrower_record_scope_holds(web: Web) -> None:
    with committed(HARBOR):
        owner = a_person("leaving", "Administrator")
        role = Role(name="Narrow", record_scope=RecordScope.ASSIGNED)
        role.permissions = list(roles.role_of(roles.BY_NAME["API"]).permissions)
        db.session.add(role)
        db.session.flush()
        key = api_keys.issue(
            {"name": "N", "role_id": role.id, "scopes": ["clients:read", "clients:write"]}, by=owner.id
        )
    assert ask(web, key, "/api/v1/auth/me").json["scope"] == "assigned"
    with committed(HARBOR):
        users.change_roles(db.session.get_one(User, owner.id), [roles.role_of(roles.BY_NAME["Family"])], by=None)
    me = ask(web, key, "/api/v1/auth/me").json
    assert (me["scope"], me["permissions"]) == ("own", [["can_read", "Clients"]])


def test_a_key_never_opens_a_screen(web: Web) -> None:
    key = issued()
    for path in ("/", "/clients/list/", "/me", "/login"):
        assert ask(web, key, path).status_code == 403, path
        assert web.at("harbor.localhost").get(path, headers={"X-API-Key": key.key}).status_code == 403


def test_keys_never_change_who_may_do_what(web: Web, boss: Browser) -> None:
    for scope in ("users:write", "roles:write", "role_assignments:write", "api_keys:write", "settings:write"):
        with pytest.raises(Invalid) as refusal:
            issued(HARBOR, scope, role="Administrator")
        assert list(refusal.value.errors) == ["scopes"]
    key = issued(HARBOR, "api_keys:read", role="Administrator")
    change(key, scopes=["api_keys:read", "api_keys:write"])
    assert ask(web, key, KEYS).status_code == 200
    assert ask(web, key, KEYS, method="POST", json={}).status_code == 403


@pytest.mark.parametrize("scopes", [[], ["clients"], ["clients:delete"], ["nothing:read"], ["Clients:read"], ["*"]])
def test_a_scope_that_is_none_is_refused_by_name(scopes: list[str]) -> None:
    with committed(HARBOR):
        owner = db.session.scalars(select(User.id).where(User.email == BOSS)).one()
        role_id = roles.role_of(roles.BY_NAME["API"]).id
        with pytest.raises(Invalid) as refusal:
            api_keys.issue({"name": "Wrong", "role_id": role_id, "scopes": scopes}, by=owner)
        assert list(refusal.value.errors) == ["scopes"]


def test_nobody_issues_a_key_that_may_do_more_than_they(people: None) -> None:
    with committed(HARBOR):
        nurse = a_person("issuer", "Nurse").id
        biller, nurses = (roles.role_of(roles.BY_NAME[name]).id for name in ("Biller", "Nurse"))
        with pytest.raises(NotAllowed):
            api_keys.issue({"name": "B", "role_id": biller, "scopes": ["clients:read"]}, by=nurse)
        with pytest.raises(Invalid):
            api_keys.issue({"name": "B", "role_id": nurses, "scopes": ["clients:export"]}, by=nurse)


@pytest.mark.parametrize("days", [-1, 731])
def test_a_key_ends_within_two_years(days: int) -> None:
    with pytest.raises(Invalid) as refusal:
        issued(expires_at=clock.now() + timedelta(days=days))
    assert list(refusal.value.errors) == ["expires_at"]


def test_revoking_takes_effect_on_the_next_request_of_a_node_that_remembers(boss: Browser, web: Web) -> None:
    key = issued()
    assert ask(web, key).status_code == 200
    remembered = dict(asked_keys._kept)  # another node's memory
    assert boss.post(f"{KEYS}{key.id}/revoke").status_code == 200
    asked_keys._kept.update(remembered)
    for path in (CLIENTS, "/api/v1/auth/me"):
        refused = ask(web, key, path)
        assert (refused.status_code, refused.json["code"]) == (401, "revoked_key")
    shown = boss.get(f"{KEYS}{key.id}").json["result"]
    assert shown["revoked_at"] and shown["revoked_by"] == "Boss Okafor"
    assert boss.post(f"{KEYS}{key.id}/revoke").status_code == 409
    assert boss.patch(f"{KEYS}{key.id}", json={"name": "Again"}).status_code == 409


def test_narrower_scopes_hold_on_a_node_that_remembers(boss: Browser, web: Web) -> None:
    key = issued(HARBOR, "clients:read", "branches:read")
    assert ask(web, key).status_code == 200
    assert boss.patch(f"{KEYS}{key.id}", json={"scopes": ["branches:read"]}).status_code == 200
    assert ask(web, key).status_code == 403
    assert ask(web, key, BRANCHES).status_code == 200


def test_an_expired_key_and_one_whose_owner_is_disabled_are_refused(web: Web) -> None:
    key = issued()
    assert ask(web, key).status_code == 200
    with clock.frozen(clock.now() + timedelta(days=366)):
        refused = ask(web, key)
    assert (refused.status_code, refused.json["code"]) == (401, "expired_key")
    with committed(HARBOR):
        owner = a_person("gone", "Administrator")
        role_id = roles.role_of(roles.BY_NAME["API"]).id
        orphan = api_keys.issue({"name": "O", "role_id": role_id, "scopes": ["clients:read"]}, by=owner.id)
    assert ask(web, orphan).status_code == 200
    with committed(HARBOR):
        users.disable(db.session.get_one(User, owner.id), by=None)
    refused = ask(web, orphan)
    assert (refused.status_code, refused.json["code"]) == (401, "disabled_key")


def test_a_key_of_another_agency_is_refused_at_this_host_and_never_with_its_header(web: Web) -> None:
    theirs = issued(SUMMIT)
    assert ask(web, theirs, host="summit.localhost").status_code == 200
    refused = ask(web, theirs)
    assert (refused.status_code, refused.json["code"]) == (403, "tenant_mismatch")
    named = web.at("localhost").get(CLIENTS, headers={"X-API-Key": theirs.key, "X-Organization-ID": str(HARBOR)})
    assert named.status_code == 403


def test_forged_keys_open_nothing_and_are_told_nothing(web: Web) -> None:
    key = issued()
    assert key.key is not None
    assert ask(web, key).status_code == 200  # and is remembered from now on
    head, content = key.key[:12], key.key[12:]
    plain = base64.urlsafe_b64decode(content + "==")

    def spelled(organization: bytes, key_id: bytes, secret: bytes) -> str:
        return head + base64.urlsafe_b64encode(organization + key_id + secret).decode().rstrip("=")

    forged = [
        spelled(plain[:16], plain[16:32], bytes(32)),
        spelled(SUMMIT.bytes, plain[16:32], plain[32:]),
        spelled(plain[:16], bytes(16), plain[32:]),
        key.key[:-1],
        key.key + "A",
        "sl_",
        "sl_" + "x" * 5000,
        "sl_" + hashlib.sha256(plain[32:]).hexdigest(),
    ]
    change(key, revoked_at=clock.now())
    for text in forged:
        for host in ("harbor.localhost", "localhost", "summit.localhost"):
            refused = ask(web, text, host=host)
            assert refused.status_code in (401, 403), (text, host)
            assert refused.json["code"] in ("unknown_key", "tenant_mismatch"), (text, host)
    both = web.at("harbor.localhost").get(CLIENTS, headers={"X-API-Key": key.key, "Authorization": "Bearer x"})
    assert (both.status_code, both.json["code"]) == (401, "two_credentials")


def test_what_a_key_reads_and_changes_names_it_in_the_audit(web: Web) -> None:
    key = issued(HARBOR, "clients:read", "clients:write", "branches:read")
    assert ask(web, key).status_code == 200
    made = ask(web, key, "/api/v1/contacts/", method="POST", json={})
    assert made.status_code == 403
    with committed(HARBOR):
        owner = db.session.scalars(select(User.id).where(User.email == BOSS)).one()
    (reading,) = kept("read", key)
    (denial,) = kept("denied", key)
    assert (reading.subject, reading.actor_id) == ("clients", owner)
    assert (denial.subject, denial.actor_id) == ("ContactsApi.post", owner)


def test_refusals_are_kept_where_it_is_known_whose_they_are(web: Web) -> None:
    key = issued()
    change(key, revoked_at=clock.now())
    ask(web, key, host="localhost")
    with committed(HARBOR):
        query = select(AuditEvent).where(AuditEvent.action == "auth:refused_token", AuditEvent.subject == "api_keys")
        (event,) = [one for one in db.session.scalars(query) if one.subject_id == str(key.id)]
    assert event.changes["reason"] == "revoked_key"


def test_its_use_is_noted_once_a_minute(web: Web) -> None:
    key = issued()
    moment = clock.now().replace(microsecond=0)

    def used() -> Any:
        with committed(HARBOR):
            return db.session.get_one(AgencyApiKey, key.id).last_seen_at

    assert used() is None
    with clock.frozen(moment):
        ask(web, key)
    assert used() == moment
    with clock.frozen(moment + timedelta(seconds=59)):
        ask(web, key)
    assert used() == moment
    with clock.frozen(moment + timedelta(seconds=61)):
        ask(web, key)
    assert used() == moment + timedelta(seconds=61)
    with committed(HARBOR):
        query = select(AuditEvent.action).where(AuditEvent.subject == "api_keys", AuditEvent.subject_id == str(key.id))
        assert "update" not in list(db.session.scalars(query))


@pytest.fixture
def switched_off() -> Iterator[None]:
    def switch(on: bool) -> None:
        with committed(HARBOR):
            row = db.session.query(OrganizationSettings).one()
            row.features = {**row.features, "api_access": on}

    switch(False)
    yield
    switch(True)


def test_an_agency_without_api_access_has_no_keys(switched_off: None, boss: Browser, web: Web) -> None:
    refused = ask(web, issued())
    assert (refused.status_code, refused.json["code"]) == (403, "feature_off")
    assert boss.get(KEYS).status_code == 403
    assert boss.get(CLIENTS).status_code == 200
