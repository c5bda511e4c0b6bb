"""Single-use links sent by e-mail. Neither the database nor the outbox ever holds a link that works.

The secret in a link is computed when the mail is written, from the row's id under the secret key, so that a mail
that has to be sent again carries the same link. The row keeps its hash and whether it was used.
"""

import base64
import hashlib
import hmac

from sqlalchemy import select, update

from config import settings
from starline.core import clock, outbox
from starline.core.db import User, session
from starline.core.errors import NotFound
from starline.core.identifiers import uuid7
from starline.identity.models import TokenPurpose, UserToken
from starline.identity.rules import LINK_LIFETIME
from starline.organizations.models import Organization

PATHS = {
    TokenPurpose.INVITATION: "invitation",
    TokenPurpose.PASSWORD_RESET: "reset",
    TokenPurpose.EMAIL_CHANGE: "email",
}


def send_link(user: User, purpose: TokenPurpose, *, email: str | None = None) -> UserToken:
    """Promise a mail with a link of 24 hours; earlier links of the same purpose stop working."""
    revoke_links(user.id, purpose)
    link = UserToken(id=uuid7(), user_id=user.id, purpose=purpose, email=email, expires_at=clock.now() + LINK_LIFETIME)
    link.token_hash = hash_of(secret_of(link))
    session.add(link)
    session.flush()
    outbox.enqueue("identity.send_link", user_token_id=str(link.id))
    session.flush()
    return link


def find_link(secret: str, purpose: TokenPurpose) -> UserToken:
    """The unused link that `secret` opens, locked so that it serves once. Raises `NotFound`."""
    query = select(UserToken).where(
        UserToken.token_hash == hash_of(secret),
        UserToken.purpose == purpose,
        UserToken.used_at.is_(None),
        UserToken.expires_at > clock.now(),
    )
    found = session.scalars(query.with_for_update()).one_or_none()
    if found is None:
        raise NotFound("This link was used before or has expired. Ask for a new one.", code="link_expired")
    return found


def user_of(link: UserToken) -> User:
    """The person whose link it is. Raises `NotFound` where they were disabled meanwhile."""
    user = session.get_one(User, link.user_id)
    if not user.active:
        raise NotFound("This link was used before or has expired. Ask for a new one.", code="link_expired")
    return user


def use(link: UserToken) -> None:
    """Mark the link as used."""
    link.used_at = clock.now()
    session.flush()


def revoke_links(user_id: int, purpose: TokenPurpose) -> None:
    """Make the person's open links of `purpose` worthless."""
    open_links = update(UserToken).where(
        UserToken.user_id == user_id, UserToken.purpose == purpose, UserToken.used_at.is_(None)
    )
    session.execute(open_links.values(used_at=clock.now()))


def address_of(link: UserToken, organization: Organization) -> str:
    """The link as it stands in the mail."""
    return f"{home_of(organization)}/{PATHS[link.purpose]}/{secret_of(link)}"


def home_of(organization: Organization) -> str:
    """The address of the organisation's own site, without a slash at the end."""
    chosen = settings()
    host = organization.custom_domain or f"{organization.slug}.{chosen.base_domain}"
    return f"https://{host}" if chosen.is_production else f"http://{host}:{chosen.port}"


def secret_of(link: UserToken) -> str:
    """The part of the link that only the mail's reader knows."""
    message = f"link|{link.purpose}|{link.id}".encode()
    digest = hmac.new(settings().secret_key.encode(), message, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def hash_of(secret: str) -> str:
    """What the row keeps of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
