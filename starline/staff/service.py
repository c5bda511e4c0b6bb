"""Verbs on the staff member: hire, change, send on leave, end the employment."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from starline.core import batches, clock, events, texting
from starline.core.crypto import index_of
from starline.core.db import session
from starline.core.language import _
from starline.core.official_numbers import is_npi, ssn_digits
from starline.core.postal import check_address, tidied
from starline.core.problems import Problems, invalid
from starline.core.rows import assign, proposed
from starline.identity import users
from starline.organizations.calendar import today
from starline.staff.models import StaffMember
from starline.staff.vocabulary import StaffStatus

YOUNGEST_AGE = 16
"""Federal child labour rules bar younger workers from this work (29 CFR 570.2)."""


def create_staff_member(values: Mapping[str, Any], *, by: int | None) -> StaffMember:
    """Hire somebody; `values` by column name."""
    values = _with_termination(_checked(StaffMember(), values), StaffStatus.ACTIVE)
    member = StaffMember(**_without_ssn(values))
    session.add(member)
    keep_ssn(member, values)
    batches.write()
    events.record("staff_member:created", member)
    return member


def update_staff_member(member: StaffMember, values: Mapping[str, Any], *, by: int | None) -> StaffMember:
    """Change what is known of somebody. Status terminated ends the employment, active takes the person back."""
    was = member.status
    values = _with_termination(_checked(member, values), was)
    assign(member, _without_ssn(values))
    keep_ssn(member, values)
    session.flush()
    if member.status != was and member.status == StaffStatus.TERMINATED:
        _shut_out(member)
    events.record("staff_member:updated", member)
    return member


def terminate(member: StaffMember, *, on: date | None = None, reason: str, by: int | None) -> StaffMember:
    """End the employment after the day `on` (today unless given)."""
    values = {"status": StaffStatus.TERMINATED, "terminated_on": on, "termination_reason": reason}
    return update_staff_member(member, values, by=by)


def agree_to_texts(member: StaffMember, *, agrees: bool, by: int | None) -> StaffMember:
    """Keep that somebody agreed to be texted, with the day, or that they did not or no longer do."""
    if agrees and texting.e164(member.phone) is None:
        raise invalid("phone", "There is no number in your file that can be texted. Ask the office to enter it.")
    if agrees != (member.texts_agreed_on is not None):
        member.texts_agreed_on = today(member.branch_id) if agrees else None
        session.flush()
        events.record("staff_member:updated", member)
    return member


def locked_staff_member(staff_member_id: UUID) -> StaffMember:
    """The person, held until the transaction ends: what is counted over a person's rows is checked one at a time."""
    member = session.get(StaffMember, staff_member_id, with_for_update=True, populate_existing=True)
    if member is None:
        raise invalid("staff_member_id", "Choose a staff member from the list.")
    return member


def keep_ssn(member: StaffMember, values: Mapping[str, Any]) -> None:
    """Seal the number that `values` gives, with its ending and its index; one that is given empty goes."""
    if "ssn" in values:
        member.ssn = values["ssn"]
        member.ssn_last4 = values["ssn"][-4:] if values["ssn"] else None
        member.ssn_hash = index_of(values["ssn"])


def _checked(member: StaffMember, values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` in their official spelling. Raises `Invalid` with everything that is wrong."""
    checked, problems = tidied(dict(values)), Problems()
    whole = proposed(member, checked)
    _check_dates(whole, problems)
    check_address(whole, problems)
    if values.get("ssn"):
        checked["ssn"] = ssn_digits(values["ssn"])
        if checked["ssn"] is None:
            problems.add("ssn", "Give the nine digits of a social security number, like 123-45-6789.")
    if values.get("npi") and not is_npi(values["npi"]):
        problems.add(
            "npi", "This is not a National Provider Identifier: its check digit is wrong. Copy all ten digits."
        )
    if values.get("supervisor_id"):
        _check_supervisor(member, values["supervisor_id"], problems)
    if values.get("user_id"):
        _check_user(member, values["user_id"], problems)
    problems.refuse()
    return checked


def _check_dates(whole: Mapping[str, Any], problems: Problems) -> None:
    born, hired, left = whole["birth_date"], whole["hired_on"], whole["terminated_on"]
    if born and born > clock.today():
        problems.add("birth_date", "The birth date lies in the future; check the year.")
    elif born and hired and _sixteenth_birthday(born) > hired:
        problems.add(
            "birth_date",
            _("Nobody younger than %(age)d may be hired; check both dates.", age=YOUNGEST_AGE),
        )
    if hired and left and left < hired:
        problems.add("terminated_on", "The last working day can't come before the first.")


def _sixteenth_birthday(born: date) -> date:
    year = born.year + YOUNGEST_AGE
    return date(year, 3, 1) if (born.month, born.day) == (2, 29) and year % 4 else born.replace(year=year)


def member_of(user_id: int | None) -> StaffMember | None:
    """The personnel file of whoever signs in as this user."""
    if user_id is None:
        return None
    return session.scalars(select(StaffMember).where(StaffMember.user_id == user_id)).one_or_none()


def _check_supervisor(member: StaffMember, supervisor_id: UUID, problems: Problems) -> None:
    """Refuse a circle: nobody supervises, over any number of steps, the person who supervises them."""
    seen: set[UUID] = set()
    above: UUID | None = supervisor_id
    while above is not None and above not in seen:
        if above == member.id:
            problems.add("supervisor_id", "This person reports, directly or through others, to the one being changed.")
            return
        seen.add(above)
        above = session.query(StaffMember.supervisor_id).filter_by(id=above).scalar()


def _check_user(member: StaffMember, user_id: int, problems: Problems) -> None:
    holder = member_of(user_id)
    if holder is not None and holder.id != member.id:
        problems.add("user_id", _("This sign-in belongs to %(holder)s already; choose another.", holder=holder))


def _shut_out(member: StaffMember) -> None:
    """Whoever has left can't sign in from the next request on. Coming back doesn't give the access back by itself."""
    if member.user is not None and member.user.active:
        # Done by the system: the one who ends an employment need not be allowed to manage users.
        users.disable(member.user, by=None)
        events.record("staff_member:shut_out", member)


def _with_termination(values: dict[str, Any], was: StaffStatus) -> dict[str, Any]:
    """What comes with a change of status: a last day and a reason on leaving, neither after coming back."""
    status = values.get("status", was)
    if status != StaffStatus.TERMINATED:
        return (
            {**values, "terminated_on": None, "termination_reason": None} if was == StaffStatus.TERMINATED else values
        )
    if was != StaffStatus.TERMINATED and not values.get("termination_reason"):
        raise invalid("termination_reason", "Give the reason for leaving; it stays in the person's file.")
    return values if values.get("terminated_on") or was == status else {**values, "terminated_on": today()}


def _without_ssn(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "ssn"}
