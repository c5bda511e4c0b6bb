"""Identity's jobs: mail, and clearing away what has expired."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete

from starline.core import clock, tenancy
from starline.core.db import session
from starline.core.errors import NotAllowed
from starline.core.schedules import scheduled, scheduled_per_organization
from starline.core.tasks import task
from starline.identity import alerts, dormancy, invitations, mails, notices, support
from starline.identity.models import RefreshToken, RememberedDevice, UserSession, UserToken

KEPT_AFTER_EXPIRY = timedelta(days=30)
"""Long enough to explain to somebody why a link or a session stopped working."""


@task("identity.send_link")
def send_link(user_token_id: str) -> None:
    """Mail one link."""
    mails.send_link_mail(UUID(user_token_id))


@task("identity.send_email_change_notice")
def send_email_change_notice(user_token_id: str) -> None:
    """Mail the present address that another one was asked for."""
    mails.send_email_change_notice(UUID(user_token_id))


@task("identity.answer_reset_request")
def answer_reset_request(user_id: int | None) -> None:
    """Mail the link to a new password, where there is somebody to mail it to."""
    invitations.answer_reset_request(user_id)


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


@task("identity.send_notice")
def send_notice(template: str, row_id: str, user_id: int | None) -> None:
    """Mail one administrator, or the privacy officer, that something waits."""
    notices.send_notice(template, row_id, user_id)


@task("identity.send_dormancy_warning")
def send_dormancy_warning(user_id: int, days_left: int) -> None:
    """Mail one person whose account will be disabled."""
    notices.send_dormancy_warning(user_id, days_left)


@scheduled_per_organization(cron="40 3 * * *", name="identity.tend_dormant_accounts")
@task("identity.tend_dormant_accounts")
def tend_dormant_accounts() -> None:
    """Warn people who don't sign in any more, and disable those who were warned in vain."""
    dormancy.tend(clock.now())


@scheduled(cron="* * * * *", name="identity.watch")
@task("identity.watch")
def watch() -> None:
    """Raise security alerts and close support accesses whose time is up: the platform's run, of every agency."""
    if tenancy.current_organization_id() != tenancy.PLATFORM_ID:
        raise NotAllowed("Only the platform looks over every agency.", code="platform_only")
    for _organization_id in tenancy.every_organization("schedule identity.watch"):
        support.close_expired()
        alerts.watch()
