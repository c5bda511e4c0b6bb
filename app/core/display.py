"""How values look to a person: dates, pills, yes and no, in the organisation's way."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from app.core.fields import Field, Kind
from app.core.resource import Resource

DATE_FORMATS = {
    "MM/DD/YYYY": "%m/%d/%Y",
    "DD/MM/YYYY": "%d/%m/%Y",
    "YYYY-MM-DD": "%Y-%m-%d",
}
EMPTY = ""


class Display:
    """Renders the JSON values of one organisation's rows: `date_format` as it is named in the settings."""

    def __init__(self, date_format: str, time_zone: str) -> None:
        self.date_format = DATE_FORMATS.get(date_format, "%m/%d/%Y")
        self.zone = ZoneInfo(time_zone)

    def text(self, one: Field, value: Any) -> str:
        """The value of a field as a person reads it; a value is as JSON has it."""
        if value is None:
            return EMPTY
        kind = one.kind
        if kind in (
            Kind.TEXT,
            Kind.LONG_TEXT,
            Kind.EMAIL,
            Kind.PHONE,
            Kind.RELATION,
            Kind.SECRET,
        ):
            return str(value)
        if kind is Kind.CHOICE:
            return label_of_choice(one, value)
        if kind is Kind.DATE:
            return date.fromisoformat(value).strftime(self.date_format)
        if kind is Kind.INSTANT:
            return self.instant(datetime.fromisoformat(value))
        if kind is Kind.BOOLEAN:
            return str(_("Yes") if value else _("No"))
        if kind is Kind.TIME:
            return str(value)[:5]
        if kind in (Kind.TAGS, Kind.MULTI):
            return ", ".join(value)
        if kind is Kind.OBJECT:
            return ", ".join(f"{name}: {part}" for name, part in value.items())
        return str(value)

    def instant(self, moment: datetime) -> str:
        return moment.astimezone(self.zone).strftime(f"{self.date_format} %H:%M")

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
        return {
            "kind": _CELLS.get(one.kind, "text"),
            "text": text,
            "url": None,
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
    words = str(value).replace("_", " ")
    return words[:1].upper() + words[1:]


_CELLS = {
    Kind.INTEGER: "number",
    Kind.DECIMAL: "number",
    Kind.SECRET: "masked",
    Kind.LONG_TEXT: "long",
}
