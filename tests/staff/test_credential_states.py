"""What a credential is worth on a day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from starline.staff.rules.credentials import STRENGTH, Proof, best_state, credential_state, expiry

DAYS = some.dates(date(2000, 1, 1), date(2060, 1, 1))
PROOFS = some.builds(Proof, issued_on=DAYS, expires_on=some.none() | DAYS, is_verified=some.booleans())
ISSUED = date(2026, 1, 10)


@pytest.mark.parametrize(
    ("expires", "verified", "on", "state"),
    [
        (date(2027, 1, 9), True, date(2026, 6, 1), "ok"),
        (date(2027, 1, 9), True, date(2026, 11, 9), "ok"),
        (date(2027, 1, 9), True, date(2026, 11, 10), "expiring"),
        (date(2027, 1, 9), True, date(2027, 1, 9), "expiring"),
        (date(2027, 1, 9), True, date(2027, 1, 10), "expired"),
        (date(2027, 1, 9), False, date(2026, 6, 1), "unverified"),
        (None, True, date(2099, 1, 1), "ok"),
        (None, True, date(2026, 1, 9), "missing"),
    ],
)
def test_a_credential_is_worth_what_its_dates_say(expires: date | None, verified: bool, on: date, state: str) -> None:
    kind = Proof(ISSUED, expires, verified)
    assert credential_state(kind, on, remind_within_days=60) == state


@pytest.mark.parametrize(
    ("issued", "months", "last_day"),
    [
        (date(2026, 1, 10), 12, date(2027, 1, 9)),
        (date(2026, 1, 31), 1, date(2026, 2, 27)),
        (date(2028, 1, 31), 1, date(2028, 2, 28)),
        (date(2026, 12, 1), 1, date(2026, 12, 31)),
        (date(2026, 11, 30), 3, date(2027, 2, 27)),
        (date(2024, 2, 29), 24, date(2026, 2, 27)),
    ],
)
def test_validity_ends_the_day_before_the_anniversary(issued: date, months: int, last_day: date) -> None:
    assert expiry(issued, months) == last_day


@given(DAYS, some.integers(1, 240))
def test_validity_lasts_about_as_many_months_as_it_says(issued: date, months: int) -> None:
    assert months * 28 - 4 <= (expiry(issued, months) - issued).days <= months * 31


@given(DAYS, some.integers(1, 239))
def test_a_longer_validity_ends_later(issued: date, months: int) -> None:
    assert expiry(issued, months) < expiry(issued, months + 1)


@given(some.lists(PROOFS, max_size=5), PROOFS, DAYS)
def test_another_credential_never_makes_things_worse(proofs: list[Proof], further: Proof, on: date) -> None:
    assert STRENGTH.index(best_state([*proofs, further], on)) <= STRENGTH.index(best_state(proofs, on))


@given(PROOFS, DAYS)
def test_what_has_expired_stays_expired(proof: Proof, on: date) -> None:
    if credential_state(proof, on) == "expired":
        assert credential_state(proof, on + timedelta(days=1)) == "expired"


def test_no_credential_at_all_is_missing() -> None:
    assert best_state([], date(2026, 1, 1)) == "missing"
