"""The generated screens of a resource: FAB's `ModelView` in declaration and routing, its work replaced.

A list is the page that REST serves, drawn as a table; a form is checked by what REST checks with.
"""

from collections.abc import Sequence
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_appbuilder import ModelView, expose, has_access
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as AnyResponse

from app.core import (
    conflicts,
    details,
    documents,
    in_place,
    lists,
    pages,
    recents,
    saved_views,
    sent_once,
    sequence,
    sheets,
)
from app.core.errors import explain
from app.core.forms import blank_form, filled_form, mark_errors, sent_form, sent_values, show_what_is_kept
from app.core.own_fields import Tailored
from app.core.reading import note_sight
from app.core.redirects import local_path
from app.core.related import name_of
from app.core.resource import Resource
from app.core.security import confirm_viewer, required_viewer
from app.core.trail import trail_of
from app.core.undoing import can_return, can_set_back, standing, undo_address
from app.core.writing import create_row, delete_row, find_row, read_values, update_row
from config import settings
from starline.core.db import session
from starline.core.errors import Conflict, DomainError, Invalid, NotAllowed, Stale
from starline.core.language import gettext as _

METHOD_PERMISSIONS = {
    "list": "read",
    "show": "read",
    "download": "export",
    "add": "add",
    "edit": "edit",
    "delete": "delete",
}


class ResourceView(ModelView):
    """`/<resource>/…`. Subclassed once per resource by `screen_view`."""

    resource: Resource
    method_permission_name = METHOD_PERMISSIONS
    default_view = "list"

    def _init_forms(self) -> None:
        """None of FAB's: `forms` draws them."""

    def _init_properties(self) -> None:
        """None of FAB's columns: `resource` names its own."""
        self._related_views: Sequence[Any] = []
        self.related_views: Sequence[Any] = []

    def _init_titles(self) -> None:
        self.title = self.resource.title

    @expose("/", methods=["GET"])
    @expose("/list/", methods=["GET"])
    @has_access
    def list(self) -> AnyResponse:
        opens_in = saved_views.default_url(self.resource)
        if opens_in:
            return redirect(opens_in)
        try:
            page = lists.list_page(self.resource)
            # Reading has told whether what this process knew of the person was the newest.
            opens_in = saved_views.default_url(self.resource)
            if opens_in:
                return redirect(opens_in)
        except Invalid:
            named = saved_views.named(self.resource)
            if named is None:
                raise
            flash(_("The view %(name)s no longer fits this list. Save it anew or delete it.", name=named), "warning")
            return redirect(f"/{self.resource.name}/list/?view={saved_views.WHOLE}")
        return remembering_density(render_template("resource/list.html", page=page))

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> str:
        page = details.show_page(self.resource, pk)
        recents.note(self.resource, pk)
        return render_template("resource/show.html", page=page, trail=trail_of(self.resource, pk))

    @expose("/download", methods=["GET"])
    @has_access
    def download(self) -> Response:
        """The filtered list as CSV or as a workbook, cells that a spreadsheet would run neutralised."""
        return sheets.export(self.resource)

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> str | AnyResponse | tuple[str, int]:
        confirm_viewer()
        if in_place.add_in_place():
            return in_place.ask(self.resource) if request.method == "GET" else in_place.add(self.resource)
        if request.method == "GET":
            return _form_page(self.resource, blank_form(self.resource), "add")
        try:
            made = sent_once.made_before()
            if made is not None:
                return made
            question = self.question()
            if question:
                return question
            with session.begin_nested():
                row = create_row(self.resource, sent_values(self.resource, is_new=True))
                documents.keep(self.resource, row)
        except (Invalid, Conflict, NotAllowed, IntegrityError) as problem:
            return _refused(self.resource, "add", problem)
        if self.resource.shown_once:
            return _shown_once(self.resource, row)
        return _added(self.resource, row)

    def question(self) -> str:
        """A page that asks something before what was typed is added; empty where nothing has to be asked."""
        return ""

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: str) -> str | AnyResponse:
        confirm_viewer()
        row = find_row(self.resource, pk, lock=request.method == "POST")
        if request.method == "GET":
            note_sight(self.resource, row)
            return _form_page(self.resource, filled_form(self.resource, row), "edit", row=row)
        if request.form.get("resolve") == "theirs":
            return redirect(request.path)
        is_mine = request.form.get("resolve") == "mine"
        version = row.version if is_mine else _version_sent()
        sent, before = sent_values(self.resource, is_new=False), standing(self.resource, row)
        try:
            with session.begin_nested():
                update_row(self.resource, row, sent if is_mine else conflicts.chosen(sent), version=version)
                documents.keep(self.resource, row)
        except Stale:
            return _conflict(self.resource, row)
        except (Invalid, Conflict, NotAllowed, IntegrityError) as problem:
            return _refused(self.resource, "edit", problem, row=row, version=version)
        is_undoable = can_set_back(self.resource, row, before)
        undo = f"undo {undo_address(self.resource)}" if is_undoable else "success"
        flash(_("%(what)s was saved.", what=name_of(row)), undo)
        following = sequence.sequence_of(self.resource, pk) if request.form.get("after") == "next" else None
        if following is not None:
            return redirect(pages.address(self.resource, "edit", following.next_key, list=following.query))
        return redirect(_after(self.resource, row))

    @expose("/delete/<pk>", methods=["GET", "POST"])
    @has_access
    def delete(self, pk: str) -> str | AnyResponse:
        confirm_viewer()
        row = find_row(self.resource, pk, lock=request.method == "POST")
        if request.method == "GET":
            note_sight(self.resource, row)
            return render_template("resource/delete.html", **pages.delete_page(self.resource, row))
        try:
            with session.begin_nested():
                what, is_undoable = name_of(row), can_return(self.resource, row)
                delete_row(self.resource, row)
        except (DomainError, IntegrityError) as problem:
            refusal = explain(problem) if isinstance(problem, IntegrityError) else problem
            flash(refusal.message, "danger")
            return redirect(pages.address(self.resource, "show", row.id))
        said = _("%(what)s was voided.", what=what) if self.resource.voids else _("%(what)s was deleted.", what=what)
        flash(said, f"undo {undo_address(self.resource)}" if is_undoable else "success")
        back = local_path(request.args.get("back", ""), otherwise="")
        return redirect(back or pages.address(self.resource, "list"))


