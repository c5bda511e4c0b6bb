"""Words as they are compared: folded, taken apart for typos, and how far one is from another. Pure.

The same folding and the same spellings are made by the database (`migrations/sql/search.sql`); a test compares them.
"""

import re
import unicodedata
from itertools import combinations

STEM = 7
"""Letters of a word of which spellings are made: enough to be found by, and few enough to keep."""

LONG = 6
"""From so many letters on a word may hold two typos, otherwise one."""

LONGEST = 40
_DROPPED = re.compile("[\u0300-\u036f'\u2018\u2019\u02bc`]")
_BETWEEN = re.compile(r"[\s!-/:-@\[\]\\^_{-~‐-―“-„«»]+")
_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ß": "ss", "þ": "th", **dict(zip("øłđðħı", "olddhi", strict=True))})


def fold(text: str) -> str:
    """Small letters without accents and apostrophes: "O'Dónnell" is "odonnell"."""
    plain = _DROPPED.sub("", unicodedata.normalize("NFKD", text.replace("\x00", "")))
    return plain.lower().translate(_LETTERS)


def words(text: str) -> list[str]:
    """The folded words of `text`; a hyphen parts two."""
    return [word[:LONGEST] for word in _BETWEEN.split(fold(text)) if word]


def typos_in(word: str) -> int:
    """How many typos a word of this length may hold."""
    return 2 if len(word) >= LONG else 1


def spellings(word: str) -> set[str]:
    """The word's stem, and what is left of it with one letter taken out, or two of a long word."""
    stem = word[:STEM]
    kept = [len(stem) - taken for taken in range(typos_in(word) + 1) if taken <= len(stem)]
    return {"".join(letters) for size in kept for letters in combinations(stem, size)}


def distance(typed: str, word: str) -> int:
    """Typos between the two: letters too many, missing, wrong, or swapped with their neighbour."""
    return _last_row(typed, word)[-1]


def distance_of_beginning(typed: str, word: str) -> int:
    """Typos between `typed` and the beginning of `word` that is most like it."""
    return min(_last_row(typed, word))


def _last_row(typed: str, word: str) -> list[int]:
    """For each beginning of `word` its distance from `typed` (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(word) + 1))
    for i, letter in enumerate(typed, 1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(word, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == word[j - 2] and typed[i - 2] == other:
                best = min(best, earlier[j - 2] + 1)
            row.append(best)
    return row
