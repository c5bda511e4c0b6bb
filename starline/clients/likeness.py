"""Pure rules of likeness: how much two records look like one person, and by which words an index finds them.

Nobody compares every record with every other. Each record has a few keys (`keys_of`); only records that share one are
compared (`compare`). A key is narrow: it joins the sound of a name with a part of the birth date, or is a number.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from starline.clients.nicknames import full_names
from starline.core.language import N_

POSSIBLE = 70
"""From this likeness on a person is asked; below, two records only have something in common."""

MOST_FOR_NAMES = 45
"""What the same name counts for."""

MISSPELT = 0.82
"""Names at least so similar, by letters, count as spellings of one name."""


SHORTENED, SHORTEST_FORM = 0.9, 3


@dataclass(frozen=True, slots=True)
class Particulars:
    """What of a record is compared. Phones are digits, numbers and ids blind indices; empty means unknown.

    `official_ids` are those of Medicaid and Medicare, `member_ids` those of the person's coverages.
    """

    first_name: str
    last_name: str
    birth_date: date | None = None
    preferred_name: str | None = None
    phones: frozenset[str] = frozenset()
    ssn_last4: str | None = None
    ssn_index: str | None = None
    official_ids: frozenset[str] = frozenset()
    member_ids: frozenset[str] = frozenset()

    @property
    def insurance_ids(self) -> frozenset[str]:
        return self.official_ids | self.member_ids


@dataclass(frozen=True, slots=True)
class Likeness:
    """From 0 to 100, with words for what is alike."""

    score: int
    reasons: tuple[str, ...]

    @property
    def is_possible(self) -> bool:
        return self.score >= POSSIBLE


def keys_of(one: Particulars) -> frozenset[str]:
    """The words under which the record is found. Two records of one person share at least one."""
    last = sound(one.last_name)
    firsts = {sound(full) for name in _given_names(one) for full in full_names(name)}
    keys = {f"p:{phone}" for phone in one.phones}
    keys |= {f"i:{number}" for number in one.insurance_ids}
    if one.ssn_index:
        keys.add(f"n:{one.ssn_index}")
    if one.ssn_last4:
        keys.add(f"s:{one.ssn_last4}:{last}")
    if one.birth_date:
        born = one.birth_date
        swapped = "-".join(sorted((f"{born.month:02}", f"{born.day:02}")))
        keys.add(f"b:{born.isoformat()}:{last}")
        for first in firsts:
            # A married name, a swapped day and month, a wrong year: each leaves one of these as it was.
            keys |= {f"f:{born.isoformat()}:{first}", f"y:{born.year}:{last}:{first}", f"d:{swapped}:{last}:{first}"}
    return frozenset(keys)


def compare(one: Particulars, other: Particulars) -> Likeness:
    """How much the two look like one person. Weights: names 45, birth date 35, phone 20; an official number decides."""
    return _weighed(*_names(one, other), one, other)


def could_be_one(one: Particulars, other: Particulars) -> bool:
    """Whether the two would be alike if they bore the same name; spares comparing names letter by letter."""
    return _weighed(MOST_FOR_NAMES, [], one, other).is_possible


def digits(text: str | None) -> str | None:
    """The ten digits of an American number, without its country; None for what is too short to tell people apart."""
    found = re.sub(r"\D", "", text or "")
    return found[-10:] if len(found) >= 7 else None


def plain(name: str) -> str:
    """A name in lower case, without accents and signs: O'Brien-Núñez is obriennunez."""
    stripped = unicodedata.normalize("NFKD", name.lower())
    return "".join(letter for letter in stripped if letter.isalnum())


def sound(name: str) -> str:
    """American Soundex over the plain name, four signs: Smith and Smyth are both s530. Figures stay as they are."""
    letters = plain(name)
    if not letters or not letters[0].isalpha():
        return letters[:4] or "-"
    code, last = letters[0], _SOUNDS.get(letters[0], "")
    for letter in letters[1:]:
        if letter.isdigit():
            return f"{code}{letters[-4:]}"
        one = _SOUNDS.get(letter, "")
        if one and one != last:
            code += one
        if letter not in "hw":
            last = one
        if len(code) == 4:
            break
    return code.ljust(4, "0")


