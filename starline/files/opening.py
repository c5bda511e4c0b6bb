"""Opening a file: who may see its owner gets an address for five minutes, and is looked at again when they use it."""

import mimetypes
from dataclasses import dataclass
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import or_, select

from starline.core import audit
from starline.core.db import session
from starline.core.errors import NotAllowed, NotFound
from starline.core.storage import LONGEST_URL_SECONDS, read_ticket, sign, storage
from starline.files.models import FileVersion, StoredFile
from starline.files.rules import opening_problem
from starline.files.vocabulary import FileStatus
from starline.organizations.settings import policy

MOST_IN_TRASH = 200
ABSENT = "There is no such file, or you may not see it."


@dataclass(frozen=True, slots=True)
class Opened:
    """A content that may be read now."""

    content: BinaryIO
    name: str
    media_type: str
    size_bytes: int | None


def find_file(file_id: UUID | None, viewer: Any, *, with_trash: bool = False, lock: bool = False) -> StoredFile:
    """The file, as the viewer may see it. Raises `NotFound`."""
    within = StoredFile.within_reach_of(viewer) if with_trash else StoredFile.visible_to(viewer)
    query = select(StoredFile).where(StoredFile.id == file_id, within)
    found = session.scalars(query.with_for_update(of=StoredFile) if lock else query).one_or_none()
    if found is None or not viewer.can("read", "Files"):
        raise NotFound(ABSENT)
    return found


def find_version(file: StoredFile, number: int | None = None) -> FileVersion:
    """One version of the file, the newest unless another is named. Raises `NotFound`."""
    query = select(FileVersion).where(
        FileVersion.file_id == file.id, FileVersion.number == (number or file.newest_version)
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound("There is no such version of this file.")
    return found


def link(version: FileVersion, *, seconds: int = LONGEST_URL_SECONDS) -> str:
    """An address that opens the version for the acting user alone, for five minutes at most.

    Raises `NotAllowed` while its state keeps it shut. Our own address with every storage: one that leads to a bucket
    would open for anybody who has it.
    """
    check_openable(version)
    return f"/files/{sign(version.storage_key, min(seconds, LONGEST_URL_SECONDS))}"


def thumbnail_link(version: FileVersion) -> str | None:
    """An address of the small picture, or None where there is none or the version may not be opened."""
    if version.thumbnail_key is None or problem_of(version) is not None:
        return None
    return f"/files/{sign(version.thumbnail_key, LONGEST_URL_SECONDS)}"


def in_trash(viewer: Any) -> list[StoredFile]:
    """What was thrown away of what the viewer may see, and can still be brought back; newest first."""
    is_there = (StoredFile.trashed_at.is_not(None), StoredFile.purged_at.is_(None))
    query = select(StoredFile).where(*is_there, StoredFile.within_reach_of(viewer))
    return list(session.scalars(query.order_by(StoredFile.trashed_at.desc()).limit(MOST_IN_TRASH)))


def type_of_key(key: str) -> str:
    """The media type that a key's ending tells: endings are of the sniffed type, never of a name."""
    return mimetypes.guess_type(key)[0] or "application/octet-stream"


def open_ticket(token: str, viewer: Any) -> Opened:
    """The content that an address names, looked at anew: the person, the record's scope, the file's state. Audited.

    Raises `NotFound` and `NotAllowed`.
    """
    key = read_ticket(token).key
    query = select(FileVersion).where(or_(FileVersion.storage_key == key, FileVersion.thumbnail_key == key))
    version = session.scalars(query).one_or_none()
    if version is None:
        raise NotFound("There is no such file.")
    file = find_file(version.file_id, viewer)
    check_openable(version)
    if key == version.thumbnail_key:
        return Opened(storage().open(key), "thumbnail.jpg", "image/jpeg", None)
    return open_file(version, file=file)


def open_file(version: FileVersion, *, file: StoredFile | None = None) -> Opened:
    """The content of a version, for whoever was found to be allowed it. Audited; raises `NotAllowed` by its state."""
    check_openable(version)
    file = file or session.get_one(StoredFile, version.file_id)
    audit.record(
        "opened",
        StoredFile.__tablename__,
        subject_id=str(file.id),
        client_ids=[file.client_id] if file.client_id else None,
        changes={"version": version.number},
    )
    return Opened(storage().open(version.storage_key), version.name, version.media_type, version.size_bytes)


def check_openable(version: FileVersion) -> None:
    problem = problem_of(version)
    if problem:
        raise NotAllowed(problem, code="file_locked")


def problem_of(version: FileVersion) -> str | None:
    """Why the version isn't opened now; None where it is."""
    may_open_unscanned = version.status != FileStatus.NOT_SCANNED or bool(policy("file_policy")["opens_unscanned"])
    return opening_problem(version.status, is_infected=version.is_infected, may_open_unscanned=may_open_unscanned)
