"""What was done at a visit so far, as a phone shows it, and the note of the visit before."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.profile import current_profile
from starline.core.db import session
from starline.core.language import gettext as _
from starline.scheduling import visit_records, visit_tasks
from starline.scheduling.evv_vocabulary import TaskOutcome
from starline.scheduling.models import Visit, VisitRecord


def tasks_of(visit: Visit) -> list[dict[str, Any]]:
    """The visit's tasks in their order."""
    labels = {
        TaskOutcome.OPEN: "",
        TaskOutcome.DONE: _("Done"),
        TaskOutcome.REFUSED: _("Refused"),
        TaskOutcome.NOT_NEEDED: _("Not needed"),
    }
    return [
        {
            "id": str(one.id),
            "name": one.name,
            "instructions": one.instructions or "",
            "is_required": one.is_required,
            "outcome": str(one.outcome),
            "outcome_label": labels[one.outcome],
            "reason": one.reason or "",
            "is_open": one.outcome == TaskOutcome.OPEN,
            "is_done": one.outcome == TaskOutcome.DONE,
            "is_left": one.outcome in (TaskOutcome.REFUSED, TaskOutcome.NOT_NEEDED),
            "acts_url": f"/my/visits/{visit.id}/acts",
        }
        for one in visit_tasks.tasks_of(visit)
    ]


def record_of(visit: Visit) -> dict[str, Any]:
    """What the caregiver wrote down."""
    record = visit_records.record_of(visit)
    return {
        "written_note": (record.note if record else None) or "",
        "miles": f"{record.miles.normalize():f}" if record and record.miles is not None else "",
        "signed_by": (record.signed_by_name if record else None) or "",
        "photos": len(visit_records.photos_of(visit)),
    }


def last_note_of(visit: Visit) -> tuple[str, str]:
    """The note of the client's visit before, with whose it is and when."""
    query = (
        select(VisitRecord)
        .join(Visit, Visit.id == VisitRecord.visit_id)
        .where(VisitRecord.client_id == visit.client_id, Visit.starts_at < visit.starts_at)
        .where(VisitRecord.note_encrypted.is_not(None))
        .options(joinedload(VisitRecord.visit))
        .order_by(Visit.starts_at.desc(), Visit.id)
        .limit(1)
    )
    record = session.scalars(query).first()
    if record is None:
        return "", ""
    who = str(record.visit.staff_member) if record.visit.staff_member is not None else ""
    return record.note or "", " · ".join(part for part in (who, _day_of(record.visit)) if part)


def _day_of(visit: Visit) -> str:
    return current_profile().display.date(visit.local_start.date())