def distance(one: str, other: str) -> int:
    """Edits between two texts: a letter more, less, another, or two neighbours swapped (Damerau, restricted)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, right in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                best = min(best, older[j - 2] + 1)
            row.append(best)
    return row[-1]


def similarity(one: str, other: str) -> float:
    """From 0 (nothing in common) to 1 (the same)."""
    longest = max(len(one), len(other))
    return 1 - distance(one, other) / longest if longest else 0.0


_SOUNDS = {
    letter: code
    for letters, code in (("bfpv", "1"), ("cgjkqsxz", "2"), ("dt", "3"), ("l", "4"), ("mn", "5"), ("r", "6"))
    for letter in letters
}


def _weighed(names: int, said: list[str], one: Particulars, other: Particulars) -> Likeness:
    born, said_of_birth = _birth(one.birth_date, other.birth_date)
    reasons = [*said, *said_of_birth]
    score = names + born
    if one.phones & other.phones:
        score, reasons = score + 20, [*reasons, N_("phone")]
    if not (names or born):
        return Likeness(score, tuple(reasons))
    if one.ssn_index and other.ssn_index:
        if one.ssn_index == other.ssn_index:
            score, reasons = max(score, 60) + 25, [*reasons, N_("social security number")]
    elif one.ssn_last4 and one.ssn_last4 == other.ssn_last4:
        # Of one record nothing more is known.
        score, reasons = score + 25, [*reasons, N_("social security number")]
    if one.insurance_ids & other.insurance_ids:
        is_official = bool(one.official_ids & other.official_ids)
        known_by = N_("Medicare or Medicaid id") if is_official else N_("member id of an insurance")
        score, reasons = max(score, 60) + 25, [*reasons, known_by]
    return Likeness(min(score, 100), tuple(reasons))


def _given_names(one: Particulars) -> set[str]:
    given = {plain(one.first_name), plain(one.preferred_name or "")}
    # "Mary Ann" is found as Mary too.
    given.add(plain(one.first_name.split()[0]) if one.first_name.split() else "")
    return given - {""}


def _names(one: Particulars, other: Particulars) -> tuple[int, list[str]]:
    """Up to 25 points for the family name and 20 for the given one; swapped names count in full."""
    last = _alike({plain(one.last_name)}, {plain(other.last_name)})
    first = _given_alike(_given_names(one), _given_names(other))
    crossed = min(
        _alike({plain(one.last_name)}, _given_names(other)), _alike(_given_names(one), {plain(other.last_name)})
    )
    if crossed == 1.0 > min(last, first):
        return 43, [N_("names swapped")]
    if not first:
        return 0, []
    if not last:
        # A married name says nothing against somebody: the given name needs birth date and phone beside it.
        return round(15 * first), [N_("first name")]
    same = N_("name") if first == last == 1.0 else N_("similar name")
    return round(25 * last + 20 * first), [same]


def _given_alike(some: set[str], others: set[str]) -> float:
    """1 for one name or a short form of it, less for another spelling."""
    full = {form for name in some for form in full_names(name)}
    if full & {form for name in others for form in full_names(name)}:
        return 1.0
    return _alike(some, others)


def _alike(some: Iterable[str], others: Iterable[str]) -> float:
    """The best similarity that may still be a misspelling; figures in a name tell people apart."""
    best = 0.0
    for one in some:
        for other in others:
            if re.findall(r"\d+", one) == re.findall(r"\d+", other):
                best = max(best, SHORTENED if _is_short_for(one, other) else similarity(one, other))
    return best if best >= MISSPELT or best == 1.0 else 0.0


def _is_short_for(one: str, other: str) -> bool:
    """Ruth and Ruthie, Alex and Alexander: one name begins the other, and is no mere initial."""
    short, long = sorted((one, other), key=len)
    return len(short) >= SHORTEST_FORM and short != long and long.startswith(short)


def _birth(one: date | None, other: date | None) -> tuple[int, list[str]]:
    if one is None or other is None:
        return 0, []
    if one == other:
        return 35, [N_("birth date")]
    if one.year == other.year and (one.month, one.day) == (other.day, other.month):
        return 28, [N_("birth date, day and month swapped")]
    if _differ_once(one.isoformat(), other.isoformat()):
        return 25, [N_("birth date but for one digit")]
    return 0, []


def _differ_once(one: str, other: str) -> bool:
    """Whether two texts of one length are a single edit apart: another sign, or two neighbours swapped."""
    places = [place for place, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]]
    if len(places) == 2 and places[1] == places[0] + 1:
        left, right = places
        return one[left] == other[right] and one[right] == other[left]
    return len(places) == 1
