"""Scheduled work starts once for each time it is due, whoever leads and however often."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event, Thread
from time import monotonic, sleep

import pytest
from apscheduler.triggers.cron import CronTrigger

from config import settings
from starline.core import clock, scheduler, schedules, tenancy
from starline.core.db import session, transaction
from starline.core.outbox import OutboxMessage
from starline.core.schedules import JobRun, Schedule, latest_due, scheduled, scheduled_per_organization
from tests.core.jobs import HARBOR, SUMMIT, connected

pytestmark = pytest.mark.filterwarnings("ignore:list_queues:UserWarning")
NOON = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)  # a Monday


@pytest.fixture
def own_schedules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedules, "_schedules", {})


def jobs_of(*organizations: object) -> list[str]:
    names = []
    for organization_id in organizations:
        with tenancy.acting(organization_id), transaction():  # type: ignore[arg-type]
            names += [message.task for message in session.query(OutboxMessage)]
    return sorted(names)


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("* * * * *", NOON),
        ("3-59/7 * * * *", datetime(2026, 3, 9, 11, 59, tzinfo=UTC)),
        ("0 12 * * *", NOON),
        ("1 12 * * *", datetime(2026, 3, 8, 12, 1, tzinfo=UTC)),
        ("0 3 * * sun", datetime(2026, 3, 8, 3, 0, tzinfo=UTC)),
        ("30 4 1 * *", datetime(2026, 3, 1, 4, 30, tzinfo=UTC)),
        ("0 0 1 1 *", datetime(2026, 1, 1, tzinfo=UTC)),
        ("0 0 10 3 *", datetime(2025, 3, 10, tzinfo=UTC)),
        ("0 0 29 2 *", None),
    ],
)
def test_the_time_that_was_due_last(cron: str, expected: datetime | None) -> None:
    assert latest_due(CronTrigger.from_crontab(cron, timezone="UTC"), NOON) == expected


def test_a_schedule_starts_once_for_each_due_time(no_jobs: None, own_schedules: None) -> None:
    scheduled_per_organization(cron="0 3 * * *", name="probe.nightly")(lambda: None)
    (nightly,) = schedules.declared()
    with clock.frozen(NOON):
        assert nightly.run_latest() == 2 and nightly.run_latest() == 0
    with clock.frozen(NOON.replace(day=10)):
        assert nightly.run_latest() == 2
    assert jobs_of(HARBOR, SUMMIT) == ["probe.nightly"] * 4


def test_two_leaders_at_once_start_it_once(no_jobs: None) -> None:
    trigger = CronTrigger.from_crontab("0 3 * * *", timezone="UTC")
    nightly = Schedule("probe.nightly", trigger, schedules.start_for_organizations)
    with ThreadPoolExecutor(6) as pool:
        started = list(pool.map(lambda _: nightly.run_latest(), range(6)))
    assert sum(started) == 2 and jobs_of(HARBOR, SUMMIT) == ["probe.nightly"] * 2


def test_a_platform_schedule_belongs_to_the_platform(no_jobs: None, own_schedules: None) -> None:
    scheduled(cron="* * * * *", name="probe.seal")(lambda: None)
    (seal,) = schedules.declared()
    assert seal.run_latest() == 1
    assert jobs_of(tenancy.PLATFORM_ID) == ["probe.seal"] and jobs_of(HARBOR, SUMMIT) == []


def test_every_active_organisation_is_entered_and_left(no_jobs: None) -> None:
    entered = []
    with transaction():
        for organization_id in tenancy.every_organization("a test"):
            assert tenancy.current_organization_id() == organization_id and tenancy.current().reason == "a test"
            entered.append(organization_id)
        assert tenancy.current().organization_id is None
    assert entered == [HARBOR, SUMMIT]


def test_the_next_in_line_leads_when_the_leader_loses_its_connection(
    no_jobs: None, own_schedules: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "HEARTBEAT_SECONDS", 0.1)
    scheduled(cron="* * * * *", name="probe.seal")(lambda: None)
    stopping = Event()
    contenders = [Thread(target=scheduler.run_until, args=(stopping,)) for _ in range(2)]
    for contender in contenders:
        contender.start()
    try:
        first = wait_for(leaders)
        sleep(0.3)
        assert leaders() == first and len(first) == 1
        with connected(settings().database_url) as run:
            run.execute("SELECT pg_terminate_backend(%s)", (first[0],))
        second = wait_for(lambda: [pid for pid in leaders() if pid not in first])
        assert len(second) == 1
    finally:
        stopping.set()
        for contender in contenders:
            contender.join()
    with tenancy.acting(tenancy.PLATFORM_ID), transaction():
        runs = session.query(JobRun).all()
    assert len(runs) == len({run.due_at for run in runs}) <= 2


def leaders() -> list[int]:
    with connected(settings().database_url) as run:
        run.execute(
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND (classid::bigint << 32) + objid::bigint = %s",
            (scheduler.LEADER_LOCK,),
        )
        return [pid for (pid,) in run.fetchall()]


def wait_for(question: Callable[[], list[int]], seconds: float = 10) -> list[int]:
    until = monotonic() + seconds
    while monotonic() < until:
        if answer := question():
            return answer
        sleep(0.05)
    raise AssertionError("It didn't happen in time.")
