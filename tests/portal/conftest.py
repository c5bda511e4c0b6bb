"""A caregiver with a visit of today at Harbor, and one at the other agency; their programs and browsers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from starline.core import clock, db, tenancy
from starline.core.identifiers import uuid7
from starline.identity import passwords
from starline.scheduling.visit_tasks import tasks_of
from tests.organizations.factories import HARBOR, SUMMIT, a_user, acting_for
from tests.scheduling.evv_factories import Shift, a_shift

PASSWORD = "seven lanterns over quiet water"
# One red pixel.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVQI12P4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"


@dataclass
class Own:
    """What a test needs of somebody's visit once the transaction that made it is over."""

    name: str
    visit_id: str
    client_id: str
    member_id: str
    user_id: int
    tasks: list[str]


@pytest.fixture(scope="module")
def people(database: str) -> Iterator[dict[str, Own]]:
    """Maria and Jo of Harbor, Sam of Summit, each with a visit that begins in ten minutes."""
    found = {}
    with acting_for(HARBOR, "harbor"), db.transaction():
        for name in ("maria", "jo"):
            found[name] = _own(name, _soon(name))
        _office("noor")
    with acting_for(SUMMIT, "summit"), db.transaction():
        found["sam"] = _own("sam", _soon("sam"))
    yield found


def _soon(name: str) -> Shift:
    starts_at = clock.now() + timedelta(minutes=10)
    shift = a_shift(
        name,
        tasks=("Help with bathing", "Prepare lunch"),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
    )
    shift.user.password = passwords.hashed(PASSWORD)
    shift.visit.service_address.door_code = "4711#"
    db.session.flush()
    return shift


def _office(name: str) -> None:
    a_user(name, "Scheduler").password = passwords.hashed(PASSWORD)


def _own(name: str, shift: Shift) -> Own:
    tasks = [str(one.id) for one in tasks_of(shift.visit)]
    return Own(name, str(shift.visit.id), str(shift.client.id), str(shift.member.id), shift.user.id, tasks)


@pytest.fixture
def ask(app: Any, people: dict[str, Own]) -> Callable[..., Any]:
    """A request of somebody's program: who, method, path and body."""

    def send(who: str, method: str, path: str, body: Any = None) -> Any:
        host = "summit" if who == "sam" else "harbor"
        client, base = app.test_client(), f"http://{host}.localhost"
        login = {"email": f"{who}@harbor.example", "password": PASSWORD}
        token = client.post("/api/v1/auth/login", json=login, base_url=base).json["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        return client.open(path, method=method, json=body, headers=headers, base_url=base)

    return send


@pytest.fixture
def browser(app: Any, people: dict[str, Own]) -> Callable[[str], Any]:
    """Somebody's browser after signing in."""

    def open_browser(who: str) -> Any:
        client, base = app.test_client(), "http://harbor.localhost"
        token = _token(client.get("/login", base_url=base).text)
        answer = client.post(
            "/login",
            data={"email": f"{who}@harbor.example", "password": PASSWORD, "csrf_token": token},
            base_url=base,
        )
        assert answer.status_code == 302, answer.text
        return Browser(client, base)

    return open_browser


class Browser:
    """Sends forms with the page's token, as a browser without a script does."""

    def __init__(self, client: Any, base: str) -> None:
        self.client, self.base = client, base

    def get(self, path: str) -> Any:
        return self.client.get(path, base_url=self.base, buffered=True)

    def post(self, path: str, page: str, **data: Any) -> Any:
        token = _token(self.get(page).text)
        return self.client.post(path, data={"csrf_token": token, **data}, base_url=self.base)


def _token(page: str) -> str:
    return page.split('name="csrf_token" value="')[1].split('"')[0]


def an_act(own: Own, kind: str, **more: Any) -> dict[str, Any]:
    """One act of the person's phone, as it sends it."""
    given = {"event_id": str(uuid7()), "kind": kind, "visit_id": own.visit_id, "sequence": 1}
    return {**given, "happened_at": clock.now().isoformat(), **more}


@contextmanager
def in_harbor() -> Iterator[None]:
    """Acting for Harbor in a transaction."""
    with tenancy.acting(HARBOR), db.transaction():
        yield
