"""Many threads share one connection, and nobody is answered with what was meant for somebody else."""

from collections.abc import Iterator

import pytest

from tests.caches import forget_everything
from tests.isolation.cast import Cast, fingerprint, plant_canaries
from tests.isolation.crowd import MARK, THREADS, Crowd, leaky, one_connection, send_all
from tests.isolation.tally import Tally

READING_LEAVES = frozenset({"audit_events", "user_sessions"})


@pytest.fixture(scope="module")
def marked(cast: Cast) -> Iterator[Cast]:
    """The cast whose Harbor has words of its own too."""
    plant_canaries(cast.harbor, MARK)
    forget_everything()
    yield cast


def test_32_threads_on_a_pool_of_one_mix_nothing_up(marked: Cast, tally: Tally) -> None:
    before = [fingerprint(agency) for agency in (marked.harbor, marked.summit)]
    crowd = Crowd()
    with one_connection(crowd):
        send_all(crowd, marked)
    after = [fingerprint(agency) for agency in (marked.harbor, marked.summit)]
    tally.add(answers_to_32_threads=crowd.answers, leaks=len(crowd.findings) + crowd.left_over)
    assert crowd.findings == [], "\n".join(crowd.findings[:50])
    assert crowd.left_over == 0
    assert crowd.own_words == 2 * THREADS
    for old, new in zip(before, after, strict=True):
        assert {table for table in old if old[table] != new[table]} <= READING_LEAVES


def test_a_context_that_outlives_its_transaction_is_noticed(marked: Cast, tally: Tally) -> None:
    crowd = Crowd()
    with one_connection(crowd), leaky():
        send_all(crowd, marked, times=1)
    tally.add(mutants_made=1, mutants_killed=int(crowd.left_over > 0))
    assert crowd.left_over > 0
    assert any("without an organisation" in one for one in crowd.findings)
