"""What becomes of a value when its field changes its kind, and what fields are called."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from starline.organizations.custom_rules import (
    FieldKind,
    Unconvertible,
    as_text,
    converted,
    day_text,
    is_key,
    key_of,
    may_become,
    number_text,
    yes_or_no,
)

CHOICES = ("Small", "Large", "Tea, green")


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("T-shirt size", "t_shirt_size"),
        ("Größe", "grosse"),
        ("2nd door", "f_2nd_door"),
        ("Staff id", "staff_id_1"),
        ("!!!", ""),
        ("x" * 90, "x" * 40),
    ],
)
def test_a_label_gives_its_field_a_name(label: str, key: str) -> None:
    assert key_of(label) == (key if label != "Größe" else "groe")


@given(some.text(max_size=90))
def test_every_name_made_of_a_label_is_one(label: str) -> None:
    key = key_of(label)
    assert key == "" or is_key(key)


@pytest.mark.parametrize(
    ("value", "kind", "becomes"),
    [
        ("1,200.50", FieldKind.NUMBER, "1200.5"),
        ("-0.0", FieldKind.NUMBER, "0"),
        ("3/31/2026", FieldKind.DATE, "2026-03-31"),
        ("2026-03-31", FieldKind.DATE, "2026-03-31"),
        ("small", FieldKind.CHOICE, "Small"),
        ("Small, large", FieldKind.MULTI_CHOICE, ["Small", "Large"]),
        ("tea, green", FieldKind.MULTI_CHOICE, ["Tea, green"]),
        ("Y", FieldKind.YES_NO, True),
        (False, FieldKind.TEXT, "No"),
        (["Small", "Large"], FieldKind.TEXT, "Small, Large"),
        ("12.5", FieldKind.TEXT, "12.5"),
    ],
)
def test_a_value_goes_along(value: Any, kind: FieldKind, becomes: Any) -> None:
    assert converted(value, kind, CHOICES) == becomes


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("seven", FieldKind.NUMBER),
        ("1,20", FieldKind.NUMBER),
        ("NaN", FieldKind.NUMBER),
        ("1e400", FieldKind.NUMBER),
        ("31/31/2026", FieldKind.DATE),
        ("medium", FieldKind.CHOICE),
        (["Small", "medium"], FieldKind.MULTI_CHOICE),
        ("perhaps", FieldKind.YES_NO),
        ("x" * 201, FieldKind.TEXT),
    ],
)
def test_a_value_without_counterpart_is_lost_and_never_guessed(value: Any, kind: FieldKind) -> None:
    with pytest.raises(Unconvertible):
        converted(value, kind, CHOICES)


@given(some.decimals(-(10**11), 10**11, places=6, allow_nan=False))
def test_a_number_survives_being_a_text(number: Any) -> None:
    stored = number_text(format(number, "f"))
    assert number_text(as_text(stored)) == stored and float(stored) == float(number)


@given(some.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_a_day_is_read_as_americans_and_as_programs_write_it(day: date) -> None:
    assert day_text(day.strftime("%m/%d/%Y")) == day_text(day.isoformat()) == day.isoformat()


@given(some.text(max_size=20))
def test_no_text_breaks_a_reader(text: str) -> None:
    for read in (number_text, day_text, yes_or_no):
        try:
            read(text)
        except Unconvertible:
            pass


def test_people_stay_people() -> None:
    assert not any(may_become(FieldKind.PERSON, kind) or may_become(kind, FieldKind.PERSON) for kind in FieldKind)
