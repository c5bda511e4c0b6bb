"""The webhooks' jobs."""

from uuid import UUID

from starline.core.schedules import scheduled_per_organization
from starline.core.tasks import task
from starline.webhooks import deliveries


@task(deliveries.TASK)
def deliver(delivery_id: str) -> None:
    """Try to hand over one delivery."""
    deliveries.deliver(UUID(delivery_id))


@scheduled_per_organization(cron="35 4 * * *", name="webhooks.clear")
@task("webhooks.clear")
def clear() -> None:
    """Forget deliveries that are older than thirty days."""
    deliveries.clear_old()
