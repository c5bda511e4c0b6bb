"""Words are folded and taken apart alike by the application and by the database, and every typo leaves a trace."""

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text as sql

from starline.core.search.asking import terms_of
from starline.core.search.words import distance, distance_of_beginning, fold, spellings, words

LETTERS = "abcdefghijklmnopqrstuvwxyz"
word = st.text(LETTERS, min_size=1, max_size=14)
name = st.text("abcXYZ éÉñßØøŁłæŒüÇçİı'’-_.,/()#+@&–" + '"', max_size=30)
relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)


def one_typo(typed: str, kind: str, place: int, letter: str) -> str:
    """`typed` with a letter too many, missing or wrong, or two neighbours swapped."""
    at = place % (len(typed) + 1) if kind == "more" else place % len(typed)
    if kind == "more":
        return typed[:at] + letter + typed[at:]
    if kind == "less":
        return typed[:at] + typed[at + 1 :]
    if kind == "other":
        return typed[:at] + letter + typed[at + 1 :]
    return typed[:at] + typed[at + 1 : at + 2] + typed[at] + typed[at + 2 :]


typo = st.tuples(st.sampled_from(["more", "less", "other", "swap"]), st.integers(0, 50), st.sampled_from(LETTERS))


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("O'Donnell", ["odonnell"]),
        ("Núñez-Ortega", ["nunez", "ortega"]),
        ("Łukasz Øster", ["lukasz", "oster"]),
        ("  de la   Cruz, Jr. ", ["de", "la", "cruz", "jr"]),
        ("Groß", ["gross"]),
        ("", []),
    ],
)
def test_words_are_what_is_left_without_accents_and_strokes(written: str, folded: list[str]) -> None:
    assert words(written) == folded


@pytest.mark.parametrize(
    ("one", "other", "typos"),
    [("smith", "smith", 0), ("smiht", "smith", 1), ("smth", "smith", 1), ("smythe", "smith", 2), ("", "ab", 2)],
)
def test_a_swap_is_one_typo(one: str, other: str, typos: int) -> None:
    assert distance(one, other) == distance(other, one) == typos


def test_the_beginning_of_a_word_is_compared_while_it_is_typed() -> None:
    assert distance_of_beginning("chirsto", "christopherson") == 1


@given(word, typo)
def test_a_word_and_its_typo_have_a_spelling_in_common(meant: str, change: tuple[str, int, str]) -> None:
    typed = one_typo(meant, *change)
    assert distance(typed, meant) <= 1
    assert spellings(typed) & spellings(meant)


@given(st.text(LETTERS, min_size=8, max_size=14), typo, typo)
def test_two_typos_in_a_long_word_leave_a_spelling_in_common(meant: str, one: Any, other: Any) -> None:
    typed = one_typo(one_typo(meant, *one), *other)
    assert spellings(typed) & spellings(meant)


@relaxed
@given(name)
def test_the_database_folds_and_parts_names_alike(session: Any, written: str) -> None:
    found = session.scalars(sql("SELECT app.search_words(:given)"), {"given": written}).all()
    assert list(found) == words(written), fold(written)


@relaxed
@given(word)
def test_the_database_takes_words_apart_alike(session: Any, given_word: str) -> None:
    found = session.scalars(sql("SELECT app.search_spellings_of(:given)"), {"given": given_word}).all()
    assert set(found) == spellings(given_word) and len(found) == len(set(found))


@given(st.text(max_size=120))
def test_whatever_is_typed_can_be_read(typed: str) -> None:
    terms = terms_of(typed, date(2026, 1, 1))
    assert len(terms) <= 6 and all(term.alternatives for term in terms)
    assert all(one.low <= one.high and one.cost >= 0 for term in terms for one in term.alternatives)


def test_a_year_of_two_digits_is_not_in_the_future() -> None:
    assert terms_of("3/12/38", date(2026, 1, 1))[0].alternatives[0].low == "@19380312"
    assert terms_of("3/12/21", date(2026, 1, 1))[0].alternatives[0].low == "@20210312"
