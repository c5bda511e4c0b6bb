"""Exports' jobs that ask nothing of screens: throwing away what is old."""

from uuid import UUID

from starline.core.schedules import scheduled_per_organization
from starline.core.tasks import task
from starline.exports import service


@scheduled_per_organization(cron="20 4 * * *", name="exports.clear")
@task("exports.clear")
def clear() -> None:
    """Throw away what is older than a week."""
    service.clear()


@task(service.CLEARING)
def clear_files(export_id: str) -> None:
    """Remove what is no longer needed of an export's files."""
    service.clear_files(UUID(export_id))
