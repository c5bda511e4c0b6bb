"""Sessions: a signed-in browser, or a family of API tokens. Ending one takes effect on the next request."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from starline.core import audit, clock, events
from starline.core.db import User, session
from starline.core.errors import NotFound
from starline.identity import links, rules
from starline.identity.attempts import Origin
from starline.identity.models import TokenPurpose, UserSession
from starline.identity.policy import policy
from starline.identity.viewer import Viewer

TOUCH_EVERY = timedelta(minutes=1)
SIGNED_OUT, REVOKED, REUSED, DISABLED, PASSWORD_CHANGED = "signed out", "revoked", "reused", "disabled", "password"


def start(user: User, *, origin: Origin, has_second_factor: bool) -> UserSession:
    """A new session of the origin's channel; a web session lasts the policy's hours, an API one 30 days unrefreshed."""
    lifetime = rules.API_SESSION if origin.channel == rules.API else timedelta(hours=policy().absolute_hours)
    opened = UserSession(
        user_id=user.id,
        kind=origin.channel,
        address=origin.address,
        device=origin.device_name,
        expires_at=clock.now() + lifetime,
        has_second_factor=has_second_factor,
        created_by_fk=user.id,
        changed_by_fk=user.id,
    )
    session.add(opened)
    session.flush()
    return opened


def touch(viewer: Viewer) -> None:
    """Note that the person is still there; writes at most once a minute."""
    if clock.now() - viewer.last_seen_at < TOUCH_EVERY:
        return
    table = UserSession.__table__
    seen = update(table).values(last_seen_at=clock.now())
    here = (table.c.organization_id == viewer.organization_id, table.c.id == viewer.session_id)
    session.execute(seen.where(*here, table.c.last_seen_at < clock.now() - TOUCH_EVERY))


def confirm_second_factor(session_id: UUID) -> None:
    """Note that the session's person has given a second factor meanwhile."""
    session.get_one(UserSession, session_id).has_second_factor = True
    session.flush()


def end(session_id: UUID, *, user_id: int, reason: str = SIGNED_OUT) -> None:
    """End one of the person's sessions. Raises `NotFound` where it isn't theirs; an ended one stays as it was."""
    query = select(UserSession).where(UserSession.id == session_id, UserSession.user_id == user_id)
    found = session.scalars(query.with_for_update()).one_or_none()
    if found is None:
        raise NotFound("There is no such session.")
    if found.ended_at is None:
        found.ended_at = clock.now()
        found.end_reason = reason
        session.flush()
        audit.record("auth:session_ended", "ab_user", subject_id=str(user_id), changes={"reason": reason})
        events.record("session:ended", found)


def end_all(user_id: int, *, reason: str, but: UUID | None = None) -> int:
    """End the person's open sessions except `but`; how many.

    A new e-mail address that one of them asked for goes with them: its link would let its reader in again.
    """
    links.revoke_links(user_id, TokenPurpose.EMAIL_CHANGE)
    query = select(UserSession.id).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
    found = [one for one in session.scalars(query) if one != but]
    for session_id in found:
        end(session_id, user_id=user_id, reason=reason)
    return len(found)


def open_sessions(user_id: int) -> list[UserSession]:
    """Where the person is signed in, the latest seen first."""
    idle = timedelta(minutes=policy().idle_minutes)
    query = (
        select(UserSession)
        .where(
            UserSession.user_id == user_id,
            UserSession.ended_at.is_(None),
            UserSession.expires_at > clock.now(),
            (UserSession.kind == rules.API) | (UserSession.last_seen_at > clock.now() - idle),
        )
        .order_by(UserSession.last_seen_at.desc())
    )
    return list(session.scalars(query))
