"""The official numbers of a client: sealed, with an ending that a mask shows and what equal ones share.

Nobody searches by a number in the clear. Two records with one number have the same blind index of it, which tells
nothing else.
"""

from collections.abc import Mapping
from typing import Any

from starline.clients.models import Client
from starline.core.crypto import index_of
from starline.core.official_numbers import medicare_id, ssn_digits
from starline.core.problems import Problems

ENDING = 4
LONGEST_MEDICAID_ID = 20
INSURANCE_IDS = ("medicaid_id", "medicare_id")
NUMBERS = ("ssn", *INSURANCE_IDS)
COLUMNS = frozenset(f"{name}_{part}" for name in NUMBERS for part in ("encrypted", "last4", "hash"))
"""The columns that stand for the numbers."""


def checked_numbers(values: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    """The numbers that `values` gives, in their official spelling; what is wrong goes to `problems`."""
    found = {name: values[name] for name in NUMBERS if values.get(name)}
    if "ssn" in found:
        found["ssn"] = ssn_digits(found["ssn"])
        if found["ssn"] is None:
            problems.add("ssn", "Give the nine digits of a social security number, like 123-45-6789.")
    if len(found.get("medicaid_id", "")) > LONGEST_MEDICAID_ID:
        problems.add("medicaid_id", "A Medicaid id has at most 20 characters. Copy it from the card.")
    if "medicare_id" in found:
        found["medicare_id"] = medicare_id(found["medicare_id"])
        if found["medicare_id"] is None:
            problems.add("medicare_id", "Copy the eleven characters from the Medicare card, like 1EG4-TE5-MK73.")
    return found


def without_numbers(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in NUMBERS}


def keep_numbers(client: Client, values: Mapping[str, Any]) -> None:
    """Seal the numbers that `values` gives; one that is given empty goes."""
    for name in NUMBERS:
        if name in values:
            number = values[name] or None
            setattr(client, name, number)
            setattr(client, f"{name}_last4", ending_of(number))
            setattr(client, f"{name}_hash", index_of(number))


def ending_of(number: str | None) -> str | None:
    """What a mask may show; of a number that would be shown whole, nothing."""
    return number[-ENDING:] if number and len(number) > ENDING else None
