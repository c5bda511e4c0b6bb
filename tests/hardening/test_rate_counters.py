"""The counters behind the rate limits: what they let through, when they say to come back, and where they count."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits.storage import RedisStorage

from app.core import rate_limits
from app.core.rate_limits import WINDOW, Counters
from starline.core import clock
from tests.core.redis_server import RedisServer

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def asked(counters: Counters, after: float, limit: int = 10, key: str = "somebody") -> rate_limits.Count:
    with clock.frozen(NOON + timedelta(seconds=after)):
        return counters.hit(key, limit)


def test_the_first_ten_of_a_minute_pass_and_the_eleventh_hears_when_to_come_back() -> None:
    counters = Counters(None)
    first = [asked(counters, second) for second in range(10)]
    assert [one.remaining for one in first] == [*range(9, -1, -1)] and first[0].reset == WINDOW
    refused = asked(counters, 10)
    assert refused.is_exceeded and refused.remaining == 0 and refused.reset == 50
    again = asked(counters, 10 + refused.retry_after)
    assert not again.is_exceeded


def test_the_minute_slides_so_that_twice_the_limit_never_passes_at_its_turn() -> None:
    counters = Counters(None)
    passed = [not asked(counters, 59).is_exceeded for _ in range(20)] + [
        not asked(counters, 61).is_exceeded for _ in range(20)
    ]
    assert sum(passed) == 10
    later = Counters(None)
    assert sum(not asked(later, 59).is_exceeded for _ in range(9)) == 9
    assert sum(not asked(later, 90).is_exceeded for _ in range(20)) == 6  # half of nine still count


def test_one_doesnt_use_up_what_another_may() -> None:
    counters = Counters(None)
    for _ in range(11):
        asked(counters, 0, key="one")
    assert asked(counters, 0, key="one").is_exceeded and not asked(counters, 0, key="another").is_exceeded


def test_who_keeps_asking_is_let_in_at_the_time_that_was_named() -> None:
    """Refused requests don't move the end further away."""
    counters = Counters(None)
    for _ in range(10):
        asked(counters, 0)
    wait = asked(counters, 1).retry_after
    assert all(asked(counters, 1 + second).is_exceeded for second in range(wait))
    assert not asked(counters, 1 + wait).is_exceeded


@given(st.integers(1, 30), st.lists(st.floats(0, 20), min_size=1, max_size=120))
def test_whoever_waits_as_long_as_told_is_let_in(limit: int, pauses: list[float]) -> None:
    counters, moment = Counters(None), 0.0
    for pause in pauses:
        moment += pause
        count = asked(counters, moment, limit)
        assert count.used >= 1 and 1 <= count.reset <= WINDOW
        if count.is_exceeded:
            assert 1 <= count.retry_after <= 2 * WINDOW
            moment += count.retry_after
            assert not asked(counters, moment, limit).is_exceeded


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    if not shutil.which("redis-server"):
        pytest.skip("NO redis-server HERE: counting between nodes goes untested")
    started = RedisServer(tmp_path)
    yield started
    started.client.close()
    started.kill()


def node(server: RedisServer) -> Counters:
    return Counters(rate_limits.shared_store(f"redis://127.0.0.1:{server.port}/0"))


def test_two_nodes_count_together(redis_server: RedisServer) -> None:
    one, other = node(redis_server), node(redis_server)
    used = [asked(counters, 0).used for _ in range(5) for counters in (one, other)]
    assert used == [*range(1, 11)] and asked(other, 1).is_exceeded
    assert all(key.startswith(b"starline:rate") for key in redis_server.client.scan_iter())
    assert all(0 < redis_server.client.ttl(key) <= 2 * WINDOW for key in redis_server.client.scan_iter())
    third = node(redis_server)
    assert asked(third, 61).is_exceeded  # it asks what others counted in the minute that is over


def test_while_redis_is_away_each_node_counts_for_itself_and_then_together_again(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    one, other = node(redis_server), node(redis_server)
    asked(one, 0)
    redis_server.kill()
    used = [asked(counters, 0).used for _ in range(10) for counters in (one, other)]
    assert used == [number for number in range(1, 11) for _node in range(2)]
    assert asked(one, 0).is_exceeded and not one.is_shared
    assert caplog.text.count("this process counts for itself") == 2  # once each, not once a request
    redis_server.start()
    monkeypatch.setattr(rate_limits, "monotonic", lambda: 10.0**9)
    assert [asked(counters, 0, key="new").used for counters in (one, other)] == [1, 2]
    assert one.is_shared and isinstance(one._shared, RedisStorage)
