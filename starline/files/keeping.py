"""What becomes of files: the trash and back, legal hold, and what jobs take away for good."""

from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select

from starline.core import clock, events, tenancy
from starline.core.db import session
from starline.core.errors import Conflict, Invalid
from starline.core.language import _
from starline.core.problems import invalid
from starline.core.storage import storage
from starline.files.models import FileVersion, StoredFile
from starline.files.rules import is_purgeable
from starline.files.service import AREA, THUMBNAILS
from starline.organizations.settings import policy

SHORTEST_REASON, LONGEST_REASON = 5, 300
LEFT_ALONE = timedelta(days=1)
"""An upload may still be on its way: bytes come before rows."""


def trash_file(file: StoredFile, *, by: int | None) -> StoredFile:
    """Put the file into the trash, out of every list. Raises `Conflict` for one on legal hold."""
    if file.is_held:
        raise Conflict("This file is on legal hold and can't be thrown away. Release the hold first.", code="held")
    if file.trashed_at is not None:
        raise Conflict("This file is in the trash already.")
    file.trashed_at, file.trashed_by_id = clock.now(), by
    session.flush()
    events.record("file:trashed", file)
    return file


def restore_file(file: StoredFile, *, by: int | None) -> StoredFile:
    """Take the file out of the trash. Raises `Conflict` where the trash was emptied of it."""
    if file.purged_at is not None:
        raise Conflict("The trash was emptied; this file can't be brought back.")
    if file.trashed_at is None:
        raise Conflict("This file isn't in the trash.")
    file.trashed_at = file.trashed_by_id = None
    session.flush()
    events.record("file:restored", file)
    return file


def hold_file(file: StoredFile, *, reason: str, by: int | None) -> StoredFile:
    """Put the file on legal hold: nobody throws it away until it is released."""
    reason = reason.strip()
    if file.is_held:
        raise Conflict("This file is on legal hold already.")
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise _no_reason()
    if file.trashed_at is not None:
        raise Conflict("This file is in the trash. Restore it first.")
    with tenancy.because(reason):
        file.held_at, file.held_by_id, file.hold_reason = clock.now(), by, reason
    events.record("file:held", file)
    return file


def release_file(file: StoredFile, *, reason: str, by: int | None) -> StoredFile:
    """End the legal hold; why is kept in the audit trail."""
    reason = reason.strip()
    if not file.is_held:
        raise Conflict("This file isn't on legal hold.")
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise _no_reason()
    with tenancy.because(reason):
        file.held_at = file.held_by_id = file.hold_reason = None
    events.record("file:released", file)
    return file


def empty_trash() -> int:
    """Remove for good what was thrown away long ago and nothing holds; how many files. The rows stay on record."""
    days, now = policy("file_policy")["trash_days"], clock.now()
    query = select(StoredFile).where(StoredFile.trashed_at.is_not(None), StoredFile.purged_at.is_(None))
    removed = 0
    for file in session.scalars(query.with_for_update(of=StoredFile, skip_locked=True)):
        assert file.trashed_at is not None
        facts = {"trashed_at": file.trashed_at, "retain_until": file.retain_until, "is_held": file.is_held}
        if is_purgeable(**facts, trash_days=days, now=now):  # type: ignore[arg-type]
            _remove(file, now)
            removed += 1
    session.flush()
    return removed


def sweep() -> int:
    """Remove bytes that no row names, left by an upload that broke off; how many objects."""
    before = clock.now() - LEFT_ALONE
    orphans = [
        key for area in (AREA, THUMBNAILS) for key in storage().keys_made_before(area, before) if not _is_named(key)
    ]
    for key in orphans:
        storage().delete(key)
    return len(orphans)


def _no_reason() -> Invalid:
    facts = {"least": SHORTEST_REASON, "most": LONGEST_REASON}
    return invalid("reason", _("Say why, in %(least)d to %(most)d characters.", **facts))


def _remove(file: StoredFile, now: datetime) -> None:
    for version in session.scalars(select(FileVersion).where(FileVersion.file_id == file.id)):
        for key in filter(None, (version.storage_key, version.thumbnail_key)):
            storage().erase(key)
    file.purged_at = now
    events.record("file:purged", file)


def _is_named(key: str) -> bool:
    same = or_(FileVersion.storage_key == key, FileVersion.thumbnail_key == key)
    return bool(session.scalar(select(exists().where(same))))
