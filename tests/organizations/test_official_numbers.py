"""Numbers that authorities give out: mistyped ones are caught."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from starline.core.official_numbers import is_npi, luhn_remainder, medicare_id, ssn_digits, tax_id_digits

NINE = some.text("0123456789", min_size=8, max_size=8)


@pytest.mark.parametrize(
    ("text", "good"),
    [("1234567893", True), ("1234567890", False), ("3234567893", False), ("123456789", False), ("1234567893 ", False)],
)
def test_an_npi_ends_in_its_check_digit(text: str, good: bool) -> None:
    assert is_npi(text) is good


@given(NINE)
def test_exactly_one_last_digit_makes_an_npi(body: str) -> None:
    assert sum(is_npi(f"1{body}{last}") for last in range(10)) == 1


@given(NINE, some.integers(0, 8), some.integers(1, 9))
def test_one_wrong_digit_never_passes(body: str, place: int, by: int) -> None:
    right = next(f"1{body}{last}" for last in range(10) if is_npi(f"1{body}{last}"))
    wrong = right[:place] + str((int(right[place]) + by) % 10) + right[place + 1 :]
    assert luhn_remainder("80840" + wrong) != 0


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("212-54-8890", "212548890"),
        ("212548890", "212548890"),
        ("212 54 8890", "212548890"),
        ("212-548890", None),
        ("000-54-8890", None),
        ("666-54-8890", None),
        ("912-54-8890", None),
        ("212-00-8890", None),
        ("212-54-0000", None),
        ("21254889", None),
    ],
)
def test_a_social_security_number_that_was_never_given_out_is_none(text: str, digits: str | None) -> None:
    assert ssn_digits(text) == digits


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("12-3456789", "123456789"),
        (" 123456789 ", "123456789"),
        ("212-54-8890", "212548890"),
        ("00-0000000", None),
        ("12-345678", None),
        ("12 3456789", None),
        ("ab-3456789", None),
    ],
)
def test_a_tax_id_is_an_employers_number_or_a_persons(text: str, digits: str | None) -> None:
    assert tax_id_digits(text) == digits


@pytest.mark.parametrize(
    ("text", "plain"),
    [("1EG4-TE5-MK73", "1EG4TE5MK73"), ("1eg4te5mk73", "1EG4TE5MK73"), ("0EG4TE5MK73", None), ("1SG4TE5MK73", None)],
)
def test_a_medicare_id_follows_its_pattern(text: str, plain: str | None) -> None:
    assert medicare_id(text) == plain
