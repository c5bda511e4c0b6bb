"""The screens of an export: `/export/` asks which lists, `/export/<id>` tells how far it is and gives the file out."""

from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response as AnyResponse

from app.core.access import allowed
from app.core.display import choice_label
from app.core.downloads import in_pieces
from app.core.navigation import Entry, add_entry
from app.core.profile import current_profile
from app.core.resource import Resource, registry
from app.exports.working import offered, sees_as_much
from starline.core import audit
from starline.core.errors import Conflict, Invalid, NotAllowed, NotFound
from starline.core.language import gettext as _
from starline.core.language import ngettext
from starline.core.storage import storage
from starline.exports import service
from starline.exports.models import Export, ExportFormat, ExportState
from starline.identity.viewer import Viewer
from starline.organizations.calendar import today

TAKE = ("can_export", "Exports")
RECENT = 50

add_entry(Entry("Settings", "Export", "/export/", "package-export", TAKE))


class ExportView(BaseView):
    """`/export/…`. Nobody opens another one's export, whatever they may do otherwise."""

    route_base = "/export"

    @expose("/", methods=["GET"])
    def begin(self) -> str:
        return _ask_page(allowed(*TAKE))

    @expose("/", methods=["POST"])
    def ask(self) -> str | AnyResponse:
        """Have the chosen lists written."""
        viewer = allowed(*TAKE)
        chosen = set(request.form.getlist("lists"))
        names = [one.name for one in offered() if one.name in chosen]
        form = request.form.get("format", ExportFormat.CSV)
        try:
            one = service.ask(
                names,
                file_name=f"{current_profile().slug}-{today()}.zip",
                file_format=ExportFormat(form) if form in set(ExportFormat) else ExportFormat.CSV,
                by=viewer.user_id,
            )
        except Invalid as problem:
            return _ask_page(viewer, problem.message)
        return redirect(f"/export/{one.id}")

    @expose("/<uuid:pk>", methods=["GET"])
    def show(self, pk: UUID) -> str:
        return render_template("exports/show.html", **_page(_found(pk)))

    @expose("/<uuid:pk>/progress", methods=["GET"])
    def progress(self, pk: UUID) -> Response:
        """The bar anew; once there is something else to see, the whole page."""
        one = _found(pk)
        answer = Response(render_template("exports/bar.html", **_page(one)))
        if not one.is_working:
            answer.headers["HX-Refresh"] = "true"
        return answer

    @expose("/<uuid:pk>/download", methods=["GET"])
    def download(self, pk: UUID) -> Response:
        """The zip file. The trail keeps that it was taken; what is in it, the reading of the lists has told."""
        one = _found(pk)
        if one.state != ExportState.READY or one.storage_key is None:
            raise Conflict(_("This export has no file; ask for a new one."))
        if not set(one.list_names) <= {other.name for other in offered()}:
            raise NotAllowed(_("You may no longer take all of these lists along. Ask for a new export."))
        if not sees_as_much(allowed(*TAKE), one):
            raise NotAllowed(_("You see fewer records now than when this was written. Ask for a new export."))
        facts = {"file": one.file_name, "lists": one.list_names, "rows": one.row_count}
        audit.record("export", Export.__tablename__, subject_id=str(one.id), changes=facts)
        content = storage().open(one.storage_key)
        return in_pieces(content, one.file_name, "application/zip", size_bytes=one.size_bytes)

    @expose("/<uuid:pk>/continue", methods=["POST"])
    def go_on(self, pk: UUID) -> AnyResponse:
        """Ask once more for the work of an export that stands still; lists that are written stay written."""
        one = _found(pk)
        if not one.is_working:
            raise Conflict(_("This export is finished. Open it again."))
        service.promise(one)
        return redirect(f"/export/{one.id}")

    @expose("/<uuid:pk>/remove", methods=["POST"])
    def remove(self, pk: UUID) -> AnyResponse:
        one = _found(pk)
        service.remove(one.id)
        flash(_("%(name)s was thrown away.", name=one.file_name), "success")
        return redirect("/export/")


VIEWS = (ExportView,)


def _found(pk: UUID) -> Export:
    one = service.find(pk, of_user=allowed(*TAKE).user_id)
    if one is None:
        raise NotFound(_("There is no such export, or it is somebody else's."))
    return one


def _ask_page(viewer: Viewer, error: str = "") -> str:
    return render_template(
        "exports/ask.html",
        lists=[{"name": one.name, "title": _title(one)} for one in offered()],
        recent=[_line(one) for one in service.newest(viewer.user_id, limit=RECENT)],
        error=error,
    )


def _page(one: Export) -> dict[str, Any]:
    titles = {other.name: _title(other) for other in offered()}
    written = {part["list"]: part["rows"] for part in one.parts}
    return {
        "one": one,
        "line": _line(one),
        "lists": [(titles.get(name, name), written.get(name)) for name in one.list_names],
        "done": len(one.parts),
        "percent": round(100 * len(one.parts) / len(one.list_names)) if one.list_names else 0,
    }


def _title(one: Resource) -> str:
    """What is known from a record's page alone is called after it: there are steps of referrals and of onboarding."""
    owner = next((other for other in registry.values() if one in other.children), None)
    return _(one.title) if one.menu or owner is None else f"{_(owner.title)}: {_(one.title)}"


def _line(one: Export) -> dict[str, Any]:
    display = current_profile().display
    return {
        "url": f"/export/{one.id}",
        "name": one.file_name,
        "state": one.state,
        "label": choice_label(one.state),
        "at": display.instant(one.created_on),
        "until": display.instant(one.expires_at) if one.expires_at else None,
        "lists": ngettext("One list", "%(num)d lists", len(one.list_names)),
        "rows": ngettext("One row", "%(num)d rows", one.row_count),
        "size_bytes": one.size_bytes,
    }
