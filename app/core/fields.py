"""What one column of a resource is: its kind, its rules, how it is read from JSON and from a form, how SQL shows it.

Screens, REST, OpenAPI, filters and imports all stand on this one description.
"""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import RelationshipProperty, class_mapper

from starline.core.crypto import SealedText
from starline.core.language import gettext as _

EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
MASK = "•••• "


class Kind(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    EMAIL = "email"
    PHONE = "phone"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "instant"
    TIME = "time"
    CHOICE = "choice"
    RELATION = "relation"
    TAGS = "tags"
    MULTI = "multi_choice"
    OBJECT = "object"
    SECRET = "secret"
    UUID = "uuid"


class Look(StrEnum):
    """What a field is for people beyond its kind; forms and cells draw it so, programs see no difference."""

    PLAIN = "plain"
    MONEY = "money"
    COLOR = "color"
    STATE = "state"
    POSTAL_CODE = "postal_code"
    PERHAPS = "perhaps"
    """Yes, no, or not known."""
    FILE = "file"
    """A document of the record's own."""
    REPEATS = "repeats"
    """A rule of repetition, as calendars write it."""
    NUMBERED = "numbered"
    """A number and a word of a closed list, which the database put together: #2 near miss."""


@dataclass(frozen=True)
class Field:
    """One attribute of a resource. `name` is its word on screens, `key` its JSON and column name.

    A field of the agency's own has the `path` of its value in the row's `custom`, and a column for its type alone.
    """

    name: str
    key: str
    kind: Kind
    label: str
    help: str = ""
    column: Any = field(default=None, repr=False, compare=False)
    required: bool = False
    max_length: int | None = None
    choices: tuple[str, ...] = ()
    target: Any = field(default=None, repr=False, compare=False)
    path: str = ""
    is_sealed: bool = False
    """Whether its words lie encrypted in the column: they are read and written, never compared or sorted by."""

    @property
    def is_own(self) -> bool:
        """Whether the agency has added it."""
        return self.path != ""

    @cached_property
    def look(self) -> Look:
        """Told by the name, which the house style fixes, and by what the column holds."""
        if "look" in getattr(self.column, "info", ()):
            return Look(self.column.info["look"])
        if self.kind is Kind.DECIMAL and self.key.endswith("_amount"):
            return Look.MONEY
        if self.kind is Kind.BOOLEAN and self.column.nullable and not _is_of_fab(self.column):
            return Look.PERHAPS
        if self.kind is Kind.RELATION and self.is_own and isinstance(self.column.type, sa.Uuid):
            return Look.FILE  # the other own references are to people, who are numbered
        if self.kind is Kind.TEXT:
            ending = next((word for word in _LOOKS if self.key == word or self.key.endswith(f"_{word}")), "")
            look = _LOOKS.get(ending, Look.PLAIN)
            return Look.PLAIN if look is Look.STATE and self.max_length != 2 else look
        return Look.PLAIN

    @property
    def is_numeric(self) -> bool:
        return self.kind in (Kind.INTEGER, Kind.DECIMAL)

    @property
    def is_sortable(self) -> bool:
        unsorted = (Kind.SECRET, Kind.OBJECT, Kind.TAGS, Kind.MULTI, Kind.LONG_TEXT)
        return not self.is_sealed and self.kind not in unsorted

    def read(self, value: Any) -> Any:
        """The Python value of a JSON or form value. Raises ValueError with the sentence to show."""
        if isinstance(value, str):
            value = value.strip()
        if value is None or value == "":
            if self.required:
                raise ValueError(_("%(label)s is required.", label=_(self.label)))
            return None
        found = _READERS[self.kind](self, value)
        return _stored(found) if self.is_own else found

    def read_term(self, value: Any) -> Any:
        """What a filter compares with: of several choices, one."""
        return _choice(self, value) if self.kind is Kind.MULTI else self.read(value)

    def of(self, row: Any) -> Any:
        """The value that `row` has."""
        return (row.custom or {}).get(self.path) if self.is_own else getattr(row, self.key)


def describe(model: Any, name: str) -> Field:
    """The field called `name`: a column, a relationship, or an encrypted attribute of `model`."""
    mapper = class_mapper(model)
    prop = mapper.attrs.get(name)
    if isinstance(prop, RelationshipProperty):
        column = next(iter(prop.local_columns - {model.__table__.c.organization_id}))
        return _of_column(name, column, kind=Kind.RELATION, target=prop.mapper.class_)
    if prop is None:
        part = getattr(model, name)
        column = model.__table__.c[part.attribute]
        if not isinstance(part, SealedText):
            return _of_column(name, column, kind=Kind.SECRET, key=name)
        kind = Kind.TEXT if part.max_length else Kind.LONG_TEXT
        return replace(_of_column(name, column, kind=kind, key=name), max_length=part.max_length, is_sealed=True)
    return _of_column(name, model.__table__.c[prop.columns[0].name])


def label_expression(target: Any, table: Any) -> Any:
    """The SQL of what people call a row of `target`, read from `table` (an alias)."""
    return target.named_in(table) if hasattr(target, "named_in") else plain_label(target, table)


def plain_label(target: Any, table: Any) -> Any:
    """The same of the row's own columns alone, which name nobody else."""
    columns = [table.c[name] for name in getattr(target, "__label__", ("first_name", "last_name"))]
    return (
        sa.func.nullif(sa.func.concat_ws(sa.literal_column("' '"), *columns), sa.literal_column("''"))
        if len(columns) > 1
        else columns[0]
    )


def _of_column(
    name: str,
    column: Any,
    *,
    kind: Kind | None = None,
    key: str | None = None,
    target: Any = None,
) -> Field:
    kind = kind or (Kind.MULTI if "choices" in column.info else _kind_of(column))
    has_default = column.default is not None or column.server_default is not None or column.computed is not None
    return Field(
        name=name,
        key=key or str(column.name),
        kind=kind,
        label=column.info.get("label") or name.replace("_", " ").capitalize(),
        help=column.info.get("help", ""),
        column=column,
        required=not column.nullable and not has_default and kind is not Kind.BOOLEAN,
        max_length=getattr(column.type, "length", None) if kind in (Kind.TEXT, Kind.EMAIL, Kind.PHONE) else None,
        choices=tuple(column.type.enums if isinstance(column.type, sa.Enum) else column.info.get("choices", ())),
        target=target,
    )


def _kind_of(column: Any) -> Kind:
    if isinstance(column.type, sa.String) and not isinstance(column.type, (sa.Enum, sa.Text)):
        return Kind.EMAIL if "email" in column.name else Kind.PHONE if "phone" in column.name else Kind.TEXT
    for kind_of_type, kind in _KINDS:
        if isinstance(column.type, kind_of_type):
            return kind
    raise TypeError(f"{column}: no field kind for {column.type!r}")


def _is_of_fab(column: Any) -> bool:
    """Its columns may be empty and never are."""
    table = getattr(column, "table", None)
    return table is not None and bool(table.name.startswith("ab_"))


_LOOKS = {"color": Look.COLOR, "state": Look.STATE, "postal_code": Look.POSTAL_CODE, "rule": Look.REPEATS}

_KINDS: tuple[tuple[Any, Kind], ...] = (
    (sa.Enum, Kind.CHOICE),
    (sa.Text, Kind.LONG_TEXT),
    (sa.Boolean, Kind.BOOLEAN),
    (sa.Integer, Kind.INTEGER),
    (sa.Numeric, Kind.DECIMAL),
    (sa.DateTime, Kind.INSTANT),
    (sa.Date, Kind.DATE),
    (sa.Time, Kind.TIME),
    (sa.Uuid, Kind.UUID),
    (ARRAY, Kind.TAGS),
    (JSONB, Kind.OBJECT),
    (sa.LargeBinary, Kind.SECRET),
)


def _text(one: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(_("%(label)s must be text.", label=_(one.label)))
    if "\x00" in value:
        raise ValueError(_("%(label)s holds a character that can't be stored.", label=_(one.label)))
    if one.max_length and len(value) > one.max_length:
        raise ValueError(
            _(
                "%(label)s can have at most %(most)d characters; this has %(count)d.",
                label=_(one.label),
                most=one.max_length,
                count=len(value),
            )
        )
    return value


def _email(one: Field, value: Any) -> str:
    text = _text(one, value).lower()
    if not EMAIL.fullmatch(text):
        raise ValueError(_("%(label)s must look like name@example.com.", label=_(one.label)))
    return text


def _phone(one: Field, value: Any) -> str:
    text = _text(one, value)
    if not 7 <= sum(character.isdigit() for character in text) <= 15:
        raise ValueError(_("%(label)s must have 7 to 15 digits.", label=_(one.label)))
    return text


def _integer(one: Field, value: Any) -> int:
    if isinstance(value, bool) or not re.fullmatch(r"[+-]?\d{1,18}", str(value)):
        raise ValueError(_("%(label)s must be a whole number.", label=_(one.label)))
    number = int(value)
    if (
        isinstance(one.column.type, sa.Integer)
        and not isinstance(one.column.type, sa.BigInteger)
        and abs(number) >= 2**31
    ):
        raise ValueError(_("%(label)s is too large.", label=_(one.label)))
    return number


def _decimal(one: Field, value: Any) -> Decimal:
    try:
        number = Decimal(str(value))
        if isinstance(value, bool) or not number.is_finite():
            raise InvalidOperation
    except InvalidOperation:
        raise ValueError(_("%(label)s must be a number.", label=_(one.label))) from None
    kind = one.column.type
    if kind.precision and abs(number) >= Decimal(10) ** (kind.precision - (kind.scale or 0)):
        raise ValueError(_("%(label)s is too large.", label=_(one.label)))
    if one.is_own and -number.as_tuple().exponent > kind.scale:  # type: ignore[operator]
        raise ValueError(_("%(label)s can have at most %(most)d decimals.", label=_(one.label), most=kind.scale))
    return number


def _boolean(one: Field, value: Any) -> bool:
    known = {True: True, "true": True, "1": True, "y": True, "on": True, False: False, "false": False, "0": False}
    if isinstance(value, (bool, str)) and value in known:
        return known[value]
    raise ValueError(_("%(label)s must be yes or no.", label=_(one.label)))


def _parsed(parse: Callable[[str], Any], sentence: str) -> Callable[[Field, Any], Any]:
    def read(one: Field, value: Any) -> Any:
        try:
            return parse(value if isinstance(value, str) else "")
        except ValueError:
            raise ValueError(_(sentence, label=_(one.label))) from None

    return read


def _instant(text: str) -> datetime:
    """In UTC, since PostgreSQL refuses zones that lie further from it than any on Earth."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError from None


def _time(text: str) -> time:
    moment = time.fromisoformat(text)
    if moment.tzinfo is not None:
        raise ValueError
    return moment


def _choice(one: Field, value: Any) -> str:
    if value not in one.choices:
        choices = ", ".join(one.choices)
        raise ValueError(_("%(label)s must be one of: %(choices)s.", label=_(one.label), choices=choices))
    return str(value)


def _relation(one: Field, value: Any) -> Any:
    whole = isinstance(one.column.type, sa.Integer)
    try:
        return int(str(value)) if whole else uuid.UUID(str(value))
    except ValueError:
        raise ValueError(_("%(label)s: choose one from the list.", label=_(one.label))) from None


def _tags(one: Field, value: Any) -> list[str]:
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if not isinstance(value, list) or not all(
        isinstance(part, str) and len(part) <= 80 and "\x00" not in part for part in value
    ):
        raise ValueError(_("%(label)s must be a list of short texts.", label=_(one.label)))
    return value


def _several(one: Field, value: Any) -> list[str] | None:
    parts = [value] if isinstance(value, str) else value
    if not isinstance(parts, list):
        raise ValueError(_("%(label)s must be a list of choices.", label=_(one.label)))
    chosen = list(dict.fromkeys(_choice(one, part) for part in parts if part != ""))
    if one.required and not chosen:
        raise ValueError(_("%(label)s is required.", label=_(one.label)))
    return chosen or None


def _stored(value: Any) -> Any:
    """A value as the JSON of a row keeps it: days and exact numbers as texts."""
    if isinstance(value, Decimal):
        plain = format(value, "f")
        plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
        return "0" if plain in ("", "-", "-0") else plain
    if isinstance(value, uuid.UUID):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def _object(one: Field, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(_("%(label)s must be an object.", label=_(one.label)))
    return value


_READERS: dict[Kind, Callable[[Field, Any], Any]] = {
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _text,
    Kind.SECRET: _text,
    Kind.EMAIL: _email,
    Kind.PHONE: _phone,
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _decimal,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _parsed(date.fromisoformat, "%(label)s must be a date like 2026-03-31."),
    Kind.INSTANT: _parsed(
        _instant,
        "%(label)s must be a date and time with zone, like 2026-03-31T08:00:00Z.",
    ),
    Kind.TIME: _parsed(_time, "%(label)s must be a time like 08:30."),
    Kind.CHOICE: _choice,
    Kind.RELATION: _relation,
    Kind.UUID: _relation,
    Kind.TAGS: _tags,
    Kind.MULTI: _several,
    Kind.OBJECT: _object,
}
