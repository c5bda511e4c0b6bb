"""Support access: an operator of the platform looks at one agency's data, for hours, for a reason, and changes nothing.

Operators are members of no agency. While an access runs they act as a stand-in, a person of the agency without role or
password whose sessions of kind `support` may read and nothing else (see `viewer`).
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped

from starline.core import audit, clock, events
from starline.core.db import TenantModel, User, belongs_to, choice, column, joined, session
from starline.core.errors import Conflict, Invalid, NotFound
from starline.core.language import _
from starline.identity import notices, sessions
from starline.identity.attempts import Origin
from starline.identity.models import UserSession
from starline.identity.policy import policy
from starline.identity.viewer import SUPPORT

MOST_HOURS = 4
SHORTEST_REASON = 10
HAND_OVER_SECONDS = 60


class SupportState(StrEnum):
    REQUESTED = "requested"
    RUNNING = "running"
    REFUSED = "refused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Operator:
    """Who of the platform asks. `number` is the id among the platform's own people."""

    number: int
    name: str
    email: str


class SupportAccess(TenantModel):
    """One request of an operator to see this agency's data, and what became of it."""

    __tablename__ = "support_accesses"
    __label__ = ("operator_name",)
    __table_args__ = (
        Index(None, "organization_id", "user_id"),
        UniqueConstraint("organization_id", "hand_over_hash"),
        CheckConstraint(f"hours BETWEEN 1 AND {MOST_HOURS}", name="hours"),
    )

    operator_number: Mapped[int] = column("Operator's number", default=0)
    operator_name: Mapped[str] = column("Operator", String(130))
    operator_email: Mapped[str | None] = column("Operator's e-mail", String(320))
    reason: Mapped[str] = column("Reason", String(300))
    hours: Mapped[int] = column("Hours", default=1)
    state: Mapped[SupportState] = choice("State", SupportState, default=SupportState.REQUESTED)
    decided_by_id: Mapped[int | None] = belongs_to("ab_user", "Decided by")
    starts_at: Mapped[datetime | None] = column("Began", DateTime(timezone=True))
    ends_at: Mapped[datetime | None] = column("Ends", DateTime(timezone=True))
    user_id: Mapped[int | None] = belongs_to("ab_user", "Acts as")
    hand_over_hash: Mapped[str | None] = column("Hand-over", String(64))
    hand_over_until: Mapped[datetime | None] = column("Hand-over until", DateTime(timezone=True))

    decided_by: Mapped[User | None] = joined("SupportAccess.decided_by_id", to="User")

    @property
    def is_running(self) -> bool:
        """Whether the operator may look at this moment."""
        return self.state == SupportState.RUNNING and self.ends_at is not None and self.ends_at > clock.now()

    @property
    def possible_actions(self) -> tuple[str, ...]:
        """The verbs that the access's state allows."""
        if self.state == SupportState.REQUESTED:
            return ("approve", "refuse")
        return ("end",) if self.is_running else ()


def request_access(operator: Operator, *, reason: str, hours: int) -> SupportAccess:
    """Ask the acting agency for access; it starts at once where the agency's settings demand no approval."""
    reason = " ".join(reason.split())
    errors: dict[str, list[str]] = {}
    if not SHORTEST_REASON <= len(reason) <= 300:
        errors["reason"] = [_("Say why in %(least)d to 300 characters; the agency reads it.", least=SHORTEST_REASON)]
    if not 1 <= hours <= MOST_HOURS:
        errors["hours"] = [_("Choose 1 to %(most)d hours.", most=MOST_HOURS)]
    if errors:
        raise Invalid("Please check the marked fields.", errors=errors)
    if any(one.state == SupportState.REQUESTED or one.is_running for one in accesses_of(operator.number)):
        raise Conflict("You have asked this agency already; that access waits or runs.")
    access = SupportAccess(
        operator_number=operator.number,
        operator_name=operator.name[:130],
        operator_email=operator.email,
        reason=reason,
        hours=hours,
    )
    session.add(access)
    session.flush()
    if not policy().support_needs_approval:
        _start(access)
    notices.notify_administrators("support_access", access.id)
    events.record("support:requested", access)
    return access


def approve(access: SupportAccess, *, by: int | None) -> SupportAccess:
    """Let the operator in from now on. Raises `Conflict` where the request was decided already."""
    _check(access, SupportState.REQUESTED)
    access.decided_by_id = by
    _start(access)
    events.record("support:approved", access)
    return access


