"""How well a few typed words fit a short label, slips of the finger forgiven. Pure: words in, a score out."""

import unicodedata
from itertools import pairwise

WHOLE, BEGINNING, INSIDE, SLIP = 4.0, 3.0, 1.5, 1.0


def score(typed: str, label: str) -> float:
    """Above 0 where every typed word fits some word of the label, more for better fits; 0 where one doesn't."""
    asked, words = folded(typed).split(), folded(label).split()
    if not asked or not words:
        return 0.0
    fits = [max(_fit(one, word) for word in words) for one in asked]
    if not all(fits):
        return 0.0
    in_order = BEGINNING if folded(label).startswith(folded(typed)) else 0.0
    return sum(fits) / len(fits) + in_order - len(words) * 0.05


def folded(text: str) -> str:
    """Small letters without accents and signs."""
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(one for one in parts if not unicodedata.combining(one))
    return " ".join("".join(one if one.isalnum() else " " for one in plain).split())


def slips(one: str, other: str, most: int) -> int:
    """How many letters were left out, added, mistaken or swapped between two words; `most` + 1 where they are more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    line = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        fresh = [row]
        for column, (mine, theirs) in enumerate(pairwise((None, *other)), 1):
            cost = line[column - 1] + (letter != theirs)
            fresh.append(min(line[column] + 1, fresh[column - 1] + 1, cost))
            if row > 1 and column > 1 and letter == mine and one[row - 2] == theirs:
                fresh[column] = min(fresh[column], before[column - 2] + 1)
        before, line = line, fresh
        if min(line) > most:
            return most + 1
    return min(line[-1], most + 1)


def _fit(typed: str, word: str) -> float:
    if word == typed:
        return WHOLE
    if word.startswith(typed):
        return BEGINNING
    if len(typed) >= 3 and typed in word:
        return INSIDE
    most = 0 if len(typed) < 4 else 1 if len(typed) < 8 else 2
    if not most:
        return 0.0
    # A word that is still being typed is compared with as much of the label's word, one letter more or less.
    beginnings = {word, *(word[: len(typed) + more] for more in (-1, 0, 1))}
    return SLIP if any(slips(typed, part, most) <= most for part in beginnings) else 0.0
