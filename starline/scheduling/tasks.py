"""The schedule's jobs."""

from datetime import date
from uuid import UUID

from starline.core import outbox
from starline.core.schedules import scheduled_per_organization
from starline.core.tasks import task
from starline.scheduling import series, verification, watch


@scheduled_per_organization(cron="20 7 * * *", name="scheduling.make_visits")
@task("scheduling.make_visits")
def make_visits() -> None:
    """Make the visits of every series up to the agency's horizon."""
    series.make_all_ahead()


@scheduled_per_organization(cron="*/5 * * * *", name="scheduling.watch_visits")
@task("scheduling.watch_visits")
def watch_visits() -> None:
    """Look for visits that nobody has begun or ended, and tell who should know."""
    watch.look()


@task("scheduling.review_visits")
def review_visits(since: str, after: str | None = None) -> None:
    """Judge the visits from a day on by the tolerances that hold now, and promise the rest of them."""
    last = verification.review_clocked(date.fromisoformat(since), after=UUID(after) if after else None)
    if last is not None:
        outbox.enqueue("scheduling.review_visits", since=since, after=str(last))
