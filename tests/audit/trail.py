"""The trail in tests: sealed as far as all that was written, and tampered with as the server's superuser."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import text as sql

from app.platform.local import databases
from starline.core import audit, db, tenancy
from starline.core.audit import AuditBlock, AuditEvent, heads, sealing
from starline.core.audit.verification import verify
from starline.organizations.models import Organization

PATIENCE = 300.0
"""Seconds that a test waits for the transactions of others; the longest walk of a worker takes a minute or two."""


def settle() -> None:
    """Wait until all that was written by now can be sealed.

    Transactions are numbered across the whole server, so a long test of another worker holds this one up: for as
    long as it takes, within reason.
    """
    with db.transaction():
        written = db.session.scalar(sql("SELECT pg_current_xact_id()::text::bigint"))
    patience = time.monotonic() + PATIENCE
    while True:
        with db.transaction():
            horizon = db.session.scalar(sql("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"))
        if horizon > written:
            return
        assert time.monotonic() < patience, "a transaction on this server has been open for too long"
        time.sleep(0.02)


def seal_everything() -> None:
    """Seal all that was written by now, and put the heads outside."""
    settle()
    sealing.seal_everything()
    heads.publish_everything()


def findings(organization_id: UUID) -> list[str]:
    """What a verification says, as its lines."""
    with tenancy.acting(organization_id), db.transaction():
        return [str(one) for one in verify().findings]


def rows_of(organization_id: UUID, **wanted: Any) -> list[AuditEvent]:
    """The organisation's rows in the order of sealing."""
    with tenancy.acting(organization_id), db.transaction():
        query = db.session.query(AuditEvent).filter_by(organization_id=organization_id, **wanted)
        return query.order_by(AuditEvent.transaction_id, AuditEvent.id).all()


@contextmanager
def tampering(copy: Any) -> Iterator[Any]:
    """A superuser's cursor in this test's database; what it does is committed, and no trigger sees it."""
    with databases.superuser(copy.server, copy.name) as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield cursor


def found_agency(organization_id: UUID) -> UUID:
    """An agency with nothing but its name, committed."""
    with tenancy.acting(organization_id, request_id="request-of-test"), db.transaction():
        slug = f"agency-{organization_id.hex[-12:]}"
        db.session.add(Organization(id=organization_id, name="Agency of a test", slug=slug, status="active"))
    return organization_id


def look(organization_id: UUID, *client_ids: UUID, user_id: int | None = None) -> None:
    """One committed look at the clients."""
    with tenancy.acting(organization_id, user_id, request_id="request-of-test"), db.transaction():
        audit.record_read("clients", client_ids, client_ids)


def blocks_of(organization_id: UUID) -> list[AuditBlock]:
    with tenancy.acting(organization_id), db.transaction():
        query = db.session.query(AuditBlock).filter_by(organization_id=organization_id)
        return query.order_by(AuditBlock.number).all()
