"""The visit's record: the caregiver's note, miles, photos, and the client's signature."""

import io
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from starline.core import events
from starline.core.db import session
from starline.core.identifiers import uuid7
from starline.core.problems import invalid
from starline.files.models import StoredFile
from starline.files.service import store
from starline.files.vocabulary import FileCategory
from starline.scheduling import acts
from starline.scheduling.acts import Taken
from starline.scheduling.evv_vocabulary import ActKind
from starline.scheduling.models import Visit, VisitAct, VisitRecord

LONGEST_NOTE = 4000
MOST_MILES = Decimal(1000)
LONGEST_NAME = 120


def record_of(visit: Visit) -> VisitRecord | None:
    return session.scalars(select(VisitRecord).where(VisitRecord.visit_id == visit.id)).first()


def write_note(visit: Visit, text: str, *, event_id: UUID, happened_at: datetime, by: int | None) -> VisitRecord:
    """Write what happened in the visit. Of two notes, the later one stands; `set_aside` tells the other one."""
    words = text.strip()
    if not words or len(words) > LONGEST_NOTE:
        raise invalid("note", "Write a note of 1 to 4000 characters.")
    record = _record(visit)
    taken = acts.begin(visit, ActKind.NOTE, record.id, words, event_id=event_id, happened_at=happened_at, by=by)
    if taken is Taken.EFFECTIVE:
        session.refresh(record)
        if record.noted_at is None or record.noted_at <= happened_at:
            _keep_former(record)
            record.note, record.noted_at = words, happened_at
            _tell(record, "noted")
    return record


def drive(visit: Visit, miles: Decimal, *, event_id: UUID, happened_at: datetime, by: int | None) -> VisitRecord:
    """Keep the miles driven with or for the client."""
    if not 0 <= miles <= MOST_MILES:
        raise invalid("miles", "Give the miles driven, up to 1000.")
    record = _record(visit)
    told = str(miles)
    taken = acts.begin(visit, ActKind.MILEAGE, record.id, told, event_id=event_id, happened_at=happened_at, by=by)
    if taken is Taken.EFFECTIVE:
        session.refresh(record)
        if record.driven_at is None or record.driven_at <= happened_at:
            record.miles, record.driven_at = Decimal(miles).quantize(Decimal("0.1")), happened_at
            _tell(record, "driven")
    return record


def sign(
    visit: Visit, *, image: bytes, name: str, event_id: UUID, happened_at: datetime, by: int | None
) -> VisitRecord:
    """Keep the signature of the client or whoever signs for them, as a picture, with the signer's name.

    The picture of a signature that doesn't stand is kept with the visit's files.
    """
    who = name.strip()
    if not who or len(who) > LONGEST_NAME:
        raise invalid("name", "Say who signs, in at most 120 characters.")
    record = _record(visit)
    taken = acts.begin(visit, ActKind.SIGNATURE, record.id, who, event_id=event_id, happened_at=happened_at, by=by)
    if taken is not Taken.BEFORE:
        session.refresh(record)
        file = store(io.BytesIO(image), "signature.png", owner=visit, category=FileCategory.CONSENT, by=by)
        is_latest = record.signed_at is None or record.signed_at <= happened_at
        if taken is Taken.EFFECTIVE and is_latest:
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
    acts.begin(visit, ActKind.PHOTO, file.id, "", event_id=event_id, happened_at=happened_at, by=by)
    return file


def photos_of(visit: Visit) -> list[StoredFile]:
    """The visit's photos outside the trash, the first one first."""
    taken = select(VisitAct.subject_id).where(VisitAct.visit_id == visit.id, VisitAct.kind == ActKind.PHOTO)
    query = select(StoredFile).where(StoredFile.id.in_(taken), StoredFile.trashed_at.is_(None))
    return list(session.scalars(query.order_by(StoredFile.id)))


def set_aside(visit: Visit) -> list[VisitAct]:
    """What was told and doesn't stand, the newest first: other notes, and what came from who had the visit before."""
    standing = record_of(visit)
    query = select(VisitAct).where(VisitAct.visit_id == visit.id, VisitAct.words_encrypted.is_not(None))
    told = session.scalars(query.options(joinedload(VisitAct.staff_member)).order_by(VisitAct.happened_at.desc()))
    return [one for one in told if standing is None or not _stands(one, standing)]


def _stands(act: VisitAct, record: VisitRecord) -> bool:
    return act.kind == ActKind.NOTE and (act.happened_at, act.words) == (record.noted_at, record.note)


def _keep_former(record: VisitRecord) -> None:
    """See that the note which another one replaces stays: of a note older than its act's words, there was one copy."""
    if not record.note or record.noted_at is None:
        return
    query = select(VisitAct).where(
        VisitAct.visit_id == record.visit_id, VisitAct.kind == ActKind.NOTE, VisitAct.happened_at == record.noted_at
    )
    there = list(session.scalars(query))
    if any(one.words == record.note for one in there):
        return
    act = next((one for one in there if one.words is None), None) or _act_of(record)
    act.words = record.note


def _act_of(record: VisitRecord) -> VisitAct:
    made = VisitAct(
        id=uuid7(),
        visit_id=record.visit_id,
        client_id=record.client_id,
        kind=ActKind.NOTE,
        happened_at=record.noted_at,
        event_id=uuid7(),
        subject_id=record.id,
    )
    session.add(made)
    return made


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
