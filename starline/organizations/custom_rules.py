"""An agency's own fields in plain values: their names, and what becomes of a value when a field changes its kind."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

LONGEST_KEY = 40
LONGEST_TEXT, LONGEST_LONG_TEXT = 200, 4_000
MOST_WHOLE_DIGITS, MOST_DECIMALS = 12, 6

YES = frozenset({"yes", "y", "true", "1", "on", "x", "si", "sí"})
NO = frozenset({"no", "n", "false", "0", "off"})
US_DATES = ("%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y")


class FieldKind(StrEnum):
    """What a field of the agency's own holds."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    MULTI_CHOICE = "multi_choice"
    YES_NO = "yes_no"
    PERSON = "person"
    FILE = "file"


CHOSEN = frozenset({FieldKind.CHOICE, FieldKind.MULTI_CHOICE})
"""Kinds that name what can be chosen."""

ROWS = frozenset({FieldKind.PERSON, FieldKind.FILE})
"""Kinds that hold the id of another row, not words."""


class Unconvertible(ValueError):
    """The value has no counterpart in the other kind."""


def key_of(label: str) -> str:
    """The name a label gives its field in programs: "T-shirt size" is `t_shirt_size`; empty where nothing is left."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    key = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:LONGEST_KEY].strip("_")
    if not key:
        return ""
    key = key if key[0].isalpha() else f"f_{key}"[:LONGEST_KEY]
    return f"{key[: LONGEST_KEY - 2]}_1" if key.endswith("_id") else key


def is_key(text: str) -> bool:
    """Whether programs can use the text as a field's name; one that ends in _id would be taken for a reference."""
    return re.fullmatch(r"[a-z][a-z0-9_]{0,39}", text) is not None and not text.endswith("_id")


def may_become(present: FieldKind, other: FieldKind) -> bool:
    """Whether values can move from one kind to the other at all: people and files are rows, not words."""
    return present != other and ROWS.isdisjoint((present, other))


def converted(value: Any, kind: FieldKind, choices: Sequence[str]) -> Any:
    """The stored value as `kind` stores it. Raises `Unconvertible` where something would be lost."""
    text = as_text(value).strip()
    if kind is FieldKind.MULTI_CHOICE and isinstance(value, list):
        return [_chosen(str(part), choices) for part in value]
    return _OF_TEXT[kind](text, choices)


def as_text(value: Any) -> str:
    """The stored value as a person would write it."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def number_text(value: str) -> str:
    """A number as it is stored: plain digits, nothing superfluous. Raises `Unconvertible`."""
    try:
        number = Decimal(value.replace(",", "") if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", value) else value)
    except InvalidOperation:
        raise Unconvertible(value) from None
    if not number.is_finite() or abs(number) >= 10**MOST_WHOLE_DIGITS:
        raise Unconvertible(value)
    plain = format(number, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    if len(plain.partition(".")[2]) > MOST_DECIMALS:
        raise Unconvertible(value)
    return "0" if plain in ("", "-0", "-", "+0") else plain


def day_text(value: str) -> str:
    """A day as it is stored, 2026-03-31, from that or the way Americans write it. Raises `Unconvertible`."""
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        pass
    for form in US_DATES:
        try:
            return datetime.strptime(value, form).date().isoformat()
        except ValueError:
            continue
    raise Unconvertible(value)


def yes_or_no(value: str) -> bool:
    """What a word of agreement or refusal says. Raises `Unconvertible`."""
    if value.casefold() in YES:
        return True
    if value.casefold() in NO:
        return False
    raise Unconvertible(value)


def _chosen(text: str, choices: Sequence[str]) -> str:
    found = next((one for one in choices if one.casefold() == text.strip().casefold()), None)
    if found is None:
        raise Unconvertible(text)
    return found


def _text(text: str, choices: Sequence[str]) -> str:
    if len(text) > LONGEST_TEXT or "\n" in text:
        raise Unconvertible(text)
    return text


def _long_text(text: str, choices: Sequence[str]) -> str:
    return text


def _several(text: str, choices: Sequence[str]) -> list[str]:
    try:
        return [_chosen(text, choices)]  # a choice may hold a comma itself
    except Unconvertible:
        return list(dict.fromkeys(_chosen(part, choices) for part in re.split(r"[,;]", text) if part.strip()))


_OF_TEXT: dict[FieldKind, Any] = {
    FieldKind.TEXT: _text,
    FieldKind.LONG_TEXT: _long_text,
    FieldKind.NUMBER: lambda text, choices: number_text(text),
    FieldKind.DATE: lambda text, choices: day_text(text),
    FieldKind.CHOICE: _chosen,
    FieldKind.MULTI_CHOICE: _several,
    FieldKind.YES_NO: lambda text, choices: yes_or_no(text),
}
