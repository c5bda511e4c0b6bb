"""Passwords: hashed with bcrypt, checked in the same time for everybody."""

import base64
import hashlib
from functools import lru_cache
from uuid import UUID

import bcrypt

from config import settings
from starline.core import audit, clock
from starline.core.db import User, session
from starline.core.errors import Invalid
from starline.identity import attempts, rules, sessions
from starline.identity.attempts import Origin
from starline.identity.models import SignInOutcome
from starline.identity.policy import policy


def set_password(user: User, password: str) -> None:
    """Give `user` a password that follows the rules. Raises `Invalid` with sentences under `password`."""
    personal = [user.first_name, user.last_name, user.email]
    problems = rules.password_problems(password, personal=personal, shortest=policy().min_password_length)
    if problems:
        raise Invalid(problems[0], errors={"password": problems})
    user.password = hashed(password)
    user.password_changed_at = clock.now()
    user.fail_login_count = 0
    user.locked_until = None
    session.flush()


def is_password_of(user: User | None, password: str) -> bool:
    """Whether `password` is the user's; as slow for nobody and for somebody who has none."""
    return is_password_of_hash(user.password if user is not None else None, password)


def is_password_of_hash(known: str | None, password: str) -> bool:
    """Whether the hash `known` is of `password`; as slow where there is none."""
    matches = bcrypt.checkpw(_digest(password), (known or _dummy(settings().bcrypt_rounds)).encode())
    return matches and bool(known)


def change_password(user: User, current: str, password: str, *, origin: Origin, session_id: UUID) -> bool:
    """Replace the password of somebody who knows the present one; their other sessions end.

    False for a wrong present password, which counts like a wrong sign-in: the caller commits that. Raises `Invalid`.
    """
    if not is_proven(user, current, origin=origin):
        return False
    set_password(user, password)
    sessions.end_all(user.id, reason=sessions.PASSWORD_CHANGED, but=session_id)
    audit.record("auth:password_changed", "ab_user", subject_id=str(user.id))
    return True


def is_proven(user: User, password: str, *, origin: Origin) -> bool:
    """Whether somebody who is signed in knows their password; a wrong one counts, and the caller commits that."""
    is_right = is_password_of(user, password)
    if is_locked(user) or not is_right:
        outcome = SignInOutcome.LOCKED if is_locked(user) else SignInOutcome.WRONG_PASSWORD
        if outcome is SignInOutcome.WRONG_PASSWORD:
            count_failure(user)
        attempts.record(user, outcome, origin)
        return False
    return True


def is_locked(user: User) -> bool:
    """Whether the person must wait before the next attempt."""
    return user.locked_until is not None and user.locked_until > clock.now()


def count_failure(user: User) -> None:
    """One more wrong password in a row; after the policy's number of them the person must wait."""
    user.fail_login_count = (user.fail_login_count or 0) + 1
    lock = rules.password_lock(user.fail_login_count, policy())
    if lock is not None:
        user.locked_until = clock.now() + lock
    session.flush()


def hashed(password: str) -> str:
    """bcrypt over a SHA-512 pre-hash: bcrypt alone would ignore everything after 72 bytes."""
    return bcrypt.hashpw(_digest(password), bcrypt.gensalt(settings().bcrypt_rounds)).decode()


def _digest(password: str) -> bytes:
    # 64 raw bytes could hold a NUL, at which bcrypt stops; base64 makes 88 characters, of which 72 carry 432 bits.
    return base64.b64encode(hashlib.sha512(password.encode()).digest())[:72]


@lru_cache(maxsize=2)
def _dummy(rounds: int) -> str:
    return bcrypt.hashpw(b"nobody", bcrypt.gensalt(rounds)).decode()
