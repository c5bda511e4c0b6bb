"""How programs read what proves a visit."""

from datetime import datetime
from typing import Any

from starline.scheduling import evv
from starline.scheduling.models import ClockEvent, VisitAct, VisitException, VisitRecord, VisitTask


def event_shown(event: ClockEvent) -> dict[str, Any]:
    return {
        "id": str(event.id),
        "event_id": str(event.event_id),
        "visit_id": str(event.visit_id),
        "staff_member_id": str(event.staff_member_id),
        "kind": event.kind,
        "happened_at": _instant(event.happened_at),
        "received_at": _instant(event.received_at),
        "method": event.method,
        "standing": event.standing,
        "clash": event.clash,
        "sentence": evv.sentence_of(event.clash),
        "distance_metres": event.distance_metres,
        "accuracy_metres": event.accuracy_metres,
        "is_inside": event.is_inside,
        "replaces_id": str(event.replaces_id) if event.replaces_id else None,
        "reason_code": event.reason_code,
        "reason": event.reason,
    }


def exception_shown(one: VisitException) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "kind": one.kind,
        "amount": one.amount,
        "clash": one.clash,
        "status": one.status,
        "raised_at": _instant(one.raised_at),
        "reason_code": one.reason_code,
        "note": one.note,
        "decided_at": _instant(one.decided_at),
    }


def task_shown(task: VisitTask) -> dict[str, Any]:
    return {
        "id": str(task.id),
        "name": task.name,
        "instructions": task.instructions,
        "is_required": task.is_required,
        "outcome": task.outcome,
        "reason": task.reason,
        "settled_at": _instant(task.settled_at),
    }


def record_shown(record: VisitRecord) -> dict[str, Any]:
    return {
        "note": record.note,
        "noted_at": _instant(record.noted_at),
        "miles": str(record.miles) if record.miles is not None else None,
        "signed_by_name": record.signed_by_name,
        "signed_at": _instant(record.signed_at),
        "signature_id": str(record.signature_id) if record.signature_id else None,
    }


def aside_shown(act: VisitAct) -> dict[str, Any]:
    """What was told and doesn't stand."""
    return {
        "id": str(act.id),
        "kind": act.kind,
        "words": act.words,
        "happened_at": _instant(act.happened_at),
        "received_at": _instant(act.received_at),
        "staff_member_id": str(act.staff_member_id) if act.staff_member_id else None,
        "clash": act.clash,
    }


def _instant(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
