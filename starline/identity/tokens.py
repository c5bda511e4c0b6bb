"""Tokens for programs: signed access tokens of 15 minutes, opaque refresh tokens of 30 days that serve once.

An access token only names a session; what it may do is asked of the session at every request, so ending the session
ends its tokens. A refresh token begins with its organisation, because it arrives where none is known yet.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
from sqlalchemy import select

from starline.core import clock, tenancy
from starline.core.db import User, session
from starline.core.errors import Unauthenticated
from starline.core.identifiers import parse_uuid, uuid7
from starline.identity import attempts, rules, sessions, signing
from starline.identity.attempts import Origin
from starline.identity.models import RefreshToken, SignInOutcome, UserSession

ISSUER = "starline"
ACCESS, SECOND_STEP = "starline-api", "starline-second-step"
ACCESS_LIFETIME, SECOND_STEP_LIFETIME = timedelta(minutes=15), timedelta(minutes=5)
REQUIRED = ["sub", "organization_id", "aud", "iss", "exp", "iat", "jti"]


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What a valid access token says."""

    user_id: int
    organization_id: UUID
    session_id: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SecondStepClaims:
    """Whose password was right a moment ago."""

    user_id: int
    organization_id: UUID


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a program signs in with; `expires_in` are the access token's seconds."""

    access_token: str
    refresh_token: str
    expires_in: int = int(ACCESS_LIFETIME.total_seconds())


@dataclass(frozen=True, slots=True)
class RefusedToken:
    """A refresh token that buys nothing. The caller commits what was recorded, then answers 401."""

    reason: str
    sentence: str = "This refresh token can't be used. Please sign in again."


def issue(opened: UserSession) -> TokenPair:
    """The first pair of a session."""
    return TokenPair(access_token(opened), _new_refresh_token(opened))


def access_token(opened: UserSession) -> str:
    """A signed token that stands for the session for 15 minutes."""
    return _signed(ACCESS, ACCESS_LIFETIME, sub=str(opened.user_id), sid=str(opened.id))


def second_step_token(user: User) -> str:
    """A signed token of five minutes that is good for nothing but sending the code."""
    return _signed(SECOND_STEP, SECOND_STEP_LIFETIME, sub=str(user.id))


def read_access_token(token: str) -> AccessClaims:
    """What the token says if it is ours and holds. Raises `Unauthenticated` with the reason as its code."""
    claims = _verified(token, ACCESS, ["sid"])
    session_id = parse_uuid(claims["sid"])
    if session_id is None:
        raise _refusal("malformed_token")
    user_id, organization_id = _subject(claims)
    return AccessClaims(user_id, organization_id, session_id, datetime.fromtimestamp(claims["exp"], UTC))


def read_second_step_token(token: str) -> SecondStepClaims:
    """Like `read_access_token` for the token between password and code."""
    return SecondStepClaims(*_subject(_verified(token, SECOND_STEP, [])))


def organization_of_refresh_token(token: str) -> UUID | None:
    """The organisation that the token says it belongs to; whether it does shows when it is used."""
    return parse_uuid(token.partition(".")[0])


def refresh(token: str, *, origin: Origin) -> TokenPair | RefusedToken:
    """Exchange a refresh token of the acting organisation. One that was used before ends its whole session."""
    query = select(RefreshToken).where(RefreshToken.token_hash == _hash(token)).with_for_update()
    found = session.scalars(query).one_or_none()
    if found is None:
        return _refused("unknown_token", origin)
    opened = session.get_one(UserSession, found.session_id, with_for_update=True, populate_existing=True)
    user = session.get_one(User, opened.user_id)
    if found.used_at is not None:
        if opened.ended_at is not None:
            return _refused("reused_token", origin)
        sessions.end(opened.id, user_id=user.id, reason=sessions.REUSED)
        attempts.record(user, SignInOutcome.REUSED_TOKEN, origin)
        return RefusedToken("reused_token")
    if opened.ended_at is not None or not user.active:
        return _refused("session_ended", origin)
    if min(found.expires_at, opened.expires_at) <= clock.now():
        return _refused("expired_token", origin)
    found.used_at = clock.now()
    opened.last_seen_at = clock.now()
    opened.expires_at = clock.now() + rules.API_SESSION
    return issue(opened)


def _refused(reason: str, origin: Origin) -> RefusedToken:
    attempts.record_refused_token(reason, origin)
    return RefusedToken(reason)


def _new_refresh_token(opened: UserSession) -> str:
    token = f"{opened.organization_id.hex}.{secrets.token_urlsafe(32)}"
    row = RefreshToken(session_id=opened.id, token_hash=_hash(token), expires_at=clock.now() + rules.API_SESSION)
    session.add(row)
    session.flush()
    return token


def _signed(audience: str, lifetime: timedelta, **claims: Any) -> str:
    now = clock.now()
    key = signing.signing_key()
    content = {
        "iss": ISSUER,
        "aud": audience,
        "organization_id": str(tenancy.current_organization_id()),
        "iat": now,
        "exp": now + lifetime,
        "jti": uuid7().hex,
        **claims,
    }
    return jwt.encode(content, key.signing, key.algorithm, headers={"kid": key.id})


def _verified(token: str, audience: str, more: list[str]) -> dict[str, Any]:
    try:
        key = signing.keys()[jwt.get_unverified_header(token)["kid"]]
        # PyJWT would compare with the real clock; ours can be held still.
        options: Any = {"require": REQUIRED + more, "verify_exp": False, "verify_iat": False, "verify_nbf": False}
        claims: dict[str, Any] = jwt.decode(
            token, key.verifying, [key.algorithm], options=options, audience=audience, issuer=ISSUER
        )
        expires_at, issued_at = float(claims["exp"]), float(claims["iat"])
    except (jwt.PyJWTError, KeyError, TypeError, ValueError):
        raise _refusal("malformed_token") from None
    if expires_at <= clock.now().timestamp():
        raise _refusal("expired_token")
    if issued_at > clock.now().timestamp() + 60:
        raise _refusal("malformed_token")
    return claims


def _subject(claims: dict[str, Any]) -> tuple[int, UUID]:
    subject, organization_id = str(claims["sub"]), parse_uuid(claims["organization_id"])
    if organization_id is None or not subject.isascii() or not subject.isdecimal():
        raise _refusal("malformed_token")
    return int(subject), organization_id


def _refusal(code: str) -> Unauthenticated:
    return Unauthenticated("The token is not valid, or it has expired. Please sign in again.", code=code)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
