"""The second factor: TOTP generators, recovery codes, devices that may skip it."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pyotp
from sqlalchemy import delete, select

from starline.core import audit, clock, events
from starline.core.crypto import blind_index
from starline.core.db import User, session
from starline.core.errors import Conflict
from starline.identity import rules
from starline.identity.models import RecoveryCode, RememberedDevice, SecondFactor, SignInOutcome
from starline.identity.policy import policy

RECOVERY_CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that aren't mistaken for one another on paper."""

Check = Callable[[User, str], SignInOutcome]


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the authenticator app needs: `secret` in base32, `uri` (otpauth://…) for the picture."""

    secret: str
    uri: str


def confirmed(user_id: int) -> SecondFactor | None:
    """The person's generator, once they have shown that it works."""
    query = select(SecondFactor).where(SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_not(None))
    return session.scalars(query).one_or_none()


def enrol(user: User, *, issuer: str = "") -> Enrolment:
    """Begin with a new seed, or show the one that waits to be confirmed. Raises `Conflict` where one is in use."""
    factor = _of(user)
    if factor is not None and factor.confirmed_at is not None:
        raise Conflict("You have an authenticator app already. Remove it before you set up another one.")
    if factor is None:
        factor = SecondFactor(user_id=user.id)
        factor.seed = pyotp.random_base32()
        session.add(factor)
        session.flush()
    secret = factor.seed or ""
    return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=issuer))


def confirm(user: User, code: str) -> list[str] | None:
    """Put the enrolled generator to use if `code` comes from it; returns new recovery codes, else None."""
    factor = _of(user)
    if factor is None or factor.confirmed_at is not None:
        raise Conflict("There is no authenticator app to confirm. Start again.")
    step = rules.matching_step(factor.seed or "", rules.plain_code(code), clock.now())
    if step is None:
        return None
    factor.confirmed_at = clock.now()
    factor.last_step = step
    factor.failures = 0
    events.record("user:second_factor_added", user)
    audit.record("auth:second_factor_added", "ab_user", subject_id=str(user.id))
    return renew_recovery_codes(user)


def check_code(user: User, code: str) -> SignInOutcome:
    """SUCCEEDED, WRONG_CODE, REPLAYED_CODE or LOCKED; a step serves once, the sixth wrong code in a row locks."""
    factor = _of(user)
    if factor is None or factor.confirmed_at is None:
        return SignInOutcome.WRONG_CODE
    step = rules.matching_step(factor.seed or "", rules.plain_code(code), clock.now())
    if step is None:
        return _failed(user, factor, SignInOutcome.WRONG_CODE)
    if step <= factor.last_step:
        return _failed(user, factor, SignInOutcome.REPLAYED_CODE)
    factor.last_step = step
    factor.failures = 0
    session.flush()
    return SignInOutcome.SUCCEEDED


def check_recovery_code(user: User, code: str) -> SignInOutcome:
    """SUCCEEDED once for each code, else WRONG_CODE or LOCKED."""
    factor = _of(user)
    if factor is None or factor.confirmed_at is None:
        return SignInOutcome.WRONG_CODE
    query = select(RecoveryCode).where(
        RecoveryCode.user_id == user.id,
        RecoveryCode.code_hash == blind_index(rules.plain_code(code)),
        RecoveryCode.used_at.is_(None),
    )
    found = session.scalars(query.with_for_update()).one_or_none()
    if found is None:
        return _failed(user, factor, SignInOutcome.WRONG_CODE)
    found.used_at = clock.now()
    factor.failures = 0
    session.flush()
    return SignInOutcome.SUCCEEDED


def renew_recovery_codes(user: User) -> list[str]:
    """Ten new codes in place of the old ones; only their hashes are kept, so this is the one time to show them."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(user_id=user.id, code_hash=blind_index(code)) for code in codes)
    session.flush()
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def unused_recovery_codes(user_id: int) -> int:
    """How many recovery codes the person has left."""
    query = select(RecoveryCode.id).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return len(session.scalars(query).all())


def remove(user: User, *, by: int | None) -> None:
    """Take the generator, its codes and its remembered devices away (lost phone, or the person's own wish)."""
    for model in (RecoveryCode, RememberedDevice, SecondFactor):
        session.execute(delete(model).where(model.user_id == user.id))
    session.flush()
    audit.record("auth:second_factor_removed", "ab_user", subject_id=str(user.id), changes={"by": by})


def remember_device(user: User, *, device: str | None) -> str | None:
    """A token with which this browser skips the code for the agency's number of days; None where that is none."""
    days = policy().remember_days
    if days == 0:
        return None
    token = secrets.token_urlsafe(32)
    expires_at = clock.now() + timedelta(days=days)
    name = device[:200] if device else None
    session.add(RememberedDevice(user_id=user.id, token_hash=_hash(token), device=name, expires_at=expires_at))
    session.flush()
    return token


def is_remembered(user: User, token: str | None) -> bool:
    """Whether `token` was given to a browser of this person and still holds."""
    if not token:
        return False
    query = select(RememberedDevice.id).where(
        RememberedDevice.user_id == user.id,
        RememberedDevice.token_hash == _hash(token),
        RememberedDevice.expires_at > clock.now(),
    )
    return session.scalars(query).first() is not None


def forget_devices(user: User) -> None:
    """Have every browser of the person asked for a code again."""
    session.execute(delete(RememberedDevice).where(RememberedDevice.user_id == user.id))


def _of(user: User) -> SecondFactor | None:
    """The person's generator, locked so that one code can't serve twice at once."""
    query = select(SecondFactor).where(SecondFactor.user_id == user.id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _failed(user: User, factor: SecondFactor, outcome: SignInOutcome) -> SignInOutcome:
    factor.failures += 1
    lock = rules.code_lock(factor.failures)
    if lock is not None:
        user.locked_until = clock.now() + lock
        outcome = SignInOutcome.LOCKED
    session.flush()
    return outcome


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
