"""How much two records look like one person, and that they are found without comparing all with all."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from starline.clients.likeness import POSSIBLE, Particulars, compare, could_be_one, digits, distance, keys_of, sound

RUTH = Particulars("Margaret", "Abernathy", date(1941, 5, 2), phones=frozenset({"5035550101"}))


@pytest.mark.parametrize(
    "other",
    [
        replace(RUTH),
        replace(RUTH, first_name="Peggy"),
        replace(RUTH, first_name="MARGARET ", last_name="O'Abernathy"),
        replace(RUTH, last_name="Abernethy"),
        replace(RUTH, birth_date=date(1941, 2, 5)),
        replace(RUTH, birth_date=date(1947, 5, 2)),
        replace(RUTH, phones=frozenset()),
        replace(RUTH, last_name="Delgado"),
        replace(RUTH, first_name="Abernathy", last_name="Margaret"),
        replace(RUTH, first_name="Rose", preferred_name="Meg"),
    ],
)
def test_records_of_one_person_are_alike_and_found(other: Particulars) -> None:
    assert keys_of(RUTH) & keys_of(other)
    assert compare(RUTH, other).is_possible, compare(RUTH, other)


@pytest.mark.parametrize(
    "other",
    [
        Particulars("Margaret", "Abernathy", date(1962, 11, 30)),
        Particulars("George", "Abernathy", date(1941, 5, 2), phones=RUTH.phones),
        Particulars("Margaret", "Abernathy"),
        Particulars("Helen", "Ostrowski", date(1941, 5, 2)),
        Particulars("Helen", "Ostrowski", date(1950, 1, 1), phones=RUTH.phones),
    ],
)
def test_two_people_are_left_alone(other: Particulars) -> None:
    assert not compare(RUTH, other).is_possible, compare(RUTH, other)


def test_figures_in_names_tell_people_apart() -> None:
    one, other = (Particulars(f"Resident {n}", f"Word {n}", date(1950, 2, 3)) for n in (12, 13))
    assert not compare(one, other).is_possible


def test_a_known_other_number_weighs_against_an_equal_ending() -> None:
    one = Particulars("Ruth", "Abernathy", ssn_last4="6789")
    assert compare(one, replace(one)).is_possible
    assert compare(replace(one, ssn_index="a"), one).is_possible, "of the other only the ending is known"
    assert compare(replace(one, ssn_index="a"), replace(one, ssn_index="a")).is_possible
    assert not compare(replace(one, ssn_index="a"), replace(one, ssn_index="b")).is_possible


@pytest.mark.parametrize("number", [{"ssn_index": "a"}, {"member_ids": frozenset({"a"})}])
def test_a_number_alone_makes_no_one_person_of_two(number: dict[str, Any]) -> None:
    one, other = Particulars("Ruth", "Abernathy", **number), Particulars("George", "Delgado", **number)
    assert keys_of(one) & keys_of(other) and not compare(one, other).reasons


def test_an_official_number_tells_one_person_even_under_another_name() -> None:
    one = replace(RUTH, official_ids=frozenset({"1EG4TE5MK73"}))
    other = replace(one, last_name="Delgado", phones=frozenset())
    assert keys_of(one) & keys_of(other)
    assert compare(one, other).is_possible


def test_phones_are_compared_without_their_spelling() -> None:
    assert digits("+1 (503) 555-0101") == digits("503.555.0101") == "5035550101"
    assert digits("911") is None


@pytest.mark.parametrize(("one", "other"), [("Smith", "Smyth"), ("Stephen", "Steven"), ("Núñez", "Nunes")])
def test_names_that_sound_alike_have_one_sound(one: str, other: str) -> None:
    assert sound(one) == sound(other)


@pytest.mark.parametrize(
    ("born", "is_likely"),
    [
        (date(1941, 5, 3), True),
        (date(1914, 5, 2), True),
        (date(1941, 5, 13), False),
        (date(1951, 5, 3), False),
        (date(1942, 6, 2), False),
    ],
)
def test_one_wrong_figure_of_a_birth_date_is_forgiven(born: date, is_likely: bool) -> None:
    other = replace(RUTH, birth_date=born, phones=frozenset())
    assert compare(RUTH, other).is_possible == could_be_one(RUTH, other) == is_likely


names = st.text(min_size=1, max_size=12)
people = st.builds(
    Particulars,
    first_name=names,
    last_name=names,
    birth_date=st.one_of(st.none(), st.dates(date(1900, 1, 1), date(2020, 1, 1))),
    phones=st.frozensets(st.sampled_from(["5035550101", "5035550102"]), max_size=2),
)


@settings(deadline=None)
@given(people, people)
def test_likeness_is_mutual_and_bounded(one: Particulars, other: Particulars) -> None:
    assert compare(one, other) == compare(other, one)
    assert 0 <= compare(one, other).score <= 100
    assert could_be_one(one, other) or not compare(one, other).is_possible


@settings(deadline=None)
@given(people, st.dates(date(1900, 1, 1), date(2020, 1, 1)))
def test_whoever_has_a_birth_date_is_most_like_themselves(one: Particulars, born: date) -> None:
    one = replace(one, birth_date=born)
    assert keys_of(one)
    if one.first_name.strip().isalpha() and one.last_name.strip().isalpha():
        assert compare(one, one).score >= POSSIBLE


@settings(deadline=None)
@given(names, names, names)
def test_distance_counts_edits(one: str, other: str, third: str) -> None:
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) == (one == other)
    assert distance(one, other) <= max(len(one), len(other))
