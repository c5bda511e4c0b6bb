"""Scanning for viruses: at once where the file is small, by a job where it is large or nobody answered."""

from datetime import timedelta
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import or_, select

from config import settings
from starline.core import clock, events, outbox
from starline.core.db import session
from starline.core.errors import NotFound, Unavailable
from starline.core.language import _
from starline.core.problems import invalid
from starline.core.storage import storage
from starline.files.adapters.clamd import Clamd
from starline.files.models import FileVersion, StoredFile
from starline.files.rules import MEGABYTE
from starline.files.vocabulary import FileStatus

AT_ONCE_BYTES = 10 * MEGABYTE
"""What is larger is scanned by a worker, so that nobody waits for it."""

FORGOTTEN = timedelta(minutes=15)
MOST_AT_ONCE = 200


def has_scanner() -> bool:
    return settings().clamav_url is not None


def first_status(content: BinaryIO, size_bytes: int) -> FileStatus:
    """What a file that is just handed in counts as. Raises `Invalid` for one that is infected.

    A scanner that doesn't answer means quarantine: the file is kept, opened by nobody, and scanned as soon as
    it can be.
    """
    if not has_scanner():
        return FileStatus.NOT_SCANNED
    if size_bytes > AT_ONCE_BYTES:
        return FileStatus.SCANNING
    content.seek(0)
    try:
        finding = _scanner().scan(content)
    except Unavailable:
        return FileStatus.QUARANTINED
    if finding:
        said = _("The virus scanner found %(what)s in this file. It wasn't kept; tell whoever sent it.", what=finding)
        raise invalid("file", said)
    return FileStatus.CLEAN


def promise_scan(version: FileVersion) -> None:
    """Have a worker scan the version if it still waits for it."""
    if version.status == FileStatus.SCANNING:
        outbox.enqueue("files.scan_version", version_id=str(version.id))


def scan_version(version_id: UUID) -> FileVersion:
    """Scan a version that waits. One that the scanner can't judge goes to quarantine until the next round.

    Raises `Unavailable`, with the version in quarantine, where nobody answers.
    """
    version = session.get(FileVersion, version_id, with_for_update=True, populate_existing=True)
    if version is None:
        raise NotFound("There is no such file.")
    if has_scanner() and version.status != FileStatus.CLEAN and not version.is_infected:
        _settle(version)
    return version


def scan_waiting() -> int:
    """Scan again what is in quarantine without a finding, and what a job should have scanned long ago; how many."""
    if not has_scanner():
        return 0
    before = clock.now() - FORGOTTEN
    waits = or_(
        (FileVersion.status == FileStatus.QUARANTINED) & FileVersion.finding.is_(None),
        (FileVersion.status == FileStatus.SCANNING) & (FileVersion.created_on < before),
        FileVersion.status == FileStatus.NOT_SCANNED,
    )
    is_there = FileVersion.file_id.in_(select(StoredFile.id).where(StoredFile.purged_at.is_(None)))
    query = select(FileVersion.id).where(waits, is_there).order_by(FileVersion.id).limit(MOST_AT_ONCE)
    scanned = 0
    for version_id in session.scalars(query).all():
        try:
            scan_version(version_id)
        except Unavailable:
            break  # nobody answers; the rest would wait for as long each
        scanned += 1
    return scanned


def _settle(version: FileVersion) -> None:
    try:
        with storage().open(version.storage_key) as content:
            version.finding = _scanner().scan(content)
        version.status = FileStatus.QUARANTINED if version.finding else FileStatus.CLEAN
        version.scanned_at = clock.now()
    except Unavailable as problem:
        version.status = FileStatus.QUARANTINED
        if problem.code == "scanner_down":
            raise
    finally:
        _tell_file(version)


def _tell_file(version: FileVersion) -> None:
    file = session.get_one(StoredFile, version.file_id)
    if file.newest_version == version.number:
        file.status = version.status
    session.flush()
    events.record("file:infected" if version.finding else "file:scanned", file)


def _scanner() -> Clamd:
    url = settings().clamav_url
    assert url is not None
    return Clamd(url)
