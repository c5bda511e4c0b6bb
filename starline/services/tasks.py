"""The services domain's jobs."""

from starline.core.schedules import scheduled_per_organization
from starline.core.tasks import task
from starline.services import plans


@scheduled_per_organization(cron="10 8 * * *", name="services.expire_plans")
@task("services.expire_plans")
def expire_plans() -> None:
    """Close the plans whose last day was yesterday."""
    plans.expire_plans()
