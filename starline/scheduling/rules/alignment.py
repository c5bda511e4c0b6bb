"""What must happen to the visits of a series so that they are what its rule says, without touching what people did."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

Content = TypeVar("Content")
"""What a series decides of a visit: times, service, address, caregiver. Compared as a whole."""


@dataclass(frozen=True, slots=True)
class Standing(Generic[Content]):
    """A visit that is there. `is_fixed`: begun, past, or called off; `is_by_hand`: changed for itself."""

    day: date
    content: Content
    is_fixed: bool = False
    is_by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Alignment(Generic[Content]):
    """Days on which a visit is added, given new content, or taken away."""

    added: Mapping[date, Content] = field(default_factory=dict)
    changed: Mapping[date, Content] = field(default_factory=dict)
    removed: Collection[date] = ()


def align(
    wanted: Mapping[date, Content], standing: Sequence[Standing[Content]], *, overrides_hand: bool = False
) -> Alignment[Content]:
    """Compare the rule's visits with those that are there.

    A visit that is fixed stays, whatever the rule says; so does one changed by hand, unless `overrides_hand`. A day
    that has any visit is not given another.
    """
    there = {one.day: one for one in standing}
    movable = [one for one in standing if not one.is_fixed and (overrides_hand or not one.is_by_hand)]
    return Alignment(
        added={day: content for day, content in wanted.items() if day not in there},
        changed={
            one.day: wanted[one.day]
            for one in movable
            if one.day in wanted and (one.content != wanted[one.day] or one.is_by_hand)
        },
        removed=[one.day for one in movable if one.day not in wanted],
    )
