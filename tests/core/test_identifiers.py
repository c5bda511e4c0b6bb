"""Row identifiers sort by the time they were made, also within a millisecond, and never meet."""

import os
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import RFC_4122, UUID

import pytest

from starline.core import identifiers
from starline.core.identifiers import parse_uuid, uuid7

MILLISECOND = 1_000_000


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The clock that identifiers look at, in nanoseconds; it stands still unless a test moves it."""
    found = [time.time_ns() + 3_600_000 * MILLISECOND]
    monkeypatch.setattr(identifiers.time, "time_ns", lambda: found[0])
    monkeypatch.setattr(identifiers, "_last", identifiers.NEVER)
    yield found


def milliseconds(one: UUID) -> int:
    return one.int >> 80


def test_it_is_a_version_7_uuid_of_this_millisecond(now: list[int]) -> None:
    one = uuid7()
    assert one.version == 7 and one.variant == RFC_4122
    assert milliseconds(one) == now[0] // MILLISECOND
    assert parse_uuid(str(one)) == one


def test_those_of_one_millisecond_rise(now: list[int]) -> None:
    made = [uuid7() for _ in range(1000)]
    assert made == sorted(made)
    assert {milliseconds(one) for one in made} == {now[0] // MILLISECOND}


def test_more_than_a_millisecond_holds_run_into_the_next_and_still_rise(now: list[int]) -> None:
    made = [uuid7() for _ in range(10_000)]
    assert made == sorted(made) and len(set(made)) == len(made)
    assert milliseconds(made[-1]) - now[0] // MILLISECOND <= 10_000 // 2048 + 1


def test_a_clock_that_is_set_back_does_not_turn_the_order_round(now: list[int]) -> None:
    before = uuid7()
    now[0] -= 5000 * MILLISECOND
    assert uuid7() > before


def test_the_counter_begins_anew_with_each_millisecond_and_not_at_zero(now: list[int]) -> None:
    counters = set()
    for _ in range(50):
        now[0] += MILLISECOND
        one = uuid7()
        assert milliseconds(one) == now[0] // MILLISECOND
        counters.add(one.int >> 64 & 0xFFF)
    assert len(counters) > 10 and max(counters) < 2048


def test_threads_never_get_the_same_and_each_sees_them_rise() -> None:
    with ThreadPoolExecutor(8) as pool:
        lists = list(pool.map(lambda _number: [uuid7() for _ in range(2000)], range(8)))
    assert all(one == sorted(one) for one in lists)
    assert len({one for made in lists for one in made}) == 16_000


def test_a_forked_process_makes_others_than_its_parent_even_while_a_thread_makes_one(now: list[int]) -> None:
    reading, writing = os.pipe()
    with identifiers._lock, warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        child = os.fork()
        if child == 0:
            os.write(writing, b"".join(uuid7().bytes for _ in range(100)))
            os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(reading, 1600)
    for end in (reading, writing):
        os.close(end)
    assert len(theirs) == 1600
    assert not {UUID(bytes=theirs[at : at + 16]) for at in range(0, 1600, 16)} & {uuid7() for _ in range(100)}
