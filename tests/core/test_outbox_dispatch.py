"""What a transaction promised reaches the broker, and reaches it again when it was lost on the way."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from kombu.exceptions import OperationalError
from sqlalchemy import text as sql

from config import settings
from starline.core import clock, dispatch, tasks, tenancy
from starline.core.db import session, transaction
from starline.core.outbox import OutboxMessage, enqueue
from tests.core.jobs import HARBOR, SUMMIT, connected, other_broker, waiting_in_broker

pytestmark = [
    pytest.mark.usefixtures("no_jobs"),
    # kombu silences this warning of its driver in a way that threads undo.
    pytest.mark.filterwarnings("ignore:list_queues:UserWarning"),
]


def promised(organization_id: UUID = HARBOR, **changes: object) -> UUID:
    with tenancy.acting(organization_id), transaction():
        message = enqueue("probe.count", name="x")
        for name, value in changes.items():
            setattr(message, name, value)
        session.flush()
        return message.id


@contextmanager
def row(message_id: UUID, organization_id: UUID = HARBOR) -> Iterator[OutboxMessage]:
    with tenancy.acting(organization_id), transaction():
        yield session.get_one(OutboxMessage, (organization_id, message_id), with_for_update=True)


def ago(**span: float) -> object:
    return clock.now() - timedelta(**span)


def test_a_promise_is_kept_with_its_transaction_or_not_at_all() -> None:
    with pytest.raises(RuntimeError), tenancy.acting(HARBOR), transaction():
        enqueue("probe.count", name="x")
        session.flush()
        raise RuntimeError
    assert dispatch.dispatch_due() == 0
    promised()
    assert dispatch.dispatch_due() == 1


def test_messages_of_all_organisations_go_out_once_and_by_id_alone() -> None:
    ids = [(str(HARBOR), str(promised())), (str(SUMMIT), str(promised(SUMMIT)))]
    assert dispatch.dispatch_due() == 2 and dispatch.dispatch_due() == 0
    assert sorted(waiting_in_broker()) == ids


def test_a_message_that_is_not_due_waits() -> None:
    promised(due_at=clock.now() + timedelta(minutes=5))
    assert dispatch.dispatch_due() == 0


def test_two_dispatchers_share_the_work() -> None:
    for _ in range(40):
        promised()
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: dispatch.dispatch_due(10), range(4)))
    assert sum(counts) == 40 and len(set(waiting_in_broker())) == len(waiting_in_broker()) == 40


def test_what_the_broker_lost_goes_out_again_after_a_while() -> None:
    promised(dispatched_at=ago(minutes=9))
    lost = promised(dispatched_at=ago(minutes=11))
    assert dispatch.dispatch_due() == 1
    assert waiting_in_broker() == [(str(HARBOR), str(lost))]


def test_what_a_broker_lost_altogether_goes_out_again_after_a_minute() -> None:
    promised(dispatched_at=ago(seconds=50))
    promised(dispatched_at=ago(seconds=70))
    assert dispatch.sweep() == 1
    promised(dispatched_at=ago(seconds=70))
    assert dispatch.sweep() == 0, "the broker holds messages: it may only be slow"


def test_what_died_with_the_worker_that_received_it_goes_out_again_after_a_minute() -> None:
    promised()
    dispatch.dispatch_due()
    with connected(settings().database_url) as run:
        run.execute("SELECT 1 FROM pgmq.read('celery', 1200, 1)")
    promised(dispatched_at=ago(seconds=70))
    assert dispatch.sweep() == 1


def test_what_a_dead_worker_had_started_goes_out_again_in_seconds() -> None:
    started = promised(dispatched_at=ago(seconds=12), attempts=1)
    promised(dispatched_at=ago(seconds=8), attempts=1)
    assert dispatch.dispatch_due() == 1
    with row(started) as message:
        assert message.failed_at and message.failure == "The worker stopped before the task ended."


def test_what_a_living_worker_holds_is_left_to_it() -> None:
    with row(promised(dispatched_at=ago(seconds=60), attempts=1)), ThreadPoolExecutor(1) as pool:
        assert pool.submit(dispatch.dispatch_due).result() == 0


def test_a_message_that_kills_its_workers_comes_back_ever_more_slowly_and_is_given_up() -> None:
    promised(dispatched_at=ago(seconds=40), attempts=5)
    promised(dispatched_at=ago(hours=1), attempts=tasks.MOST_ATTEMPTS)
    assert dispatch.dispatch_due() == 0
    with transaction():
        backlog = session.execute(sql("SELECT * FROM app.outbox_backlog(:most)"), {"most": tasks.MOST_ATTEMPTS}).one()
    assert (backlog.waiting, backlog.given_up) == (1, 1)


def test_nothing_is_claimed_while_the_broker_is_away() -> None:
    message_id = promised()
    with other_broker("redis://127.0.0.1:1/0"), pytest.raises(OperationalError):
        dispatch.dispatch_due()
    with row(message_id) as message:
        assert message.dispatched_at is None
    assert dispatch.dispatch_due() == 1


def test_another_organisations_messages_stay_out_of_sight() -> None:
    promised(SUMMIT)
    with tenancy.acting(HARBOR), transaction():
        assert session.query(OutboxMessage).count() == 0
    with transaction():
        assert session.query(OutboxMessage).count() == 0
