"""Coming in and getting back in by e-mail: invitation, forgotten password, change of address."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from starline.core import audit, clock, events, outbox
from starline.core.db import User, session
from starline.core.errors import Conflict
from starline.identity import links, passwords, rules, sessions, users
from starline.identity.models import TokenPurpose, UserToken

RESET_PAUSE = timedelta(minutes=2)
"""Between two mails about one forgotten password, so that nobody's inbox can be flooded."""


def invite(values: Mapping[str, Any], *, by: int | None) -> User:
    """Create a person (see `users.create_user`) and send them a link to choose a password."""
    user = users.create_user(values, by=by)
    links.send_link(user, TokenPurpose.INVITATION)
    events.record("user:invited", user)
    return user


def invite_again(user: User, *, by: int | None) -> None:
    """Send a new invitation; the earlier link stops working. Raises `Conflict` for somebody who came in already."""
    users.check_may_manage(user, by=by)
    if user.password:
        raise Conflict("This person has accepted the invitation already.")
    if not user.active:
        raise Conflict("This person is disabled. Let them sign in again first.")
    links.send_link(user, TokenPurpose.INVITATION)
    audit.record("auth:invited_again", "ab_user", subject_id=str(user.id))


def invited_person(secret: str) -> User:
    """Whose invitation the link is. Raises `NotFound`."""
    return links.user_of(links.find_link(secret, TokenPurpose.INVITATION))


def accept_invitation(secret: str, password: str) -> User:
    """Open the account with the chosen password. Raises `NotFound` for a spent link, `Invalid` for a weak password."""
    link = links.find_link(secret, TokenPurpose.INVITATION)
    user = links.user_of(link)
    passwords.set_password(user, password)
    links.use(link)
    audit.record("auth:invitation_accepted", "ab_user", subject_id=str(user.id))
    events.record("user:joined", user)
    return user


def request_password_reset(email: str) -> None:
    """Promise a mail if somebody active has this address. Silent, and the same work either way: a job does the rest."""
    query = select(User.id).where(User.email == rules.email_of(email), User.active)
    outbox.enqueue("identity.answer_reset_request", user_id=session.scalars(query).one_or_none())


def answer_reset_request(user_id: int | None) -> None:
    """Mail the link that somebody asked for, but not every minute, and to nobody where the address was unknown."""
    user = session.get(User, user_id) if user_id is not None else None
    if user is None or not user.active:
        return
    recent = select(UserToken.id).where(
        UserToken.user_id == user.id,
        UserToken.purpose == TokenPurpose.PASSWORD_RESET,
        UserToken.created_on > clock.now() - RESET_PAUSE,
    )
    if session.scalars(recent).first() is None:
        links.send_link(user, TokenPurpose.PASSWORD_RESET)
        audit.record("auth:reset_requested", "ab_user", subject_id=str(user.id))


def complete_password_reset(secret: str, password: str) -> User:
    """Set the new password and end every session. Raises `NotFound` for a spent link, `Invalid` for a weak password."""
    link = links.find_link(secret, TokenPurpose.PASSWORD_RESET)
    user = links.user_of(link)
    passwords.set_password(user, password)
    links.use(link)
    sessions.end_all(user.id, reason=sessions.PASSWORD_CHANGED)
    audit.record("auth:password_reset", "ab_user", subject_id=str(user.id))
    return user


def request_email_change(user: User, email: str) -> None:
    """Mail a link to the new address, which counts from the moment it is opened, and tell the present one of it.

    The caller has made sure that the person themselves asks: see `passwords.is_proven`.
    """
    link = links.send_link(user, TokenPurpose.EMAIL_CHANGE, email=users.checked_email(email))
    link.former_email = user.email
    outbox.enqueue("identity.send_email_change_notice", user_token_id=str(link.id))
    audit.record("auth:email_change_asked", "ab_user", subject_id=str(user.id))


def complete_email_change(secret: str) -> User:
    """Take the new address. Raises `NotFound` for a spent link, `Conflict` for an address taken meanwhile."""
    link = links.find_link(secret, TokenPurpose.EMAIL_CHANGE)
    user = links.user_of(link)
    email = users.checked_email(link.email or "")
    user.email, user.username = email, email[:128]
    user.version += 1
    links.use(link)
    audit.record("auth:email_changed", "ab_user", subject_id=str(user.id))
    events.record("user:changed", user)
    return user
