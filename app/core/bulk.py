"""Doing one thing with many rows: a question first, then all of them in one transaction, or none and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from app.core import lists
from app.core.bulk_verbs import ACTION, DELETE, EXPORTS, SET, BulkVerb, verbs_of
from app.core.errors import explain
from app.core.fields import Field
from app.core.forms import form_of_one, sent_form_of_one, sent_value
from app.core.own_fields import Tailored
from app.core.redirects import local_path
from app.core.resource import Resource
from app.core.security import confirm_viewer, required_viewer
from app.core.selection import Chosen, Selection, apply, chosen_rows, read_selection
from app.core.sheets import sheet
from app.core.undoing import can_return, may_return, undo, undo_address
from app.core.writing import delete_row, update_row
from starline.core.db import session
from starline.core.errors import Conflict, DomainError, Invalid, NotAllowed
from starline.core.language import gettext as _
from starline.core.language import ngettext

NAMED = 30
"""Rows that the question names; of more it says how many."""


class SelectionView(BaseView):
    """`POST /<resource>/selected`: with a `verb` the question, with `confirmed` the deed."""

    resource: Resource

    @expose("/selected", methods=["POST"])
    def selected(self) -> Any:
        verb = _verb(self.resource)
        selection = read_selection(self.resource)
        if verb.name in EXPORTS:
            return sheet(self.resource, selection.fields, iter(selection.records), verb.name)
        if not selection.records:
            flash(_("Select some rows first."), "warning")
            return redirect(_list_url(self.resource))
        if "confirmed" not in request.form:
            return _question(self.resource, verb, selection)
        return _deed(self.resource, verb, selection)

    @expose("/undo/<request_id>", methods=["POST"])
    def undo(self, request_id: str) -> Response:
        """Give the rows that one request of one's own has changed their former values."""
        required_viewer()
        confirm_viewer()
        if ("can_edit", self.resource.permission) not in required_viewer().permissions:
            raise NotAllowed(_("You may not do this. Ask an administrator of your agency."))
        try:
            with session.begin_nested():
                number = undo(self.resource, request_id)
            flash(ngettext("One record is as it was.", "%(num)s records are as they were.", number), "success")
        except (Conflict, Invalid, IntegrityError) as problem:
            refusal = explain(problem) if isinstance(problem, IntegrityError) else problem
            flash(refusal.message, "danger")
        return redirect(local_path(request.form.get("back", ""), otherwise=_list_url(self.resource)))


def selection_view(resource: Resource) -> type[SelectionView]:
    """The view class of what is done with many rows of the resource."""
    attributes = {"resource": Tailored(resource), "route_base": f"/{resource.name}"}
    return type(f"{resource.permission}SelectionView", (SelectionView,), attributes)


@dataclass
class Question:
    """What the page before the deed says and asks."""

    title: str
    sentence: str
    button: str
    field: Any = None
    fields: Sequence[Field] = ()
    error: str = ""


def _verb(resource: Resource) -> BulkVerb:
    """The verb that was asked for, if the viewer may do it."""
    required_viewer()
    confirm_viewer()
    asked = request.form.get("verb", "")
    verb = next((one for one in verbs_of(resource) if one.name == asked), None)
    if verb is None:
        raise NotAllowed(_("You may not do this with many records. Ask an administrator of your agency."))
    return verb


def _question(resource: Resource, verb: BulkVerb, selection: Selection, error: str = "") -> str:
    """What is about to be done, to which rows; for a field also which one, and its new value."""
    number = len(selection.records)
    many = ngettext("%(num)s record", "%(num)s records", number)
    question = Question(_("%(verb)s: %(many)s", verb=verb.label, many=many), "", verb.label, error=error)
    if verb.name == DELETE:
        kept = _("They leave the lists and stay on record as voided, with your name. They can't be brought back.")
        gone = (
            _("Right after it you can take it back with Undo. The history of changes is kept.")
            if may_return(resource) and not resource.secrets
            else _("This can't be undone. The history of changes is kept.")
        )
        question.sentence = kept if resource.voids else gone
    elif verb.name == SET:
        one = _field(resource)
        question.fields, question.button = resource.bulk_fields, _("Save")
        question.sentence = _("Each of them is checked as if it were changed by itself.")
        if one is not None:
            form = sent_form_of_one(resource, one) if one.key in request.form else form_of_one(resource, one)
            question.field = form[one.key]
    return _page(resource, verb, selection, question)


