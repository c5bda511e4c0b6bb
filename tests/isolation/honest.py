"""Requests beyond the resources that really succeed, with rows in the state that they need.

Where `own` and `sends` of other_routes.py suffice, nothing stands here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.isolation.arguments import Arguments
from tests.isolation.cast import Agency, Person

FIRST = "the first of those whom the route is for"


@dataclass(frozen=True)
class Request:
    """What is asked: the path's variables, the body, and the query. `told` is a word of the answer that says that it
    was done, where the status alone doesn't.
    """

    arguments: Arguments = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    is_form: bool = False
    told: str = ""
    address: str = ""
    """From where it is asked, if not from the usual place."""


@dataclass(frozen=True)
class Honest:
    """`make` prepares the request of `who`, a name of those for whom the route is."""

    make: Callable[[Agency, Person], Request]
    who: str = FIRST


def whole() -> dict[tuple[str, str], Honest]:
    """All of them, by endpoint and method."""
    from tests.isolation import honest_people, honest_records, honest_visits, honest_work

    parts = (honest_people.HONEST, honest_records.HONEST, honest_visits.HONEST, honest_work.HONEST)
    found = {key: one for part in parts for key, one in part.items()}
    assert len(found) == sum(map(len, parts))
    return found
