"""Signing in: e-mail and password first, then a code where one is needed, then a session.

Every result is recorded, also a refusal: the caller commits what was recorded, then answers.
"""

from dataclasses import dataclass

from sqlalchemy import select

from starline.core import clock, events, outbox
from starline.core.db import User, session
from starline.identity import attempts, passwords, rules, second_factor, sessions
from starline.identity.attempts import Origin
from starline.identity.models import SignInOutcome, UserSession
from starline.identity.policy import must_have_second_factor

REFUSAL = (
    "The e-mail address or the password is not right. After several wrong attempts signing in pauses for a while."
    " An account that was not used for a long time is disabled: an administrator of your agency can enable it again."
)
CODE_REFUSAL = "This code is not right, or it was used before. After several wrong codes signing in pauses for a while."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """All was right: open a session. `has_second_factor` also where a remembered device stood in for the code."""

    user: User
    has_second_factor: bool


@dataclass(frozen=True, slots=True)
class SecondFactorRequired:
    """The password was right; a code must follow. `must_enrol` where the person has no generator yet."""

    user: User
    must_enrol: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Nobody gets in. `sentence` is the same for every reason that must not be told."""

    outcome: SignInOutcome
    sentence: str = REFUSAL


def authenticate(
    email: str, password: str, *, origin: Origin, remembered: str | None = None
) -> SignedIn | SecondFactorRequired | Refused:
    """Check a password in the acting organisation. `remembered` is the token of a device that may skip the code.

    Takes as long, and says the same, for an unknown e-mail, a wrong password, a locked and a disabled person.
    Raises `TooManyRequests`.
    """
    attempts.check_rate(origin)
    user, is_right = _compared(rules.email_of(email), password)
    refusal = _refusal_of(user, is_right)
    if user is None or refusal is not None:
        attempts.record(user, refusal or SignInOutcome.UNKNOWN_USER, origin)
        return Refused(refusal or SignInOutcome.UNKNOWN_USER)
    factor = second_factor.confirmed(user.id)
    if factor is None and not must_have_second_factor(user):
        return SignedIn(user, has_second_factor=False)
    if factor is not None and second_factor.is_remembered(user, remembered):
        return SignedIn(user, has_second_factor=True)
    attempts.record(user, SignInOutcome.CODE_REQUIRED, origin)
    return SecondFactorRequired(user, must_enrol=factor is None)


def verify_code(user_id: int, code: str, *, origin: Origin) -> SignedIn | Refused:
    """The second step with a code of the generator. Raises `TooManyRequests`."""
    return _second_step(user_id, code, second_factor.check_code, origin)


def verify_recovery_code(user_id: int, code: str, *, origin: Origin) -> SignedIn | Refused:
    """The second step with a recovery code, which is then used up. Raises `TooManyRequests`."""
    return _second_step(user_id, code, second_factor.check_recovery_code, origin)


def open_session(signed_in: SignedIn, *, origin: Origin) -> UserSession:
    """Finish signing in: counters start anew, and a device never seen before is told to the person."""
    user = signed_in.user
    is_new = attempts.is_new_device(user, origin)
    attempt = attempts.record(user, SignInOutcome.SUCCEEDED, origin)
    user.login_count = (user.login_count or 0) + 1
    user.last_login = clock.now()
    user.fail_login_count = 0
    user.locked_until = None
    if is_new:
        outbox.enqueue("identity.send_new_sign_in", attempt_id=str(attempt.id))
        session.flush()
        events.record("sign_in:new_device", attempt)
    return sessions.start(user, origin=origin, has_second_factor=signed_in.has_second_factor)


def _compared(email: str, password: str) -> tuple[User | None, bool]:
    """The person with that e-mail, locked, and whether the password is theirs.

    Comparing takes long, so nobody's row is locked meanwhile: attempts that wait for one another would tell by their
    slowness that somebody has this address. What was changed in between is compared again.
    """
    known = session.scalars(select(User.password).where(User.email == email)).one_or_none()
    is_right = passwords.is_password_of_hash(known, password)
    user = _find_user(email)
    if user is not None and user.password != known:
        is_right = passwords.is_password_of(user, password)
    return user, is_right


def _find_user(email: str) -> User | None:
    """The person with that e-mail, locked so that two attempts at once count as two."""
    query = select(User).where(User.email == email).with_for_update(key_share=True)
    found: User | None = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    return found


def _refusal_of(user: User | None, is_right: bool) -> SignInOutcome | None:
    if user is None:
        return SignInOutcome.UNKNOWN_USER
    if passwords.is_locked(user):
        return SignInOutcome.LOCKED
    if not is_right:
        passwords.count_failure(user)
        return SignInOutcome.WRONG_PASSWORD
    return None if user.active else SignInOutcome.DISABLED


def _second_step(user_id: int, code: str, check: second_factor.Check, origin: Origin) -> SignedIn | Refused:
    attempts.check_rate(origin)
    user = session.get(User, user_id, with_for_update={"key_share": True}, populate_existing=True)
    if user is None or not user.active:
        outcome = SignInOutcome.DISABLED
    elif passwords.is_locked(user):
        outcome = SignInOutcome.LOCKED
    else:
        outcome = check(user, code)
    if user is None or outcome is not SignInOutcome.SUCCEEDED:
        attempts.record(user, outcome, origin)
        return Refused(outcome, CODE_REFUSAL)
    return SignedIn(user, has_second_factor=True)
