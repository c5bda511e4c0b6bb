"""Identity's jobs: mail, and clearing away what has expired."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete

from starline.core import clock
from starline.core.db import session
from starline.core.schedules import scheduled_per_organization
from starline.core.tasks import task
from starline.identity import mails
from starline.identity.models import RefreshToken, RememberedDevice, UserSession, UserToken

KEPT_AFTER_EXPIRY = timedelta(days=30)
"""Long enough to explain to somebody why a link or a session stopped working."""


@task("identity.send_link")
def send_link(user_token_id: str) -> None:
    """Mail one link."""
    mails.send_link_mail(UUID(user_token_id))


@task("identity.send_new_sign_in")
def send_new_sign_in(attempt_id: str) -> None:
    """Mail about one sign-in from a new device."""
    mails.send_new_sign_in_mail(UUID(attempt_id))


@scheduled_per_organization(cron="20 3 * * *", name="identity.purge_expired")
@task("identity.purge_expired")
def purge_expired() -> None:
    """Remove links, tokens, devices and sessions that expired a month ago; their history stays in the audit."""
    before = clock.now() - KEPT_AFTER_EXPIRY
    for model in (UserToken, RememberedDevice, RefreshToken, UserSession):
        session.execute(delete(model).where(model.expires_at < before))
