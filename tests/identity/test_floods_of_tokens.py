"""Whoever hammers at the door with bad tokens is kept in the audit, and doesn't fill it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from starline.core import clock, db
from starline.core.audit import AuditEvent
from starline.identity import alerts
from starline.identity.alerts import SecurityAlert
from starline.identity.models import SignInAttempt
from tests.identity.conftest import Browser, Web
from tests.identity.factories import HARBOR, PASSWORD, committed

LOGIN, REFRESH, ME = (f"/api/v1/auth/{name}" for name in ("login", "refresh", "me"))


@pytest.fixture(autouse=True)
def _still(frozen_clock: Any) -> None:
    """All within one minute."""


@pytest.fixture
def harbor(web: Web) -> Browser:
    return web.at("harbor.localhost")


def knock(client: Browser, times: int, token: str = "a.b.c") -> None:
    for _ in range(times):
        assert client.get(ME, headers={"Authorization": f"Bearer {token}"}).status_code == 401


def kept(client: Browser) -> list[tuple[str, int]]:
    """Reason and count of each row about the client's address, oldest first."""
    with committed(HARBOR):
        query = select(AuditEvent.changes).where(AuditEvent.action == "auth:refused_token").order_by(AuditEvent.id)
        address = client.environ_base["REMOTE_ADDR"]
        return [(one["reason"], one["count"]) for one in db.session.scalars(query) if one["address"] == address]


def test_a_hundred_refusals_leave_three_rows_that_tell_how_many_there_were(harbor: Browser) -> None:
    knock(harbor, 9)
    assert kept(harbor) == [("malformed_token", 1)]
    knock(harbor, 111)
    assert kept(harbor) == [("malformed_token", 1), ("malformed_token", 10), ("malformed_token", 100)]


def test_another_address_another_reason_and_another_minute_get_rows_of_their_own(web: Web, harbor: Browser) -> None:
    other = web.at("harbor.localhost")
    knock(harbor, 3)
    knock(other, 3)
    assert len(kept(harbor)) == len(kept(other)) == 1
    theirs = web.at("summit.localhost").post(LOGIN, json={"email": "nurse@summit.example", "password": PASSWORD}).json
    header = {"Authorization": f"Bearer {theirs['access_token']}"}
    for _ in range(3):
        assert harbor.get(ME, headers=header).status_code == 403
    assert kept(harbor) == [("malformed_token", 1), ("tenant_mismatch", 1)]
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        knock(harbor, 3)
    assert kept(harbor) == [("malformed_token", 1), ("tenant_mismatch", 1), ("malformed_token", 1)]


def test_refresh_tokens_that_nobody_knows_are_counted_too(harbor: Browser) -> None:
    for number in range(12):
        answer = harbor.post(REFRESH, json={"refresh_token": f"{HARBOR.hex}.{number}"})
        assert answer.status_code == 401 and answer.json["code"] == "unknown_token"
    assert kept(harbor) == [("unknown_token", 1), ("unknown_token", 10)]


def test_a_spent_refresh_token_alarms_once_however_often_it_is_sent(harbor: Browser) -> None:
    first = harbor.post(LOGIN, json={"email": "nurse@harbor.example", "password": PASSWORD}).json["refresh_token"]
    assert harbor.post(REFRESH, json={"refresh_token": first}).status_code == 200
    for _ in range(8):
        answer = harbor.post(REFRESH, json={"refresh_token": first})
        assert answer.status_code == 401 and answer.json["code"] == "reused_token"
    with committed(HARBOR):
        query = select(SignInAttempt.id).where(SignInAttempt.outcome == "reused_token")
        assert len(db.session.scalars(query).all()) == 1
    assert kept(harbor) == [("reused_token", 1)]


def test_refusals_of_several_minutes_add_up_to_an_alert(harbor: Browser) -> None:
    address, began = harbor.environ_base["REMOTE_ADDR"], clock.now()
    for minute in range(5):
        assert not alerted(address)
        with clock.frozen(began + timedelta(minutes=minute)):
            knock(harbor, 12)
    assert alerted(address) == [50], "ten of each minute are known for certain"


def alerted(address: str) -> list[int]:
    with committed(HARBOR):
        alerts.watch()
        query = select(SecurityAlert.count).where(SecurityAlert.address == address)
        return list(db.session.scalars(query))
