"""Whom to call about a client, in which order, and what they may decide."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from starline.clients.models import Contact
from starline.clients.service import locked_client
from starline.core import events
from starline.core.db import session
from starline.core.language import _
from starline.core.problems import Problems
from starline.core.rows import assign, proposed

CALLED_AT_MOST = 20


def add_contact(values: Mapping[str, Any], *, by: int | None) -> Contact:
    """Add somebody to call. A portal user sees the client from now on."""
    locked_client(values["client_id"])
    _check(values, except_for=None)
    contact = Contact(**values)
    session.add(contact)
    session.flush()
    events.record("contact:added", contact)
    return contact


def update_contact(contact: Contact, values: Mapping[str, Any], *, by: int | None) -> Contact:
    locked_client(contact.client_id)
    _check(proposed(contact, values), except_for=contact.id)
    assign(contact, values)
    session.flush()
    events.record("contact:updated", contact)
    return contact


def remove_contact(contact: Contact, *, by: int | None) -> None:
    """Remove somebody; a portal user stops seeing the client with the next request."""
    events.record("contact:removed", contact)
    session.delete(contact)
    session.flush()


def _check(values: Mapping[str, Any], *, except_for: UUID | None) -> None:
    problems = Problems()
    order = values.get("emergency_order")
    if order is not None and not 1 <= order <= CALLED_AT_MOST:
        problems.add(
            "emergency_order",
            _(
                "Give a place from 1 (called first) to %(most)d, or leave it empty.",
                most=CALLED_AT_MOST,
            ),
        )
    elif order is not None and not (values.get("phone") or values.get("mobile_phone")):
        problems.add("phone", "Give a phone number: this person is in the calling order.")
    holder = _holder_of(values["client_id"], order, except_for) if order is not None else None
    if holder:
        problems.add(
            "emergency_order",
            _("%(holder)s is number %(order)d already; choose another place.", holder=holder, order=order),
        )
    if values.get("is_guarantor") and not any(values.get(name) for name in ("phone", "mobile_phone", "email")):
        problems.add("is_guarantor", "Give a phone number or e-mail of the person who pays the bills.")
    problems.refuse()


def _holder_of(client_id: UUID, order: int, except_for: UUID | None) -> Contact | None:
    same = session.query(Contact).filter_by(client_id=client_id, emergency_order=order)
    found: Contact | None = same.filter(Contact.id != except_for).first() if except_for else same.first()
    return found
