"""Looks into the lists of people whom public money may not pay: the inspector general's, the government's, the state's.

The inspector general advises agencies to look every month (OIG special advisory bulletin of 8 May 2013).
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from starline.core import clock, events
from starline.core.db import session
from starline.core.problems import Problems, invalid
from starline.core.rows import assign, proposed
from starline.organizations.calendar import today
from starline.organizations.settings import policy
from starline.staff.models import ExclusionCheck, StaffMember
from starline.staff.service import locked_staff_member
from starline.staff.vocabulary import ExclusionList, ExclusionResult


def record_exclusion_check(values: Mapping[str, Any], *, by: int | None) -> ExclusionCheck:
    """Keep what a look into one list has shown. Without `next_due_on` the agency's settings say when to look again."""
    locked_staff_member(values["staff_member_id"])
    whole = {**values, "next_due_on": values.get("next_due_on") or next_due(values["checked_on"])}
    _check(whole)
    check = ExclusionCheck(**whole, checked_by_id=by)
    session.add(check)
    session.flush()
    events.record("exclusion_check:recorded", check)
    return check


def update_exclusion_check(check: ExclusionCheck, values: Mapping[str, Any], *, by: int | None) -> ExclusionCheck:
    """Correct an entry, or say how a possible match was resolved."""
    if values.get("staff_member_id", check.staff_member_id) != check.staff_member_id:
        raise invalid("staff_member_id", "A check stays with its person; record one for the other person.")
    _check(proposed(check, values))
    assign(check, values)
    session.flush()
    events.record("exclusion_check:updated", check)
    return check


def record_clear(members: Iterable[StaffMember], *, source: ExclusionList, by: int | None) -> list[ExclusionCheck]:
    """The monthly look: none of these people is on the list today."""
    values = {"source": source, "checked_on": today(), "result": ExclusionResult.CLEAR}
    return [record_exclusion_check({**values, "staff_member_id": one.id}, by=by) for one in members]


def next_due(checked_on: date) -> date:
    days: int = policy("scheduling_policy")["exclusion_check_days"]
    return checked_on + timedelta(days=days)


def _check(values: Mapping[str, Any]) -> None:
    problems = Problems()
    if values["checked_on"] > clock.today():
        problems.add("checked_on", "The check can't lie in the future; check the year.")
    if values["next_due_on"] and values["next_due_on"] <= values["checked_on"]:
        problems.add("next_due_on", "The next check comes after this one.")
    if values.get("result") == ExclusionResult.EXCLUDED and not (values.get("note") or "").strip():
        problems.add("note", "Say which entry of the list it is; this person may not work for public money.")
    problems.refuse()
