"""Organisations' jobs."""

from datetime import timedelta

from sqlalchemy import delete

from starline.core import clock
from starline.core.db import session
from starline.core.schedules import scheduled_per_organization
from starline.core.tasks import task
from starline.organizations.models import IdempotentRequest

KEPT_ANSWERS = timedelta(days=7)
"""How long a repeated `Idempotency-Key` finds the first answer; a device may be off line over a long weekend."""


@scheduled_per_organization(cron="50 2 * * *", name="organizations.purge_kept_answers")
@task("organizations.purge_kept_answers")
def purge_kept_answers() -> None:
    """Forget the answers kept for repeated requests."""
    session.execute(delete(IdempotentRequest).where(IdempotentRequest.created_on < clock.now() - KEPT_ANSWERS))
