"""What the browser's signed cookie holds: the id of a session, or for ten minutes whose password was right."""

from dataclasses import dataclass

from flask import g, request, session
from werkzeug.wrappers import Response

from app.core.redirects import local_path
from config import settings
from starline.core import clock
from starline.identity.models import UserSession

SESSION, PENDING = "session_id", "pending"
PENDING_SECONDS = 600
DEVICE_COOKIE = "remembered_device"


@dataclass(frozen=True, slots=True)
class Pending:
    """Somebody between password and code; `must_enrol` where a generator has to be set up first."""

    user_id: int
    must_enrol: bool
    next: str


def remember_session(opened: UserSession) -> None:
    """Put the session into a fresh cookie, so that a cookie planted before is worth nothing."""
    session.clear()
    session[SESSION] = str(opened.id)


def forget_session() -> None:
    session.clear()


def remember_pending(user_id: int, *, must_enrol: bool, next_path: str) -> None:
    """Note whose password was right, for this organisation and ten minutes."""
    session.clear()
    session[PENDING] = [user_id, str(g.tenant.id), int(clock.now().timestamp()), must_enrol, next_path]


def pending() -> Pending | None:
    """Whose code is awaited in this browser, if anybody's."""
    kept = session.get(PENDING)
    if kept is None or g.get("tenant") is None:
        return None
    user_id, organization_id, since, must_enrol, next_path = kept
    is_old = clock.now().timestamp() - since > PENDING_SECONDS
    if is_old or organization_id != str(g.tenant.id):
        session.pop(PENDING)
        return None
    return Pending(user_id, must_enrol, next_path)


def next_path() -> str:
    """Where the person wanted to go: a path of this site, or the start page."""
    return local_path(request.values.get("next", ""))


def remembered_device() -> str | None:
    return request.cookies.get(device_cookie())


def device_cookie() -> str:
    """Its name, by which browsers insist on encryption in production."""
    return f"__Secure-{DEVICE_COOKIE}" if settings().is_production else DEVICE_COOKIE


def remember_device(answer: Response, token: str, days: int) -> None:
    """Give the browser the token with which it skips the code; scripts can't read it."""
    answer.set_cookie(
        device_cookie(),
        token,
        max_age=days * 86400,
        secure=settings().is_production,
        httponly=True,
        samesite="Lax",
        path="/login",
    )
