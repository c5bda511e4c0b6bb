"""The screens of an import: one address per import, which shows whatever it needs next."""

import json
from typing import Any

from flask import Response, flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from sqlalchemy import func, select
from werkzeug.wrappers import Response as AnyResponse

from app.core.access import allowed, may
from app.core.display import choice_label
from app.core.navigation import Entry, add_entry
from app.core.reading import note_sights
from app.core.resource import registry
from app.core.sheets import XLSX, neutral
from app.core.workbook import workbook
from app.core.writing import find_row
from app.imports import working
from app.imports.targets import TARGETS, Target, offered
from starline.core import audit, events
from starline.core.db import session
from starline.core.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from starline.core.language import gettext as _
from starline.imports import outcomes
from starline.imports.models import Duplicates, Import, ImportRow, ImportState, RowState
from starline.imports.parsing import LARGEST_FILE_BYTES, read_sheet
from starline.imports.rules import guess_mapping, normal, placed

ADD = ("can_add", "Imports")
ROWS_SHOWN = 100
FLUSHED = 200
"""Rows of a sheet that are written together."""

RECENT = 50
SAMPLES = 3

add_entry(Entry("Settings", "Import", "/import/", "file-import", ADD))


class ImportView(BaseView):
    """`/import/…`. The list of records is the resource's."""

    route_base = "/import"

    @expose("/", methods=["GET"])
    def begin(self) -> str:
        viewer = allowed(*ADD)
        return _upload_page(viewer)

    @expose("/", methods=["POST"])
    def upload(self) -> str | AnyResponse:
        """Read the sheet, guess its columns, and go on to them."""
        viewer = allowed(*ADD)
        target = _target(request.form.get("list_name", ""))
        try:
            made = _import_of(target, viewer)
        except DomainError as problem:
            if isinstance(problem, NotAllowed):
                raise
            return _upload_page(viewer, problem.message, target.name)
        return redirect(f"/import/{made.id}")

    @expose("/<pk>", methods=["GET"])
    def show(self, pk: str) -> str:
        one = _found(pk)
        template = "columns" if one.state == ImportState.MAPPING else "progress" if one.is_working else "result"
        return render_template(f"imports/{template}.html", **_page(one))

    @expose("/<pk>/progress", methods=["GET"])
    def progress(self, pk: str) -> Response:
        """The bar anew; once there is something else to see, the whole page."""
        one = _found(pk)
        answer = Response(render_template("imports/bar.html", **_page(one)))
        if not one.is_working:
            answer.headers["HX-Refresh"] = "true"
        return answer

    @expose("/<pk>/columns", methods=["POST"])
    def set_columns(self, pk: str) -> AnyResponse:
        """Keep which column fills which field, and try all rows."""
        one = _found(pk, ImportState.MAPPING, ImportState.CHECKED)
        fields = TARGETS[one.list_name].fields
        mapping = {
            str(position): request.form.get(f"column-{position}", "")
            for position in range(len(one.headers))
            if request.form.get(f"column-{position}", "") in fields
        }
        twice = [key for key in mapping.values() if list(mapping.values()).count(key) > 1]
        if twice or not mapping:
            label = _(fields[twice[0]].label) if twice else ""
            flash(
                _("Two columns can't fill %(label)s.", label=label) if twice else _("Choose at least one column."),
                "danger",
            )
            return redirect(f"/import/{one.id}?columns=1")
        one.mapping = mapping
        outcomes.forget(one)
        working.begin(one, ImportState.CHECKING)
        return redirect(f"/import/{one.id}")

    @expose("/<pk>/columns", methods=["GET"])
    def ask_columns(self, pk: str) -> str:
        """The columns once more, to choose others before anything is made."""
        one = _found(pk, ImportState.MAPPING, ImportState.CHECKED)
        return render_template("imports/columns.html", **_page(one))

    @expose("/<pk>/run", methods=["POST"])
    def run(self, pk: str) -> AnyResponse:
        one = _found(pk, ImportState.CHECKED)
        chosen = request.form.get("duplicates", Duplicates.SKIP)
        one.duplicates = Duplicates(chosen) if chosen in set(Duplicates) else Duplicates.SKIP
        target = TARGETS[one.list_name].resource
        if one.duplicates == Duplicates.UPDATE and not may("can_edit", target):
            raise NotAllowed(_("You may add to this list, but not change what is there."))
        outcomes.leave_out(one, {int(line) for line in request.form.getlist("left_out") if line.isdecimal()})
        working.begin(one, ImportState.RUNNING)
        events.record("import:run", one)
        return redirect(f"/import/{one.id}")

    @expose("/<pk>/undo", methods=["POST"])
    def undo(self, pk: str) -> AnyResponse:
        """Take everything back that nobody has changed since."""
        one = _found(pk, ImportState.DONE)
        working.begin(one, ImportState.UNDOING)
        events.record("import:undone", one)
        return redirect(f"/import/{one.id}")

    @expose("/<pk>/continue", methods=["POST"])
    def go_on(self, pk: str) -> AnyResponse:
        """Ask once more for the work of an import that stands still; rows that are done stay done."""
        one = _found(pk, *working.TASKS)
        working.promise(one)
        return redirect(f"/import/{one.id}")

    @expose("/<pk>/discard", methods=["POST"])
    def discard(self, pk: str) -> AnyResponse:
        """Throw an import away that has made nothing."""
        one = _found(pk, ImportState.MAPPING, ImportState.CHECKED)
        session.delete(one)
        flash(_("The import was thrown away; nothing was changed."), "success")
        return redirect("/import/")

    @expose("/<pk>/faulty", methods=["GET"])
    def faulty(self, pk: str) -> Response:
        """The rows that can't be imported, as they were, with what is wrong in a column of its own."""
        one = _found(pk)
        labels = [*one.headers, str(_("What is wrong"))]
        lines = [
            [*((cell, False) for cell in json.loads(row.cells or "[]")), (" ".join(_faults(one, row)), False)]
            for row in _rows(one, RowState.FAULTY, RowState.KEPT)
        ]
        _note_sight(one)
        answer = Response(workbook(str(_("Faulty rows")), labels, lines), mimetype=XLSX)
        answer.headers["Content-Disposition"] = 'attachment; filename="faulty-rows.xlsx"'
        return answer


