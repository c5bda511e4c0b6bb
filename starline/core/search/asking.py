"""What somebody typed, taken apart: dates, telephone numbers, other numbers and words. Pure.

Each part of it is a term with its alternatives; a row is found when it has one of every term's.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from starline.core.search.nicknames import also_called
from starline.core.search.words import fold, words

MOST_TERMS = 6
LONGEST_TEXT = 100
END = "\U0010ffff"
"""Comes after whatever a token can hold."""

EXACT, BEGINNING, NICKNAME, TYPO = 0, 1, 2, 3
"""What an alternative costs; the cheapest rows come first. Each typo costs as much."""

_NAMES = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_MONTHS = {name: place for place, name in enumerate(_NAMES.split("|"), 1)}
_MONTH = rf"({_NAMES})[a-z]*\.?"
_DATES = (
    re.compile(r"(?<!\d)(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<m>\d{1,2})[-/.](?P<d>\d{1,2})[-/.](?P<y>\d{4}|\d{2})(?!\d)"),
    re.compile(rf"\b(?P<n>{_MONTH})\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})\b"),
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\.?\s+(?P<n>{_MONTH}),?\s+(?P<y>\d{{4}})\b"),
)
_PHONE = re.compile(r"(?<!\d)(?:\+?1[\s.-]?)?\(?\d{3}\)?[\s.-]?\d{3}[\s.-]\d{4}(?!\d)|(?<!\d)\d{3}[\s.-]\d{4}(?!\d)")


@dataclass(frozen=True, slots=True)
class Alternative:
    """The tokens from `low` to `high`, and what a row found by one of them costs."""

    low: str
    high: str
    cost: int


@dataclass(frozen=True, slots=True)
class Term:
    """One part of what was typed. `word` is empty for numbers and dates, in which no typo is looked for."""

    alternatives: tuple[Alternative, ...]
    word: str = ""


def terms_of(text: str, today: date) -> list[Term]:
    """The terms of `text`, the most telling first."""
    rest, found = fold(text[:LONGEST_TEXT]), []
    for pattern in _DATES:
        for match in pattern.finditer(rest):
            days = list(_days(match, today))
            if days:
                found.append(Term(tuple(_exactly(f"@{day:%Y%m%d}") for day in days)))
                rest = rest.replace(match.group(), " ")
    for match in _PHONE.finditer(rest):
        found.append(_phone(re.sub(r"\D", "", match.group())))
    rest = _PHONE.sub(" ", rest)
    plain = [_number(word, today) if word.isdecimal() and word.isascii() else _word(word) for word in words(rest)]
    plain.sort(key=lambda term: (bool(term.word), -len(term.word)))
    return [*found, *plain][:MOST_TERMS]


def _days(match: re.Match[str], today: date) -> Iterator[date]:
    """The days that the digits can mean: month first, as in the United States, else day first."""
    part = match.groupdict()
    year = int(part["y"])
    if year < 100:
        year += 2000 if 2000 + year <= today.year else 1900
    if "n" in part:
        pairs = {(_MONTHS[part["n"][:3]], int(part["d"]))}
    else:
        pairs = {(int(part["m"]), int(part["d"])), (int(part["d"]), int(part["m"]))}
        if len(part["y"]) == 4 and match.start("y") < match.start("m"):
            pairs = {(int(part["m"]), int(part["d"]))}
    for month, day in sorted(pairs):
        with suppress(ValueError):
            yield date(year, month, day)


def _word(word: str) -> Term:
    nicknames = (Alternative(name, name, NICKNAME) for name in also_called(word))
    return Term((_exactly(word), Alternative(word, word + END, BEGINNING), *nicknames), word)


def _number(digits: str, today: date) -> Term:
    """A record's number, the end of a telephone number, a birthday without strokes, or a year of birth."""
    found = [_exactly(f"#{digits.lstrip('0') or '0'}"), Alternative(f"#{digits}", f"#{digits}{END}", BEGINNING + 1)]
    if len(digits) >= 4:
        found += _phone(digits).alternatives
    if len(digits) == 4 and 1900 <= int(digits) <= today.year:
        found.append(Alternative(f"@{digits}", f"@{digits}{END}", NICKNAME))
    if len(digits) == 8:
        found += [_exactly(f"@{digits}"), _exactly(f"@{digits[4:]}{digits[:4]}")]
    return Term(tuple(found))


def _phone(digits: str) -> Term:
    """The last digits of a telephone number: kept backwards, so that they are its beginning."""
    backwards = (digits[1:] if len(digits) == 11 and digits.startswith("1") else digits)[::-1]
    return Term((Alternative(f"+{backwards}", f"+{backwards}{END}", BEGINNING),))


def _exactly(token: str) -> Alternative:
    return Alternative(token, token, EXACT)
