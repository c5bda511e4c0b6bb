"""What holds a connection goes past the pooler: everything else may share connections by transaction."""

from dataclasses import replace

import psycopg2
import pytest

from config import settings
from starline.core import broker, dispatch

NOWHERE = "postgresql+psycopg2://starline_app:word@127.0.0.1:1/pooled"


@pytest.fixture(autouse=True)
def _behind_a_pooler(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pooler's address leads nowhere; only the direct one answers."""
    given = replace(settings(), database_url=NOWHERE, direct_database_url=settings().database_url)
    monkeypatch.setattr(broker, "settings", lambda: given)


def test_the_dispatcher_listens_on_a_direct_connection() -> None:
    with dispatch._listening() as wakeups:
        assert next(wakeups) in (True, False)


def test_the_leader_lock_and_the_broker_stand_on_the_direct_address() -> None:
    address = broker.libpq_address()
    assert "pooled" not in address and broker._postgresql()["broker_transport_options"]["conn_string"] == address
    psycopg2.connect(address).close()
