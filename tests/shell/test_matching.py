"""A few typed words fit a label whatever their order, accents and slips of the finger; others don't."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.matching import folded, score, slips

WORDS = st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=12)


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("cred", "Credentials"),
        ("credentails", "Credentials"),
        ("off time", "Time off"),
        ("sign hist", "Sign-in history"),
        ("preferencias", "Preferéncias"),
        ("time of", "Time off"),
        ("brnach", "Branches"),
        ("NEW CLIENT", "New: Clients"),
    ],
)
def test_what_is_meant_fits(typed: str, label: str) -> None:
    assert score(typed, label) > 0


@pytest.mark.parametrize(
    ("typed", "label"),
    [("", "Clients"), ("xyz", "Clients"), ("clients branch", "Clients"), ("co", "Clients"), ("a", "")],
)
def test_what_is_not_meant_does_not_fit(typed: str, label: str) -> None:
    assert score(typed, label) == 0


def test_the_better_fit_comes_first() -> None:
    labels = ["Sign-in history", "Status history", "History"]
    assert max(labels, key=lambda label: score("history", label)) == "History"
    assert score("clients", "Clients") > score("clinets", "Clients") > 0


@given(WORDS, st.data())
def test_a_word_with_one_slip_still_fits(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 1))
    kinds = [
        word[:place] + word[place + 1 :],
        word[:place] + "q" + word[place:],
        word[:place] + "q" + word[place + 1 :],
    ]
    if place:
        kinds.append(word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :])
    slipped = data.draw(st.sampled_from(kinds))
    assert slips(slipped, word, 2) <= 1
    if len(slipped) >= 4:
        assert score(slipped, word) > 0


@given(WORDS, WORDS)
def test_slips_are_the_same_both_ways(one: str, other: str) -> None:
    assert slips(one, other, 3) == slips(other, one, 3)
    assert (slips(one, other, 3) == 0) is (one == other)


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)
