"""Clocking by telephone: a caregiver calls from the client's phone and keys in the staff number and a PIN.

Whoever gets something wrong isn't told what, and after some wrong tries the PIN is locked for a while.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from starline.clients.models import Client
from starline.core import audit, clock, events
from starline.core.crypto import blind_index
from starline.core.db import session
from starline.core.errors import DomainError, Unauthenticated
from starline.core.language import N_, _
from starline.core.rows import assign
from starline.notifications.service import notify_all, people_who_may
from starline.organizations.calendar import zone_of
from starline.scheduling import evv, unplanned
from starline.scheduling.evv import Reading
from starline.scheduling.evv_vocabulary import ClockKind, ClockMethod
from starline.scheduling.models import TelephonyLine, TelephonyPin, Visit
from starline.scheduling.rules.evv import UNSCHEDULED_AFTER
from starline.scheduling.unplanned import digits_of
from starline.scheduling.vocabulary import VOID, VisitStatus
from starline.staff.models import StaffMember
from starline.staff.vocabulary import StaffStatus

CLOCKED_IN = N_(
    "%(caregiver)s called from %(phone)s on %(day)s at %(time)s to clock in, and no visit is planned there."
    " Plan it from the call, which keeps the time."
)
CLOCKED_OUT = N_(
    "%(caregiver)s called from %(phone)s on %(day)s at %(time)s to clock out, and no visit is planned there."
    " Plan it from the call, which keeps the time."
)
FRESH = timedelta(minutes=5)
"""An older signature is a recording of one."""
MOST_TRIES = 5
LOCKED_FOR = timedelta(minutes=30)
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Call:
    """What the telephone line tells of one call; `call_id` is its own, so that a repeated call counts once."""

    call_id: str
    caller: str
    staff_number: str
    pin: str
    kind: ClockKind
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """`say` is read to the caller."""

    is_accepted: bool
    say: str
    event_id: UUID | None = None


def signature_of(secret: str, moment: int, body: bytes) -> str:
    """HMAC-SHA256, in hexadecimal, of the Unix time, a dot and the body."""
    return hmac.new(secret.encode(), str(moment).encode() + b"." + body, hashlib.sha256).hexdigest()


def line_that_signed(header: str, body: bytes) -> TelephonyLine:
    """The line whose secret made the header `t=<unix>,v1=<hex>`. Raises `Unauthenticated`."""
    parts = dict(part.partition("=")[::2] for part in header.split(",") if "=" in part)
    moment, given = parts.get("t", ""), parts.get("v1", "")
    if moment.isascii() and moment.isdecimal() and len(moment) < 12 and given.isascii():
        age = abs(clock.now().timestamp() - int(moment))
        lines = session.scalars(select(TelephonyLine).where(TelephonyLine.is_active)) if age < FRESH.seconds else ()
        for line in lines:
            if line.secret and hmac.compare_digest(signature_of(line.secret, int(moment), body), given):
                return line
    raise Unauthenticated("The signature is missing, wrong, or older than five minutes.")


def take_call(call: Call, line: TelephonyLine) -> Answer:
    """Clock the caregiver in or out of the visit that is planned now with the client whose phone this is."""
    member = _caller(call)
    visit = _planned(call, member) if member is not None else None
    if member is None or visit is None:
        audit.record("telephony:refused", "telephony_lines", subject_id=str(line.id))
        if member is not None:
            _tell_office(call, member, line)
        return Answer(False, _("We could not match this call. Please call your office."))
    key = _key_of(call, line)
    reading = Reading(call.kind, call.happened_at, key, ClockMethod.TELEPHONY, phone=call.caller[:30])
    try:
        event = evv.clock(visit, reading, by=None, caregiver=member)
    except DomainError as refusal:
        return Answer(False, refusal.message)
    thanks = _("Thank you. You are clocked in.") if call.kind == ClockKind.IN else _("Thank you. You are clocked out.")
    return Answer(True, evv.sentence_of(event.clash) or thanks, event.event_id)


def _tell_office(call: Call, member: StaffMember, line: TelephonyLine) -> None:
    """Somebody who is who they say, at a phone where nothing is planned for them: nobody's pay is lost over it.

    The call is kept, so that the visit can be planned from it.

    The caller isn't told that the office is, or whoever guesses PINs would hear which one is right.
    """
    event_id = _key_of(call, line)
    kept = unplanned.keep(member, kind=call.kind, called_at=call.happened_at, phone=call.caller[:30], event_id=event_id)
    called = call.happened_at.astimezone(ZoneInfo(zone_of(member.branch_id)))
    planners = people_who_may("add", "Visits", branch_id=member.branch_id)
    notify_all(
        set(planners).intersection(people_who_may("edit", "UnplannedCalls", branch_id=member.branch_id)),
        "visit:unplanned",
        CLOCKED_IN if call.kind == ClockKind.IN else CLOCKED_OUT,
        link=f"/unplanned_calls/{kept.id}/plan",
        key=f"visit:unplanned:{uuid5(member.id, f'{call.call_id}:{call.kind}')}",
        caregiver=str(member),
        phone=call.caller[:30],
        day=called.date(),
        time=called.time(),
    )


def add_line(values: Mapping[str, Any], *, by: int | None) -> TelephonyLine:
    """A line with a new secret, which its maker sees once."""
    line = TelephonyLine(**values)
    line.secret = secrets.token_urlsafe(32)
    session.add(line)
    session.flush()
    events.record("telephony_line:added", line)
    return line


def update_line(line: TelephonyLine, values: Mapping[str, Any], *, by: int | None) -> TelephonyLine:
    assign(line, values)
    session.flush()
    events.record("telephony_line:changed", line)
    return line


def add_pin(values: Mapping[str, Any], *, by: int | None) -> TelephonyPin:
    """A new PIN in the place of the one before, which its maker sees once and tells the caregiver."""
    session.execute(delete(TelephonyPin).where(TelephonyPin.staff_member_id == values["staff_member_id"]))
    digits = "".join(secrets.choice("0123456789") for _place in range(DIGITS))
    row = TelephonyPin(**values, pin_hash=_hash(values["staff_member_id"], digits))
    session.add(row)
    session.flush()
    row.pin = digits  # type: ignore[misc]  # of this object alone, until the answer is written
    events.record("telephony_pin:added", row)
    return row


def unlock(row: TelephonyPin, *, by: int | None) -> TelephonyPin:
    """Let the caregiver try again at once."""
    row.failed_tries, row.locked_until = 0, None
    session.flush()
    events.record("telephony_pin:unlocked", row)
    return row


def _key_of(call: Call, line: TelephonyLine) -> UUID:
    """What the call counts as, however often it is told."""
    return uuid5(line.id, f"{call.call_id}:{call.kind}")


def _caller(call: Call) -> StaffMember | None:
    """Whoever the staff number and the PIN belong to; a wrong PIN is counted."""
    number = int(call.staff_number) if call.staff_number.isascii() and call.staff_number.isdecimal() else -1
    if not 0 <= number < 2**31:
        return None
    query = select(TelephonyPin).join(StaffMember, StaffMember.id == TelephonyPin.staff_member_id)
    query = query.where(StaffMember.staff_number == number, StaffMember.status != StaffStatus.TERMINATED)
    row = session.scalars(query.with_for_update(of=TelephonyPin)).first()
    now = clock.now()
    if row is None or (row.locked_until is not None and row.locked_until > now):
        return None
    if hmac.compare_digest(row.pin_hash, _hash(row.staff_member_id, call.pin)):
        row.failed_tries, row.locked_until = 0, None
        return row.staff_member
    row.failed_tries += 1
    if row.failed_tries >= MOST_TRIES:
        row.failed_tries, row.locked_until = 0, now + LOCKED_FOR
    session.flush()
    return None


def _planned(call: Call, member: StaffMember) -> Visit | None:
    """Of the caregiver's visits around now at that phone, the nearest that lacks this event, or else the nearest."""
    around = call.happened_at - timedelta(hours=24), call.happened_at + timedelta(hours=24)
    query = select(Visit).where(Visit.staff_member_id == member.id, Visit.starts_at.between(*around))
    query = query.where(Visit.status.not_in((*VOID, VisitStatus.BILLED)))
    near = [one for one in session.scalars(query) if _gap(one, call) <= UNSCHEDULED_AFTER]
    there = [one for one in near if digits_of(call.caller) in _phones(one.client)]
    done = {ClockKind.IN: "clocked_in_at", ClockKind.OUT: "clocked_out_at"}[call.kind]
    waiting = [one for one in there if getattr(one, done) is None]
    if call.kind == ClockKind.OUT:
        waiting = [one for one in waiting if one.status == VisitStatus.IN_PROGRESS] or waiting
    return min(waiting or there, key=lambda one: (_gap(one, call), _away(one, call)), default=None)


def _gap(visit: Visit, call: Call) -> timedelta:
    """How far the call lies outside the planned hours."""
    return max(visit.starts_at - call.happened_at, call.happened_at - visit.ends_at, timedelta())


def _away(visit: Visit, call: Call) -> timedelta:
    planned = visit.starts_at if call.kind == ClockKind.IN else visit.ends_at
    return abs(planned - call.happened_at)


def _phones(client: Client) -> Sequence[str]:
    return [digits_of(one) for one in (client.phone, client.mobile_phone) if one]


def _hash(staff_member_id: UUID, pin: str) -> str:
    return blind_index(f"{staff_member_id}:{pin}")
