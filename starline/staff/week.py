"""Somebody's week as a whole: one new week for a stretch of days, in place of what held there before."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from starline.core import events
from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.language import _
from starline.core.problems import Problems, invalid
from starline.staff.availability import slot_of
from starline.staff.models import AvailabilitySlot, StaffMember
from starline.staff.rules.availability import Hours, Slot, slots_collide, validity_left
from starline.staff.service import locked_staff_member
from starline.staff.vocabulary import Weekday

Week = Mapping[Weekday, Sequence[Hours]]
"""The hours of each weekday; a day that is missing is a day off."""


def set_week(
    member: StaffMember, week: Week, *, valid_from: date | None, valid_until: date | None, by: int | None
) -> list[AvailabilitySlot]:
    """Let `week` hold from `valid_from` to `valid_until` (None: always). Before and after, the old one goes on."""
    member = locked_staff_member(member.id)
    _check(week, valid_from, valid_until)
    for old in session.query(AvailabilitySlot).filter_by(staff_member_id=member.id, on_date=None).all():
        _make_room(old, valid_from, valid_until)
    session.flush()
    made = [
        AvailabilitySlot(
            staff_member_id=member.id,
            weekday=day,
            starts_time=starts,
            ends_time=ends,
            valid_from=valid_from,
            valid_until=valid_until,
        )
        for day, hours in week.items()
        for starts, ends in hours
    ]
    session.add_all(made)
    session.flush()
    events.record("availability:week_set", member)
    return made


def add_exception(member: StaffMember, day: date, hours: Sequence[Hours], *, by: int | None) -> list[AvailabilitySlot]:
    """Say what one day is like in place of the week: these hours, or none at all."""
    member = locked_staff_member(member.id)
    there = session.query(AvailabilitySlot).filter_by(staff_member_id=member.id, on_date=day).first()
    if there is not None:
        raise Conflict(_("There is an exception for %(day)s already. Remove that one first.", day=day))
    lines = [Slot(None, day, starts, ends) for starts, ends in hours]
    rows = session.query(AvailabilitySlot).filter(
        AvailabilitySlot.staff_member_id == member.id, AvailabilitySlot.on_date.is_not(None)
    )
    taken = [slot_of({name.key: getattr(row, name.key) for name in row.__table__.columns}) for row in rows]
    if any(slots_collide(one, other) for one in lines for other in [*taken, *(x for x in lines if x is not one)]):
        raise invalid("hours", "These hours overlap each other, or those of the day before or after.")
    made = [AvailabilitySlot(staff_member_id=member.id, on_date=day, starts_time=a, ends_time=b) for a, b in hours]
    made = made or [AvailabilitySlot(staff_member_id=member.id, on_date=day, is_available=False)]
    session.add_all(made)
    session.flush()
    events.record("availability:exception_added", member)
    return made


def week_on(member: StaffMember, day: date) -> dict[Weekday, list[Hours]]:
    """The hours of each weekday as they hold on the day `day`; lines that take away are left out."""
    found: dict[Weekday, list[Hours]] = {weekday: [] for weekday in Weekday}
    rows = session.query(AvailabilitySlot).filter_by(staff_member_id=member.id, on_date=None, is_available=True)
    for row in rows:
        assert row.weekday is not None
        if (row.valid_from or date.min) <= day <= (row.valid_until or date.max):
            found[row.weekday].append((row.starts_time, row.ends_time))
    return found


def changes_after(member: StaffMember, day: date) -> list[date]:
    """The days after `day` on which another week begins to hold."""
    rows = session.query(AvailabilitySlot).filter_by(staff_member_id=member.id, on_date=None)
    starts = {row.valid_from for row in rows if row.valid_from is not None}
    return sorted(one for one in starts if one > day)


def _make_room(old: AvailabilitySlot, valid_from: date | None, valid_until: date | None) -> None:
    """Shorten a line to the days that the new week leaves, splitting it where both ends are left."""
    if not _meets(old, valid_from, valid_until):
        return
    left = validity_left(old.valid_from, old.valid_until, taken_from=valid_from, taken_until=valid_until)
    if not left:
        session.delete(old)
        return
    for since, until in left[1:]:
        session.add(AvailabilitySlot(**_copied(old), valid_from=since, valid_until=until))
    old.valid_from, old.valid_until = left[0]


def _meets(old: AvailabilitySlot, valid_from: date | None, valid_until: date | None) -> bool:
    starts = max(old.valid_from or date.min, valid_from or date.min)
    return starts <= min(old.valid_until or date.max, valid_until or date.max)


def _copied(old: AvailabilitySlot) -> dict[str, Any]:
    names = ("staff_member_id", "weekday", "is_available", "starts_time", "ends_time")
    return {name: getattr(old, name) for name in names}


def _check(week: Week, valid_from: date | None, valid_until: date | None) -> None:
    if valid_from and valid_until and valid_until < valid_from:
        raise invalid("valid_until", "The last day can't come before the first.")
    problems = Problems()
    lines = [Slot(day, None, starts, ends) for day, hours in week.items() for starts, ends in hours]
    for number, one in enumerate(lines):
        assert one.weekday is not None
        if any(slots_collide(one, other) for other in lines[:number]):
            problems.add(one.weekday, "These hours overlap others, perhaps those of the night before.")
    problems.refuse()
