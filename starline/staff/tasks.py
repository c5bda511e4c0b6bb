"""The staff domain's jobs: reminders of credentials that end."""

from datetime import date
from uuid import UUID

from starline.core.schedules import scheduled_per_organization
from starline.core.tasks import task
from starline.organizations.calendar import today
from starline.staff import mails, reminders


@scheduled_per_organization(cron="30 13 * * *", name="staff.remind_of_expiry")
@task("staff.remind_of_expiry")
def remind_of_expiry() -> None:
    """Promise today's reminders, in the morning of the agency's day."""
    reminders.remind(today())


@task("staff.send_reminder")
def send_reminder(credential_id: str) -> None:
    """Mail one person about one credential."""
    mails.send_reminder(UUID(credential_id))


@task("staff.send_reminder_list")
def send_reminder_list(user_id: int, on: str) -> None:
    """Mail one person of human resources about the reminders of one day."""
    mails.send_reminder_list(user_id, date.fromisoformat(on))
