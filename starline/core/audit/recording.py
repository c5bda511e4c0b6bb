"""Writing the audit's rows, and one record's history."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, text
from sqlalchemy.exc import DBAPIError

from starline.core import tenancy
from starline.core.audit.models import WRITES, AuditEvent
from starline.core.db import session
from starline.core.errors import Unavailable

NOT_RECORDED = "This can't be recorded in the audit trail right now, so nothing is shown. Please try again in a minute."


# Of the table, not of the class: every refusal and many a page records one, and the mapper would double its cost.
_RECORD = insert(AuditEvent.__table__)


def record_read(subject: str, ids: Iterable[object], client_ids: Iterable[UUID | None] = ()) -> None:
    """One row for one request's reading of `subject` (a table name); fails the read if it can't be written."""
    ids = [str(one) for one in ids]
    record(
        "read",
        subject,
        subject_id=ids[0] if len(ids) == 1 else None,
        client_ids=sorted(one for one in set(client_ids) if one is not None) or None,
        changes=None if len(ids) == 1 else {"ids": ids},
    )


def record(action: str, subject: str, **values: Any) -> None:
    """A named event that is no row's change: a refused sign-in, a denied request, a reveal. Raises `Unavailable`."""
    try:
        session.execute(_RECORD, {"action": action, "subject": subject, **values})
    except DBAPIError as error:
        raise Unavailable(NOT_RECORDED, code="not_recorded") from error


def history(subject: str, subject_id: object, *, limit: int = 20) -> list[AuditEvent]:
    """What happened to one record, newest first; reads are left out."""
    query = (
        session.query(AuditEvent)
        .filter(AuditEvent.organization_id == tenancy.current_organization_id())
        .filter(
            AuditEvent.subject_id == str(subject_id),
            AuditEvent.subject == subject,
            AuditEvent.action != "read",
        )
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    )
    events: list[AuditEvent] = query.limit(limit).all()
    return events


def changes_of_request(subject: str, request_id: str, *, by: int, since: datetime) -> list[AuditEvent]:
    """What the person changed in rows of `subject` by one request of theirs, not before `since`."""
    return _of_request("update", subject, request_id, by, since)


def deletions_of_request(subject: str, request_id: str, *, by: int, since: datetime) -> list[AuditEvent]:
    """The rows of `subject` that the person deleted by one request of theirs, each with all that was in it."""
    return _of_request("delete", subject, request_id, by, since)


def writes_of_this_transaction() -> list[AuditEvent]:
    """Every change of a row that the present transaction has made so far."""
    session.flush()
    query = (
        session.query(AuditEvent)
        .filter(AuditEvent.organization_id == tenancy.current_organization_id(), AuditEvent.at >= func.now())
        .filter(AuditEvent.transaction_id == text("pg_current_xact_id()::text::bigint"))
        .filter(AuditEvent.action.in_(WRITES))
        .order_by(AuditEvent.id)
    )
    events: list[AuditEvent] = query.all()
    return events


def newest(action: str, subject: str, subject_id: str) -> AuditEvent | None:
    """The last event of that name about that subject."""
    query = (
        session.query(AuditEvent)
        .filter(AuditEvent.organization_id == tenancy.current_organization_id())
        .filter(AuditEvent.subject_id == subject_id, AuditEvent.subject == subject, AuditEvent.action == action)
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    )
    found: AuditEvent | None = query.first()
    return found


def _of_request(action: str, subject: str, request_id: str, by: int, since: datetime) -> list[AuditEvent]:
    query = (
        session.query(AuditEvent)
        .filter(AuditEvent.organization_id == tenancy.current_organization_id(), AuditEvent.at >= since)
        .filter(AuditEvent.subject == subject, AuditEvent.action == action)
        .filter(AuditEvent.actor_id == by, AuditEvent.request_id == request_id)
        .order_by(AuditEvent.id)
    )
    events: list[AuditEvent] = query.all()
    return events
