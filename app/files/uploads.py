"""What an upload sends: the files of a form, and what is said about them."""

from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO, cast
from uuid import UUID

from flask import Response, after_this_request, request

from app.core.access import allowed
from app.core.versions import check_version
from starline.core.errors import Invalid, NotFound
from starline.core.identifiers import parse_uuid
from starline.core.language import gettext as _
from starline.core.problems import Problems
from starline.files import opening, service
from starline.files.models import FileVersion, StoredFile
from starline.files.owners import find_owner
from starline.files.vocabulary import FileCategory
from starline.identity.viewer import Viewer

LONGEST_DESCRIPTION = 300
SENT_AS = ("file", "files")


@dataclass(frozen=True, slots=True)
class Sent:
    """One file of a request."""

    name: str
    stream: BinaryIO


def sent_files() -> list[Sent]:
    """The files of the request. Raises `Invalid` where there is none."""
    found = [one for name in SENT_AS for one in request.files.getlist(name) if one.filename]
    if not found:
        sentence = _("Choose a file first.")
        raise Invalid(sentence, errors={"file": [sentence]})
    after_this_request(_closed)
    return [Sent(one.filename or "", cast(BinaryIO, one.stream)) for one in found]


def sent_file() -> Sent:
    found = sent_files()
    if len(found) > 1:
        sentence = _("Send one file at a time.")
        raise Invalid(sentence, errors={"file": [sentence]})
    return found[0]


def said_about() -> dict[str, Any]:
    """Category, description and day of expiry as the form says them. Raises `Invalid`."""
    problems = Problems()
    said: dict[str, Any] = {"description": request.form.get("description", "").strip() or None}
    if len(said["description"] or "") > LONGEST_DESCRIPTION or "\x00" in (said["description"] or ""):
        problems.add("description", _("Use at most %(most)d characters.", most=LONGEST_DESCRIPTION))
    try:
        said["category"] = FileCategory(request.form.get("category") or FileCategory.OTHER)
    except ValueError:
        problems.add("category", _("Choose one of: %(names)s.", names=", ".join(FileCategory)))
    text = request.form.get("expires_on", "").strip()
    try:
        said["expires_on"] = date.fromisoformat(text) if text else None
    except ValueError:
        problems.add("expires_on", _("Write the day like 2026-03-31."))
    problems.refuse()
    return said


def uploader() -> Viewer:
    return allowed("can_add", "Files")


def owner_for(table: str, key: str | UUID, viewer: Viewer) -> Any:
    """The record that is to own a file, as the viewer may see it."""
    found = parse_uuid(str(key))
    if found is None:
        raise NotFound(_("There is no such record, or you may not see it."))
    return find_owner(table, found, viewer)


def _closed(response: Response) -> Response:
    """Large files wait in temporary ones, which go as soon as they are closed."""
    for one in request.files.values():
        one.close()
    return response


def keep(sent: Sent, owner: Any, viewer: Viewer, **said: Any) -> StoredFile:
    return service.store(sent.stream, sent.name, owner=owner, by=viewer.user_id, **said)


def keep_version(pk: UUID, viewer: Viewer) -> FileVersion:
    """Put the file of the request in front of the older versions."""
    file = opening.find_file(pk, viewer, lock=True)
    check_version(file)
    sent, note = sent_file(), request.form.get("note", "").strip()[:LONGEST_DESCRIPTION] or None
    return service.add_version(file, sent.stream, sent.name, by=viewer.user_id, note=note)
