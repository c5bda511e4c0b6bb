"""Absences: asked for, granted or declined by somebody else, called off."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from starline.core import clock, events
from starline.core.db import session
from starline.core.errors import Conflict, NotAllowed
from starline.core.language import N_, _
from starline.core.periods import Period
from starline.core.problems import invalid
from starline.core.rows import assign, proposed
from starline.notifications.service import notify, notify_all, people_who_may
from starline.staff.models import StaffMember, TimeOff
from starline.staff.service import locked_staff_member
from starline.staff.vocabulary import StaffStatus, TimeOffStatus

LONGEST_DAYS = 366
REQUESTED = N_("%(who)s asks for time off from %(first)s to %(last)s.")
ANSWERS = {
    TimeOffStatus.APPROVED: N_("Your time off from %(first)s to %(last)s was approved."),
    TimeOffStatus.DECLINED: N_("Your time off from %(first)s to %(last)s was declined."),
}


def request_time_off(values: Mapping[str, Any], *, by: int | None) -> TimeOff:
    member = locked_staff_member(values["staff_member_id"])
    if member.status == StaffStatus.TERMINATED:
        raise Conflict(_("%(member)s no longer works here; there is no time off to ask for.", member=member))
    _check(values, except_for=None)
    absence = TimeOff(**values)
    session.add(absence)
    session.flush()
    events.record("time_off:requested", absence)
    _tell_deciders(absence, member)
    return absence


def update_time_off(absence: TimeOff, values: Mapping[str, Any], *, by: int | None) -> TimeOff:
    """Change a request that nobody has answered yet."""
    locked_staff_member(absence.staff_member_id)
    _check_open(absence)
    _check(proposed(absence, values), except_for=absence.id)
    assign(absence, values)
    session.flush()
    events.record("time_off:updated", absence)
    return absence


def approve_time_off(absence: TimeOff, *, by: int, note: str | None = None) -> TimeOff:
    return _decide(absence, TimeOffStatus.APPROVED, by=by, note=note)


def decline_time_off(absence: TimeOff, *, by: int, note: str | None = None) -> TimeOff:
    return _decide(absence, TimeOffStatus.DECLINED, by=by, note=note)


def cancel_time_off(absence: TimeOff, *, by: int | None) -> TimeOff:
    """Call off an absence, asked for or granted, that is not over yet."""
    if not absence.is_open:
        raise Conflict(_("This time off was %(status)s already.", status=absence.status))
    if absence.ends_on < clock.today():
        raise Conflict("This time off is over; it stays on record.")
    absence.status = TimeOffStatus.CANCELLED
    session.flush()
    events.record("time_off:cancelled", absence)
    return absence


def _decide(absence: TimeOff, answer: TimeOffStatus, *, by: int, note: str | None) -> TimeOff:
    member = locked_staff_member(absence.staff_member_id)
    session.refresh(absence)
    _check_open(absence)
    if member.user_id == by:
        raise NotAllowed("Nobody decides about their own time off; ask a colleague.")
    absence.status, absence.decision_note = answer, note
    absence.decided_by_id, absence.decided_at = by, clock.now()
    session.flush()
    events.record(f"time_off:{answer}", absence)
    if member.user_id is not None:
        days: dict[str, Any] = {"first": absence.starts_on, "last": absence.ends_on}
        notify(member.user_id, f"time_off_{answer}", ANSWERS[answer], link=_page_of(absence), **days)
    return absence


def _tell_deciders(absence: TimeOff, member: StaffMember) -> None:
    deciders = set(people_who_may("edit", "TimeOffRequests", branch_id=member.branch_id)) - {member.user_id}
    facts: dict[str, Any] = {"who": str(member), "first": absence.starts_on, "last": absence.ends_on}
    notify_all(deciders, "time_off_requested", REQUESTED, link=_page_of(absence), **facts)


def _page_of(absence: TimeOff) -> str:
    return f"/time_off/show/{absence.id}"


def _check_open(absence: TimeOff) -> None:
    if absence.status != TimeOffStatus.REQUESTED:
        raise Conflict(_("This time off was %(status)s already; cancel it and ask again.", status=absence.status))


def _check(values: Mapping[str, Any], *, except_for: UUID | None) -> None:
    period = Period(values["starts_on"], values["ends_on"])
    days = (values["ends_on"] - values["starts_on"]).days + 1
    if days < 1:
        raise invalid("ends_on", "The last day can't come before the first.")
    if days > LONGEST_DAYS:
        raise invalid("ends_on", "Time off lasts at most a year; use the status “leave” for longer absences.")
    for other in session.query(TimeOff).filter_by(staff_member_id=values["staff_member_id"]):
        if other.id != except_for and other.is_open and period.overlaps(Period(other.starts_on, other.ends_on)):
            raise Conflict(
                _(
                    "There is time off from %(other)s already (%(status)s). Cancel that one first.",
                    other=other,
                    status=other.status,
                )
            )
