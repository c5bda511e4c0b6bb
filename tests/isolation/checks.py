"""Short walks, each along one check of the application: what the mutants of that check must turn red."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.core import api_keys
from app.core import registry as registered
from app.core.resource import Resource, registry
from starline.core import db, tenancy
from starline.identity import api_keys as keys
from starline.identity import roles
from starline.organizations import preferences
from tests.contract.callers import Caller, by_cookie, by_token, nobody
from tests.isolation.asks import SUFFIXES, Ask, a_change, resource_asks
from tests.isolation.cast import CANARY, Cast
from tests.isolation.walker import Walk, stranger_walk, walk, without_permission

FEATURE = "billing"
STALE = 9_999_999


def asks_of(cast: Cast, resource: Resource, *methods: str) -> list[Ask]:
    return [ask for ask in resource_asks(cast.application) if ask.resource is resource and ask.method in methods]


def own_path(cast: Cast, ask: Ask) -> str:
    return ask.path.format(cast.harbor.own[ask.resource.name]["id"])


def permissions(cast: Cast, resource: Resource, *methods: str) -> list[str]:
    """Everybody without the permission is refused."""
    found = Walk(cast)
    for ask in asks_of(cast, resource, *(methods or ("GET",))):
        without_permission(found, ask)
    assert found.cases, f"everybody may do everything with {resource.name}"
    return found.findings


def actions(cast: Cast) -> list[str]:
    """The verbs of a resource are for those who may edit it."""
    found = Walk(cast)
    for resource in registry.values():
        for ask in asks_of(cast, resource, "POST"):
            if ask.sends == "question" and "/{}/" in ask.path and resource.actions:
                without_permission(found, ask)
    assert found.cases
    return found.findings


@contextmanager
def behind_a_feature(cast: Cast) -> Iterator[None]:
    """Every resource belongs to a feature that Harbor has."""
    names = {one.permission + suffix for one in registry.values() for suffix in SUFFIXES}
    with pytest.MonkeyPatch.context() as patch:
        for name in names:
            patch.setitem(registered._features, name, FEATURE)
        yield
        _switch(cast, True)


def features(cast: Cast) -> list[str]:
    """Switched off, nothing of it is there; switched on, all is."""
    person, findings = cast.harbor.people["Administrator"], []
    callers = {True: by_cookie(cast.application, person), False: by_token(cast.application, person)}
    with behind_a_feature(cast):
        for is_on in (True, False):
            _switch(cast, is_on)
            for ask in resource_asks(cast.application):
                if ask.method != "GET" or ask.path.endswith("/nothing"):
                    continue
                status = callers[ask.is_screen].get(own_path(cast, ask)).status_code
                if status != (200 if is_on else 404 if ask.is_screen else 403):
                    findings.append(f"{ask.route}, feature {'on' if is_on else 'off'}: {status}")
    return findings


def _switch(cast: Cast, is_on: bool) -> None:
    with tenancy.acting(cast.harbor.id), db.transaction():
        preferences.update_settings({"features": {FEATURE: is_on}}, by=None)


def strangers(cast: Cast) -> list[str]:
    """Host, header, token and cookie that name different organisations are refused, warm or cold."""
    summit = cast.summit.people["Administrator"]
    for caller in (by_cookie(cast.application, summit), by_token(cast.application, summit)):
        assert caller.get("/api/v1/clients/").status_code == 200  # what a process remembers is no way in
    found = stranger_walk(cast, registry["Clients"]).findings
    disagreeing = {"X-Organization-ID": str(cast.summit.id)}
    for path in ("/login/", "/", "/api/v1/auth/me"):
        status = nobody(cast.application, cast.harbor.host).get(path, headers=disagreeing).status_code
        found += [] if status == 403 else [f"nobody at {path} with Summit's header: {status}"]
    return found


def foreign_key(cast: Cast) -> list[str]:
    """An API key of Summit's at Harbor's address."""
    administrator = cast.summit.people["Administrator"].user_id
    with tenancy.acting(cast.summit.id, administrator), db.transaction():
        role_id = roles.role_of(roles.ADMINISTRATOR).id
        values = {"name": "A program", "role_id": role_id, "scopes": [keys.scope_of(("can_read", "Clients"))]}
        key = str(keys.issue(values, by=administrator).key)
    at_home = Caller(cast.application, cast.summit.host, {api_keys.HEADER: key}).get("/api/v1/clients/")
    assert at_home.status_code == 200
    answer = Caller(cast.application, cast.harbor.host, {api_keys.HEADER: key}).get("/api/v1/clients/")
    is_refused = answer.status_code == 403 and CANARY not in answer.get_data(as_text=True)
    return [] if is_refused else [f"Summit's key at Harbor's address: {answer.status_code}"]


def stale_writes(cast: Cast, only: Resource | None = None) -> list[str]:
    """Who read an older version than is stored changes nothing, by REST or by a form."""
    person, findings = cast.harbor.people["Administrator"], []
    for resource in registry.values():
        if "edit" not in resource.methods or only not in (None, resource) or "version" not in resource.marks:
            continue
        row, change = cast.harbor.own[resource.name], a_change(resource, "Late")
        path = f"/api/v1/{resource.name}/{row['id']}"
        script = by_token(cast.application, person)
        control = script.call("PUT", path, json=a_change(resource, "In time"), headers={"If-Match": _tag(script, path)})
        if control.status_code != 200:
            findings.append(f"{resource.name}: with the right version {control.status_code}")
        before = _tag(script, path)
        late = script.call("PUT", path, json=change, headers={"If-Match": f'"{STALE}"'})
        if late.status_code != 412:
            findings.append(f"{resource.name}: a stale PUT answers {late.status_code}")
        form = {**{key: str(value) for key, value in change.items()}, "version": str(STALE)}
        by_cookie(cast.application, person).post(f"/{resource.name}/edit/{row['id']}", data=form)
        if _tag(script, path) != before:
            findings.append(f"{resource.name}: a stale form was saved")
    return findings


def _tag(script: Caller, path: str) -> str:
    return str(script.get(path).headers.get("ETag"))


def denials_kept(cast: Cast) -> list[str]:
    return walk(cast, screens=False, only=registry["Clients"], methods=frozenset({"GET"})).findings


def edit_pages(cast: Cast) -> list[str]:
    """Forms of rows out of scope."""
    return walk(cast, screens=True, only=registry["Clients"], methods=frozenset({"GET"})).findings


def scoped_references(cast: Cast) -> list[str]:
    """Rows out of scope named in a body."""
    found: list[str] = []
    for name in ("ClientNotes", "Contacts"):
        found += walk(cast, screens=False, only=registry[name], methods=frozenset({"POST", "PUT"})).findings
    return found
