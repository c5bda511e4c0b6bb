"""The form of a resource. WTForms draws it; checking is `fields`' alone, so that REST and screens agree."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import wtforms
from flask import request
from flask_babel import gettext as _
from wtforms import Form

from app.core.display import label_of_choice
from app.core.fields import Field, Kind
from app.core.profile import current_profile
from app.core.related import MOST_IN_A_SELECT, choices, label_of
from app.core.resource import Resource

_DRAWN: dict[Kind, Any] = {
    Kind.LONG_TEXT: wtforms.TextAreaField,
    Kind.EMAIL: wtforms.EmailField,
    Kind.PHONE: wtforms.TelField,
    Kind.CHOICE: wtforms.SelectField,
    Kind.MULTI: wtforms.SelectMultipleField,
    Kind.RELATION: wtforms.SelectField,
    Kind.BOOLEAN: wtforms.BooleanField,
    Kind.SECRET: wtforms.PasswordField,
}
_INPUTS = {
    Kind.INTEGER: "number",
    Kind.DATE: "date",
    Kind.TIME: "time",
    Kind.INSTANT: "datetime-local",
}


@lru_cache(maxsize=256)
def form_class(resource: Resource) -> type[Form]:
    """One WTForms class per resource; every field keeps the raw text that was typed."""
    return type(
        f"{resource.permission}Form",
        (Form,),
        {one.key: _drawn(one) for one in resource.form_fields},
    )


def blank_form(resource: Resource) -> Form:
    """A form for a new row; the address may fill in fields (`?client_id=…`)."""
    known = {one.key: request.args[one.key] for one in resource.form_fields if one.key in request.args}
    defaults = {one.key: _default(one) for one in resource.form_fields if _default(one) is not None}
    return _prepared(resource, form_class(resource)(data={**defaults, **known}))


def filled_form(resource: Resource, row: Any) -> Form:
    """The form of an existing row; secrets stay empty and keep what is stored."""
    values = {one.key: _typed(one, one.of(row)) for one in resource.form_fields if one.kind is not Kind.SECRET}
    return _prepared(resource, form_class(resource)(data=values))


def sent_form(resource: Resource) -> Form:
    """The form as it was sent, for showing it again."""
    return _prepared(resource, form_class(resource)(request.form))


def form_of_one(resource: Resource, one: Field, row: Any = None) -> Form:
    """A form of one field alone: of a cell with the row's value, or of a change to many rows, still empty."""
    kind: type[Form] = type(f"{resource.permission}One", (Form,), {one.key: _drawn(one)})
    given = {} if row is None else {one.key: _typed(one, one.of(row))}
    return _prepared(resource, kind(data=given), [one])


def form_of_field(one: Field) -> Form:
    """A form of a field that no resource has yet, empty."""
    form: Form = type("PreviewForm", (Form,), {one.key: _drawn(one)})()
    drawn = form[one.key]
    drawn.flags.required = one.required
    if one.choices:
        drawn.choices = _choices_of(one)[one.kind is Kind.MULTI :]
    if isinstance(drawn, wtforms.SelectField):
        drawn.choices, drawn.data = drawn.choices or [("", "")], [] if one.kind is Kind.MULTI else ""
    return form


def sent_form_of_one(resource: Resource, one: Field) -> Form:
    """The form of one field as it was sent."""
    kind: type[Form] = type(f"{resource.permission}One", (Form,), {one.key: _drawn(one)})
    return _prepared(resource, kind(request.form), [one])


def sent_value(one: Field) -> Any:
    """What was typed into a form of one field."""
    if one.kind is Kind.MULTI:
        return request.form.getlist(one.key)
    return one.key in request.form if one.kind is Kind.BOOLEAN else _with_zone(one, request.form.get(one.key, ""))


def sent_values(resource: Resource, *, is_new: bool) -> dict[str, Any]:
    """What was typed, by key, for `writing`. An unchecked box is no; an untouched secret says nothing."""
    values: dict[str, Any] = {}
    for one in resource.form_fields:
        if one.kind in (Kind.BOOLEAN, Kind.MULTI):
            values[one.key] = sent_value(one)
        elif one.kind is Kind.SECRET and not request.form.get(one.key):
            continue
        elif one.key in request.form or is_new:
            values[one.key] = _with_zone(one, request.form.get(one.key, ""))
    return values


