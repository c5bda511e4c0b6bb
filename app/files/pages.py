"""Files as screens: handing in, opening, versions, the trash, legal hold. A signed address is opened here, too."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response as AnyResponse

from app.core.access import allowed
from app.core.documents import accept_large
from app.core.downloads import in_pieces
from app.core.navigation import Entry, add_entry
from app.core.redirects import local_path
from app.core.security import confirm_viewer, required_viewer
from app.files import uploads
from app.files.documents import add_tabs, documents_of, trash_lines
from app.files.photos import PhotoView
from starline.core.db import session
from starline.core.errors import DomainError, NotAllowed, NotFound
from starline.core.language import gettext as _
from starline.core.language import ngettext
from starline.core.storage import prefix, read_ticket, storage
from starline.files import keeping, opening
from starline.files.service import AREA, THUMBNAILS
from starline.organizations.settings import policy

SHOWN = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif", "application/pdf"})
"""Types a browser may show in place. Anything else could carry a script, and is offered for download."""

SHUT = "default-src 'none'; sandbox"
FOR_PDF = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""Browsers don't run their PDF viewer in a sandbox of ours; it has its own."""

add_entry(Entry("Agency", "Trash", "/trash/", "trash", ("can_delete", "Files")))
add_tabs()

blueprint = Blueprint("files", __name__)


@blueprint.get("/files/<token>")
def open_file(token: str) -> Response:
    """The file of a ticket, if the person, the organisation and the time are the ticket's; 404 otherwise."""
    required_viewer()
    confirm_viewer()  # a file asks the database nothing else that could tell that the person was shut out
    key = read_ticket(token).key
    if key.startswith((f"{prefix()}{AREA}/", f"{prefix()}{THUMBNAILS}/")):
        return _sent(opening.open_ticket(token, required_viewer()))
    return _sent(opening.Opened(storage().open(key), key.rpartition("/")[2], opening.type_of_key(key), None))


class FileView(BaseView):  # type: ignore[misc]
    """`/files/…`, beside the generated screens."""

    route_base = "/files"

    @expose("/of/<table>/<uuid:key>", methods=["GET"])
    def of_record(self, table: str, key: UUID) -> str:
        """The documents of a record: a page of their own, or the list alone for a page that is open."""
        viewer = allowed("can_read", "Files")
        documents = documents_of(table, uploads.owner_for(table, key, viewer))
        is_part = request.args.get("part") == "list"
        return render_template("files/list.html" if is_part else "files/of_record.html", documents=documents)

    @expose("/of/<table>/<uuid:key>", methods=["POST"])
    def add(self, table: str, key: UUID) -> AnyResponse:
        """One file at a time from the script, several from the plain form."""
        viewer = uploads.uploader()
        owner, said = uploads.owner_for(table, key, viewer), uploads.said_about()
        if request.accept_mimetypes.best == "application/json":
            file = uploads.keep(uploads.sent_file(), owner, viewer, **said)
            return jsonify(id=str(file.id), name=file.name)
        kept = [sent for sent in uploads.sent_files() if _kept(_keeping(sent, owner, viewer, said), sent.name)]
        if kept:
            flash(ngettext("One file was uploaded.", "%(num)d files were uploaded.", len(kept)), "success")
        return _back(f"/files/of/{table}/{key}")

    @expose("/<uuid:pk>/open", methods=["GET"])
    def open(self, pk: UUID) -> AnyResponse:
        """A fresh signed address, and straight on to it."""
        viewer = allowed("can_read", "Files")
        file = opening.find_file(pk, viewer)
        address = opening.link(opening.find_version(file, _number(request.args.get("version", ""))))
        return redirect(f"{address}?download=1" if "download" in request.args else address)

    @expose("/<uuid:pk>/versions", methods=["POST"])
    def add_version(self, pk: UUID) -> AnyResponse:
        viewer = uploads.uploader()
        if _kept(lambda: uploads.keep_version(pk, viewer), _("The new version")):
            flash(_("The new version was uploaded; older ones stay below."), "success")
        return _back(f"/files/show/{pk}")

    @expose("/<uuid:pk>/trash", methods=["POST"])
    def trash(self, pk: UUID) -> AnyResponse:
        viewer = allowed("can_delete", "Files")
        file = opening.find_file(pk, viewer, lock=True)
        if _kept(lambda: keeping.trash_file(file, by=viewer.user_id), file.name):
            flash(_("%(name)s is in the trash.", name=file.name), "success")
        return _back("/files/list/")

    @expose("/<uuid:pk>/restore", methods=["POST"])
    def restore(self, pk: UUID) -> AnyResponse:
        viewer = allowed("can_delete", "Files")
        file = opening.find_file(pk, viewer, with_trash=True, lock=True)
        if _kept(lambda: keeping.restore_file(file, by=viewer.user_id), file.name):
            flash(_("%(name)s is back in its place.", name=file.name), "success")
        return _back("/trash/")

    @expose("/<uuid:pk>/hold", methods=["POST"])
    def hold(self, pk: UUID) -> AnyResponse:
        return _held(pk, keeping.hold_file, _("The file is on legal hold: nobody can throw it away."))

    @expose("/<uuid:pk>/release", methods=["POST"])
    def release(self, pk: UUID) -> AnyResponse:
        return _held(pk, keeping.release_file, _("The legal hold has ended."))


class TrashView(BaseView):  # type: ignore[misc]
    """`/trash/`."""

    route_base = "/trash"

    @expose("/", methods=["GET"])
    def list(self) -> str:
        allowed("can_delete", "Files")
        return render_template("files/trash.html", files=trash_lines(), days=policy("file_policy")["trash_days"])


VIEWS = (FileView, TrashView, PhotoView)
accept_large("FileView.add", "FileView.add_version")


def _keeping(sent: uploads.Sent, owner: Any, viewer: Any, said: dict[str, Any]) -> Callable[[], Any]:
    return lambda: uploads.keep(sent, owner, viewer, **said)


def _held(pk: UUID, verb: Any, done: str) -> AnyResponse:
    viewer = allowed("can_hold", "Files")
    file = opening.find_file(pk, viewer, lock=True)
    if _kept(lambda: verb(file, reason=request.form.get("reason", ""), by=viewer.user_id), file.name):
        flash(done, "success")
    return _back(f"/files/show/{pk}")


def _kept(act: Callable[[], Any], name: str) -> bool:
    """Do it and tell a refusal where the person is; whether it was done."""
    try:
        with session.begin_nested():
            act()
        return True
    except (NotFound, NotAllowed):
        raise
    except DomainError as problem:
        flash(f"{name}: {problem.message}", "danger")
        return False


def _back(otherwise: str) -> AnyResponse:
    return redirect(local_path(request.form.get("back", "") or request.args.get("back", ""), otherwise=otherwise))


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and 0 < len(text) < 7 else None


def _sent(opened: opening.Opened) -> Response:
    """The content in pieces, however large it is."""
    is_shown = opened.media_type in SHOWN and "download" not in request.args
    facts = {"size_bytes": opened.size_bytes, "inline": is_shown}
    response = in_pieces(opened.content, opened.name, opened.media_type, **facts)
    response.headers["Content-Security-Policy"] = FOR_PDF if opened.media_type == "application/pdf" else SHUT
    return response
