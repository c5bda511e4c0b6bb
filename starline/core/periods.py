"""Periods of whole days: first and last day both count, and no last day means that it still runs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from starline.core.language import _


@dataclass(frozen=True, slots=True)
class Period:
    """From `starts_on` to `ends_on`, both included; open when `ends_on` is None."""

    starts_on: date
    ends_on: date | None = None

    def overlaps(self, other: "Period") -> bool:
        """Whether the two share a day."""
        return self.starts_on <= (other.ends_on or date.max) and other.starts_on <= (self.ends_on or date.max)

    def covers(self, day: date) -> bool:
        return self.starts_on <= day <= (self.ends_on or date.max)

    def first_overlap(self, others: Iterable["Period"]) -> "Period | None":
        """The earliest of `others` that shares a day with this one."""
        shared = [other for other in others if self.overlaps(other)]
        return min(shared, key=lambda other: other.starts_on, default=None)

    def __str__(self) -> str:
        if self.ends_on is None:
            return _("%(first)s onwards", first=self.starts_on)
        return _("%(first)s to %(last)s", first=self.starts_on, last=self.ends_on)