def screen_view(resource: Resource) -> type[ResourceView]:
    """The screen class of a resource, ready for `AppBuilder.add_view_no_menu`."""
    routes = {"list", "show", "download", *resource.methods}
    attributes = {
        "resource": Tailored(resource),
        "datamodel": SQLAInterface(resource.model),
        "route_base": f"/{resource.name}",
        "class_permission_name": resource.permission,
        "include_route_methods": routes,
        "list_columns": ["id"],
        "search_columns": [],
        "search_form": object,
    }
    return type(f"{resource.permission}View", (resource.view or ResourceView,), attributes)


def remembering_density(page: str) -> Response:
    """The page; how close its rows stand is kept by the browser, for its other lists too."""
    answer, wanted = make_response(page), request.args.get("density")
    if wanted in lists.DENSITIES:
        answer.set_cookie(
            "density", wanted, max_age=31_536_000, secure=settings().is_production, httponly=True, samesite="Lax"
        )
    return answer


def _form_page(resource: Resource, form: Any, action: str, row: Any = None, **more: Any) -> str:
    if row is not None:
        show_what_is_kept(resource, form, row)
        more["sequence"] = sequence.sequence_of(resource, str(row.id))
    return render_template(
        resource.form_template,
        form=form,
        page=pages.form_page(resource, form, action, row, **more),
    )


def _added(resource: Resource, row: Any) -> AnyResponse:
    said = _("%(what)s was added.", what=name_of(row))
    flash(said, "success")
    is_followed = request.form.get("after") == "new"
    answer = redirect(request.full_path.rstrip("?") if is_followed else _after(resource, row))
    sent_once.keep(answer, said)
    return answer


def _shown_once(resource: Resource, row: Any) -> str:
    """The only page that shows a new row's secret: a redirect would have to keep it somewhere."""
    secret, next_url = getattr(row, resource.shown_once), pages.address(resource, "show", row.id)
    said = _("%(what)s was added before, and its secret shown. If you don't have it, add another.", what=name_of(row))
    sent_once.keep(redirect(next_url), said)
    return render_template("resource/shown_once.html", title=str(row), secret=secret, next_url=next_url)


def _refused(
    resource: Resource,
    action: str,
    problem: Exception,
    row: Any = None,
    version: int | None = None,
) -> str:
    """The form again, everything typed still in it, with the sentences in their places."""
    refusal = explain(problem) if isinstance(problem, IntegrityError) else problem
    assert isinstance(refusal, DomainError)
    form = sent_form(resource)
    summary = mark_errors(form, refusal.errors) or [{"field": "", "label": "", "sentence": refusal.message}]
    return _form_page(resource, form, action, row, errors_summary=summary, version=version)


def _conflict(resource: Resource, row: Any) -> str:
    """The form as it was typed, beside what somebody else has saved in the meantime."""
    session.refresh(row)
    note_sight(resource, row)
    form = sent_form(resource)
    typed = sent_values(resource, is_new=False)
    try:
        yours = read_values(resource, typed, is_new=False)
    except Invalid:
        yours = typed
    conflict = conflicts.conflict(resource, row, yours, version=_version_sent())
    # What is chosen now is chosen over the version that this page shows.
    return _form_page(resource, form, "edit", row, conflict=conflict, version=row.version)


def _version_sent() -> int | None:
    text = request.form.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _after(resource: Resource, row: Any) -> str:
    """Where to go once saved: the client it belongs to, or its own page."""
    back = local_path(request.args.get("back", ""), otherwise="")
    if back:
        return back
    if ("can_read", resource.permission) in required_viewer().permissions:
        return pages.address(resource, "show", row.id)
    return url_for("HomeView.index")
