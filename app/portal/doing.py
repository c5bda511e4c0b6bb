"""Which verb each kind of act is. Each answers the sentence of a conflict with the office, or nothing."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from starline.core.language import gettext as _
from starline.core.problems import invalid
from starline.scheduling import acts as noted
from starline.scheduling import evv, visit_records, visit_tasks
from starline.scheduling.evv_vocabulary import ClockKind, TaskOutcome
from starline.scheduling.models import Visit

LONGEST_REASON = 300
OUTCOMES = (TaskOutcome.DONE, TaskOutcome.REFUSED, TaskOutcome.NOT_NEEDED)


def _clock(kind: ClockKind) -> Callable[..., str]:
    def clock(visit: Visit, act: Any, by: int) -> str:
        reading = evv.Reading(
            kind=kind,
            happened_at=act.happened_at,
            event_id=act.event_id,
            latitude=act.latitude,
            longitude=act.longitude,
            accuracy_metres=act.accuracy_metres,
            device=act.device or None,
            sequence=act.sequence,
            seen_starts_at=act.seen_starts_at,
        )
        return evv.sentence_of(evv.clock(visit, reading, by=by).clash)

    return clock


def _settle(visit: Visit, act: Any, by: int) -> str:
    if act.task_id is None or act.outcome not in OUTCOMES:
        raise invalid("outcome", _("Say what became of the task: done, refused or not needed."))
    if len(act.text) > LONGEST_REASON:
        raise invalid("text", _("Give the reason in at most 300 characters."))
    task = visit_tasks.task_of(visit, act.task_id)
    visit_tasks.settle(task, outcome=act.outcome, reason=act.text, **_when(act, by))
    return _clash(act)


def _note(visit: Visit, act: Any, by: int) -> str:
    visit_records.write_note(visit, act.text, **_when(act, by))
    return _clash(act)


def _drive(visit: Visit, act: Any, by: int) -> str:
    if act.miles is None:
        raise invalid("miles", _("Give the miles driven, up to 1000."))
    visit_records.drive(visit, Decimal(act.miles), **_when(act, by))
    return _clash(act)


def _sign(visit: Visit, act: Any, by: int) -> str:
    if not act.image:
        raise invalid("image", _("Let the client sign in the box first."))
    visit_records.sign(visit, image=act.image, name=act.name, **_when(act, by))
    return _clash(act)


def _photo(visit: Visit, act: Any, by: int) -> str:
    if not act.image:
        raise invalid("image", _("Choose a photo."))
    name = "photo.png" if act.image.startswith(b"\x89PNG") else "photo.jpg"
    visit_records.add_photo(visit, image=act.image, name=name, **_when(act, by))
    return _clash(act)


def _when(act: Any, by: int) -> dict[str, Any]:
    return {"event_id": act.event_id, "happened_at": act.happened_at, "by": by}


def _clash(act: Any) -> str:
    """What the record says of the act, the first time and every time after."""
    found = noted.kept(act.event_id)
    return evv.sentence_of(found.clash) if found is not None else ""


DOING: dict[str, Callable[..., str]] = {
    "clock_in": _clock(ClockKind.IN),
    "clock_out": _clock(ClockKind.OUT),
    "task": _settle,
    "note": _note,
    "mileage": _drive,
    "signature": _sign,
    "photo": _photo,
}
