"""The controls of forms that WTForms has none of. `ui/field.html` draws each by the name of its class."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

import wtforms

from app.core.fields import Field, Kind, Look
from starline.core.postal import STATES, WRONG_ZIP, ZIP

NUMBER_SIGNS = str.maketrans("", "", ",\u00a0\u202f ")
"""What people type between the thousands of an amount."""


class MoneyField(wtforms.StringField):
    """An amount: its sign before it, two decimals."""


class TagsField(wtforms.StringField):
    """Short texts, sent with commas between them."""


class StateField(wtforms.SelectField):
    """A state or territory of the United States; one that was stored before and is none of them stays."""

    def iter_choices(self) -> Iterator[Any]:
        known = {"": "", **STATES}
        if self.data and str(self.data).upper() not in known:
            known[str(self.data)] = str(self.data)
        for code, name in known.items():
            yield code, f"{code} – {name}" if name and name != code else code, code == str(self.data or "").upper(), {}


class PerhapsField(wtforms.SelectField):
    """Yes, no, or not known."""


class DocumentField(wtforms.StringField):
    """A document of the record: another one can be handed in, and the present one let go of."""

    shown = ""
    shown_url = ""
    is_let_go = False


class SecretField(wtforms.PasswordField):
    """Never filled in. `kept` says whether something is stored, `reveal_url` where who may can see it."""

    kept = False
    reveal_url = ""


DRAWN: dict[Kind, Any] = {
    Kind.LONG_TEXT: wtforms.TextAreaField,
    Kind.EMAIL: wtforms.EmailField,
    Kind.PHONE: wtforms.TelField,
    Kind.CHOICE: wtforms.SelectField,
    Kind.MULTI: wtforms.SelectMultipleField,
    Kind.RELATION: wtforms.SelectField,
    Kind.BOOLEAN: wtforms.BooleanField,
    Kind.SECRET: SecretField,
    Kind.TAGS: TagsField,
}
LOOKS: dict[Look, Any] = {
    Look.MONEY: MoneyField,
    Look.COLOR: wtforms.ColorField,
    Look.STATE: StateField,
    Look.PERHAPS: PerhapsField,
    Look.FILE: DocumentField,
}
SELECTS = (wtforms.SelectField, wtforms.SelectMultipleField)

_ATTRIBUTES: dict[Kind, dict[str, str]] = {
    Kind.INTEGER: {"type": "number"},
    Kind.DATE: {"type": "date"},
    Kind.TIME: {"type": "time"},
    Kind.INSTANT: {"type": "datetime-local"},
    Kind.DECIMAL: {"inputmode": "decimal"},
    Kind.PHONE: {"autocomplete": "off"},
}


def drawn(one: Field) -> Any:
    """The conversion table: from a field to its unbound control."""
    options: dict[str, Any] = {"label": one.label, "description": one.help, "render_kw": dict(_attributes(one))}
    made = LOOKS.get(one.look) or DRAWN.get(one.kind, wtforms.StringField)
    if issubclass(made, SELECTS):
        options |= {"validate_choice": False, "choices": [], "coerce": str}
    return made(**options)


def amount_typed(text: str) -> str:
    """An amount as `fields` reads it: without sign and thousands, whatever else was typed left to be refused."""
    plain = text.translate(NUMBER_SIGNS)
    return plain.lstrip("$€£") if plain.lstrip("-").startswith(("$", "€", "£")) else plain


def amount_shown(value: Any) -> str:
    """An amount as a form shows it, without its sign."""
    try:
        return f"{Decimal(str(value)):.2f}"
    except InvalidOperation:
        return str(value)


def _attributes(one: Field) -> Iterator[tuple[str, Any]]:
    yield from _ATTRIBUTES.get(one.kind, {}).items()
    if one.max_length:
        yield "maxlength", one.max_length
    if one.look is Look.POSTAL_CODE:
        yield from {"inputmode": "numeric", "pattern": ZIP, "data-problem": WRONG_ZIP}.items()
