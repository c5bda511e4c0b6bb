"""What of the schedule somebody asks to see: whose rows, which days, what stands out. All of it is in the address."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_date, format_interval, format_skeleton
from werkzeug.datastructures import MultiDict

from app.core import given
from starline.core import language, saying
from starline.core.identifiers import parse_uuid
from starline.organizations.settings import WEEK_STARTS
from starline.scheduling.rules.conflicts import week_of
from starline.scheduling.vocabulary import VisitStatus

ROWS = ("caregiver", "client")
SPANS = {"day": 1, "week": 7, "fortnight": 14, "month": 31}
COLORS = ("status", "service")
SHOWN = ("everybody", "planned", "open")
"""Whose rows: all, those with visits in these days, those with open or late ones."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One look at the schedule. `day` lies in the days that are shown."""

    day: date
    week_start: str
    by: str = "caregiver"
    span: str = "week"
    color: str = "status"
    rows: str = "everybody"
    service: str = ""
    status: str = ""

    @property
    def first(self) -> date:
        """The first day that is shown."""
        if self.span == "day":
            return self.day
        return self.day.replace(day=1) if self.span == "month" else self._week(self.day).starts_on

    @property
    def last(self) -> date:
        """The last day that is shown."""
        if self.span == "month":
            return self.day.replace(day=monthrange(self.day.year, self.day.month)[1])
        return self.first + timedelta(days=SPANS[self.span] - 1)

    @property
    def loaded(self) -> tuple[date, int]:
        """First day and number of days of the whole weeks around: hours of work are counted by the week."""
        begin, end = self._week(self.first).starts_on, self._week(self.last).ends_on
        return begin, (end - begin).days + 1

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """What tells this look from the plain one, without the day: what a saved view keeps."""
        plain = Asked(self.day, self.week_start)
        names = ("by", "span", "color", "rows", "service", "status")
        return [(name, getattr(self, name)) for name in names if getattr(self, name) != getattr(plain, name)]

    def url(self, **more: str) -> str:
        """The address with `more` in place of what is asked now; an empty value takes away."""
        kept = {**dict(self.pairs), "day": self.day.isoformat(), **more}
        return "?" + urlencode([(name, value) for name, value in kept.items() if value])

    def beside(self, step: int) -> date:
        """A day of the stretch before (-1) or after (1)."""
        if self.span == "month":
            return self.first - timedelta(days=1) if step < 0 else self.last + timedelta(days=1)
        return self.first + timedelta(days=step * SPANS[self.span])

    def title(self) -> str:
        """The days in words: Nov 23 – 29, 2026. Each language has its own order of day and month."""
        locale = saying.locale_of(language.current())
        if self.span == "day":
            return str(format_date(self.day, "full", locale))
        if self.span == "month":
            return str(format_skeleton("yMMMM", self.day, locale=locale))
        return str(format_interval(self.first, self.last, "yMMMd", locale=locale))

    def _week(self, day: date) -> Any:
        return week_of(day, WEEK_STARTS[self.week_start])


def asked_from(sent: MultiDict[str, str], *, today: date, week_start: str) -> Asked:
    """What the address says; what it says wrongly is as if it said nothing."""
    chosen = {
        name: sent[name]
        for name, possible in (("by", ROWS), ("span", SPANS), ("color", COLORS), ("rows", SHOWN))
        if sent.get(name) in possible
    }
    if parse_uuid(sent.get("service", "")) is not None:
        chosen["service"] = sent["service"]
    if sent.get("status") in list(VisitStatus):
        chosen["status"] = sent["status"]
    return Asked(_day(sent.get("day", "")) or today, week_start, **chosen)


def _day(text: str) -> date | None:
    try:
        found = given.day(text)
    except ValueError:
        return None
    return found if found.year in given.YEARS[1:-1] else None  # the weeks around it are within the years, too
