"""Changing rows by plain values."""

from collections.abc import Mapping
from typing import Any


def assign(row: Any, values: Mapping[str, Any]) -> None:
    """Set what differs, so that an unchanged row is not written again."""
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)


def proposed(row: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """The row's columns as they will be once `values` are set: what a rule over several columns looks at."""
    return {**{column.name: getattr(row, column.name) for column in row.__table__.columns}, **values}
