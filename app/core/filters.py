"""Filters of a list as people read them: the sentences of those that hold, and the form for one more."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from app.core.access import may_pick
from app.core.display import label_of_choice
from app.core.fields import Field, Kind
from app.core.parameters import ListRequest, allowed_operators
from app.core.profile import current_profile
from app.core.related import MOST_IN_A_SELECT, choices, label_of
from app.core.resource import Resource
from starline.core.language import gettext as _

PLAIN_WORDS = {
    "eq": "is",
    "ne": "is not",
    "sw": "starts with",
    "gt": "is more than",
    "ge": "is at least",
    "lt": "is less than",
    "le": "is at most",
    "in": "is any of",
    "null": "is empty",
}
TIME_WORDS = {"gt": "is after", "ge": "is on or after", "lt": "is before", "le": "is on or before"}
INPUTS = {
    Kind.DATE: "date",
    Kind.INTEGER: "number",
    Kind.DECIMAL: "number",
    Kind.TIME: "time",
    Kind.BOOLEAN: "bool",
}
YES = ("1", "true", "yes")
SEVERAL = (Kind.CHOICE, Kind.RELATION)
"""What is filtered by several values at once."""


def chips(resource: Resource, asked: ListRequest, kept: list[tuple[str, str]]) -> list[dict[str, str]]:
    """One sentence for each filter ("Status is Active"), with the address of the list without it."""
    found = []
    for one, operator, value in asked.chips:
        names = {f"{alias}.{operator}" for alias in (one.name, one.key)}
        names |= {one.name, one.key} if operator == "eq" else set()
        rest = [(name, given) for name, given in kept if not (name in names and (given == value or operator == "in"))]
        words, said = _said(resource, one, operator, value)
        found.append(
            {
                "label": _(one.label),
                "words": words,
                "said": said,
                "sentence": " ".join(part for part in (_(one.label), words, said) if part),
                "remove_url": "?" + urlencode(rest),
            }
        )
    return found


def filters(
    resource: Resource, asked: ListRequest, kept: list[tuple[str, str]], *, offered: str = ""
) -> list[dict[str, Any]]:
    """What the list can be filtered by, and how each is asked for; nothing that the viewer couldn't pick from.

    Where a filter takes several values, its form holds those that are chosen now and puts others in their place.
    A script fetches what a relation offers. Without one the reader asks for the rows of the relation `offered`: sent
    with every list they would be read, and noted as read, for nothing.
    """
    found = []
    for name in resource.filters.split():
        one = resource.fields[name]
        if one.kind is Kind.RELATION and not may_pick(resource, one):
            continue
        related = f"/api/v1/{resource.name}/related/{one.name}" if one.kind is Kind.RELATION else None
        held = _held(one, asked) if one.kind in SEVERAL else []
        pairs = [(value, label_of_choice(one, value)) for value in one.choices]
        if related:
            pairs = [(value, _value(resource, one, value)) for value in held]
        if related and one.name == offered:
            rows = choices(resource, one.name, "", limit=MOST_IN_A_SELECT)
            pairs += [(row["id"], row["label"]) for row in rows if row["id"] not in held]
        taken = {f"{alias}{ending}" for alias in (one.name, one.key) for ending in ("", ".eq", ".in") if held}
        found.append(
            {
                "name": one.name,
                "label": _(one.label),
                "kind": "relation" if related else INPUTS.get(one.kind, "choice" if one.choices else "text"),
                "choices": pairs or None,
                "held": held,
                "kept": [(given, value) for given, value in kept if given not in taken],
                "related_url": related,
                "operators": _offered(one),
            }
        )
    return found


def words_of(one: Field, operator: str) -> str:
    """The comparison as part of a sentence: a date is "on or after", a number "at least"."""
    is_time = one.kind in (Kind.DATE, Kind.INSTANT, Kind.TIME)
    return str(_((TIME_WORDS if is_time else PLAIN_WORDS).get(operator) or PLAIN_WORDS[operator]))


def _offered(one: Field) -> list[tuple[str, str]]:
    """The comparisons that the form offers; of emptiness only where a record may have nothing there."""
    names = [name for name in allowed_operators(one) if name not in ("in", "null")]
    if one.kind in SEVERAL:
        names = ["in", *(name for name in names if name != "eq")]
    words = [(name, words_of(one, name)) for name in names]
    if one.column.nullable:
        words += [("null=true", str(_("is empty"))), ("null=false", str(_("is not empty")))]
    return words


def _said(resource: Resource, one: Field, operator: str, value: str) -> tuple[str, str]:
    """The comparison and the value of a filter's sentence."""
    if operator == "null":
        return str(_("is empty") if value.lower() in YES else _("is not empty")), ""
    if operator != "in":
        return words_of(one, operator), _value(resource, one, value.strip())
    return words_of(one, "eq"), f" {_('or')} ".join(_value(resource, one, part.strip()) for part in value.split(","))


def _held(one: Field, asked: ListRequest) -> list[str]:
    """The values that the list is filtered by now."""
    given = [value for field, operator, value in asked.chips if field.name == one.name and operator in ("eq", "in")]
    return list(dict.fromkeys(part.strip() for value in given for part in value.split(",")))


def _value(resource: Resource, one: Field, value: str) -> str:
    if one.kind is Kind.RELATION:
        return label_of(one.target, value) if may_pick(resource, one) else ""
    if one.kind in (Kind.CHOICE, Kind.MULTI):
        return label_of_choice(one, value)
    if one.kind is Kind.BOOLEAN:
        return str(_("Yes") if value.lower() in YES else _("No"))
    if one.kind is Kind.INSTANT and "T" in value:
        return current_profile().display.instant(datetime.fromisoformat(value))
    if one.kind is Kind.DATE:
        return date.fromisoformat(value).strftime(current_profile().display.date_format)
    return value
