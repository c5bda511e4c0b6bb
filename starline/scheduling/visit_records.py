"""The visit's record: the caregiver's note, miles, photos, and the client's signature."""

import io
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from starline.core import events
from starline.core.db import session
from starline.core.identifiers import uuid7
from starline.core.problems import invalid
from starline.files.models import StoredFile
from starline.files.service import store
from starline.files.vocabulary import FileCategory
from starline.scheduling import acts
from starline.scheduling.evv_vocabulary import ActKind
from starline.scheduling.models import Visit, VisitAct, VisitRecord

LONGEST_NOTE = 4000
MOST_MILES = Decimal(1000)
LONGEST_NAME = 120


def record_of(visit: Visit) -> VisitRecord | None:
    return session.scalars(select(VisitRecord).where(VisitRecord.visit_id == visit.id)).first()


def write_note(visit: Visit, text: str, *, event_id: UUID, happened_at: datetime, by: int | None) -> VisitRecord:
    """Write what happened in the visit. Of two notes, the later one stands; the audit trail keeps both."""
    words = text.strip()
    if not words or len(words) > LONGEST_NOTE:
        raise invalid("note", "Write a note of 1 to 4000 characters.")
    record = _record(visit)
    if acts.begin(visit, ActKind.NOTE, record.id, event_id=event_id, happened_at=happened_at, by=by):
        session.refresh(record)
        if record.noted_at is None or record.noted_at <= happened_at:
            record.note, record.noted_at = words, happened_at
            _tell(record, "noted")
    return record


def drive(visit: Visit, miles: Decimal, *, event_id: UUID, happened_at: datetime, by: int | None) -> VisitRecord:
    """Keep the miles driven with or for the client."""
    if not 0 <= miles <= MOST_MILES:
        raise invalid("miles", "Give the miles driven, up to 1000.")
    record = _record(visit)
    if acts.begin(visit, ActKind.MILEAGE, record.id, event_id=event_id, happened_at=happened_at, by=by):
        session.refresh(record)
        if record.driven_at is None or record.driven_at <= happened_at:
            record.miles, record.driven_at = Decimal(miles).quantize(Decimal("0.1")), happened_at
            _tell(record, "driven")
    return record


def sign(
    visit: Visit, *, image: bytes, name: str, event_id: UUID, happened_at: datetime, by: int | None
) -> VisitRecord:
    """Keep the signature of the client or whoever signs for them, as a picture, with the signer's name."""
    who = name.strip()
    if not who or len(who) > LONGEST_NAME:
        raise invalid("name", "Say who signs, in at most 120 characters.")
    record = _record(visit)
    if acts.begin(visit, ActKind.SIGNATURE, record.id, event_id=event_id, happened_at=happened_at, by=by):
        session.refresh(record)
        file = store(io.BytesIO(image), "signature.png", owner=visit, category=FileCategory.CONSENT, by=by)
        if record.signed_at is None or record.signed_at <= happened_at:
            record.signed_by_name, record.signed_at, record.signature_id = who, happened_at, file.id
            _tell(record, "signed")
    return record


def add_photo(
    visit: Visit, *, image: bytes, name: str, event_id: UUID, happened_at: datetime, by: int | None
) -> StoredFile | None:
    """Keep a photo with the visit; the same one again answers the first, None where it was removed since."""
    session.refresh(visit, with_for_update={"of": Visit})
    known = session.scalar(select(VisitAct.subject_id).where(VisitAct.event_id == event_id))
    if known is not None:
        return session.get(StoredFile, known)
    file = store(io.BytesIO(image), name, owner=visit, by=by)
    acts.begin(visit, ActKind.PHOTO, file.id, event_id=event_id, happened_at=happened_at, by=by)
    return file


def photos_of(visit: Visit) -> list[StoredFile]:
    """The visit's photos outside the trash, the first one first."""
    taken = select(VisitAct.subject_id).where(VisitAct.visit_id == visit.id, VisitAct.kind == ActKind.PHOTO)
    query = select(StoredFile).where(StoredFile.id.in_(taken), StoredFile.trashed_at.is_(None))
    return list(session.scalars(query.order_by(StoredFile.id)))


def _record(visit: Visit) -> VisitRecord:
    """The record, made where the visit has none yet. The visit is locked, so that there is one."""
    session.refresh(visit, with_for_update={"of": Visit})
    known = record_of(visit)
    if known is None:
        known = VisitRecord(id=uuid7(), visit_id=visit.id, client_id=visit.client_id)
        session.add(known)
        session.flush()
    return known


def _tell(record: VisitRecord, what: str) -> None:
    session.flush()
    events.record(f"visit_record:{what}", record)
