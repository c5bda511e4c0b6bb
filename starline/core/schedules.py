"""What runs by the clock: schedules, declared beside the tasks they start, and the fence that runs each once.

Times are UTC. A schedule only writes outbox messages; the work itself is an ordinary task.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import DateTime, Text, Uuid
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from starline.core import clock, outbox, tenancy
from starline.core.db import Model, session, transaction
from starline.core.tasks import TaskFunction

LOOK_BACK = [
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(days=32),
    timedelta(days=367),
]


class JobRun(Model):  # type: ignore[misc]
    """A schedule's run for one organisation at one due time; its key is the fence against a second one.

    Platform-wide runs belong to the platform's own organisation.
    """

    __tablename__ = "job_runs"

    organization_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=tenancy.current_organization_id)
    job: Mapped[str] = mapped_column(Text, primary_key=True)
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    ran_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=clock.now)


@dataclass(frozen=True, slots=True)
class Schedule:
    """`job` names both the schedule and the task it enqueues; `start` does so for one due time."""

    job: str
    trigger: CronTrigger
    start: Callable[[str, datetime], int]

    def run_latest(self) -> int:
        """Start the run that was due last unless it was started already; returns how many tasks were enqueued."""
        due_at = latest_due(self.trigger, clock.now())
        return self.start(self.job, due_at) if due_at else 0


_schedules: dict[tuple[str, str], Schedule] = {}


def scheduled(*, cron: str, name: str) -> Callable[[TaskFunction], TaskFunction]:
    """Run the task `name` once for the whole platform at the times of `cron` (five fields, UTC)."""
    return _declare(name, cron, start_for_platform)


def scheduled_per_organization(*, cron: str, name: str) -> Callable[[TaskFunction], TaskFunction]:
    """Run the task `name` for each active organisation at the times of `cron` (five fields, UTC)."""
    return _declare(name, cron, start_for_organizations)


def declared() -> list[Schedule]:
    """Every schedule."""
    return list(_schedules.values())


def latest_due(trigger: CronTrigger, now: datetime) -> datetime | None:
    """The last time at or before `now` that the trigger names; None if that is more than a year ago."""
    for span in LOOK_BACK:
        due: datetime | None = trigger.get_next_fire_time(None, now - span)
        if due is None or due > now:
            continue
        while (following := trigger.get_next_fire_time(due, due + timedelta(microseconds=1))) and following <= now:
            due = following
        return due
    return None


def start_for_platform(job: str, due_at: datetime) -> int:
    """Enqueue the job's task for the platform, once for each `due_at`."""
    with tenancy.acting(tenancy.PLATFORM_ID, reason=f"schedule {job}"), transaction():
        return _enqueue_once(job, due_at)


def start_for_organizations(job: str, due_at: datetime) -> int:
    """Enqueue the job's task for each active organisation, once for each `due_at`."""
    with transaction():
        return sum(_enqueue_once(job, due_at) for _ in tenancy.every_organization(f"schedule {job}"))


def _enqueue_once(job: str, due_at: datetime) -> int:
    key = {
        "organization_id": tenancy.current_organization_id(),
        "job": job,
        "due_at": due_at,
        "ran_at": clock.now(),
    }
    claim = insert(JobRun).values(key).on_conflict_do_nothing().returning(JobRun.job)
    if session.execute(claim).first() is None:
        return 0
    outbox.enqueue(job)
    session.flush()
    return 1


def _declare(name: str, cron: str, start: Callable[[str, datetime], int]) -> Callable[[TaskFunction], TaskFunction]:
    def register(function: TaskFunction) -> TaskFunction:
        trigger = CronTrigger.from_crontab(cron, timezone="UTC")
        _schedules[name, start.__name__] = Schedule(name, trigger, start)
        return function

    return register
