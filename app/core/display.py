"""How values look to a person: dates, times, numbers, money, pills, in the organisation's way and the person's."""

import re
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import format_currency, format_decimal, get_currency_symbol

from app.core.fields import Field, Kind, Look, describe
from app.core.resource import Resource
from starline.core import saying
from starline.core.language import gettext as _
from starline.core.repeats import sentence_of
from starline.organizations.settings import WEEK_STARTS

EMPTY = ""
Day = date
"""What `Display.date` hides from the signatures after it."""

PARTS = " · "
"""Between the kind of a row and what it is of, in the names that models make in SQL."""

ABBREVIATIONS = frozenset({"pca", "hha", "cna", "lpn", "rn", "pt", "ot", "st", "msw", "oig", "sam"})
"""Values of closed lists that people write in capitals: disciplines, and the lists of excluded people."""

MONEY = "amount"
"""How the names of fields that hold money end."""


class Display:
    """Renders the JSON values of one organisation's rows for one person.

    `date_format` and `week_start` as they are named in the settings; `time_zone` and `language` are the person's.
    """

    def __init__(
        self,
        date_format: str,
        time_zone: str,
        language: str = "en",
        currency: str = "USD",
        week_start: str = "sunday",
    ) -> None:
        self.date_format = saying.DATE_FORMATS.get(date_format, saying.DATE_FORMATS[saying.USUAL_FORMAT])
        self.zone = ZoneInfo(time_zone)
        self.language = language
        self.locale = saying.locale_of(language)
        self.currency = currency
        self.first_weekday = WEEK_STARTS.get(week_start, 6)

    def text(self, one: Field, value: Any) -> str:
        """The value of a field as a person reads it; a value is as JSON has it."""
        if value is None:
            return EMPTY
        kind = one.kind
        if one.look is Look.REPEATS:
            return sentence_of(str(value))
        if one.look is Look.NUMBERED:
            number, _space, word = str(value).partition(" ")
            return f"{number} {choice_label(word.replace(' ', '_'))}"
        if kind is Kind.RELATION:
            return self.called(one.target, str(value))
        if kind in (
            Kind.TEXT,
            Kind.LONG_TEXT,
            Kind.EMAIL,
            Kind.PHONE,
            Kind.SECRET,
        ):
            return str(value)
        if kind is Kind.CHOICE:
            return label_of_choice(one, value)
        if kind is Kind.DATE:
            return self.date(date.fromisoformat(value))
        if kind is Kind.INSTANT:
            return self.instant(datetime.fromisoformat(value))
        if kind is Kind.BOOLEAN:
            return str(_("Yes") if value else _("No"))
        if kind is Kind.TIME:
            return self.time(time.fromisoformat(str(value)))
        if kind is Kind.DECIMAL:
            amount = Decimal(str(value))
            return self.money(amount) if one.name.endswith(MONEY) else self.number(amount)
        if kind in (Kind.TAGS, Kind.MULTI):
            return ", ".join(value)
        if kind is Kind.OBJECT:
            return ", ".join(f"{name}: {part}" for name, part in value.items())
        return str(value)

    def called(self, target: Any, label: str) -> str:
        """What people call a row of `target`: one that is called by a single value, as they read that value."""
        names: tuple[str, ...] = getattr(target, "__label__", ())
        if hasattr(target, "named_in"):
            choices = _label_field(target, "kind").choices if hasattr(target, "kind") else ()
            parts = (choice_label(one) if one in choices else self.with_days(one) for one in label.split(PARTS))
            return PARTS.join(parts)
        return self.text(_label_field(target, names[0]), label) if label and len(names) == 1 else label

    def with_days(self, text: str) -> str:
        """A text with the days and hours in it as people write them, which stand there as ISO has them."""
        return _ISO.sub(self._stamp, text)

    def _stamp(self, found: re.Match[str]) -> str:
        try:
            moment = datetime.fromisoformat(found[0])
        except ValueError:
            return found[0]  # figures that are no day
        return f"{self.date(moment)} {self.time(moment.time())}" if found[1] else self.date(moment)

    def date(self, day: date) -> str:
        return day.strftime(self.date_format)

    def time(self, moment: time) -> str:
        """The time of a day: 2:30 PM, or as the person's language has it."""
        return saying.time_said(moment, self.language)

    def instant(self, moment: datetime, *, known: Day | None = None) -> str:
        """Date and time on the person's clock; the time alone on the day `known`."""
        there = moment.astimezone(self.zone)
        said = self.time(there.time())
        return said if there.date() == known else f"{self.date(there.date())} {said}"

    def span(self, begin: datetime, end: datetime, *, known: Day | None = None) -> str:
        """From one instant to another, each day told once: 12/01/2026 9:00 AM – 11:00 AM."""
        first = begin.astimezone(self.zone).date()
        return f"{self.instant(begin, known=known)} – {self.instant(end, known=first)}"

    def second(self, moment: datetime) -> str:
        """The same to the second."""
        there = moment.astimezone(self.zone)
        return f"{self.date(there.date())} {saying.time_said(there.time(), self.language, seconds=True)}"

    def number(self, value: Decimal) -> str:
        """With as many places as it has, and its thousands apart."""
        exponent = value.as_tuple().exponent
        places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
        return format_decimal(value, f"#,##0.{'0' * places}" if places else "#,##0", locale=self.locale)

    def money(self, amount: Decimal) -> str:
        """An amount in the organisation's currency."""
        return format_currency(amount, self.currency, locale=self.locale)

    @property
    def money_sign(self) -> str:
        return str(get_currency_symbol(self.currency, locale=self.locale))

    def cell(self, resource: Resource, one: Field, record: dict[str, Any]) -> dict[str, Any]:
        """One cell of a list or one fact of a detail page."""
        value = record.get(one.name)
        text = self.text(one, value)
        if one.kind is Kind.CHOICE and one.name in resource.pills:
            return {
                "kind": "pill",
                "text": text,
                "url": None,
                "tone": resource.pills[one.name].get(str(value), "plain"),
            }
        is_file = one.look is Look.FILE and value is not None
        return {
            "kind": "link" if is_file else _CELLS.get(one.kind, "text"),
            "text": text,
            "url": f"/files/show/{record[one.key]}" if is_file else None,
            "tone": None,
        }


def label_of_choice(one: Field, value: str) -> str:
    """A choice as people read it; those of the agency's own fields stand as it wrote them."""
    return str(value) if one.is_own else choice_label(value)


def choice_label(value: str) -> str:
    """`on_hold` as people read it."""
    return str(_(words_of(value)))


def words_of(value: str) -> str:
    """A value of a closed list as a sentence of the catalogue begins."""
    if value in ABBREVIATIONS:
        return str(value).upper()
    words = str(value).replace("_", " ")
    return words[:1].upper() + words[1:]


def in_sentence(title: str) -> str:
    """A title as it stands within a sentence: "Clients" small, "API keys" as it is."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def event_words(name: str) -> str:
    """A named event ("auth:signed_in", "visit:verified") as a sentence of the catalogue begins."""
    return words_of(name.removeprefix("auth:").replace(":", " "))


_ISO = re.compile(r"\b\d{4}-\d\d-\d\d( \d\d:\d\d)?\b")
_CELLS = {
    Kind.INTEGER: "number",
    Kind.DECIMAL: "number",
    Kind.SECRET: "masked",
    Kind.LONG_TEXT: "long",
}


@lru_cache
def _label_field(target: Any, name: str) -> Field:
    return describe(target, name)
