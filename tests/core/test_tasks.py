"""A task acts for one organisation, has its effect once, and remembers its failures without quoting anything."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import sleep
from uuid import UUID

import pytest
from sqlalchemy import text as sql

from starline.core import clock, tasks, tenancy
from starline.core.db import session, transaction
from starline.core.identifiers import uuid7
from starline.core.outbox import OutboxMessage, enqueue
from starline.core.tasks import MOST_ATTEMPTS, TenantTask, delay_after, perform, task
from tests.core import job_probe
from tests.core.jobs import HARBOR, SUMMIT, count_of

database = pytest.mark.usefixtures("no_jobs")


def promised(task_name: str, **arguments: object) -> UUID:
    with tenancy.acting(HARBOR, request_id="req-7"), transaction():
        message = enqueue(task_name, **arguments)
        session.flush()
        return message.id


def stored(message_id: UUID) -> OutboxMessage:
    with tenancy.acting(HARBOR), transaction():
        return session.get_one(OutboxMessage, (HARBOR, message_id))


@database
def test_a_task_runs_once_however_often_it_is_delivered() -> None:
    message_id = promised("probe.count", name="visits")
    assert perform(HARBOR, message_id)
    assert not perform(HARBOR, message_id)
    assert count_of("visits") == 1
    message = stored(message_id)
    assert message.done_at and message.attempts == 1 and message.failure is None


@database
def test_two_workers_with_the_same_message_have_one_effect() -> None:
    message_id = promised("probe.count", name="visits", seconds=0.2)
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: perform(HARBOR, message_id), range(4)))
    assert sorted(results) == [False, False, False, True] and count_of("visits") == 1


def _held(message_id: UUID, seconds: float) -> None:
    with tenancy.acting(HARBOR), transaction():
        session.get_one(OutboxMessage, (HARBOR, message_id), with_for_update=True)
        sleep(seconds)


@database
def test_a_delivery_that_overtakes_its_dispatchers_commit_waits_for_it() -> None:
    message_id = promised("probe.count", name="visits")
    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(_held, message_id, 1)
        sleep(0.3)
        assert perform(HARBOR, message_id)
        holding.result()


@database
def test_a_delivery_of_what_another_worker_is_doing_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "_WAIT_FOR_LOCK", sql("SET LOCAL lock_timeout = '100ms'"))
    message_id = promised("probe.count", name="visits", seconds=1)
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(perform, HARBOR, message_id)
        sleep(0.5)
        assert not perform(HARBOR, message_id)
        assert working.result()
    assert count_of("visits") == 1 and stored(message_id).attempts == 1


@database
def test_a_task_acts_for_the_request_that_caused_it() -> None:
    assert perform(HARBOR, promised("probe.context", expected_user=None, expected_request="req-7"))
    assert tenancy.current().organization_id is None


@database
def test_a_failed_attempt_leaves_no_effect_and_is_due_again_later() -> None:
    message_id = promised("probe.fail", name="visits")
    assert not perform(HARBOR, message_id)
    assert count_of("visits") == 0
    message = stored(message_id)
    assert message.done_at is None and message.dispatched_at is None and message.attempts == 1
    assert timedelta(seconds=4) < message.due_at - clock.now() <= timedelta(seconds=5)


@database
def test_a_failure_is_told_without_the_values_it_quoted() -> None:
    message_id = promised("probe.fail", name="visits")
    perform(HARBOR, message_id)
    failure = stored(message_id).failure or ""
    assert failure.startswith("RuntimeError in fail, line ") and "canary" not in failure


@database
def test_a_refusal_is_not_repeated() -> None:
    message_id = promised("probe.refuse", name="visits")
    perform(HARBOR, message_id)
    message = stored(message_id)
    assert message.attempts == MOST_ATTEMPTS and (message.failure or "").startswith("Conflict (taken)")
    assert not perform(HARBOR, message_id) and count_of("visits") == 0


@database
def test_a_task_this_worker_does_not_know_waits_for_one_that_does() -> None:
    message_id = promised("probe.of_the_next_release")
    assert not perform(HARBOR, message_id)
    message = stored(message_id)
    assert (message.failure or "").startswith("Unavailable (unknown_task)") and message.attempts == 1


@database
def test_a_message_of_another_organisation_is_not_performed() -> None:
    message_id = promised("probe.count", name="visits")
    assert not perform(SUMMIT, message_id)
    assert count_of("visits") == count_of("visits", SUMMIT) == 0 and stored(message_id).attempts == 0


@database
def test_what_a_task_promises_shares_its_fate() -> None:
    perform(HARBOR, promised("probe.follow", name="visits"))
    with tenancy.acting(HARBOR), transaction():
        later = session.query(OutboxMessage).filter_by(done_at=None).one()
    assert later.request_id == "req-7" and later.due_at > clock.now() + timedelta(minutes=59)


@pytest.mark.parametrize("organization_id", ["", "None", "harbor"])
def test_a_task_without_an_organisation_is_refused(organization_id: str) -> None:
    with pytest.raises(ValueError, match="badly formed"):
        TenantTask().run(organization_id, str(uuid7()))


def test_two_tasks_cannot_share_a_name() -> None:
    with pytest.raises(ValueError, match=r"probe\.count"):
        task("probe.count")(job_probe.fail)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 5), (2, 10), (3, 20), (10, 2560), (11, 3600), (MOST_ATTEMPTS, 3600), (10_000, 3600)]
)
def test_the_wait_doubles_up_to_an_hour(attempts: int, seconds: int) -> None:
    assert delay_after(attempts) == timedelta(seconds=seconds)
