"""Adding a row without leaving the form that refers to it: `/branches/add?in_place=1` is a piece of a page.

It asks for what a new row must have; a rule that refuses for another field brings that field along.
"""

from collections.abc import Iterable
from typing import Any

import orjson
from flask import Response, render_template, request
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as AnyResponse

from app.core import pages, sent_once
from app.core.errors import explain
from app.core.fields import Kind
from app.core.forms import blank_form, mark_errors, sent_form, sent_values
from app.core.related import label_of
from app.core.resource import Resource
from app.core.writing import create_row
from starline.core.db import session
from starline.core.errors import Conflict, DomainError, Invalid, NotAllowed

ASKED = "asked"
"""The hidden inputs that name the fields of the piece, so that what it leaves out keeps its default."""


def add_in_place() -> bool:
    """Whether the request is for such a piece."""
    return "in_place" in request.args


def ask(resource: Resource) -> str:
    """The piece for a new row; the form around it may fill in what both have (`&client_id=…`)."""
    return _piece(resource, blank_form(resource), needed(resource))


def add(resource: Resource) -> AnyResponse | tuple[str, int]:
    """201 with the row's id and label, or the piece again with the sentences beside its fields."""
    asked = [one for one in resource.form_names if resource.fields[one].key in request.form.getlist(ASKED)]
    keys = {resource.fields[name].key for name in asked}
    given = {key: value for key, value in sent_values(resource, is_new=True).items() if key in keys}
    try:
        made = sent_once.made_before()
        if made is not None:
            return made
        with session.begin_nested():
            row = create_row(resource, given)
    except (Invalid, Conflict, NotAllowed, IntegrityError) as problem:
        refusal = explain(problem) if isinstance(problem, IntegrityError) else problem
        assert isinstance(refusal, DomainError)
        form = sent_form(resource)
        summary = mark_errors(form, refusal.errors) or [{"field": "", "label": "", "sentence": refusal.message}]
        wrong = [name for name in resource.form_names if resource.fields[name].key in refusal.errors]
        return _piece(resource, form, [*asked, *wrong], [one for one in summary if not one["field"]]), 422
    told = {"id": str(row.id), "label": label_of(resource.model, row.id) or str(row)}
    answer = Response(orjson.dumps(told), status=201, mimetype="application/json")
    sent_once.keep(answer)
    return answer


def needed(resource: Resource) -> list[str]:
    """What a new row must have, and what people call it by."""
    names = getattr(resource.model, "__label__", ())
    return [
        name
        for name in resource.form_names
        if resource.fields[name].kind is not Kind.SECRET and (resource.fields[name].required or name in names)
    ]


def _piece(resource: Resource, form: Any, names: Iterable[str], problems: Iterable[dict[str, str]] = ()) -> str:
    shown = list(dict.fromkeys(names))
    keys = [resource.fields[name].key for name in resource.form_names if name in shown]
    for key in keys:
        form[key].id = f"in-place-{key}"  # the form around it may have one of the same name
        form[key].add_url = ""
    return render_template(
        "resource/in_place.html",
        title=pages.title_of_new(resource),
        lines=pages.lines(form, keys),
        keys=keys,
        problems=list(problems),
        form_key=sent_once.form_key(),
        url=f"/{resource.name}/add?in_place=1",
    )
