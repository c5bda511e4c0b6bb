"""Break-glass: opening one client beyond one's record scope in an emergency, for four hours, under review.

The client's own visibility asks this table (`starline.clients.models`), so an opened client is seen in lists, search
and REST alike. Finding and opening one is `starline.clients.emergency`.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, String, Text, func, select
from sqlalchemy.orm import Mapped

from starline.core import clock, events
from starline.core.db import TenantModel, User, belongs_to, column, joined, session
from starline.core.errors import Invalid
from starline.core.language import _
from starline.core.rows import assign
from starline.identity import notices
from starline.identity.models import of_people_visible_to

LASTS = timedelta(hours=4)
SHORTEST_REASON = 10


def _in_four_hours() -> datetime:
    return clock.now() + LASTS


class BreakGlassAccess(TenantModel):
    """One person's emergency access to one client. It waits for review until an administrator has signed it off."""

    __tablename__ = "break_glass_accesses"
    __label__ = ("reason",)
    __table_args__ = (Index(None, "organization_id", "user_id", "expires_at"),)

    user_id: Mapped[int] = belongs_to("ab_user", "Person")
    client_id: Mapped[UUID] = belongs_to("clients", "Client")
    reason: Mapped[str] = column("Reason", String(300))
    expires_at: Mapped[datetime] = column("Ends", DateTime(timezone=True), default=_in_four_hours)
    opinion: Mapped[str | None] = column("Opinion", Text, help="Was the emergency real? What follows?")
    reviewed_at: Mapped[datetime | None] = column("Signed off", DateTime(timezone=True))
    reviewed_by_id: Mapped[int | None] = belongs_to("ab_user", "Signed off by")

    user: Mapped[User] = joined("BreakGlassAccess.user_id", to="User")
    client: Mapped[Any] = joined("BreakGlassAccess.client_id", to="Client")
    reviewed_by: Mapped[User | None] = joined("BreakGlassAccess.reviewed_by_id", to="User")

    @property
    def possible_actions(self) -> tuple[str, ...]:
        """The verbs that the access's state allows."""
        return ("end",) if self.expires_at > clock.now() else ()

    visible_to = classmethod(of_people_visible_to)


def open_client(client_id: UUID, *, reason: str, by: int) -> BreakGlassAccess:
    """Let the person see the client for four hours, and tell administrators and privacy officer. Raises `Invalid`."""
    reason = " ".join(reason.split())
    if not SHORTEST_REASON <= len(reason) <= 300:
        sentence = _("Say what the emergency is in %(least)d to 300 characters.", least=SHORTEST_REASON)
        raise Invalid(sentence, errors={"reason": [sentence]})
    running = running_access(client_id, by)
    if running is not None:
        return running
    opened = BreakGlassAccess(user_id=by, client_id=client_id, reason=reason)
    session.add(opened)
    session.flush()
    notices.notify_administrators("break_glass", opened.id)
    events.record("break_glass:opened", opened)
    return opened


def opened_clients(user_id: Any) -> Any:
    """What a client's id is compared with: any of those that the person has opened and may still see.

    An array made once per statement, so that an index on the id serves beside the other half of the record scope.
    """
    opened = select(BreakGlassAccess.client_id).where(
        BreakGlassAccess.user_id == user_id, BreakGlassAccess.expires_at > func.now()
    )
    return func.any(func.array(opened.scalar_subquery()))


def running_access(client_id: UUID, user_id: int) -> BreakGlassAccess | None:
    """The person's access to the client that still holds."""
    query = select(BreakGlassAccess).where(
        BreakGlassAccess.client_id == client_id,
        BreakGlassAccess.user_id == user_id,
        BreakGlassAccess.expires_at > clock.now(),
    )
    found: BreakGlassAccess | None = session.scalars(query.limit(1)).first()
    return found


def sign_off(access: BreakGlassAccess, values: dict[str, Any], *, by: int | None) -> BreakGlassAccess:
    """Keep an administrator's opinion on the access. Raises `Invalid` for one's own and for an empty opinion."""
    if access.user_id == by:
        sentence = "Somebody else must review your own emergency access."
        raise Invalid(sentence, errors={"opinion": [sentence]})
    opinion = (values.get("opinion") or access.opinion or "").strip()
    if not opinion:
        sentence = "Write your opinion: was the emergency real, and what follows?"
        raise Invalid(sentence, errors={"opinion": [sentence]})
    assign(access, {"opinion": opinion, "reviewed_at": clock.now(), "reviewed_by_id": by})
    session.flush()
    events.record("break_glass:reviewed", access)
    return access


def end(access: BreakGlassAccess, *, by: int | None) -> BreakGlassAccess:
    """End the access before its time; one that is over stays as it was."""
    access.expires_at = min(access.expires_at, clock.now())
    session.flush()
    events.record("break_glass:ended", access)
    return access
