"""Acts of a phone beside the clock: each has its effect once, however often it is sent, and is told its conflict."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from starline.core import clock, tenancy
from starline.core.crypto import encrypt
from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.identifiers import uuid7
from starline.core.problems import invalid
from starline.scheduling.evv_vocabulary import ActKind, Clash
from starline.scheduling.holders import was_of
from starline.scheduling.models import ClockEvent, Visit, VisitAct
from starline.scheduling.verification import raise_conflict
from starline.scheduling.vocabulary import VisitStatus
from starline.staff.models import StaffMember


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of an act that was sent: kept, perhaps in conflict with what the office had done."""

    event_id: UUID
    clash: Clash | None


class Taken(Enum):
    """How an act is taken: it has its effect; it is kept beside, for the visit is another's; or it came before."""

    EFFECTIVE = "effective"
    BESIDE = "beside"
    BEFORE = "before"


def begin(
    visit: Visit, kind: ActKind, subject_id: UUID, words: str, *, event_id: UUID, happened_at: datetime, by: int | None
) -> Taken:
    """Note the act and lock its visit. Its words stay with it, sealed: those of a note, and of all that has no effect.

    What somebody tells of a visit that isn't theirs any more doesn't replace what its own caregiver told.
    """
    if happened_at.tzinfo is None:
        raise invalid("happened_at", "Give the time with its offset, such as 2026-11-30T09:00:00-05:00.")
    session.refresh(visit, with_for_update={"of": Visit})
    member_id = session.scalar(select(StaffMember.id).where(StaffMember.user_id == by)) if by else None
    clash, is_beside = _clash(visit, member_id), _is_of_another(visit, member_id)
    table, act_id = VisitAct.__table__, uuid7()
    is_kept = bool(words) and (is_beside or kind == ActKind.NOTE)
    sealed = encrypt(words, table="visit_acts", column="words_encrypted", row_id=act_id) if is_kept else None
    values = {
        "id": act_id,
        "organization_id": tenancy.current_organization_id(),
        "visit_id": visit.id,
        "client_id": visit.client_id,
        "staff_member_id": member_id,
        "kind": kind,
        "happened_at": happened_at,
        "received_at": clock.now(),
        "event_id": event_id,
        "subject_id": subject_id,
        "clash": clash,
        "words_encrypted": sealed,
        "version": 1,
    }
    once = insert(table).values(values).on_conflict_do_nothing(index_elements=["organization_id", "event_id"])
    if session.execute(once.returning(table.c.id)).first() is None:
        _check_same(visit, event_id)
        return Taken.BEFORE
    if clash is not None:
        raise_conflict(visit, clash)
    return Taken.BESIDE if is_beside else Taken.EFFECTIVE


def kept(event_id: UUID) -> Kept | None:
    """What became of the act or the clock event of that id; None where it never came."""
    for kind in (ClockEvent, VisitAct):
        row = session.execute(select(kind.event_id, kind.clash).where(kind.event_id == event_id)).first()
        if row is not None:
            return Kept(row.event_id, row.clash)
    return None


def _clash(visit: Visit, member_id: UUID | None) -> Clash | None:
    """Somebody of the office who writes for the caregiver is in no conflict."""
    if visit.status == VisitStatus.BILLED:
        return Clash.BILLED
    if visit.is_void:
        return Clash.CALLED_OFF
    return Clash.REASSIGNED if _is_of_another(visit, member_id) else None


def _is_of_another(visit: Visit, member_id: UUID | None) -> bool:
    """Whether it is told by somebody who had the visit once: who never had it writes for the office."""
    return member_id is not None and visit.staff_member_id != member_id and was_of(visit, member_id)


def _check_same(visit: Visit, event_id: UUID) -> None:
    visit_id = session.scalar(select(VisitAct.visit_id).where(VisitAct.event_id == event_id))
    if visit_id != visit.id:
        raise Conflict("This event was sent for another visit; make a new one for this visit.", code="event_reused")
