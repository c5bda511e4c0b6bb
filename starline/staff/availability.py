"""When somebody can work: the week, and the dates that overrule it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from starline.core import events
from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.language import _
from starline.core.problems import Problems
from starline.core.rows import assign, proposed
from starline.staff.models import AvailabilitySlot
from starline.staff.rules import Slot, slots_collide
from starline.staff.service import locked_staff_member


def add_availability(values: Mapping[str, Any], *, by: int | None) -> AvailabilitySlot:
    locked_staff_member(values["staff_member_id"])
    _check(values, except_for=None)
    slot = AvailabilitySlot(**values)
    session.add(slot)
    session.flush()
    events.record("availability:added", slot)
    return slot


def update_availability(slot: AvailabilitySlot, values: Mapping[str, Any], *, by: int | None) -> AvailabilitySlot:
    locked_staff_member(slot.staff_member_id)
    _check(proposed(slot, values), except_for=slot.id)
    assign(slot, values)
    session.flush()
    events.record("availability:updated", slot)
    return slot


def remove_availability(slot: AvailabilitySlot, *, by: int | None) -> None:
    events.record("availability:removed", slot)
    session.delete(slot)
    session.flush()


def slot_of(values: Mapping[str, Any]) -> Slot:
    """The plain slot that the columns of a row describe."""
    return Slot(
        weekday=values.get("weekday"),
        on_date=values.get("on_date"),
        starts=values.get("starts_time"),
        ends=values.get("ends_time"),
        is_available=values.get("is_available") is not False,
        valid_from=values.get("valid_from"),
        valid_until=values.get("valid_until"),
    )


def _check(values: Mapping[str, Any], *, except_for: UUID | None) -> None:
    _check_shape(values)
    slot = slot_of(values)
    for other in session.query(AvailabilitySlot).filter_by(staff_member_id=values["staff_member_id"]):
        if other.id != except_for and slots_collide(slot, slot_of(proposed(other, {}))):
            raise Conflict(_("This overlaps “%(other)s”. Change that line, or choose other times.", other=other))


def _check_shape(values: Mapping[str, Any]) -> None:
    problems = Problems()
    weekday, on_date = values.get("weekday"), values.get("on_date")
    starts, ends = values.get("starts_time"), values.get("ends_time")
    since, until = values.get("valid_from"), values.get("valid_until")
    if (weekday is None) == (on_date is None):
        problems.add("weekday", "Choose a weekday for every week, or a date for one day.")
    if (starts is None) != (ends is None):
        problems.add("ends_time" if ends is None else "starts_time", "Give both times, or neither for the whole day.")
    elif starts is not None and starts == ends:
        problems.add("ends_time", "Start and end are the same; leave both empty for the whole day.")
    if on_date is not None and (since or until):
        problems.add("valid_from", "A single date needs no validity; leave these dates empty.")
    if since and until and until < since:
        problems.add("valid_until", "The last day can't come before the first.")
    problems.refuse()
