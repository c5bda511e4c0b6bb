"""The photo of a person's record: a square, drawn anew, kept beside the record whose `photo_file` names it."""

import io
from typing import Any, BinaryIO

from starline.core import events, outbox
from starline.core.db import session
from starline.core.errors import TooLarge, Unavailable
from starline.core.language import _
from starline.core.problems import invalid
from starline.core.storage import key_for, storage
from starline.files import pictures, scanning
from starline.files.kinds import kind_of
from starline.files.rules import MEGABYTE, size_label, tidy_name
from starline.files.vocabulary import FileStatus

LARGEST_BYTES = 15 * MEGABYTE


def set_photo(row: Any, stream: BinaryIO, name: str, *, by: int | None) -> Any:
    """Cut the picture to a square and let the record show it. Raises `Invalid` for what is no picture."""
    content = io.BytesIO(stream.read(LARGEST_BYTES + 1))
    if content.getbuffer().nbytes > LARGEST_BYTES:
        raise TooLarge(_("A photo may have at most %(size)s.", size=size_label(LARGEST_BYTES)))
    kind = kind_of(content, tidy_name(name))
    if not kind.is_picture:
        raise invalid("file", "Choose a picture: JPEG, PNG, WebP, GIF or HEIC.")
    if scanning.first_status(content, 0) is FileStatus.QUARANTINED:
        raise Unavailable("The virus scanner can't be reached, so no photo is taken. Please try again later.")
    key = storage().put(key_for("photos", "jpg"), pictures.square(content, kind), "image/jpeg")
    _replace(row, key)
    events.record("photo:set", row)
    return row


def remove_photo(row: Any, *, by: int | None) -> Any:
    """Let the record show its initials again."""
    if row.photo_file:
        _replace(row, None)
        events.record("photo:removed", row)
    return row


def _replace(row: Any, key: str | None) -> None:
    """The old photo goes once this is committed: until then the record still names it."""
    if row.photo_file:
        outbox.enqueue("files.forget_photo", key=row.photo_file)
    row.photo_file = key
    session.flush()
