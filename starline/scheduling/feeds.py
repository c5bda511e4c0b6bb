"""Calendar addresses: made, rotated, revoked, and what a calendar reads from one.

An address holds 256 random bits, so that SHA-256 keeps it as well as anything; the organisation is the host's.
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from starline.clients.models import Client
from starline.clients.rules import ENDED
from starline.core import clock, events, tenancy
from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.problems import Problems
from starline.identity.links import home_of
from starline.organizations.models import Organization
from starline.scheduling.models import CalendarFeed
from starline.staff.models import StaffMember
from starline.staff.vocabulary import StaffStatus

TOUCH_EVERY = timedelta(minutes=1)


def make(values: Mapping[str, Any], *, by: int | None) -> CalendarFeed:
    """An address for the visits of `staff_member_id` or of `client_id`. Its `address` is known now and never again.

    Raises `Invalid`, and `Conflict` where the person has one: that one is rotated.
    """
    given = {name: values.get(name) for name in ("staff_member_id", "client_id")}
    _check_person(given)
    if current_feed(**given) is not None:
        raise Conflict("There is a calendar address already: make it a new one instead, which ends the old one.")
    feed = CalendarFeed(**given)
    _renew(feed)
    session.add(feed)
    session.flush()
    events.record("calendar_feed:made", feed)
    return feed


def rotate(feed: CalendarFeed, *, by: int | None) -> CalendarFeed:
    """Another address for the same visits; the old one opens nothing from now on."""
    session.refresh(feed, with_for_update=True)
    if feed.revoked_at is not None:
        raise Conflict("This calendar address was revoked. Make a new one.")
    _renew(feed)
    session.flush()
    events.record("calendar_feed:rotated", feed)
    return feed


def revoke(feed: CalendarFeed, *, by: int | None) -> CalendarFeed:
    """End the address: whoever asks there is told that there is nothing."""
    session.refresh(feed, with_for_update=True)
    if feed.revoked_at is not None:
        raise Conflict("This calendar address was revoked before.")
    feed.revoked_at, feed.revoked_by_id = clock.now(), by
    session.flush()
    events.record("calendar_feed:revoked", feed)
    return feed


def current_feed(staff_member_id: UUID | None = None, client_id: UUID | None = None) -> CalendarFeed | None:
    """The address that the person has now."""
    query = select(CalendarFeed).where(CalendarFeed.revoked_at.is_(None))
    if staff_member_id is not None:
        return session.scalars(query.where(CalendarFeed.staff_member_id == staff_member_id)).one_or_none()
    return session.scalars(query.where(CalendarFeed.client_id == client_id)).one_or_none()


def find(secret: str) -> CalendarFeed | None:
    """The feed that the secret opens; None for one that is unknown or revoked, and once its person has left."""
    if not secret.isascii() or len(secret) > 100:
        return None
    query = select(CalendarFeed).where(
        CalendarFeed.organization_id == tenancy.current_organization_id(), CalendarFeed.secret_hash == _hash(secret)
    )
    feed = session.scalars(query.where(CalendarFeed.revoked_at.is_(None))).one_or_none()
    return feed if feed is not None and _is_of_somebody_here(feed) else None


def touch(feed: CalendarFeed) -> None:
    """Note that it was read, unless that was noted within the last minute."""
    now = clock.now()
    if feed.last_seen_at is None or feed.last_seen_at < now - TOUCH_EVERY:
        # Past the mapper: being read is no change of the row, and must not meet another reader's version of it.
        table = CalendarFeed.__table__
        session.execute(update(table).where(table.c.id == feed.id).values(last_seen_at=now))


def _renew(feed: CalendarFeed) -> None:
    secret = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    feed.secret_hash, feed.ending = _hash(secret), secret[-4:]
    feed.issued_at, feed.last_seen_at = clock.now(), None
    organization = session.get_one(Organization, tenancy.current_organization_id())
    feed.__dict__["address"] = f"{home_of(organization)}/feeds/{secret}.ics"


def _check_person(given: Mapping[str, Any]) -> None:
    problems = Problems()
    if (given["staff_member_id"] is None) == (given["client_id"] is None):
        problems.add("staff_member_id", "Choose a caregiver or a client, one of the two.")
    problems.refuse()
    if given["client_id"] is not None:
        client = session.get(Client, given["client_id"])
        if client is None:
            problems.add("client_id", "Choose a client from the list.")
        elif client.status in ENDED:
            problems.add("client_id", "This client is not looked after any more.")
    else:
        member = session.get(StaffMember, given["staff_member_id"])
        if member is None:
            problems.add("staff_member_id", "Choose a staff member from the list.")
        elif member.status == StaffStatus.TERMINATED:
            problems.add("staff_member_id", "This person does not work here any more.")
    problems.refuse()


def _is_of_somebody_here(feed: CalendarFeed) -> bool:
    if feed.client is not None:
        return feed.client.status not in ENDED
    member = feed.staff_member
    return member is not None and member.status != StaffStatus.TERMINATED


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
