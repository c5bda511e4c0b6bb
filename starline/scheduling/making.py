"""Making the visits of a series what its rule says: the only place where visits are made, moved or taken by machine."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from starline.core import clock
from starline.core.db import session
from starline.scheduling.guard import Elsewhere, attempt
from starline.scheduling.models import Holiday, Visit, VisitSeries
from starline.scheduling.rules.alignment import Alignment, Standing, align
from starline.scheduling.rules.recurrence import Pattern, days, span, without
from starline.scheduling.vocabulary import OnHolidays, OpenReason, VisitStatus, VoidReason


@dataclass(frozen=True, slots=True)
class Content:
    """What a series decides of each of its visits, by the names of the visit's columns."""

    starts_at: datetime
    ends_at: datetime
    service_type_id: UUID
    service_address_id: UUID | None
    staff_member_id: UUID | None
    note: str | None


NAMES = tuple(one.name for one in fields(Content))


def pattern_of(series: VisitSeries) -> Pattern:
    """What repeats."""
    return Pattern(
        series.rule, series.starts_on, series.starts_time, series.ends_time, series.time_zone, series.ends_on
    )


def make(firsts: Mapping[VisitSeries, date]) -> int:
    """Make the visits that are missing, of each series from its day on, also of days that are over; how many were."""
    numbers, first = [one.id for one in firsts], min(firsts.values(), default=date.max)
    query = select(Visit.series_id, Visit.occurs_on).where(Visit.series_id.in_(numbers), Visit.occurs_on >= first)
    there = {(series_id, day) for series_id, day in session.execute(query)}
    missing = {
        one: {day: content for day, content in _wanted(one, start).items() if (one.id, day) not in there}
        for one, start in firsts.items()
    }
    _insert(missing)
    return sum(map(len, missing.values()))


def realign(series: VisitSeries, *, overrides_hand: bool = False) -> None:
    """Let the visits to come be what the series says. One that would have begun by now is neither made nor moved."""
    wanted = _wanted(series, series.starts_on)
    over = {day for day, content in wanted.items() if content.starts_at <= clock.now()}
    query = select(Visit).where(Visit.series_id == series.id).with_for_update()
    visits = {one.occurs_on: one for one in session.scalars(query) if one.occurs_on not in over}
    to_come = {day: content for day, content in wanted.items() if day not in over}
    found = align(to_come, [_standing(one) for one in visits.values()], overrides_hand=overrides_hand)
    _take_away([visits[day] for day in found.removed])
    people = {content.staff_member_id for content in [*found.added.values(), *found.changed.values()]}
    try:
        attempt(lambda: _apply(series, found, visits), of=people)
    except Elsewhere:
        _apply_one_by_one(series, found, visits)


def _wanted(series: VisitSeries, first: date) -> dict[date, Content]:
    """What the rule says from `first` to the day until which visits are made."""
    found = days(pattern_of(series), first, series.made_until)
    if series.on_holidays == OnHolidays.SKIP:
        found = without(found, set(session.scalars(select(Holiday.held_on).where(Holiday.held_on >= first))))
    return {day: _content(series, day) for day in found}


def _content(series: VisitSeries, day: date) -> Content:
    starts_at, ends_at = span(pattern_of(series), day)
    return Content(
        starts_at=starts_at,
        ends_at=ends_at,
        service_type_id=series.service_type_id,
        service_address_id=series.service_address_id,
        staff_member_id=series.staff_member_id,
        note=series.note,
    )


def _standing(visit: Visit) -> Standing[Content]:
    content = Content(**{name: getattr(visit, name) for name in NAMES})
    is_fixed = not visit.is_planned or visit.starts_at <= clock.now()
    return Standing(visit.occurs_on, content, is_fixed=is_fixed, is_by_hand=visit.is_changed)


def _take_away(visits: list[Visit]) -> None:
    """What only the machine has touched goes; what people changed is called off and stays on record."""
    for visit in visits:
        if visit.is_changed:
            visit.status, visit.void_reason = VisitStatus.CANCELLED, VoidReason.PLAN_CHANGED
        else:
            session.delete(visit)
    session.flush()


def _insert(missing: Mapping[VisitSeries, Mapping[date, Content]]) -> None:
    """All together, and where somebody is elsewhere each series for itself, as far as its caregiver can."""
    rows = [_row(one, day, content) for one, contents in missing.items() for day, content in contents.items()]
    if not rows:
        return
    try:
        attempt(lambda: session.execute(insert(Visit), rows), of={row["staff_member_id"] for row in rows})
    except Elsewhere:
        for one, contents in missing.items():
            if len(missing) > 1:
                _insert({one: contents})
            else:
                _apply_one_by_one(one, Alignment(added=contents), {})


def _apply(series: VisitSeries, found: Alignment[Content], visits: Mapping[date, Visit]) -> None:
    session.add_all(Visit(**_row(series, day, content)) for day, content in found.added.items())
    for day, content in found.changed.items():
        _set(visits[day], content)


def _apply_one_by_one(series: VisitSeries, found: Alignment[Content], visits: Mapping[date, Visit]) -> None:
    """First everything without its caregiver, who may not stand in their own way, then each given to them."""
    made = {day: Visit(**_row(series, day, content)) for day, content in found.added.items()}
    for visit in made.values():
        visit.staff_member_id, visit.open_reason = None, OpenReason.ELSEWHERE
    session.add_all(made.values())
    for day, content in found.changed.items():
        _set(visits[day], content)
        visits[day].staff_member_id, visits[day].open_reason = None, OpenReason.ELSEWHERE
    session.flush()
    for day, content in [*found.added.items(), *found.changed.items()]:
        visit = made.get(day) or visits[day]
        with suppress(Elsewhere):
            attempt(partial(_set, visit, content), of=())


def _row(series: VisitSeries, day: date, content: Content) -> dict[str, Any]:
    own = {"series_id": series.id, "client_id": series.client_id, "time_zone": series.time_zone, "occurs_on": day}
    return own | {name: getattr(content, name) for name in NAMES}


def _set(visit: Visit, content: Content) -> None:
    for name in NAMES:
        if getattr(visit, name) != getattr(content, name):
            setattr(visit, name, getattr(content, name))
    visit.is_changed, visit.open_reason, visit.status = False, None, VisitStatus.SCHEDULED
