"""Clients' jobs."""

from starline.clients import matching
from starline.core.schedules import scheduled_per_organization
from starline.core.tasks import task


@scheduled_per_organization(cron="10 4 * * *", name="clients.find_duplicates")
@task("clients.find_duplicates")
def find_duplicates() -> None:
    """Note which clients look like one person, also those that came in bulk."""
    matching.sweep()
