"""Rules of repetition (RFC 5545) as people say them: "Every week on Mon and Wed"."""

from babel.dates import get_day_names
from babel.lists import format_list

from starline.core import language
from starline.core.language import _

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORKDAYS = set(DAYS[:5])
KNOWN = {"DAILY": {"FREQ", "INTERVAL"}, "WEEKLY": {"FREQ", "INTERVAL", "BYDAY", "WKST"}}
"""The parts that are said; a rule with others stays as calendars write it."""


def sentence_of(rule: str) -> str:
    """The rule in the language that is spoken, or as it is written where few people would understand a sentence."""
    parts = dict(part.partition("=")[::2] for part in rule.split(";"))
    frequency, days = parts.get("FREQ", ""), parts.get("BYDAY", "").split(",")
    if not parts.keys() <= KNOWN.get(frequency, set()) or not parts.get("INTERVAL", "1").isdecimal():
        return rule
    every = int(parts.get("INTERVAL", "1"))
    if frequency == "DAILY" or (every == 1 and set(days) == set(DAYS)):
        return _("Every day") if every == 1 else _("Every %(count)d days", count=every)
    if not set(days) <= set(DAYS):
        return rule
    if every == 1:
        return _("Monday to Friday") if set(days) == WORKDAYS else _("Every week on %(days)s", days=_listed(days))
    return _("Every %(count)d weeks on %(days)s", count=every, days=_listed(days))


def _listed(days: list[str]) -> str:
    names = get_day_names("abbreviated", locale=language.current())
    return format_list([names[number] for number, day in enumerate(DAYS) if day in days], locale=language.current())
