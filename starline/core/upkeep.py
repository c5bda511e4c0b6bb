"""Work the ground needs by the clock: partitions of the audit, and the removal of finished jobs."""

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy import text as sql

from starline.core import clock
from starline.core.db import session
from starline.core.outbox import OutboxMessage
from starline.core.schedules import JobRun, scheduled, scheduled_per_organization
from starline.core.tasks import task

KEEP_FINISHED = timedelta(days=30)


@scheduled(cron="5 0 * * *", name="core.prepare_audit_partitions")
@task("core.prepare_audit_partitions")
def prepare_audit_partitions() -> None:
    """Make the next months' partitions before their first row arrives."""
    session.execute(sql("SELECT app.ensure_audit_partitions()"))


@scheduled(cron="35 2 * * *", name="core.purge_finished_work")
@scheduled_per_organization(cron="35 2 * * *", name="core.purge_finished_work")
@task("core.purge_finished_work")
def purge_finished_work() -> None:
    """Forget messages done and runs started more than 30 days ago; the audit keeps what they did."""
    before = clock.now() - KEEP_FINISHED
    session.execute(delete(OutboxMessage).where(OutboxMessage.done_at < before))
    session.execute(delete(JobRun).where(JobRun.ran_at < before))
