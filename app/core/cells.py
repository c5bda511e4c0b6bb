"""Changing one cell of a list where it stands: the question is a form of one field, the answer the row anew."""

from typing import Any

import orjson
from flask import Response, make_response, render_template, request
from flask_appbuilder import BaseView, expose
from sqlalchemy.exc import IntegrityError

from app.core import lists
from app.core.access import may
from app.core.errors import explain
from app.core.fields import Field
from app.core.forms import form_of_one, sent_form_of_one, sent_value
from app.core.own_fields import Tailored
from app.core.profile import current_profile
from app.core.reading import note_sight, read_within
from app.core.resource import Resource
from app.core.security import confirm_viewer, required_viewer
from app.core.undoing import undo_address
from app.core.writing import find_row, update_row
from starline.core.db import session
from starline.core.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound, Stale
from starline.core.language import gettext as _

Answer = str | Response | tuple[str, int]


class CellView(BaseView):
    """`/<resource>/<pk>/cell/<field>`: pieces of a page, asked for by the list's script."""

    resource: Resource

    @expose("/<pk>/cell/<field>", methods=["GET"])
    def ask_cell(self, pk: str, field: str) -> str:
        """The form of the one field, with the version that it changes."""
        one = _editable(self.resource, field)
        row = find_row(self.resource, pk)
        note_sight(self.resource, row)
        return _question(self.resource, row, one, form_of_one(self.resource, one, row), version=row.version)

    @expose("/<pk>/cell/<field>", methods=["POST"])
    def save_cell(self, pk: str, field: str) -> Answer:
        """Save and answer the list's row, or the form again with the sentence beside it."""
        one = _editable(self.resource, field)
        row = find_row(self.resource, pk, lock=True)
        text = request.form.get("version", "")
        version = int(text) if text.isdecimal() and len(text) < 10 else None
        try:
            with session.begin_nested():
                update_row(self.resource, row, {one.key: sent_value(one)}, version=version)
        except Stale as problem:
            session.refresh(row)
            note_sight(self.resource, row)
            theirs = current_profile().display.text(one, _record(self.resource, row, (one.name,)).get(one.name))
            sentence = _(
                "%(problem)s It is now: %(theirs)s. Save again to replace that.",
                problem=problem.message,
                theirs=theirs or "–",
            )
            return self._again(row, one, [sentence], row.version), problem.status
        except (Invalid, Conflict, NotAllowed, IntegrityError) as problem:
            refusal = explain(problem) if isinstance(problem, IntegrityError) else problem
            assert isinstance(refusal, DomainError)
            # The address was theirs to use; what is refused is the value.
            status = 422 if isinstance(refusal, NotAllowed) else refusal.status
            return self._again(row, one, sentences_of(refusal), version), status
        answer = make_response(_row_anew(self.resource, row))
        answer.headers["X-Undo"] = undo_address(self.resource)
        return answer

    def _again(self, row: Any, one: Field, sentences: list[str], version: int | None) -> str:
        form = sent_form_of_one(self.resource, one)
        form[one.key].errors = sentences
        return _question(self.resource, row, one, form, version=version)


def cell_view(resource: Resource) -> type[CellView]:
    """The view class of the resource's cells."""
    return type(
        f"{resource.permission}CellView",
        (CellView,),
        {"resource": Tailored(resource), "route_base": f"/{resource.name}"},
    )


def sentences_of(refusal: DomainError) -> list[str]:
    """All that is wrong, or else what the refusal says as a whole."""
    return [one for sentences in refusal.errors.values() for one in sentences] or [refusal.message]


def _editable(resource: Resource, name: str) -> Field:
    """The field, if it is one that the viewer may change in the list."""
    required_viewer()
    confirm_viewer()
    if not may("can_edit", resource):
        raise NotAllowed(_("You may not do this. Ask an administrator of your agency."))
    one = next((field for field in resource.cells if field.name == name), None)
    if one is None:
        raise NotFound(_("There is nothing here, or you may not see it."))
    return one


def _question(resource: Resource, row: Any, one: Field, form: Any, *, version: int | None) -> str:
    drawn = form[one.key]
    drawn.render_kw = {**(drawn.render_kw or {}), "aria-label": f"{_(one.label)}, {row}"}
    url = f"/{resource.name}/{row.id}/cell/{one.name}"
    return render_template("resource/cell.html", field=drawn, url=url, version=version)


def _row_anew(resource: Resource, row: Any) -> str:
    """The row as the list with these columns draws it, in a table of its own."""
    asked = lists.asked_of(resource, lists.arguments(resource))
    fields = lists.shown_fields(resource, asked)
    records = [_record(resource, row, tuple(one.name for one in fields))]
    page = {"rows": lists.rows(resource, fields, records, current_profile().display), "columns": []}
    return render_template("resource/list_table.html", page={**page, **lists.of_rows(resource)})


def _record(resource: Resource, row: Any, columns: tuple[str, ...]) -> dict[str, Any]:
    session.flush()
    found: dict[str, Any] = orjson.loads(read_within(resource, row.id, columns))
    return found
