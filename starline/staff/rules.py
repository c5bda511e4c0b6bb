"""Pure rules about staff: what a credential is worth on a day, when somebody can work."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from starline.staff.vocabulary import CredentialState, Weekday

MINUTES_OF_A_DAY = 24 * 60
MINUTES_OF_A_WEEK = 7 * MINUTES_OF_A_DAY

STRENGTH = (
    CredentialState.OK,
    CredentialState.EXPIRING,
    CredentialState.UNVERIFIED,
    CredentialState.EXPIRED,
    CredentialState.MISSING,
)
"""From the best to the worst: of several credentials of one type, the best one counts."""

REMIND_WITHIN_DAYS = 60


@dataclass(frozen=True, slots=True)
class Proof:
    """What matters of one credential."""

    issued_on: date
    expires_on: date | None
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Slot:
    """One line of somebody's availability in wall-clock time; no times is the whole day.

    An end at or before the start is on the next day. Exactly one of `weekday` and `on_date` is given.
    """

    weekday: Weekday | None = None
    on_date: date | None = None
    starts: time | None = None
    ends: time | None = None
    is_available: bool = True
    valid_from: date | None = None
    valid_until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the slot begins on `day`."""
        if self.on_date is not None:
            return self.on_date == day
        is_valid = (self.valid_from or date.min) <= day <= (self.valid_until or date.max)
        return is_valid and self.weekday == Weekday.of(day.weekday())


def credential_state(proof: Proof, on: date, *, remind_within_days: int = REMIND_WITHIN_DAYS) -> CredentialState:
    """What one credential is worth on the day `on`. Its last valid day still counts."""
    if proof.issued_on > on:
        return CredentialState.MISSING
    if proof.expires_on is not None and proof.expires_on < on:
        return CredentialState.EXPIRED
    if not proof.is_verified:
        return CredentialState.UNVERIFIED
    if proof.expires_on is not None and (proof.expires_on - on).days <= remind_within_days:
        return CredentialState.EXPIRING
    return CredentialState.OK


def best_state(proofs: Iterable[Proof], on: date, *, remind_within_days: int = REMIND_WITHIN_DAYS) -> CredentialState:
    """What several credentials of one type are worth together; none at all is missing."""
    states = {credential_state(proof, on, remind_within_days=remind_within_days) for proof in proofs}
    return next((state for state in STRENGTH if state in states), CredentialState.MISSING)


def expiry(issued_on: date, validity_months: int) -> date:
    """The last valid day: the day before the same day `validity_months` later (in a shorter month, before its last)."""
    months = issued_on.year * 12 + issued_on.month - 1 + validity_months
    year, month = divmod(months, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (first_of_next - timedelta(days=1)).day
    return date(year, month + 1, min(issued_on.day, last)) - timedelta(days=1)


def minutes_of(starts: time | None, ends: time | None) -> tuple[int, int]:
    """Start and end in minutes after midnight; the end is at most a day after the start, past 1440 over midnight."""
    if starts is None or ends is None:
        return 0, MINUTES_OF_A_DAY
    begin, end = starts.hour * 60 + starts.minute, ends.hour * 60 + ends.minute
    return begin, end if end > begin else end + MINUTES_OF_A_DAY


def slots_collide(one: Slot, other: Slot) -> bool:
    """Whether two lines of availability say something about the same minute of a same day or week."""
    if one.on_date is not None and other.on_date is not None:
        days = (other.on_date - one.on_date).days
        return abs(days) <= 1 and _meet(one, other, days * MINUTES_OF_A_DAY)
    if one.weekday is not None and other.weekday is not None:
        if not _share_a_day(one, other):
            return False
        order = list(Weekday)
        days = order.index(other.weekday) - order.index(one.weekday)
        return any(
            _meet(one, other, days * MINUTES_OF_A_DAY + week) for week in (-MINUTES_OF_A_WEEK, 0, MINUTES_OF_A_WEEK)
        )
    return False  # a date overrules the week: that is what it is for


def available_minutes(day: date, slots: Sequence[Slot]) -> list[tuple[int, int]]:
    """When somebody can work from midnight of `day` on: merged stretches of minutes, in order.

    Lines for the date overrule the week's. A stretch that began the evening before is the evening before's.
    """
    of_the_day = [slot for slot in slots if slot.holds_on(day)]
    dated = [slot for slot in of_the_day if slot.on_date is not None]
    lines = dated or of_the_day
    free = _merged(minutes_of(slot.starts, slot.ends) for slot in lines if slot.is_available)
    for slot in lines:
        if not slot.is_available:
            free = _without(free, minutes_of(slot.starts, slot.ends))
    return free


def _meet(one: Slot, other: Slot, shift: int) -> bool:
    begin, end = minutes_of(one.starts, one.ends)
    other_begin, other_end = minutes_of(other.starts, other.ends)
    return begin < other_end + shift and other_begin + shift < end


def _share_a_day(one: Slot, other: Slot) -> bool:
    starts = max(one.valid_from or date.min, other.valid_from or date.min)
    return starts <= min(one.valid_until or date.max, other.valid_until or date.max)


def _merged(stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(stretches):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def _without(stretches: list[tuple[int, int]], taken: tuple[int, int]) -> list[tuple[int, int]]:
    left = []
    for begin, end in stretches:
        left += [(begin, min(end, taken[0])), (max(begin, taken[1]), end)]
    return [(begin, end) for begin, end in left if begin < end]
