"""A database that says nothing is given up within seconds; one that is only slow is left alone."""

import select
import socket
from collections.abc import Iterator
from time import monotonic, sleep

import pytest
from psycopg2.extensions import make_dsn
from sqlalchemy import create_engine, make_url
from sqlalchemy import text as sql
from sqlalchemy.exc import OperationalError

from config import settings
from starline.core import broker, silence
from tests.faults.proxy import Proxy


@pytest.fixture
def proxy(database: str) -> Iterator[Proxy]:
    address = make_url(settings().database_url)
    made = Proxy(f"{address.query['host']}/.s.PGSQL.{address.query['port']}")
    yield made
    made.close()


@pytest.fixture
def address(proxy: Proxy) -> str:
    """libpq's address of the database by way of the proxy."""
    url = make_url(settings().database_url)
    place = {"host": "127.0.0.1", "port": proxy.port, "sslmode": "disable", "gssencmode": "disable"}
    return str(make_dsn(dbname=url.database, user=url.username, password=url.password, **place))


def test_who_waits_on_a_silent_database_gets_an_error(
    proxy: Proxy, address: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(silence, "ANSWER_SECONDS", 2.5)
    engine = create_engine(f"postgresql+psycopg2://?{'&'.join(address.split())}", connect_args={"connect_timeout": 3})
    silence.Watch(engine, address)
    with engine.connect() as connection, pytest.raises(OperationalError):
        connection.execute(sql("SELECT 1"))
        proxy.silent.set()
        connection.execute(sql("SELECT 2"))
    assert "the database is silent" in caplog.text
    proxy.silent.clear()
    with engine.connect() as connection:
        assert connection.execute(sql("SELECT 3")).scalar() == 3
    engine.dispose()


def test_a_slow_statement_on_a_living_database_is_left_alone(proxy: Proxy, address: str) -> None:
    engine = create_engine(f"postgresql+psycopg2://?{'&'.join(address.split())}")
    watch = silence.Watch(engine, address)
    seconds = silence.LONG_SECONDS + 2 * silence.TICK_SECONDS
    with engine.connect() as connection:
        assert connection.execute(sql("SELECT pg_sleep(:seconds)"), {"seconds": seconds}).rowcount == 1
        assert watch.look() is False
        assert connection.execute(sql("SELECT 1")).scalar() == 1
    engine.dispose()


def test_silence_is_no_answer_and_a_refusal_is_one(proxy: Proxy, address: str) -> None:
    assert silence.answers(address, 5)
    assert silence.answers(address.replace("user=", "user=x"), 5)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        deaf = f"host=127.0.0.1 port={listener.getsockname()[1]} sslmode=disable gssencmode=disable"
        began = monotonic()
        assert not silence.answers(deaf, 0.3)
        assert monotonic() - began < 5


def test_a_machine_that_stood_still_for_long_has_not_waited(monkeypatch: pytest.MonkeyPatch) -> None:
    class StoodStill:
        """A line on which the answer came while the machine stood still, after the time for it had run out."""

        asked = 0

        def register(self, *_: int) -> None:
            pass

        def poll(self, milliseconds: float) -> list[int]:
            self.asked += 1
            if self.asked == 1:
                sleep(4 * milliseconds / 1000)
            return [1] if self.asked == 2 else []

    monkeypatch.setattr(select, "poll", StoodStill)
    patience = silence.Patience(2 * silence.STEP_SECONDS)
    assert patience.has_news(0, select.POLLIN)
    assert not patience.has_news(0, select.POLLIN)


def test_connections_outside_the_pool_notice_a_dead_line_too() -> None:
    assert "tcp_user_timeout=10000" in broker.libpq_address() and "keepalives_idle=10" in broker.libpq_address()
