"""The photo of a client or staff member: shown in the header of their page, set and removed there."""

import hashlib
from uuid import UUID

from flask import Response, flash, redirect, request
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response as AnyResponse

from app.core.access import allowed
from app.core.redirects import local_path
from app.core.security import confirm_viewer, required_viewer
from app.core.tabs import Record, extend_header
from app.files import uploads
from starline.core import audit
from starline.core.db import session
from starline.core.errors import DomainError, NotAllowed, NotFound
from starline.core.language import gettext as _
from starline.core.storage import storage
from starline.files import photos
from starline.files.owners import owner_named, owners, subjects


class PhotoView(BaseView):  # type: ignore[misc]
    """`/photos/<table>/<key>`."""

    route_base = "/photos"

    @expose("/<table>/<uuid:key>", methods=["GET"])
    def show(self, table: str, key: UUID) -> Response:
        confirm_viewer()
        row = uploads.owner_for(table, key, required_viewer())
        if not getattr(row, "photo_file", None):
            raise NotFound(_("There is no photo."))
        audit.record_read(table, [key], [subjects(row)["client_id"]])
        response = Response(storage().get(row.photo_file), mimetype="image/jpeg")
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response

    @expose("/<table>/<uuid:key>", methods=["POST"])
    def save(self, table: str, key: UUID) -> AnyResponse:
        viewer = allowed("can_edit", owner_named(table).permission)
        row = uploads.owner_for(table, key, viewer)
        if not hasattr(row, "photo_file"):
            raise NotFound(_("There is no photo."))
        try:
            with session.begin_nested():
                if "remove" in request.form:
                    photos.remove_photo(row, by=viewer.user_id)
                else:
                    sent = uploads.sent_file()
                    photos.set_photo(row, sent.stream, sent.name, by=viewer.user_id)
            flash(_("The photo was changed."), "success")
        except (NotFound, NotAllowed):
            raise
        except DomainError as problem:
            flash(problem.message, "danger")
        return redirect(local_path(request.form.get("back", ""), otherwise="/"))


def photo_of(record: Record) -> str | None:
    """Where the record's photo is; its address changes with the picture."""
    key = record.row.photo_file
    if not key:
        return None
    mark = hashlib.sha256(key.encode()).hexdigest()[:8]
    return f"/photos/{record.resource.model.__tablename__}/{record.key}?v={mark}"


def show_in_headers() -> None:
    for owner in owners().values():
        if hasattr(owner.model, "photo_file"):
            extend_header(owner.permission, photo=photo_of)


show_in_headers()
