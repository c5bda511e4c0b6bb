"""The form of a resource. WTForms draws it; checking is `fields`' alone, so that REST and screens agree."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
import wtforms
from flask import request
from wtforms import Form

from app.core import documents
from app.core.access import may, offers
from app.core.controls import amount_shown, amount_typed, drawn
from app.core.display import label_of_choice
from app.core.fields import Field, Kind, Look
from app.core.profile import current_profile
from app.core.related import MOST_IN_A_SELECT, choices, label_of
from app.core.resource import Resource, resource_of
from starline.core.language import gettext as _


@lru_cache(maxsize=256)
def form_class(resource: Resource) -> type[Form]:
    """One WTForms class per resource; every field keeps the raw text that was typed."""
    return type(
        f"{resource.permission}Form",
        (Form,),
        {one.key: drawn(one) for one in resource.form_fields},
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


def show_what_is_kept(resource: Resource, form: Form, row: Any) -> None:
    """Tell the form which documents the row has, and of each secret whether one is stored and where who may can see
    it; never what it is."""
    for one in resource.own.values():
        if one.look is Look.FILE and one.key in form:
            form[one.key].data = one.of(row)
            documents.show(form[one.key])
    for name, one in resource.secrets.items():
        if one.key not in form or getattr(row, one.column.name) is None:
            continue
        form[one.key].kept = True
        form[one.key].flags.required = False
        if may("can_reveal", resource):
            form[one.key].reveal_url = f"/{resource.name}/{row.id}/reveal/{name}"


def sent_form(resource: Resource) -> Form:
    """The form as it was sent, for showing it again; who typed a secret is told that it has to be typed anew."""
    form = _prepared(resource, form_class(resource)(request.form))
    for one in resource.form_fields:
        if one.kind is Kind.SECRET and request.form.get(one.key):
            form[one.key].errors = [_("Type this again: what is secret is not sent back to you.")]
    return form


def form_of_one(resource: Resource, one: Field, row: Any = None) -> Form:
    """A form of one field alone: of a cell with the row's value, or of a change to many rows, still empty."""
    kind: type[Form] = type(f"{resource.permission}One", (Form,), {one.key: drawn(one)})
    given = {} if row is None else {one.key: _typed(one, one.of(row))}
    return _prepared(resource, kind(data=given), [one])


def form_of_field(one: Field) -> Form:
    """A form of a field that no resource has yet, empty."""
    form: Form = type("PreviewForm", (Form,), {one.key: drawn(one)})()
    control = form[one.key]
    control.flags.required = one.required
    if one.look is Look.PERHAPS:
        control.choices = _perhaps()
    elif one.choices:
        control.choices = _choices_of(one)[one.kind is Kind.MULTI :]
    if isinstance(control, wtforms.SelectField):
        control.choices, control.data = control.choices or [("", "")], [] if one.kind is Kind.MULTI else ""
    return form


def sent_form_of_one(resource: Resource, one: Field) -> Form:
    """The form of one field as it was sent."""
    kind: type[Form] = type(f"{resource.permission}One", (Form,), {one.key: drawn(one)})
    return _prepared(resource, kind(request.form), [one])


def sent_value(one: Field) -> Any:
    """What was typed into a form of one field."""
    if one.kind is Kind.MULTI:
        return request.form.getlist(one.key)
    if one.kind is Kind.BOOLEAN and one.look is not Look.PERHAPS:
        return one.key in request.form
    return _as_typed(one)


def sent_values(resource: Resource, *, is_new: bool) -> dict[str, Any]:
    """What was typed, by key, for `writing`. An unchecked box is no; an untouched secret says nothing."""
    values: dict[str, Any] = {}
    for one in resource.form_fields:
        if one.look is Look.FILE:
            if documents.is_let_go(one):
                values[one.key] = None
        elif one.kind is Kind.MULTI or (one.kind is Kind.BOOLEAN and one.look is not Look.PERHAPS):
            values[one.key] = sent_value(one)
        elif one.kind is Kind.SECRET and not request.form.get(one.key):
            continue
        elif one.key in request.form or is_new:
            values[one.key] = _as_typed(one)
    return values


