"""The jobs of offers: mails, texts, pushes, and the end of those that nobody took."""

from uuid import UUID

from starline.core.schedules import scheduled_per_organization
from starline.core.tasks import task
from starline.scheduling import offer_messages, offers
from starline.scheduling.offer_messages import by_mail, by_push, by_text


@task("scheduling.send_offer")
def send_offer(invitation_id: str) -> None:
    """Mail one caregiver about one open visit."""
    offer_messages.send_offer(UUID(invitation_id), by_mail)


@task("scheduling.send_offer_over")
def send_offer_over(invitation_id: str) -> None:
    """Mail one caregiver that an offer is settled."""
    offer_messages.send_over(UUID(invitation_id), by_mail)


@task("scheduling.text_offer")
def text_offer(invitation_id: str) -> None:
    """Text one caregiver about one open visit."""
    offer_messages.send_offer(UUID(invitation_id), by_text)


@task("scheduling.text_offer_over")
def text_offer_over(invitation_id: str) -> None:
    """Text one caregiver that an offer is settled."""
    offer_messages.send_over(UUID(invitation_id), by_text)


@task("scheduling.push_offer")
def push_offer(invitation_id: str) -> None:
    """Show one caregiver on their phone that a visit is open."""
    offer_messages.send_offer(UUID(invitation_id), by_push)


@task("scheduling.push_offer_over")
def push_offer_over(invitation_id: str) -> None:
    """Show one caregiver on their phone that an offer is settled."""
    offer_messages.send_over(UUID(invitation_id), by_push)


@scheduled_per_organization(cron="*/5 * * * *", name="scheduling.expire_offers")
@task("scheduling.expire_offers")
def expire_offers() -> None:
    """Close the offers whose time is over."""
    offers.expire()
