"""Finding and opening a client that one's record scope does not cover, in an emergency.

Whoever asks must know the client already: the exact number, or full name and birth date. The answer tells nothing but
that the client exists.
"""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from starline.clients.models import Client
from starline.core import audit, clock, tenancy
from starline.core.audit import AuditEvent
from starline.core.db import session
from starline.core.errors import Conflict, Invalid, NotFound, TooManyRequests
from starline.identity import break_glass
from starline.identity.break_glass import BreakGlassAccess

SEARCHED = "break_glass:searched"
MOST_SEARCHES, SEARCH_WINDOW = 20, timedelta(minutes=10)


def find_client(values: dict[str, Any], *, by: int) -> UUID:
    """The id of the one client that `values` (client_number, or first_name, last_name, birth_date) describe.

    Every look is audited. Raises `Invalid`, `NotFound`, `TooManyRequests`.
    """
    _check_rate(by)
    found = list(
        session.scalars(select(Client.id).where(Client.merged_into_id.is_(None), *_conditions(values)).limit(2))
    )
    audit.record(SEARCHED, "clients", client_ids=found if len(found) == 1 else None)
    if len(found) != 1:
        raise NotFound("No client has exactly this number, or this full name and birth date.")
    return found[0]


def open_client(values: dict[str, Any], *, reason: str, viewer: Any) -> BreakGlassAccess:
    """Open the described client for the viewer. Raises `Conflict` where they see the client anyway."""
    client_id = find_client(values, by=viewer.user_id)
    scope = Client.visible_to(viewer)
    already = scope is None or session.scalar(select(Client.id).where(Client.id == client_id, scope)) is not None
    if already and break_glass.running_access(client_id, viewer.user_id) is None:
        raise Conflict("You may open this client as always; no emergency access is needed.")
    return break_glass.open_client(client_id, reason=reason, by=viewer.user_id)


def _conditions(values: dict[str, Any]) -> list[Any]:
    number = str(values.get("client_number") or "").strip()
    if number:
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            raise Invalid("Number: digits only.", errors={"client_number": ["Number: digits only."]})
        return [Client.client_number == int(number)]
    first, last = (str(values.get(name) or "").strip() for name in ("first_name", "last_name"))
    try:
        born = date.fromisoformat(str(values.get("birth_date") or ""))
    except ValueError:
        born = None
    if not first or not last or born is None:
        sentence = "Enter the client's number, or the full name and the birth date (YYYY-MM-DD)."
        raise Invalid(sentence, errors={"client_number": [sentence]})
    return [
        func.lower(Client.first_name) == first.lower(),
        func.lower(Client.last_name) == last.lower(),
        Client.birth_date == born,
    ]


def _check_rate(by: int) -> None:
    """Nobody tries numbers one after the other."""
    query = select(func.count()).where(
        AuditEvent.organization_id == tenancy.current_organization_id(),
        AuditEvent.at > clock.now() - SEARCH_WINDOW,
        AuditEvent.action == SEARCHED,
        AuditEvent.actor_id == by,
    )
    if (session.scalar(query) or 0) >= MOST_SEARCHES:
        raise TooManyRequests("Too many searches. Please wait ten minutes.", retry_after=600)
