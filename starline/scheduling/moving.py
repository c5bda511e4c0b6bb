"""Visits put somewhere else on the wall clock, and the single visits of a week planned again in another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from starline.core.db import session
from starline.core.errors import Conflict, Invalid
from starline.core.language import _
from starline.scheduling import visits
from starline.scheduling.models import Visit
from starline.scheduling.rules.recurrence import instants
from starline.scheduling.vocabulary import VOID, OpenReason, VoidReason

WEEK = timedelta(days=7)
MOST_COPIED = 2_000
"""Visits that one copying of a week may plan."""
COPIED = ("client_id", "service_type_id", "service_address_id", "staff_member_id", "note", "custom")


@dataclass(frozen=True, slots=True)
class Copies:
    """What came of a week's copying: the new visits, how many of them lost their caregiver, and what was left out."""

    made: list[Visit]
    opened: int
    present: int
    """Visits that are there already, by client, service and start."""
    refused: list[tuple[Visit, str]]
    """Visits that can't be planned again, each with the sentence that says why."""


def placed(visit: Visit, *, day: date | None, starts: time | None, ends: time | None) -> dict[str, datetime]:
    """The visit's new start and end, for what is given of day and wall-clock times; nothing where all stays.

    Without an end it lasts as long by the wall clock as before; an end at or before the start is on the next day.
    """
    old_start, old_end = (one.replace(tzinfo=None) for one in (visit.local_start, visit.local_end))
    new_start = datetime.combine(day or old_start.date(), starts or old_start.time())
    new_end = ends or (new_start + (old_end - old_start)).time()
    if (new_start, new_end) == (old_start, old_end.time()):
        return {}
    starts_at, ends_at = instants(new_start.date(), new_start.time(), new_end, visit.time_zone)
    return {"starts_at": starts_at, "ends_at": ends_at}


def copy_week(first: date, to: date, *, keeps_caregivers: bool, scope: Any = None, by: int | None) -> Copies:
    """Plan the single visits of the week that begins on `first` again in the week of `to`, at the same local times.

    Visits of a series are left out: their series makes its own. What is there already is not planned twice, and a visit
    whose caregiver is elsewhere then is planned open. `scope`: a condition on the visits that may be copied.
    """
    if (to - first).days % 7 or to == first:
        sentence = _("Choose the same day of another week.")
        raise Invalid(sentence, errors={"to": [sentence]})
    found = _singles(first, scope)
    if len(found) > MOST_COPIED:
        raise Conflict(_("These are more than %(most)d visits; let a series repeat them instead.", most=MOST_COPIED))
    known, made, refused, present = _there(to), [], [], 0
    for one in found:
        span = placed(one, day=one.local_start.date() + (to - first), starts=None, ends=None)
        if (one.client_id, one.service_type_id, span["starts_at"]) in known:
            present += 1
            continue
        try:
            with session.begin_nested():
                made.append((one, _again(one, span, keeps_caregiver=keeps_caregivers, by=by)))
        except (Conflict, Invalid) as problem:
            refused.append((one, problem.message))
    opened = sum(old.staff_member_id is not None and new.staff_member_id is None for old, new in made)
    return Copies([new for _old, new in made], opened, present, refused)


def take_back_copies(made: Sequence[Visit], *, by: int | None) -> int:
    """Call off copies as entered in error; those that have begun or been called off meanwhile stay; how many went."""
    planned = [one for one in made if one.is_planned]
    for one in planned:
        visits.cancel(one, reason=VoidReason.ENTERED_IN_ERROR, note=None, by=by)
    return len(planned)


def _again(one: Visit, span: dict[str, datetime], *, keeps_caregiver: bool, by: int | None) -> Visit:
    values = {**{name: getattr(one, name) for name in COPIED}, **span}
    unstaffed = {**values, "staff_member_id": None}
    if not keeps_caregiver or one.staff_member_id is None:
        return visits.add_visit(unstaffed, by=by)
    try:
        with session.begin_nested():
            return visits.add_visit(values, by=by)
    except Conflict as problem:
        made = visits.add_visit(unstaffed, by=by)
        made.open_reason = OpenReason.ELSEWHERE if problem.code == "double_booked" else None
        return made


def _singles(first: date, scope: Any) -> list[Visit]:
    """The week's own visits that take place, in order."""
    query = select(Visit).where(
        Visit.series_id.is_(None), Visit.status.not_in(VOID), Visit.occurs_on.between(first, first + timedelta(days=6))
    )
    query = query if scope is None else query.where(scope)
    return list(session.scalars(query.order_by(Visit.starts_at, Visit.id)))


def _there(first: date) -> set[tuple[UUID, UUID, datetime]]:
    query = select(Visit.client_id, Visit.service_type_id, Visit.starts_at).where(
        Visit.status.not_in(VOID), Visit.occurs_on.between(first, first + timedelta(days=6))
    )
    return {(client, service, at.astimezone(UTC)) for client, service, at in session.execute(query)}
