"""The schedule's jobs."""

from starline.core.schedules import scheduled_per_organization
from starline.core.tasks import task
from starline.scheduling import series


@scheduled_per_organization(cron="20 7 * * *", name="scheduling.make_visits")
@task("scheduling.make_visits")
def make_visits() -> None:
    """Make the visits of every series up to the agency's horizon."""
    series.make_all_ahead()