def _deed(resource: Resource, verb: BulkVerb, selection: Selection) -> Any:
    """All rows changed, or the page that names those that can't be."""
    one = _field(resource) if verb.name == SET else None
    if verb.name == SET and one is None:
        return _question(resource, verb, selection, _("Choose the field to change."))
    if one is not None:
        try:
            one.read(sent_value(one))
        except ValueError as problem:
            return _question(resource, verb, selection, str(problem))
    rows = chosen_rows(resource, selection)
    is_undoable = verb.name == SET or (verb.name == DELETE and all(can_return(resource, one.row) for one in rows))
    conflicts = apply(rows, partial(_change, resource, verb, one))
    if conflicts:
        return _conflicts(resource, verb, selection, one, conflicts)
    number = len(rows)
    said = ngettext("%(verb)s: one record.", "%(verb)s: %(num)s records.", number, verb=verb.label)
    flash(said, f"undo {undo_address(resource)}" if is_undoable else "success")
    return redirect(_list_url(resource))


def _change(resource: Resource, verb: BulkVerb, one: Field | None, chosen: Chosen) -> None:
    """The deed, done to one row."""
    row = chosen.row
    if verb.name == DELETE:
        delete_row(resource, row)
    elif one is not None:
        update_row(resource, row, {one.key: sent_value(one)}, version=chosen.version)
    else:
        name = verb.name.removeprefix(ACTION)
        if name not in getattr(row, "possible_actions", (name,)):
            raise Conflict(_("This can't be done with it as it stands."))
        resource.actions[name](row, by=required_viewer().user_id)


def _conflicts(
    resource: Resource,
    verb: BulkVerb,
    selection: Selection,
    one: Field | None,
    conflicts: list[tuple[Chosen, Exception]],
) -> str:
    """Nothing was done: each row that stood in the way with its reason, and the way on without them."""
    names = {str(chosen.row.id): _sentence(problem) for chosen, problem in conflicts}
    rest = len(selection.records) - len(names)
    title = ngettext(
        "Nothing was changed: one record can't be",
        "Nothing was changed: %(num)s records can't be",
        len(names),
    )
    question = Question(title, _("What stands in the way is said beside each of them."), "")
    if rest:
        question.button = ngettext(
            "Leave it out and go on with the other %(rest)s",
            "Leave them out and go on with the other %(rest)s",
            len(names),
            rest=rest,
        )
    sent = [(one.key, value) for value in request.form.getlist(one.key)] if one is not None else []
    return _page(resource, verb, selection, question, names, [*sent, *((("field", one.name),) if one else ())])


def _page(
    resource: Resource,
    verb: BulkVerb,
    selection: Selection,
    question: Question,
    conflicts: dict[str, str] | None = None,
    sent: list[tuple[str, str]] | None = None,
) -> str:
    going = [record for record in selection.records if conflicts is None or str(record["id"]) not in conflicts]
    shown = [record for record in selection.records if conflicts is None or str(record["id"]) in conflicts]
    return render_template(
        "resource/selected.html",
        question=question,
        verb=verb,
        resource=resource,
        url=f"/{resource.name}/selected?{urlencode(_state(resource))}",
        cancel_url=_list_url(resource),
        ids=[f"{record['id']}.{record.get('version') or ''}" for record in going],
        names=[(selection.name_of(record), (conflicts or {}).get(str(record["id"]), "")) for record in shown[:NAMED]],
        more=max(len(shown) - NAMED, 0),
        sent=sent or [],
        is_refused=conflicts is not None,
    )


def _field(resource: Resource) -> Field | None:
    """The field that the change is about, once it is chosen."""
    asked = request.form.get("field", "")
    return next((one for one in resource.bulk_fields if one.name == asked), None)


def _sentence(problem: Exception) -> str:
    refusal = problem if isinstance(problem, DomainError) else explain(problem)  # type: ignore[arg-type]
    return " ".join([one for sentences in refusal.errors.values() for one in sentences] or [refusal.message])


def _state(resource: Resource) -> list[tuple[str, str]]:
    return lists.kept_pairs(resource, lists.arguments(resource))


def _list_url(resource: Resource) -> str:
    """The list as it was when the rows were chosen."""
    pairs = _state(resource)
    return f"/{resource.name}/list/" + (f"?{urlencode(pairs)}" if pairs else "")
