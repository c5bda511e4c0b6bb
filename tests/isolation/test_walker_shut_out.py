"""Who is shut out finds every door closed at the next request, whatever a process remembers of them."""

import dataclasses
from typing import Any

import pytest

from app.core import security
from starline.core import clock, db, tenancy
from starline.identity.models import UserSession
from tests.contract.callers import PLAINLY, Caller, by_cookie, by_token
from tests.isolation.asks import resource_asks
from tests.isolation.cast import Cast, Person, fingerprint, join
from tests.isolation.other_routes import For, other_asks, path_of
from tests.isolation.tally import Tally

CLOSED = (401, 403)
HARMLESS = frozenset({"AuthApi.logout", "AuthView.logout"})
"""Whoever is shut out may still end what is left of their own session."""
LEFT = frozenset({"audit_events", "sign_in_attempts", "user_sessions"})
"""What the system keeps of attempts."""


@pytest.fixture(params=["disabled", "session ended", "role taken away"])
def leaver(request: pytest.FixtureRequest, cast: Cast) -> tuple[Person, dict[Any, Any]]:
    """Somebody whom this process knows as an administrator, and who is none any more."""
    person = join(cast.harbor, f"Leaver {request.param}", "Administrator")
    for caller in (by_token(cast.application, person), by_cookie(cast.application, person)):
        assert caller.get("/api/v1/clients/").status_code == 200
    remembered = {
        key: (kept[0] + 3600, kept[1]) for key, kept in security._viewers.items() if kept[1].user_id == person.user_id
    }
    assert len(remembered) == 2
    with tenancy.acting(cast.harbor.id), db.transaction():
        user = db.session.query(db.User).filter_by(id=person.user_id).one()
        if request.param == "disabled":
            user.active = False
        elif request.param == "role taken away":
            user.roles = []
        else:
            sessions = db.session.query(UserSession).filter_by(user_id=person.user_id)
            sessions.update({"ended_at": clock.now()})
    return dataclasses.replace(person, permissions=frozenset()), remembered


def test_what_a_process_remembers_opens_no_door(
    cast: Cast, leaver: tuple[Person, dict[Any, Any]], tally: Tally
) -> None:
    person, remembered = leaver
    has_role_only_lost = _is_active(person)
    callers = {True: by_cookie(cast.application, person), False: by_token(cast.application, person)}
    doors = list(_doors(cast, callers, person, has_role_only_lost))  # the rows they lead to are made now
    before, findings, cases = fingerprint(cast.harbor), [], 0
    for caller, method, path in doors:
        security._viewers.update(remembered)
        answer = caller.call(method, path, headers=PLAINLY, **({} if method == "GET" else {"json": {}}))
        cases += 1
        is_sent_away = answer.status_code == 302 and "/login" in answer.headers["Location"]
        if not (answer.status_code in CLOSED or is_sent_away):
            findings.append(f"{method} {path}: {answer.status_code}")
    after = fingerprint(cast.harbor)
    findings += [f"{table} changed" for table in before if before[table] != after[table] and table not in LEFT]
    tally.add(cases=cases, leaks=len(findings))
    assert findings == [], "\n".join(findings)
    assert cases > 300


def _doors(cast: Cast, callers: dict[bool, Caller], person: Person, has_role_only_lost: bool) -> Any:
    """Every request that asks for somebody's permission; who merely lost a role keeps what is their own."""
    for ask in resource_asks(cast.application):
        if ask.path.endswith("/related/nothing"):
            continue
        yield callers[ask.is_screen], ask.method, ask.path.format(cast.harbor.own[ask.resource.name]["id"])
    closed = {For.SETTINGS, For.AUDITORS} | (set() if has_role_only_lost else {For.SIGNED_IN})
    for other in other_asks(cast.application):
        if other.other.whom in closed and other.endpoint not in HARMLESS:
            yield callers[not other.is_api], other.method, path_of(other, other.other.own(cast.harbor, person))


def _is_active(person: Person) -> bool:
    with tenancy.acting(person.organization_id), db.transaction():
        user = db.session.query(db.User).filter_by(id=person.user_id).one()
        open_sessions = db.session.query(UserSession).filter_by(user_id=person.user_id, ended_at=None).count()
        return bool(user.active) and open_sessions > 0
