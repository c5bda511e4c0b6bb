"""Files' jobs: scanning, emptying the trash, sweeping away what no row names."""

from uuid import UUID

from starline.core.errors import Unavailable
from starline.core.schedules import scheduled_per_organization
from starline.core.storage import storage
from starline.core.tasks import task
from starline.files import keeping, scanning


@task("files.scan_version")
def scan_version(version_id: str) -> None:
    """Scan one version; where nobody answers, the round of all that wait comes back to it."""
    try:
        scanning.scan_version(UUID(version_id))
    except Unavailable:
        return


@scheduled_per_organization(cron="*/5 * * * *", name="files.scan_waiting")
@task("files.scan_waiting")
def scan_waiting() -> None:
    """Scan what waits in quarantine for a scanner that was away."""
    scanning.scan_waiting()


@scheduled_per_organization(cron="10 4 * * *", name="files.empty_trash")
@task("files.empty_trash")
def empty_trash() -> None:
    """Remove for good what has lain in the trash for long enough."""
    keeping.empty_trash()


@scheduled_per_organization(cron="40 4 * * *", name="files.sweep")
@task("files.sweep")
def sweep() -> None:
    """Remove bytes of uploads that broke off."""
    keeping.sweep()


@task("files.forget_photo")
def forget_photo(key: str) -> None:
    """Remove a photo that another one has replaced."""
    storage().delete(key)