VIEWS = (ImportView,)


def _target(name: str) -> Target:
    target = next((one for one in offered() if one.name == name), None)
    if target is None:
        raise NotAllowed(_("You may not add to this list. Ask an administrator of your agency."))
    return target


def _found(pk: str, *states: ImportState) -> Import:
    """The viewer's import, in one of `states` where any are named."""
    viewer = allowed(*ADD)
    one: Import = find_row(registry["Imports"], pk, lock=bool(states))
    _target(one.list_name)
    if one.user_id != viewer.user_id and viewer.scope != "all":
        raise NotFound(_("There is no such record, or you may not see it."))
    if states and one.state not in states:
        raise Conflict(_("The import has gone on in the meantime. Open it again."))
    return one


def _import_of(target: Target, viewer: Any) -> Import:
    """A new import of the file that was sent."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid(_("Choose a file first."), errors={"file": [_("Choose a file first.")]})
    sheet = read_sheet(file.stream.read(LARGEST_FILE_BYTES + 1))
    one = Import(list_name=target.name, file_name=neutral(file.filename)[:200], user_id=viewer.user_id)
    one.headers, one.row_count = sheet.headers, len(sheet.rows)
    one.mapping = guess_mapping(sheet.headers, target.names(), _remembered(target))
    session.add(one)
    session.flush()
    for number, cells in sheet.rows:
        row = ImportRow(import_id=one.id, number=number)
        row.cells = json.dumps(cells)
        session.add(row)
        if number % FLUSHED == 0:
            session.flush()
    session.flush()
    events.record("import:uploaded", one)
    return one


def _remembered(target: Target) -> dict[str, str]:
    """What headings stood for in the agency's last imports into the list."""
    query = select(Import).where(Import.list_name == target.name, Import.state != ImportState.MAPPING)
    found: dict[str, str] = {}
    for one in session.scalars(query.order_by(Import.created_on.desc()).limit(10)):
        for position, key in one.mapping.items():
            found.setdefault(normal(one.headers[int(position)]), key)
    return found


