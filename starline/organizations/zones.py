"""Time zones by their IANA names."""

from functools import cache
from zoneinfo import available_timezones


@cache
def known_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def zone_problem(name: str) -> str | None:
    """What is wrong with the name of a time zone, as a sentence; None when it is one."""
    return None if name in known_zones() else "Give a time zone by its name, for example America/Los_Angeles."
