"""What a credential is worth on a day, and when somebody is to be reminded that it ends."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from starline.staff.vocabulary import CredentialState

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


def best_proof(proofs: Iterable[Proof], on: date, *, remind_within_days: int = REMIND_WITHIN_DAYS) -> Proof | None:
    """Of several credentials of one type the one that counts on the day `on`: the best, and of those the longest."""

    def rank(proof: Proof) -> tuple[int, int]:
        state = credential_state(proof, on, remind_within_days=remind_within_days)
        return STRENGTH.index(state), -(proof.expires_on or date.max).toordinal()

    return min((one for one in proofs if one.issued_on <= on), key=rank, default=None)


def expiry(issued_on: date, validity_months: int) -> date:
    """The last valid day: the day before the same day `validity_months` later (in a shorter month, before its last)."""
    months = issued_on.year * 12 + issued_on.month - 1 + validity_months
    year, month = divmod(months, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (first_of_next - timedelta(days=1)).day
    return date(year, month + 1, min(issued_on.day, last)) - timedelta(days=1)


def reminder_due(expires_on: date, on: date, *, days: Collection[int], sent: Collection[int]) -> int | None:
    """Of the reminders `days` before the end, the one that is due on the day `on`; None where nothing is to be said.

    The nearest to the end counts: where the job stood still, or the credential was entered late, earlier ones are
    skipped, and one that was `sent` is never sent again.
    """
    left = (expires_on - on).days
    if left < 0:
        return None
    reached = min((one for one in days if left <= one), default=None)
    return None if reached is None or any(one <= reached for one in sent) else reached
