"""Files of the local storage, opened by a signed address; with S3 the address leads there instead."""

import mimetypes

from flask import Blueprint, Response

from app.core.security import confirm_viewer, required_viewer
from starline.core.storage import read_ticket, storage

SHOWN = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
"""Types a browser may show in place. Anything else could carry a script, and is offered for download."""

blueprint = Blueprint("files", __name__)


@blueprint.get("/files/<token>")
def open_file(token: str) -> Response:
    """The file of a ticket, if the person, the organisation and the time are the ticket's; 404 otherwise."""
    required_viewer()
    confirm_viewer()  # a file asks the database nothing else that could tell that the person was shut out
    ticket = read_ticket(token)
    content_type = mimetypes.guess_type(ticket.key)[0] or "application/octet-stream"
    response = Response(storage().get(ticket.key), mimetype=content_type)
    response.headers["Content-Disposition"] = "inline" if content_type in SHOWN else "attachment"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