def refuse(access: SupportAccess, *, by: int | None) -> SupportAccess:
    """Keep the operator out. Raises `Conflict` where the request was decided already."""
    _check(access, SupportState.REQUESTED)
    access.decided_by_id = by
    access.state = SupportState.REFUSED
    session.flush()
    events.record("support:refused", access)
    return access


def end(access: SupportAccess, *, by: int | None) -> SupportAccess:
    """End a running or waiting access; the operator's next request is refused on every node."""
    if access.state not in (SupportState.REQUESTED, SupportState.RUNNING):
        raise Conflict("This support access is over already.")
    access.state = SupportState.ENDED
    access.ends_at = min(access.ends_at or clock.now(), clock.now())
    access.hand_over_hash = None
    if access.user_id is not None:
        sessions.end_all(access.user_id, reason="support ended")
    session.flush()
    events.record("support:ended", access)
    return access


def accesses_of(operator_number: int) -> list[SupportAccess]:
    """The operator's requests to the acting agency, newest first."""
    query = select(SupportAccess).where(SupportAccess.operator_number == operator_number)
    return list(session.scalars(query.order_by(SupportAccess.created_on.desc()).limit(50)))


def find_access(access_id: UUID | None, *, operator_number: int) -> SupportAccess:
    """The operator's own access by its id, locked. Raises `NotFound`."""
    query = select(SupportAccess).where(SupportAccess.id == access_id, SupportAccess.operator_number == operator_number)
    found = session.scalars(query.with_for_update()).one_or_none()
    if found is None:
        raise NotFound("There is no such support access.")
    return found


def hand_over(access: SupportAccess) -> str:
    """A secret that opens the agency's screens once, within a minute. Raises `Conflict` unless the access runs."""
    if not access.is_running:
        raise Conflict("This support access is not running.")
    secret = base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
    access.hand_over_hash = _hash_of(secret)
    access.hand_over_until = clock.now() + timedelta(seconds=HAND_OVER_SECONDS)
    session.flush()
    return secret


def enter(secret: str, *, origin: Origin) -> UserSession:
    """Use up a hand-over: a session that ends with the access. Raises `NotFound` for one used, old or made up."""
    query = select(SupportAccess).where(
        SupportAccess.hand_over_hash == _hash_of(secret), SupportAccess.hand_over_until > clock.now()
    )
    access = session.scalars(query.with_for_update()).one_or_none()
    if access is None or not access.is_running or access.user_id is None or access.ends_at is None:
        raise NotFound("This link was used before or has expired. Open the agency from the platform again.")
    access.hand_over_hash = None
    opened = UserSession(
        user_id=access.user_id,
        kind=SUPPORT,
        address=origin.address,
        device=origin.device_name,
        expires_at=access.ends_at,
        has_second_factor=True,
    )
    session.add(opened)
    session.flush()
    audit.record("support:entered", "support_accesses", subject_id=str(access.id), reason=spoken(access))
    return opened


def close_expired() -> int:
    """Mark accesses whose time is up as ended; how many. Their sessions ended by themselves at that time."""
    query = select(SupportAccess).where(
        SupportAccess.state == SupportState.RUNNING, SupportAccess.ends_at <= clock.now()
    )
    return len([end(access, by=None) for access in session.scalars(query.with_for_update())])


def spoken(access: SupportAccess) -> str:
    """What the audit keeps as the reason of everything seen under the access."""
    return f"Support access by {access.operator_name}: {access.reason}"


def _start(access: SupportAccess) -> None:
    access.state = SupportState.RUNNING
    access.starts_at = clock.now()
    access.ends_at = access.starts_at + timedelta(hours=access.hours)
    access.user_id = _stand_in(access).id
    session.flush()


def _stand_in(access: SupportAccess) -> User:
    """The person of the agency that the operator acts as: inactive, without role or password, so no way in but this."""
    email = f"support-{access.operator_number}@platform.invalid"
    found: User | None = session.scalars(select(User).where(User.email == email)).one_or_none()
    if found is None:
        found = User(
            email=email,
            username=email,
            first_name=access.operator_name[:60],
            last_name="(support)",
            active=False,
            fail_login_count=0,
            login_count=0,
            roles=[],
        )
        session.add(found)
        session.flush()
    return found


def _check(access: SupportAccess, state: SupportState) -> None:
    if access.state != state:
        raise Conflict("This request was decided already.")


def _hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
