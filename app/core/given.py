"""Plain values that a request names, read one after the other; what is wrong with them is refused together.

asked = Given(request.args.to_dict())
first = asked.read("first", day, otherwise=today())
days = asked.read("days", between(1, 42))
asked.refuse_problems()
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any, TypeVar

from starline.core.errors import Invalid
from starline.core.language import gettext as _

Read = TypeVar("Read", date, time, datetime)
YEARS = range(2000, 2200)
"""Of days and instants that anybody means."""


class Given:
    """Values by name, as text of an address or as JSON."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values
        self.errors: dict[str, list[str]] = {}

    def read(self, name: str, read: Callable[[Any], Any], **otherwise: Any) -> Any:
        """The value of `name`; without one `otherwise`, where that is given. None where it is wrong."""
        value = self.values.get(name)
        if value in (None, "") and "otherwise" in otherwise:
            return otherwise["otherwise"]
        try:
            return read(value)
        except ValueError as problem:
            self.errors[name] = [str(problem)]
            return None

    def refuse_problems(self) -> None:
        if self.errors:
            raise Invalid(_("Please check the marked fields."), errors=self.errors)


def day(value: Any) -> date:
    return _parsed(date.fromisoformat, value, _("Write the day as 2026-11-30."))


def wall_time(value: Any) -> time:
    """A time of day, to the minute."""
    expected = _("Write the time as 09:30.")
    found = _parsed(time.fromisoformat, value, expected)
    if found.tzinfo is not None or found.second or found.microsecond:
        raise ValueError(expected)
    return found


def instant(value: Any) -> datetime:
    """An aware instant; a plus that an address has made a space is one again."""
    expected = _("Write the moment with its zone, as 2026-11-30T09:30:00+00:00.")
    found = _parsed(lambda text: datetime.fromisoformat(text.replace(" ", "+")), value, expected)
    if found.tzinfo is None:
        raise ValueError(expected)
    return found


def between(least: int, most: int) -> Callable[[Any], int]:
    """Reads a whole number from `least` to `most`."""

    def read(value: Any) -> int:
        is_number = not isinstance(value, bool) and (isinstance(value, int) or str(value).isdecimal())
        if not is_number or not least <= int(str(value)[:20]) <= most:
            raise ValueError(_("Send a whole number from %(least)d to %(most)d.", least=least, most=most))
        return int(value)

    return read


def truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(_("Send true or false."))
    return value


def _parsed(parse: Callable[[str], Read], value: Any, expected: str) -> Read:
    try:
        found = parse(value)
        if getattr(found, "year", YEARS.start) not in YEARS:
            raise ValueError
    except (ValueError, TypeError, AttributeError, OverflowError):
        raise ValueError(expected) from None
    return found
