"""The sign-in history, and the limit on trying. Whoever refuses records first and raises after the commit."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from uuid import UUID

from sqlalchemy import func, select

from starline.core import audit, clock, tenancy
from starline.core.db import User, session
from starline.core.errors import TooManyRequests
from starline.identity import rules
from starline.identity.models import SignInAttempt, SignInOutcome
from starline.identity.rules import ATTEMPTS_PER_MINUTE, WEB

WINDOW = timedelta(minutes=1)
HARMLESS = (SignInOutcome.SUCCEEDED, SignInOutcome.CODE_REQUIRED)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an attempt comes from: `channel` is web or api, `device` the user agent."""

    channel: str = WEB
    address: str | None = None
    device: str | None = None

    @property
    def device_name(self) -> str | None:
        return self.device[:200] if self.device else None


def record(user: User | None, outcome: SignInOutcome, origin: Origin) -> SignInAttempt:
    """Keep how an attempt ended, in the person's history and in the audit."""
    attempt = SignInAttempt(
        user_id=user.id if user is not None else None,
        outcome=outcome,
        address=origin.address,
        device=origin.device_name,
        channel=origin.channel,
    )
    session.add(attempt)
    session.flush()
    subject_id = str(user.id) if user is not None else None
    name = "auth:signed_in" if outcome is SignInOutcome.SUCCEEDED else f"auth:{outcome}"
    audit.record(
        name,
        "ab_user",
        subject_id=subject_id,
        changes={"channel": origin.channel, "address": origin.address},
    )
    return attempt


def record_refused_token(reason: str, origin: Origin, *, key_id: UUID | None = None) -> None:
    """Keep in the audit that a token was refused; `reason` is the error's code, never the token.

    `key_id` names the API key whose secret was right and that opens nothing any more.
    Of one address and reason only the first, tenth, hundredth … of a minute gets a row, with the count so far:
    whoever sends bad tokens by the thousand doesn't fill the audit.
    """
    count = _refusals.counted((tenancy.current_organization_id(), origin.address, reason, key_id))
    if rules.is_power_of_ten(count):
        changes = {"reason": reason, "channel": origin.channel, "address": origin.address, "count": count}
        subject = "ab_user" if key_id is None else "api_keys"
        subject_id = None if key_id is None else str(key_id)
        audit.record("auth:refused_token", subject, subject_id=subject_id, changes=changes)


def check_rate(origin: Origin) -> None:
    """Refuse an address that failed ten times within a minute. Those who get in cost nothing: offices share one.

    Raises `TooManyRequests`.
    """
    since = clock.now() - WINDOW
    query = select(func.count(), func.min(SignInAttempt.created_on)).where(
        SignInAttempt.address == origin.address,
        SignInAttempt.created_on > since,
        SignInAttempt.outcome.not_in(HARMLESS),
    )
    count, oldest = session.execute(query).one()
    if count >= ATTEMPTS_PER_MINUTE:
        seconds = max(1, round((oldest - since).total_seconds()))
        raise TooManyRequests("Too many attempts to sign in. Please wait a minute.", retry_after=seconds)


def history(user_id: int, *, limit: int = 20) -> list[SignInAttempt]:
    """The person's attempts, newest first."""
    query = (
        select(SignInAttempt)
        .where(SignInAttempt.user_id == user_id)
        .order_by(SignInAttempt.created_on.desc(), SignInAttempt.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def is_new_device(user: User, origin: Origin) -> bool:
    """Whether the person got in before, but never from such a device."""
    earlier = select(SignInAttempt.device).where(
        SignInAttempt.user_id == user.id,
        SignInAttempt.outcome == SignInOutcome.SUCCEEDED,
    )
    devices = set(session.scalars(earlier.distinct()))
    return bool(devices) and origin.device_name not in devices


class _Refusals(dict[Hashable, int]):
    """How often this process refused each key in the present minute; forgotten with the minute."""

    def __init__(self) -> None:
        super().__init__()
        self.lock, self.minute = Lock(), -1

    def counted(self, key: Hashable) -> int:
        """How often, this time included."""
        minute = int(clock.now().timestamp()) // 60
        with self.lock:
            if minute != self.minute:
                self.clear()
                self.minute = minute
            self[key] = self.get(key, 0) + 1
            return self[key]


_refusals = _Refusals()
