"""The cells of a row as the values that a form would send: days, numbers, choices, records by what they are called."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from app.core.display import choice_label
from app.core.fields import Field, Kind, label_expression
from app.core.profile import current_profile
from app.core.security import required_viewer
from starline.core import clock
from starline.core.db import session
from starline.core.language import gettext as _
from starline.imports import rules

DAY_FIRST = "%d/%m/%Y"
NUMBERS = ("client_number", "staff_number", "code", "email")
"""Columns by which people name a record as well, where its table has them."""

READERS = {
    Kind.BOOLEAN: rules.read_yes_no,
    Kind.TIME: rules.read_time,
    Kind.INTEGER: rules.read_number,
    Kind.DECIMAL: rules.read_number,
    Kind.TAGS: rules.read_list,
}


class Reader:
    """Reads the cells of one portion of rows. What records are called is looked up once per portion."""

    def __init__(self, fields: Mapping[str, Field], mapping: Mapping[str, str]) -> None:
        self.fields = fields
        self.places = {int(position): key for position, key in mapping.items() if key in fields}
        self.day_first = current_profile().display.date_format == DAY_FIRST
        self.today = clock.today()
        self._called: dict[str, dict[str, set[Any]]] = {}
        self._labelled: dict[str, dict[str, str]] = {}

    def values(self, cells: list[str]) -> tuple[dict[str, Any], dict[str, list[str]]]:
        """What the row sets, by key, and the sentences about cells that name no record. An empty cell says nothing."""
        values: dict[str, Any] = {}
        errors: dict[str, list[str]] = {}
        for position, key in self.places.items():
            text = cells[position] if position < len(cells) else ""
            if not text:
                continue
            one = self.fields[key]
            if one.kind is Kind.RELATION:
                try:
                    values[key] = self._record(one, text)
                except ValueError as problem:
                    errors[key] = [str(problem)]
            else:
                values[key] = self._value(one, text)
        self._complete(values, errors)
        return values, errors

    def _value(self, one: Field, text: str) -> Any:
        if one.kind is Kind.DATE:
            return rules.read_day(text, day_first=self.day_first, today=self.today)
        if one.kind is Kind.CHOICE:
            found = rules.read_choice(text, one.choices)
            return found if found in one.choices or one.is_own else self._labels(one).get(text.strip(), found)
        if one.kind is Kind.MULTI:
            whole = rules.read_choice(text, one.choices)
            parts = [whole] if whole in one.choices else rules.read_list(text)
            return [rules.read_choice(part, one.choices) for part in parts]
        return READERS[one.kind](text) if one.kind in READERS else text

    def _labels(self, one: Field) -> dict[str, str]:
        if one.key not in self._labelled:
            self._labelled[one.key] = {choice_label(value): value for value in one.choices}
        return self._labelled[one.key]

    def _record(self, one: Field, text: str) -> Any:
        found = self._names(one).get(rules.normal(text), set())
        if len(found) == 1:
            return next(iter(found))
        if found:
            sentence = "%(label)s: several are called “%(text)s”; give the number instead."
        else:
            sentence = "%(label)s: there is nothing called “%(text)s”."
        raise ValueError(_(sentence, label=_(one.label), text=text[:60]))

    def _names(self, one: Field) -> dict[str, set[Any]]:
        """The records that the field may refer to, by each way to call one, within what the person may see."""
        table = one.target.__table__
        if table.name not in self._called:
            columns = [table.c[name] for name in NUMBERS if name in table.c]
            turned = [table.c.last_name + " " + table.c.first_name] if "last_name" in table.c else []
            query = sa.select(table.c.id, label_expression(one.target, table), *columns, *turned)
            query = query.where(table.c.organization_id == required_viewer().organization_id)
            scope = one.target.visible_to(required_viewer()) if hasattr(one.target, "visible_to") else None
            called: dict[str, set[Any]] = defaultdict(set)
            for key, *names in session.execute(query if scope is None else query.where(scope)):
                for name in names:
                    if name is not None and rules.normal(str(name)):
                        called[rules.normal(str(name))].add(key)
            self._called[table.name] = called
        return self._called[table.name]

    def _complete(self, values: dict[str, Any], errors: dict[str, list[str]]) -> None:
        """An agency with one office needs no column for it."""
        one = self.fields.get("branch_id")
        if one is None or not one.required or "branch_id" in values or "branch_id" in errors:
            return
        branches = {key for keys in self._names(one).values() for key in keys}
        if len(branches) == 1:
            values["branch_id"] = next(iter(branches))
        elif required_viewer().branch_id is not None:
            values["branch_id"] = required_viewer().branch_id
