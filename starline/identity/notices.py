"""Mails to an agency's administrators and its privacy officer: that something waits, never what it says of a client."""

from uuid import UUID

from sqlalchemy import select

from starline.core import outbox, tenancy
from starline.core.db import Role, User, session, user_roles
from starline.identity import links, mails
from starline.identity.policy import policy
from starline.organizations.models import Organization

PAGES = {
    "support_access": "support_accesses",
    "break_glass": "break_glass_accesses",
    "security_alert": "security_alerts",
}
"""Of each mail, the worklist that its link opens."""

ADMINISTRATORS = ("Administrator", "Operator")


def notify_administrators(template: str, row_id: UUID) -> None:
    """Promise a mail to every active administrator, and one to the privacy officer where the agency names one."""
    for user_id in administrator_ids():
        outbox.enqueue("identity.send_notice", template=template, row_id=str(row_id), user_id=user_id)
    if policy().privacy_officer_address:
        outbox.enqueue("identity.send_notice", template=template, row_id=str(row_id), user_id=None)


def administrator_ids() -> list[int]:
    """The active people whose role was made from the administrator's template."""
    query = (
        select(User.id)
        .join(user_roles, user_roles.c.user_id == User.id)
        .join(Role, Role.id == user_roles.c.role_id)
        .where(Role.template.in_(ADMINISTRATORS), User.active)
    )
    return sorted(set(session.scalars(query)))


def send_notice(template: str, row_id: str, user_id: int | None) -> None:
    """Write one mail; nothing where the person was disabled or the officer removed meanwhile."""
    organization = session.get_one(Organization, tenancy.current_organization_id())
    link = f"{links.home_of(organization)}/{PAGES[template]}/show/{row_id}"
    if user_id is None:
        officer = policy().privacy_officer_address
        if officer:
            mails.deliver_to(officer, template, {"first_name": "privacy officer", "link": link}, locale=None)
        return
    user = session.get_one(User, user_id)
    if user.active:
        mails.deliver_to(user.email, template, {"first_name": user.first_name, "link": link}, locale=user.locale)


def send_dormancy_warning(user_id: int, days_left: int) -> None:
    """Tell the person that the account will be disabled unless it is used."""
    user = session.get_one(User, user_id)
    if not user.active:
        return
    organization = session.get_one(Organization, tenancy.current_organization_id())
    values = {"first_name": user.first_name, "days": str(days_left), "link": f"{links.home_of(organization)}/login"}
    mails.deliver_to(user.email, "dormancy_warning", values, locale=user.locale)
