"""Verbs on exports: ask for one, add a list, finish, throw away. What a list's file holds is the caller's to know."""

import csv
import io
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import BinaryIO, cast
from uuid import UUID

from sqlalchemy import func, select

from starline.core import clock, events, outbox, tenancy
from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.language import N_
from starline.core.problems import invalid
from starline.core.storage import key_for, storage
from starline.exports.models import Export, ExportFormat, ExportState
from starline.notifications.service import notify

AREA = "exports"
TASK, CLEARING = "exports.write_next", "exports.clear_files"
KEPT_FOR = timedelta(days=7)
LEFT_ALONE = timedelta(days=1)
"""A part may belong to an export that is still being written: bytes come before rows."""

CHUNK = 256 * 1024
READY = N_("Your export is ready: %(file)s. It is kept for seven days.")


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


def get(export_id: UUID, *, lock: bool = False) -> Export | None:
    """The export as it is now, whoever asked for it."""
    return session.get(Export, export_id, with_for_update=lock or None, populate_existing=True)


def add_part(export_id: UUID, place: int, content: BinaryIO, *, rows: int, reach: Mapping[str, str | None]) -> None:
    """Keep the file of the list at `place` and how far its reader could see; after the last one, pack them all.

    Nothing happens where the export was thrown away meanwhile, or another worker has written that list.
    """
    one = get(export_id, lock=True)
    if one is None or not one.is_working or len(one.parts) != place:
        return
    key = storage().put_stream(key_for(AREA, one.file_format), content, "application/octet-stream")
    one.parts = [*one.parts, {"list": one.list_names[place], "rows": rows, "key": key, **reach}]
    if len(one.parts) == len(one.list_names):
        _pack(one)
        _tell(one)
    else:
        promise(one)
    session.flush()


def remove(export_id: UUID) -> Export | None:
    """Throw the file away before its week is over. Raises `Conflict` where there is none any more."""
    one = get(export_id, lock=True)
    if one is None:
        return None
    if one.state == ExportState.REMOVED:
        raise Conflict("This export was thrown away already.")
    _let_go(one)
    session.flush()
    events.record("export:removed", one)
    return one


def find(export_id: UUID, *, of_user: int) -> Export | None:
    """The person's own export."""
    query = select(Export).where(Export.id == export_id, Export.user_id == of_user)
    return session.scalars(query).one_or_none()


def newest(of_user: int, *, limit: int) -> list[Export]:
    query = select(Export).where(Export.user_id == of_user).order_by(Export.created_on.desc())
    return list(session.scalars(query.limit(limit)))


def clear() -> int:
    """Throw away what is older than a week, and parts that broken attempts left; how many files."""
    now, removed = clock.now(), 0
    end = func.coalesce(Export.expires_at, Export.created_on + KEPT_FOR)
    old = select(Export).where(Export.state != ExportState.REMOVED, end < now)
    for one in session.scalars(old.with_for_update(of=Export, skip_locked=True)):
        _let_go(one)
        removed += 1
    session.flush()
    named = {key for one in session.scalars(select(Export)) for key in _keys(one)}
    orphans = [key for key in storage().keys_made_before(AREA, now - LEFT_ALONE) if key not in named]
    for key in orphans:
        storage().delete(key)
    return removed + len(orphans)


def clear_files(export_id: UUID) -> None:
    """Remove the files of single lists once the zip file is on record; of what was thrown away, all."""
    one = get(export_id, lock=True)
    if one is None or one.is_working:
        return
    for key in _keys_of_parts(one):
        storage().erase(key)
    one.parts = [{**part, "key": None} for part in one.parts]
    if one.state == ExportState.REMOVED and one.storage_key:
        storage().erase(one.storage_key)
        one.storage_key = None
    session.flush()


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
    outbox.enqueue(CLEARING, export_id=str(one.id))


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


def _let_go(one: Export) -> None:
    """The row first, the bytes once that is on record: a row never promises what is gone."""
    one.state, one.size_bytes, one.expires_at = ExportState.REMOVED, None, None
    outbox.enqueue(CLEARING, export_id=str(one.id))
