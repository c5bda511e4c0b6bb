"""The names of people in lists: first and last stand in one column, "Alvarez, Darnell", which is sorted by both.

Filters, files and programs keep the two apart. An address calls the column by its parts, so a view that was saved with
them shows it too.
"""

from collections.abc import Mapping
from typing import Any

from app.core.fields import Field, Kind

PARTS = ("last_name", "first_name")
NAME = Field(name=",".join(PARTS), key=PARTS[0], kind=Kind.TEXT, label="Name")


def joined(fields: list[Field]) -> list[Field]:
    """The columns as a list draws them: where both parts are there, the name stands in the place of the first."""
    parts = [one for one in fields if one.name in PARTS]
    if len(parts) < len(PARTS):
        return fields
    return [NAME if one is parts[0] else one for one in fields if one not in parts[1:]]


def called(record: Mapping[str, Any]) -> str:
    """What stands in the column for `record`."""
    return ", ".join(record[part] for part in PARTS if record.get(part))


def ordering(one: Field, *, descending: bool = False) -> str:
    """What an address says to sort a list by the column."""
    return ",".join(f"-{name}" if descending else name for name in one.name.split(","))


def is_sorted_by(one: Field, term: str) -> bool:
    """Whether the first `term` of an order is the column's."""
    return term.lstrip("-") == one.name.split(",")[0]
