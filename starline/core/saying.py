"""Days and times as people write them: a day in the agency's order, a time on the clock of the reader's language."""

from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time

DATE_FORMATS = {
    "MM/DD/YYYY": "%m/%d/%Y",
    "DD/MM/YYYY": "%d/%m/%Y",
    "YYYY-MM-DD": "%Y-%m-%d",
}
USUAL_FORMAT = "MM/DD/YYYY"
TERRITORY = "US"
"""Agencies work in the United States: Spanish there writes 1,234.50 and 2:30 p. m."""


@lru_cache(maxsize=16)
def locale_of(language: str) -> Locale:
    return Locale.parse(f"{language}_{TERRITORY}")


def day_said(day: date, date_format: str) -> str:
    """11/30/2026, or as `date_format` ("DD/MM/YYYY") has it."""
    return day.strftime(DATE_FORMATS.get(date_format, DATE_FORMATS[USUAL_FORMAT]))


def time_said(moment: time, language: str, *, seconds: bool = False) -> str:
    """The time of a day: 2:30 PM, or as the language has it."""
    text = format_time(moment, "medium" if seconds else "short", locale=locale_of(language))
    return text.replace("\u202f", "\u00a0")


def hour_said(hour: int, language: str) -> str:
    """A full hour: 2 PM."""
    text = format_skeleton("h", datetime.combine(date.min, time(hour)), locale=locale_of(language))
    return text.replace("\u202f", "\u00a0")


def day_by_name(day: date, language: str) -> str:
    """A day near enough to go without its year: Monday, November 30."""
    locale = locale_of(language)
    return f"{format_date(day, 'EEEE', locale)}, {format_skeleton('MMMMd', day, locale=locale)}"


def said(value: Any, language: str, date_format: str) -> Any:
    """A day or a time as it stands in a sentence, an instant on the clock that it is told by; others as they are."""
    if isinstance(value, datetime):
        return f"{day_said(value, date_format)} {time_said(value.timetz(), language)}"
    if isinstance(value, date):
        return day_said(value, date_format)
    return time_said(value, language) if isinstance(value, time) else value
