"""Documents in fields of the agency's own: handed in with the record's form, kept among the record's files."""

from typing import Any, BinaryIO, cast

from flask import request

from app.core.access import allowed
from app.core.fields import Field, Look
from app.core.related import label_of
from app.core.requests import take_large_bodies
from app.core.resource import Resource
from starline.core.db import session
from starline.core.errors import Conflict, DomainError, Invalid, TooLarge
from starline.core.language import gettext as _
from starline.files import service
from starline.files.models import StoredFile
from starline.files.owners import owners
from starline.files.rules import LARGEST_BYTES

UPLOAD, LET_GO = "-upload", "-let-go"
AROUND = 1024 * 1024
"""What a request may have beside the file itself."""


def accept_large(*endpoints: str) -> None:
    """Let these endpoints take a file of the largest size that any subscription allows."""
    for endpoint in endpoints:
        take_large_bodies(endpoint, LARGEST_BYTES + AROUND)


def accept_with_forms(resource: Resource) -> None:
    """Let the forms of records that may have own fields and files take a document."""
    table = resource.model.__table__
    if "custom" in table.c and table.name in owners():
        accept_large(*(f"{resource.permission}View.{method}" for method in ("add", "edit")))


def show(control: Any) -> None:
    """Tell the control what its document is called, where the viewer may see it."""
    control.shown = label_of(StoredFile, control.data) if control.data else ""
    control.shown_url = f"/files/show/{control.data}" if control.shown else ""
    control.is_let_go = control.name + LET_GO in request.form


def to_be_chosen_again(resource: Resource) -> list[str]:
    """The names of the files that were sent with a form which is shown again: no browser keeps them."""
    sent = [request.files.get(one.key + UPLOAD) for one in resource.own.values() if one.look is Look.FILE]
    return [one.filename for one in sent if one is not None and one.filename]


def is_let_go(one: Field) -> bool:
    """Whether the form says that the record no longer has this document here. The file itself stays."""
    return one.key + LET_GO in request.form


def keep(resource: Resource, row: Any) -> None:
    """Keep what the form hands in as documents of `row`, which is written already. Raises `Invalid` by field."""
    for one in resource.own.values():
        sent = request.files.get(one.key + UPLOAD) if one.look is Look.FILE else None
        if sent is None or not sent.filename:
            continue
        by = allowed("can_add", "Files").user_id
        try:
            file = service.store(cast(BinaryIO, sent.stream), sent.filename, owner=row, by=by)
        except (Invalid, Conflict, TooLarge) as problem:
            raise _about(one, problem) from None
        row.custom = {**(row.custom or {}), one.path: str(file.id)}
        session.flush()


def _about(one: Field, problem: DomainError) -> Invalid:
    return Invalid(_("Please check the marked fields."), errors={one.key: [problem.message]})
