"""Verbs on exports: ask for one, add a list, finish, throw away. What a list's file holds is the caller's to know."""

import csv
import io
import re
import tempfile
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import BinaryIO, cast
from uuid import UUID

from sqlalchemy import select

from starline.core import clock, events, outbox, tenancy
from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.language import N_
from starline.core.problems import invalid
from starline.core.storage import key_for, storage
from starline.exports.models import Export, ExportFormat, ExportState
from starline.notifications.service import notify

AREA = "exports"
TASK = "exports.write_next"
KEPT_FOR = timedelta(days=7)
LEFT_ALONE = timedelta(days=1)
"""A part may belong to an export that is still being written: bytes come before rows."""

CHUNK = 256 * 1024
READY = N_("Your export is ready: %(file)s. It is kept for seven days.")
_MADE = re.compile(r"/([0-9a-f]{32})\.[a-z]+$")


def ask(list_names: Sequence[str], *, file_name: str, file_format: ExportFormat, by: int) -> Export:
    """Have the lists written, one after the other. Raises `Invalid` without a list."""
    if not list_names:
        raise invalid("lists", "Choose at least one list.")
    one = Export(file_name=file_name, file_format=file_format, user_id=by, list_names=list(list_names))
    session.add(one)
    session.flush()
    promise(one)
    events.record("export:asked", one)
    return one


def promise(one: Export) -> None:
    """Have a worker write the next list."""
    outbox.enqueue(TASK, export_id=str(one.id))


def next_list(one: Export) -> str | None:
    """The list to be written next, None where all are."""
    return one.list_names[len(one.parts)] if len(one.parts) < len(one.list_names) else None


def add_part(one: Export, content: BinaryIO, *, rows: int) -> None:
    """Keep the file of the next list; after the last one, pack them all."""
    name = next_list(one)
    key = storage().put_stream(key_for(AREA, one.file_format), content, "application/octet-stream")
    one.parts = [*one.parts, {"list": name, "rows": rows, "key": key}]
    if next_list(one) is None:
        _pack(one)
        _tell(one)
    else:
        promise(one)
    session.flush()


def remove(one: Export) -> Export:
    """Throw the file away before its week is over. Raises `Conflict` where there is none any more."""
    if one.state == ExportState.REMOVED:
        raise Conflict("This export was thrown away already.")
    _erase(one)
    session.flush()
    events.record("export:removed", one)
    return one


def find(export_id: UUID, *, of_user: int, lock: bool = False) -> Export | None:
    """The person's own export."""
    query = select(Export).where(Export.id == export_id, Export.user_id == of_user)
    return session.scalars(query.with_for_update(of=Export) if lock else query).one_or_none()


def newest(of_user: int, *, limit: int) -> list[Export]:
    query = select(Export).where(Export.user_id == of_user).order_by(Export.created_on.desc())
    return list(session.scalars(query.limit(limit)))


def clear() -> int:
    """Throw away what is older than a week, and parts that broken attempts left; how many files."""
    now, removed = clock.now(), 0
    old = select(Export).where(Export.state != ExportState.REMOVED, Export.created_on < now - KEPT_FOR)
    for one in session.scalars(old.with_for_update(of=Export, skip_locked=True)):
        _erase(one)
        removed += 1
    session.flush()
    named = {key for one in session.scalars(select(Export)) for key in _keys(one)}
    for key in list(storage().list_keys(f"{AREA}/")):
        found = _MADE.search(key)
        is_old = found and datetime.fromtimestamp(int(found.group(1)[:12], 16) / 1000, UTC) < now - LEFT_ALONE
        if is_old and key not in named:
            storage().delete(key)
            removed += 1
    return removed


def clear_parts(export_id: UUID) -> None:
    """Remove the files of single lists, once the zip file that holds them is on record."""
    one = session.get(Export, export_id)
    if one is not None and one.state != ExportState.WORKING:
        for key in _keys_of_parts(one):
            storage().erase(key)
        one.parts = [{**part, "key": None} for part in one.parts]


def _pack(one: Export) -> None:
    with tempfile.TemporaryFile() as packed:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("Contents.csv", _contents(one))
            for part in one.parts:
                with (
                    storage().open(part["key"]) as content,
                    archive.open(f"{part['list']}.{one.file_format}", "w", force_zip64=True) as entry,
                ):
                    while piece := content.read(CHUNK):
                        entry.write(piece)
        one.size_bytes = packed.tell()
        packed.seek(0)
        one.storage_key = storage().put_stream(key_for(AREA, "zip"), cast(BinaryIO, packed), "application/zip")
    one.state, one.finished_at = ExportState.READY, clock.now()
    one.expires_at = one.finished_at + KEPT_FOR
    outbox.enqueue("exports.clear_parts", export_id=str(one.id))


def _contents(one: Export) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("File", "Rows"))
    writer.writerows((f"{part['list']}.{one.file_format}", part["rows"]) for part in one.parts)
    return out.getvalue()


def _tell(one: Export) -> None:
    """Whoever asked has gone on to other things; the worker who acts for them isn't the one to be told."""
    with tenancy.acting(one.organization_id):
        notify(one.user_id, "export_ready", READY, link=f"/export/{one.id}", key=f"export:{one.id}", file=one.file_name)


def _keys(one: Export) -> list[str]:
    return [*_keys_of_parts(one), *([one.storage_key] if one.storage_key else [])]


def _keys_of_parts(one: Export) -> list[str]:
    return [part["key"] for part in one.parts if part["key"]]


def _erase(one: Export) -> None:
    for key in _keys(one):
        storage().erase(key)
    one.state, one.storage_key, one.size_bytes, one.expires_at = ExportState.REMOVED, None, None, None
