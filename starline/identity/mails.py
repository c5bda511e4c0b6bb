"""The mails that identity sends. Called by tasks; a link is made here, at the last moment."""

from collections.abc import Mapping
from uuid import UUID
from zoneinfo import ZoneInfo

from starline.core import clock, mail, tenancy
from starline.core.db import User, session
from starline.core.mail import Letterhead
from starline.identity import links, rules
from starline.identity.models import SignInAttempt, TokenPurpose, UserToken
from starline.organizations import calendar
from starline.organizations.branding import picture_path
from starline.organizations.models import Organization, OrganizationSettings

TEMPLATES = {
    TokenPurpose.INVITATION: "invitation",
    TokenPurpose.PASSWORD_RESET: "password_reset",
    TokenPurpose.EMAIL_CHANGE: "email_change",
}


def send_link_mail(link_id: UUID) -> None:
    """Write the mail with the link; nothing where the link was used, replaced or has expired meanwhile."""
    link = session.get(UserToken, link_id)
    if link is None or link.used_at is not None or link.expires_at <= clock.now():
        return
    link.token_hash = links.hash_of(links.secret_of(link))  # the secret key may have changed since
    user = session.get_one(User, link.user_id)
    organization = session.get_one(Organization, tenancy.current_organization_id())
    values = {"first_name": user.first_name, "link": links.address_of(link, organization)}
    deliver_to(link.email or user.email, TEMPLATES[link.purpose], values, locale=user.locale)


def send_email_change_notice(link_id: UUID) -> None:
    """Tell the address of before that another one was asked for, also where that one counts by now."""
    link = session.get_one(UserToken, link_id)
    user = session.get_one(User, link.user_id)
    organization = session.get_one(Organization, tenancy.current_organization_id())
    values = {"first_name": user.first_name, "link": f"{links.home_of(organization)}/me/password"}
    deliver_to(link.former_email or user.email, "email_change_asked", values, locale=user.locale)


def send_new_sign_in_mail(attempt_id: UUID) -> None:
    """Tell a person that somebody signed in from a device not seen before."""
    attempt = session.get_one(SignInAttempt, attempt_id)
    if attempt.user_id is None:
        return
    user = session.get_one(User, attempt.user_id)
    organization = session.get_one(Organization, tenancy.current_organization_id())
    values = {
        "first_name": user.first_name,
        "device": rules.device_label(attempt.device),
        "address": attempt.address or "?",
        "at": attempt.created_on.astimezone(_zone_of(user)),
        "link": f"{links.home_of(organization)}/me/sessions",
    }
    deliver_to(user.email, "new_sign_in", values, locale=user.locale)


def deliver_to(address: str, template: str, values: Mapping[str, object], *, locale: str | None) -> None:
    """Write one mail of the acting organisation's; without a `locale` in the organisation's language."""
    organization = session.get_one(Organization, tenancy.current_organization_id())
    chosen = session.query(OrganizationSettings).one_or_none()
    signed = letterhead(organization, chosen)
    language = locale or (chosen.locale if chosen else mail.DEFAULT_LOCALE)
    mail.deliver(template, to=address, organization=signed, values=values, locale=language)


def letterhead(organization: Organization, chosen: OrganizationSettings | None) -> Letterhead:
    """How the organisation signs its mail."""
    if chosen is None:
        return Letterhead(organization.name)
    return Letterhead(
        name=chosen.display_name or organization.name,
        primary_color=chosen.primary_color,
        logo_url=_picture(organization, chosen.logo_file),
        header_url=_picture(organization, chosen.email_header_file),
        from_name=chosen.email_from_name,
        from_address=chosen.email_from_address,
        reply_to=chosen.email_reply_to,
    )


def _zone_of(user: User) -> ZoneInfo:
    """The person's own clock, else their branch's, else the organisation's."""
    return ZoneInfo(user.time_zone or calendar.zone_of(user.branch_id))


def _picture(organization: Organization, key: str | None) -> str | None:
    """Where a mail program finds a picture of the brand; it asks without signing in."""
    return links.home_of(organization) + picture_path(key) if key else None
