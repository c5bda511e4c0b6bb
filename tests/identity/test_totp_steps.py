"""A TOTP code belongs to one step of 30 seconds, and its neighbours are forgiven (RFC 6238)."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from starline.identity import rules

# The seed and two of the test vectors of RFC 6238, appendix B, cut to six digits.
SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
VECTORS = [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")]


@pytest.mark.parametrize(("second", "code"), VECTORS)
def test_the_vectors_of_the_standard_match(second: int, code: str) -> None:
    assert rules.matching_step(SEED, code, datetime.fromtimestamp(second, UTC)) == second // 30


@pytest.mark.parametrize(("seconds", "is_accepted"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_a_clock_half_a_minute_off_is_forgiven(seconds: int, is_accepted: bool) -> None:
    at = datetime(2026, 3, 2, 9, 0, 15, tzinfo=UTC)
    code = pyotp.TOTP(SEED).at(at + timedelta(seconds=seconds))
    assert (rules.matching_step(SEED, code, at) is not None) is is_accepted


@given(st.text(max_size=40))
def test_no_text_but_the_code_matches(text: str) -> None:
    at = datetime(2026, 3, 2, 9, 0, 15, tzinfo=UTC)
    codes = {pyotp.TOTP(SEED).at(at + timedelta(seconds=30 * offset)) for offset in (-1, 0, 1)}
    assert (rules.matching_step(SEED, text, at) is not None) == (text in codes)


@pytest.mark.parametrize("typed", ["abcde-fghij", "ABCDE FGHIJ", " abcde fghij "])
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert rules.plain_code(typed) == "abcdefghij"