def _upload_page(viewer: Any, error: str = "", chosen: str = "") -> str:
    mine = (Import.user_id == viewer.user_id,) if viewer.scope != "all" else ()
    recent = session.scalars(select(Import).where(*mine).order_by(Import.created_on.desc()).limit(RECENT)).all()
    names = {one.name for one in offered()}
    chosen = chosen or request.args.get("list", "")
    return render_template(
        "imports/begin.html",
        targets=[(one.name, _(one.resource.title)) for one in offered()],
        chosen=chosen,
        recent=[one for one in recent if one.list_name in names],
        titles={one.name: _(one.resource.title) for one in TARGETS.values()},
        label=choice_label,
        error=error,
    )


def _page(one: Import) -> dict[str, Any]:
    target = TARGETS[one.list_name]
    counts = dict(
        session.execute(
            select(ImportRow.state, func.count()).where(ImportRow.import_id == one.id).group_by(ImportRow.state)
        ).all()
    )
    page: dict[str, Any] = {
        "one": one,
        "title": _(target.resource.title),
        "list_url": f"/{target.resource.name}/list/",
        "counts": {state.value: counts.get(state, 0) for state in RowState},
        "label": choice_label,
        "percent": round(100 * one.worked_count / one.row_count) if one.row_count else 0,
    }
    if one.state in (ImportState.MAPPING, ImportState.CHECKED):
        page["columns"] = _columns(one, target)
        page["fields"] = [(key, _(field.label), field.required) for key, field in target.fields.items()]
    if not one.is_working and one.state != ImportState.MAPPING:
        shown = [RowState.FAULTY, RowState.KEPT]
        page["faulty"] = [(row.number, _faults(one, row)) for row in _rows(one, *shown, most=ROWS_SHOWN)]
        page["doubles"] = _doubles(one, target) if one.state == ImportState.CHECKED else []
        page["may_update"] = may("can_edit", target.resource)
        _note_sight(one)
    return page


def _columns(one: Import, target: Target) -> list[dict[str, Any]]:
    first = [json.loads(row.cells or "[]") for row in _rows(one, most=SAMPLES)]
    return [
        {
            "position": position,
            "header": header,
            "key": one.mapping.get(str(position), ""),
            "sample": " · ".join(cells[position][:40] for cells in first if cells[position]),
        }
        for position, header in enumerate(one.headers)
    ]


def _rows(one: Import, *states: RowState, most: int | None = None) -> list[ImportRow]:
    query = select(ImportRow).where(ImportRow.import_id == one.id).order_by(ImportRow.number).limit(most)
    return list(session.scalars(query.where(ImportRow.state.in_(states)) if states else query))


def _doubles(one: Import, target: Target) -> list[dict[str, Any]]:
    """The rows that stand for a record which is there already, or for the same as an earlier row."""
    rows = _rows(one, RowState.DUPLICATE, most=ROWS_SHOWN)
    model = target.resource.model
    ids = [row.twin_id for row in rows if row.twin_id]
    twins = list(session.scalars(select(model).where(model.id.in_(ids)))) if ids else []
    note_sights(target.resource, twins)
    names = {record.id: str(record) for record in twins}
    return [
        {
            "number": row.number,
            "name": names.get(row.twin_id, ""),
            "url": f"/{target.resource.name}/show/{row.twin_id}" if row.twin_id in names else None,
            "sentence": " ".join(_faults(one, row)),
        }
        for row in rows
    ]


def _faults(one: Import, row: ImportRow) -> list[str]:
    """Each fault with the heading of its column, once."""
    headers = {key: one.headers[int(position)] for position, key in one.mapping.items()}
    fields = TARGETS[one.list_name].fields
    found = []
    for key, sentences in row.errors.items():
        label = _(fields[key].label) if key in fields else ""
        found += [placed(sentence, headers.get(key) or label, label) for sentence in sentences]
    return found


def _note_sight(one: Import) -> None:
    audit.record_read("imports", [one.id], [])
