"""The mails of the staff domain. Called by tasks; what was settled in the meantime is not written about."""

from datetime import date
from uuid import UUID

from starline.core import tenancy
from starline.core.db import User, session
from starline.identity import links, mails
from starline.organizations.calendar import today
from starline.organizations.models import Organization
from starline.staff.models import Credential, CredentialReminder
from starline.staff.vocabulary import StaffStatus

PERSON, LIST = "credential_ends", "credentials_end"


def send_reminder(credential_id: UUID) -> None:
    """Tell a person that a credential of theirs ends: to the sign-in's address, or the one in the file."""
    credential = session.get(Credential, credential_id)
    if credential is None or not _is_ending(credential):
        return
    member = credential.staff_member
    address = member.user.email if member.user is not None and member.user.active else member.email
    if address is None:
        return
    values = {
        "first_name": member.preferred_name or member.first_name,
        "what": str(credential.credential_type),
        "day": credential.expires_on,
        "days": _days_left(credential),
        "link": f"{_home()}/me/credentials",
    }
    mails.deliver_to(address, PERSON, values, locale=member.user.locale if member.user is not None else None)


def send_reminder_list(user_id: int, on: date) -> None:
    """Tell somebody of human resources how many people were reminded on the day `on`, with a link to the list."""
    user = session.get_one(User, user_id)
    number = session.query(CredentialReminder).filter_by(reminded_on=on).count()
    if not user.active or not number:
        return
    values = {"first_name": user.first_name, "number": str(number), "link": f"{_home()}/compliance/expiring"}
    mails.deliver_to(user.email, LIST, values, locale=user.locale)


def _is_ending(credential: Credential) -> bool:
    works_here = credential.staff_member.status != StaffStatus.TERMINATED
    return credential.voided_at is None and credential.expires_on is not None and works_here


def _days_left(credential: Credential) -> str:
    assert credential.expires_on is not None
    return str(max((credential.expires_on - today()).days, 0))


def _home() -> str:
    return links.home_of(session.get_one(Organization, tenancy.current_organization_id()))
