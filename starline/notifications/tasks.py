"""Notifications' job: clearing away what is old."""

from starline.core.schedules import scheduled_per_organization
from starline.core.tasks import task
from starline.notifications import service


@scheduled_per_organization(cron="50 3 * * *", name="notifications.clear_old")
@task("notifications.clear_old")
def clear_old() -> None:
    """Remove the notifications of more than ninety days ago."""
    service.clear_old()
