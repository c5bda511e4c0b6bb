"""The browsers that show what their person is told with every page closed.

One is known until its person turns it off or signs out there, its session is ended by anybody, or nobody answers at its
address any more. Its address is a secret: whoever has it could write to it.
"""

import hashlib
import logging
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, exists, select

from starline.core import outbound, webpush
from starline.core.db import session
from starline.core.errors import Invalid, Unavailable
from starline.core.events import subscribe
from starline.core.webpush import Notice, Subscription
from starline.identity.models import UserSession
from starline.notifications.models import PushDevice

MOST_OF_ONE = 10
log = logging.getLogger(__name__)


def keep(found: Subscription, *, user_id: int, session_id: UUID) -> PushDevice:
    """Know the browser as this person's. One that was somebody else's, who has used it before, is theirs no more."""
    marked = _mark(found.endpoint)
    device = session.scalars(select(PushDevice).where(PushDevice.address_hash == marked)).one_or_none()
    if device is None:
        _make_room(user_id)
        device = PushDevice(user_id=user_id, session_id=session_id, address_hash=marked)
        device.subscription = found.dumped()
        session.add(device)
    device.user_id, device.session_id = user_id, session_id
    if device.subscription != found.dumped():
        device.subscription = found.dumped()
    session.flush()
    return device


def forget(endpoint: str, *, user_id: int) -> None:
    """Tell this person's browser nothing any more; what isn't known stays unknown."""
    of_person = (PushDevice.user_id == user_id, PushDevice.address_hash == _mark(endpoint))
    session.execute(delete(PushDevice).where(*of_person))


def is_reached(user_id: int) -> bool:
    """Whether the person has a browser that can be told something."""
    return bool(session.scalar(select(exists().where(PushDevice.user_id == user_id))))


def push(user_id: int, notice: Notice, *, kept_for: timedelta) -> int:
    """Show the notice on the person's devices; on how many. Called by tasks.

    Raises `Unavailable` where a service couldn't be reached; the next attempt tells all again, each under the same tag.
    """
    told, waiting = 0, None
    for device in session.scalars(select(PushDevice).where(PushDevice.user_id == user_id)).all():
        try:
            if _told(device, notice, kept_for):
                told += 1
            else:
                session.delete(device)
        except Unavailable as problem:
            waiting = problem
    session.flush()
    if waiting is not None:
        raise waiting
    return told


def _told(device: PushDevice, notice: Notice, kept_for: timedelta) -> bool:
    """Whether the device is still one to be told; what refuses us for good is none."""
    try:
        found = Subscription.loaded(device.subscription or "")
        return webpush.send(found, notice, kept_for=kept_for, rules=outbound.RULES)
    except Invalid as problem:
        log.error("a push was refused", extra={"code": problem.code})
        return False


def _make_room(user_id: int) -> None:
    """Forget the oldest of somebody who has turned it on in browser after browser."""
    query = select(PushDevice.id).where(PushDevice.user_id == user_id).order_by(PushDevice.changed_on.desc())
    outnumbered = list(session.scalars(query.offset(MOST_OF_ONE - 1)))
    if outnumbered:
        session.execute(delete(PushDevice).where(PushDevice.id.in_(outnumbered)))


def _mark(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode()).hexdigest()


@subscribe("session:ended")
def forget_with_session(ended: UserSession) -> None:
    """A phone that was signed out, by its person or by anybody, shows nothing more."""
    session.execute(delete(PushDevice).where(PushDevice.session_id == ended.id))
