"""`/api/v1/files/…` beyond reading and describing: handing in, addresses, versions, the trash, legal hold."""

from typing import Any

import orjson
from flask import Response, request
from flask_appbuilder.api import BaseApi, expose

from app.core.access import allowed
from app.core.documents import accept_large
from app.core.idempotency import once
from app.core.reading import detail_columns, read_within
from app.core.resource import registry
from app.core.versions import check_version
from app.files import uploads
from app.files.documentation import document_files
from app.files.uploads import said_about
from starline.core import audit
from starline.core.db import session
from starline.core.errors import Invalid, NotFound
from starline.core.identifiers import parse_uuid
from starline.core.language import gettext as _
from starline.core.storage import LONGEST_URL_SECONDS
from starline.files import keeping, opening, service
from starline.files.models import FileVersion, StoredFile
from starline.files.owners import owners
from starline.identity.viewer import Viewer

FORM = frozenset({"owner", "owner_id", "category", "description", "expires_on"})


class FileApi(BaseApi):  # type: ignore[misc]
    """Beside the generated API of files; both stand under `/api/v1/files`."""

    resource_name = "files"
    openapi_spec_tag = "Files"

    @expose("/", methods=["POST"])
    @once
    def upload(self) -> Response:
        viewer = uploads.uploader()
        unknown = {str(name or "") for name in request.form} - FORM
        if unknown or not request.form.get("owner"):
            sentence = _("Send a form of owner, owner_id and file; category, description and expires_on may go along.")
            raise Invalid(sentence, errors={name: [sentence] for name in unknown or {"owner"}})
        owner = uploads.owner_for(_table(request.form["owner"]), request.form.get("owner_id", ""), viewer)
        file = uploads.keep(uploads.sent_file(), owner, viewer, **said_about())
        answer = _whole(file, status=201)
        answer.headers["Location"] = f"/api/v1/files/{file.id}"
        return answer

    @expose("/<row:pk>/link", methods=["GET"])
    def link(self, pk: str) -> Response:
        """An address that opens the file for this caller, for five minutes."""
        file = opening.find_file(parse_uuid(pk), allowed("can_read", "Files"))
        version = opening.find_version(file, _number(request.args.get("version", "")))
        return _json({"url": opening.link(version), "expires_in": LONGEST_URL_SECONDS, "version": version.number})

    @expose("/<row:pk>/versions", methods=["GET"])
    def versions(self, pk: str) -> Response:
        file = opening.find_file(parse_uuid(pk), allowed("can_read", "Files"))
        audit.record_read(StoredFile.__tablename__, [file.id], [file.client_id] if file.client_id else [])
        return _json({"result": [_version(one) for one in service.versions_of(file)]})

    @expose("/<row:pk>/versions", methods=["POST"])
    @once
    def add_version(self, pk: str) -> Response:
        key = parse_uuid(pk)
        viewer = uploads.uploader()
        if key is None:
            raise NotFound(_(opening.ABSENT))
        return _json({"result": _version(uploads.keep_version(key, viewer))}, status=201)

    @expose("/<row:pk>/trash", methods=["POST"])
    @once
    def trash(self, pk: str) -> Response:
        viewer = allowed("can_delete", "Files")
        return _whole(keeping.trash_file(_locked(pk, viewer), by=viewer.user_id))

    @expose("/<row:pk>/restore", methods=["POST"])
    @once
    def restore(self, pk: str) -> Response:
        viewer = allowed("can_delete", "Files")
        return _whole(keeping.restore_file(_locked(pk, viewer, with_trash=True), by=viewer.user_id))

    @expose("/<row:pk>/hold", methods=["POST"])
    @once
    def hold(self, pk: str) -> Response:
        viewer = allowed("can_hold", "Files")
        file = _locked(pk, viewer)
        return _whole(keeping.hold_file(file, reason=_reason(), by=viewer.user_id))

    @expose("/<row:pk>/release", methods=["POST"])
    @once
    def release(self, pk: str) -> Response:
        viewer = allowed("can_hold", "Files")
        file = _locked(pk, viewer)
        return _whole(keeping.release_file(file, reason=_reason(), by=viewer.user_id))


VIEWS = (FileApi,)
accept_large("FileApi.upload", "FileApi.add_version")
document_files()


def _table(name: str) -> str:
    """The table behind the name under which REST knows the owners."""
    names = {registry[owner.permission].name: table for table, owner in owners().items()}
    if name not in names:
        sentence = _("owner is one of: %(names)s.", names=", ".join(sorted(names)))
        raise Invalid(sentence, errors={"owner": [sentence]})
    return names[name]


def _locked(pk: str, viewer: Viewer, *, with_trash: bool = False) -> StoredFile:
    """The file as the caller read it, where they say which version that was."""
    file = opening.find_file(parse_uuid(pk), viewer, with_trash=with_trash, lock=True)
    check_version(file)
    return file


def _reason() -> str:
    try:
        body = orjson.loads(request.get_data() or b"{}")
    except orjson.JSONDecodeError:
        raise Invalid(_("The body is not valid JSON."), code="invalid_json") from None
    reason = body.get("reason", "") if isinstance(body, dict) else None
    if not isinstance(reason, str):
        raise Invalid(_("Send one JSON object."), errors={"reason": [_("Give a text.")]})
    return reason


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isdecimal() and len(text) < 7):
        raise NotFound(_("There is no such version of this file."))
    return int(text)


def _whole(file: StoredFile, status: int = 200) -> Response:
    session.flush()
    files = registry["Files"]
    record = orjson.loads(read_within(files, file.id, detail_columns(files)))
    answer = _json({"id": record["id"], "result": record}, status)
    answer.headers["ETag"] = f'"{record["version"]}"'
    return answer


def _version(one: FileVersion) -> dict[str, Any]:
    return {
        "number": one.number,
        "name": one.name,
        "media_type": one.media_type,
        "size_bytes": one.size_bytes,
        "sha256": one.sha256,
        "status": one.status,
        "finding": one.finding,
        "note": one.note,
        "created_on": one.created_on.isoformat(),
    }


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return Response(orjson.dumps(body), status=status, mimetype="application/json")