def _with_zone(one: Field, text: str) -> str:
    """A form's date and time are the organisation's wall clock; a text that is none is left for `fields` to refuse."""
    if one.kind is not Kind.INSTANT or not text:
        return text
    try:
        return datetime.fromisoformat(text).replace(tzinfo=current_profile().display.zone).isoformat()
    except ValueError:
        return text


def mark_errors(form: Form, errors: Mapping[str, list[str]]) -> list[dict[str, str]]:
    """Put the sentences beside their fields; the answer is the summary for the top of the form."""
    summary = []
    for name, sentences in errors.items():
        if name in form:
            form[name].errors = list(sentences)
            summary += [
                {
                    "field": form[name].id,
                    "label": form[name].label.text,
                    "sentence": one,
                }
                for one in sentences
            ]
        else:
            summary += [{"field": "", "label": "", "sentence": one} for one in sentences]
    return summary


def _drawn(one: Field) -> Any:
    options: dict[str, Any] = {
        "label": one.label,
        "description": one.help,
        "render_kw": {},
    }
    if one.kind in _INPUTS:
        options["render_kw"]["type"] = _INPUTS[one.kind]
    if one.kind is Kind.DECIMAL:
        options["render_kw"]["inputmode"] = "decimal"
    if one.max_length:
        options["render_kw"]["maxlength"] = one.max_length
    if one.kind in (Kind.CHOICE, Kind.MULTI, Kind.RELATION):
        options |= {"validate_choice": False, "choices": [], "coerce": str}
    return _DRAWN.get(one.kind, wtforms.StringField)(**options)


def _prepared(resource: Resource, form: Form, fields: Sequence[Field] | None = None) -> Form:
    for one in resource.form_fields if fields is None else fields:
        drawn = form[one.key]
        drawn.label.text, drawn.description = (
            _(one.label),
            _(one.help) if one.help else "",
        )
        if one.required:
            drawn.flags.required = True
        if one.kind is Kind.CHOICE:
            drawn.choices = _choices_of(one)
        elif one.kind is Kind.MULTI:
            drawn.choices = _choices_of(one)[1:]
        elif one.kind is Kind.RELATION:
            _offer(resource, one, drawn)
        if isinstance(drawn, wtforms.SelectField) and drawn.data is None:
            drawn.data = [] if one.kind is Kind.MULTI else ""
    return form


def _choices_of(one: Field) -> list[tuple[str, str]]:
    empty = [] if one.column.default is not None and not one.column.nullable else [("", "")]
    return empty + [(value, label_of_choice(one, value)) for value in one.choices]


def _offer(resource: Resource, one: Field, drawn: Any) -> None:
    """All rows where they are few; else the chosen one, and a remote search for the rest."""
    offered = choices(resource, one.name, "", limit=MOST_IN_A_SELECT + 1)
    pairs = [(row["id"], row["label"]) for row in offered[:MOST_IN_A_SELECT]]
    chosen = str(drawn.data or "")
    if chosen and chosen not in dict(pairs):
        pairs.append((chosen, label_of(one.target, chosen)))
    drawn.choices = [("", ""), *pairs]
    if len(offered) > MOST_IN_A_SELECT:
        drawn.render_kw = {
            **(drawn.render_kw or {}),
            "data-related": f"/api/v1/{resource.name}/related/{one.name}",
        }


def _default(one: Field) -> Any:
    default = getattr(one.column.default, "arg", None)
    if one.kind in (Kind.OBJECT, Kind.TAGS) or callable(default):
        return None
    return getattr(default, "value", default)


def _typed(one: Field, value: Any) -> Any:
    """The value as it would have been typed."""
    if value is None:
        return ""
    if one.kind is Kind.BOOLEAN:
        return bool(value)
    if one.kind is Kind.MULTI:
        return value
    if one.kind is Kind.TAGS:
        return ", ".join(value)
    if one.kind is Kind.TIME:
        return value.strftime("%H:%M")
    if one.kind is Kind.INSTANT:
        return value.astimezone(current_profile().display.zone).strftime("%Y-%m-%dT%H:%M")
    return str(getattr(value, "value", value))
