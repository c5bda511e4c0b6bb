"""Training that has to be had each year.

Home health aides need twelve hours of in-service training in each twelve months (42 CFR 484.80(d)); the months may be
those of the calendar or of the employment. Agencies set their own numbers for other jobs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from starline.core.periods import Period
from starline.staff.vocabulary import InServiceYear


@dataclass(frozen=True, slots=True)
class Lesson:
    """A training that somebody has had and that counts towards the year's hours."""

    completed_on: date
    hours: Decimal


@dataclass(frozen=True, slots=True)
class InService:
    """How somebody stands in the running year of training."""

    period: Period
    required: Decimal
    done: Decimal

    @property
    def percent(self) -> int:
        """Of the required hours, 100 at most."""
        return 100 if self.done >= self.required else int(self.done * 100 / self.required)

    @property
    def is_reached(self) -> bool:
        return self.done >= self.required

    @property
    def missing(self) -> Decimal:
        return max(self.required - self.done, Decimal(0))

    def is_behind(self, on: date) -> bool:
        """Whether less is done than the part of the year that has passed asks for."""
        assert self.period.ends_on is not None
        length = (self.period.ends_on - self.period.starts_on).days + 1
        passed = (on - self.period.starts_on).days + 1
        return self.done * length < self.required * passed and not self.is_reached


def training_year(basis: InServiceYear, *, hired_on: date, on: date) -> Period:
    """The twelve months that the day `on` lies in. Before the first day of work it is the first year."""
    if basis == InServiceYear.CALENDAR:
        return Period(date(on.year, 1, 1), date(on.year, 12, 31))
    years = max(on.year - hired_on.year, 0)
    if _anniversary(hired_on, years) > on and years:
        years -= 1
    return Period(_anniversary(hired_on, years), _anniversary(hired_on, years + 1) - timedelta(days=1))


def required_hours(hours: Decimal, basis: InServiceYear, *, hired_on: date, period: Period) -> Decimal:
    """The year's hours; who came during a calendar year owes the part that is left, in whole months."""
    if basis == InServiceYear.EMPLOYMENT or not period.covers(hired_on):
        return hours
    months = 13 - hired_on.month
    return (hours * months / 12).quantize(Decimal("0.5"))


def in_service(
    lessons: Iterable[Lesson], *, hours: Decimal, basis: InServiceYear, hired_on: date, on: date
) -> InService:
    """How somebody stands on the day `on`; lessons of other years don't count."""
    period = training_year(basis, hired_on=hired_on, on=on)
    done = sum((one.hours for one in lessons if period.covers(one.completed_on) and one.completed_on <= on), Decimal(0))
    return InService(period, required_hours(hours, basis, hired_on=hired_on, period=period), done)


def _anniversary(day: date, years: int) -> date:
    """The same day so many years later; 29 February becomes 1 March in a year without it."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
