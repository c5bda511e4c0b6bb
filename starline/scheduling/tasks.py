"""The schedule's jobs."""

from starline.core.schedules import scheduled_per_organization
from starline.core.tasks import task
from starline.scheduling import series, watch


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