def _as_typed(one: Field) -> str:
    text = request.form.get(one.key, "")
    return amount_typed(text) if one.look is Look.MONEY else _with_zone(one, text)


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


def _prepared(resource: Resource, form: Form, fields: Sequence[Field] | None = None) -> Form:
    for one in resource.form_fields if fields is None else fields:
        control = form[one.key]
        control.label.text, control.description = _(one.label), _(one.help) if one.help else ""
        if one.required:
            control.flags.required = True
        if "data-problem" in (control.render_kw or {}):
            control.render_kw = {**control.render_kw, "data-problem": _(control.render_kw["data-problem"])}
        if one.look is Look.PERHAPS:
            control.choices = _perhaps()
        elif one.look is Look.REPEATS:
            control.render_kw = {**control.render_kw, "data-repeats": _words_of_repeats()}
        elif one.look is Look.MONEY:
            control.sign = current_profile().display.money_sign
        elif one.kind is Kind.CHOICE:
            control.choices = _choices_of(one)
        elif one.kind is Kind.MULTI:
            control.choices = _choices_of(one)[1:]
        elif one.kind is Kind.RELATION and one.look is not Look.FILE:
            _offer(resource, one, control)
        if isinstance(control, wtforms.SelectField) and control.data is None:
            control.data = [] if one.kind is Kind.MULTI else ""
    return form


def _words_of_repeats() -> str:
    words = {
        "every": _("Every"),
        "unit": _("Unit"),
        "weeks": _("weeks"),
        "days": _("days"),
        "other": _("another rule"),
        "on": _("On these days"),
    }
    return orjson.dumps(words).decode()


def _perhaps() -> list[tuple[str, str]]:
    return [("", _("Not known")), ("true", _("Yes")), ("false", _("No"))]


def _choices_of(one: Field) -> list[tuple[str, str]]:
    empty = [] if one.column.default is not None and not one.column.nullable else [("", "")]
    return empty + [(value, label_of_choice(one, value)) for value in one.choices]


def _offer(resource: Resource, one: Field, control: Any) -> None:
    """All rows where they are few; else the chosen one, and a remote search for the rest."""
    offered = choices(resource, one.name, "", limit=MOST_IN_A_SELECT + 1)
    pairs = [(row["id"], row["label"]) for row in offered[:MOST_IN_A_SELECT]]
    chosen = str(control.data or "")
    if chosen and chosen not in dict(pairs):
        pairs.append((chosen, label_of(one.target, chosen)))
    control.choices = [("", ""), *pairs]
    more: dict[str, Any] = {"data-pick": True}
    if len(offered) > MOST_IN_A_SELECT:
        more["data-related"] = f"/api/v1/{resource.name}/related/{one.name}"
    adds = can_add_in_place(one)
    if adds is not None:
        more |= {"data-create": f"/{adds.name}/add?in_place=1", "data-create-label": _("Add “%(text)s”…", text="#")}
        control.add_url, control.add_label = f"/{adds.name}/add", _("Add to %(title)s", title=_(adds.title))
    control.render_kw = {**(control.render_kw or {}), **more}


def can_add_in_place(one: Field) -> Resource | None:
    """The resource of what a relation points at, where the viewer may add to it and a plain form does."""
    target = resource_of(one.target)
    is_plain = target is not None and target.view is None and not target.shown_once
    return target if target is not None and is_plain and offers("add", target) else None


def _default(one: Field) -> Any:
    default = getattr(one.column.default, "arg", None)
    if one.kind in (Kind.OBJECT, Kind.TAGS) or callable(default):
        return None
    return getattr(default, "value", default)


def _typed(one: Field, value: Any) -> Any:
    """The value as it would have been typed."""
    if value is None:
        return ""
    if one.look is Look.PERHAPS:
        return "true" if value else "false"
    if one.look is Look.MONEY:
        return amount_shown(value)
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
