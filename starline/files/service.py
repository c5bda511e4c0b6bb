"""Verbs on files: keep, add a version, describe. What is thrown away and held is in `keeping`, opening in `opening`."""

import hashlib
import io
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO, cast

from sqlalchemy import func, select
from sqlalchemy import text as sql

from starline.core import events, tenancy
from starline.core.db import session
from starline.core.errors import Conflict, DomainError, TooLarge
from starline.core.problems import Problems
from starline.core.rows import assign
from starline.core.storage import key_for, storage
from starline.files import pictures, scanning
from starline.files.kinds import Kind, kind_of
from starline.files.models import FileVersion, StoredFile
from starline.files.opening import link, open_file
from starline.files.owners import CLIENTS, STAFF, owner_named, subjects
from starline.files.rules import ALLOWANCES, Allowance, quota_problem, renamed, size_problem, tidy_name
from starline.files.vocabulary import FileCategory, FileStatus
from starline.organizations.models import Organization

AREA, THUMBNAILS = "documents", "thumbnails"
IN_MEMORY_BYTES = 1024 * 1024
CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Received:
    """A content that was read, judged and, if a picture, drawn anew; not yet kept."""

    content: BinaryIO
    name: str
    kind: Kind
    size_bytes: int
    sha256: str
    thumbnail: bytes | None
    status: FileStatus


def store(
    stream: BinaryIO,
    name: str,
    *,
    owner: Any,
    category: FileCategory = FileCategory.OTHER,
    by: int | None,
    description: str | None = None,
    expires_on: date | None = None,
) -> StoredFile:
    """Keep what `stream` holds as a document of the record `owner`, whose table takes files (`owners.takes_files`).

    Raises `Invalid` with its sentence for a content that isn't taken, `TooLarge`, and `Conflict` where the agency's
    storage is full.
    """
    owner_named(owner.__tablename__)
    own = {} if owner.__tablename__ in (CLIENTS, STAFF) else {"record_id": owner.id}
    with _received(stream, name) as received:
        file = StoredFile(
            category=category,
            description=description,
            expires_on=expires_on,
            owner_table=owner.__tablename__,
            **subjects(owner),
            **own,
        )
        _keep(file, received, number=1)
    events.record("file:stored", file)
    return file


def add_version(
    file: StoredFile, stream: BinaryIO, name: str, *, by: int | None, note: str | None = None
) -> FileVersion:
    """Put a newer content in front of the older ones, which stay."""
    _lock(file)
    if file.trashed_at is not None:
        raise Conflict("This file is in the trash. Restore it first.")
    with _received(stream, name) as received:
        version = _keep(file, received, number=file.newest_version + 1, note=note)
    events.record("file:version_added", file)
    return version


def update_file(file: StoredFile, values: Mapping[str, Any], *, by: int | None) -> StoredFile:
    """Change what is said about a file. Its name keeps the ending that its content agreed with."""
    given, problems = dict(values), Problems()
    if given.get("name"):
        suffix, wanted = file.name.rpartition(".")[2], tidy_name(given["name"])
        given["name"] = wanted if wanted.lower().endswith(f".{suffix.lower()}") else tidy_name(f"{wanted}.{suffix}")
    if given.get("retain_until") is None and "retain_until" in given and file.is_held:
        problems.add("retain_until", "The file is on legal hold; the day it is kept until can't be taken away.")
    problems.refuse()
    assign(file, given)
    session.flush()
    events.record("file:updated", file)
    return file


def versions_of(file: StoredFile) -> list[FileVersion]:
    """All versions, newest first."""
    query = select(FileVersion).where(FileVersion.file_id == file.id).order_by(FileVersion.number.desc())
    return list(session.scalars(query))


def files_of(owner: Any, viewer: Any) -> list[StoredFile]:
    """The documents of a record that the viewer may see, newest first.

    A client's and a staff member's are all that tell of them: those of their incidents and credentials, too.
    """
    table = owner.__tablename__
    query = select(StoredFile).where(StoredFile.key_of_owner(table) == owner.id, StoredFile.visible_to(viewer))
    if table not in (CLIENTS, STAFF):
        query = query.where(StoredFile.owner_table == table)
    return list(session.scalars(query.order_by(StoredFile.created_on.desc(), StoredFile.id.desc())))


def allowance() -> Allowance:
    """What the acting organisation's subscription allows."""
    organization = session.get_one(Organization, tenancy.current_organization_id())
    return ALLOWANCES[organization.subscription_tier]


def used_bytes() -> int:
    """The size of all versions that the acting organisation keeps, those in the trash included."""
    kept = select(StoredFile.id).where(StoredFile.purged_at.is_(None))
    total = session.scalar(select(func.sum(FileVersion.size_bytes)).where(FileVersion.file_id.in_(kept)))
    return int(total or 0)


@contextmanager
def _received(stream: BinaryIO, name: str) -> Iterator[Received]:
    """The content, read to a temporary file where it is large, and found good. Raises `Invalid` and `TooLarge`."""
    name, allowed = tidy_name(name), allowance()
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as spooled:
        content = cast(BinaryIO, spooled)
        _copy(stream, content, allowed)
        kind = kind_of(content, name)
        # The scanner sees what was sent, not what is made of it.
        status = scanning.first_status(content, content.seek(0, io.SEEK_END))
        small = None
        if kind.is_picture:
            drawn, kind = pictures.drawn_anew(content, kind)
            content, name = io.BytesIO(drawn), name if name_agrees(name, kind) else renamed(name, kind.suffixes[0])
            small = pictures.thumbnail(content, kind)
        size = content.seek(0, io.SEEK_END)
        yield Received(content, name, kind, size, _digest(content), small, status)


def name_agrees(name: str, kind: Kind) -> bool:
    return name.rpartition(".")[2].lower() in kind.suffixes


def _copy(stream: BinaryIO, content: BinaryIO, allowed: Allowance) -> None:
    size = 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > allowed.largest_bytes:
            raise TooLarge(size_problem(allowed))
        content.write(chunk)


def _digest(content: BinaryIO) -> str:
    digest = hashlib.sha256()
    content.seek(0)
    while chunk := content.read(CHUNK):
        digest.update(chunk)
    content.seek(0)
    return digest.hexdigest()


def _keep(file: StoredFile, received: Received, *, number: int, note: str | None = None) -> FileVersion:
    """Write the bytes, then the rows. Bytes whose rows never came are nobody's, and a job sweeps them away."""
    _check_quota(received)
    key = key_for(AREA, received.kind.suffixes[0])
    small = key_for(THUMBNAILS, "jpg") if received.thumbnail else None
    try:
        storage().put_stream(key, received.content, received.kind.media_type)
        if small and received.thumbnail:
            storage().put(small, received.thumbnail, "image/jpeg")
        _lock_quota()
        _check_quota(received)
    except DomainError:
        _forget(key, small)
        raise
    return _written(file, received, number, key, small, note)


def _written(
    file: StoredFile, received: Received, number: int, key: str, small: str | None, note: str | None
) -> FileVersion:
    same = {"name": received.name, "media_type": received.kind.media_type, "size_bytes": received.size_bytes}
    same["status"] = received.status
    assign(file, {**same, "newest_version": number})
    session.add(file)
    session.flush()
    version = FileVersion(
        file_id=file.id,
        number=number,
        sha256=received.sha256,
        storage_key=key,
        thumbnail_key=small,
        note=note,
        **same,
    )
    session.add(version)
    session.flush()
    scanning.promise_scan(version)
    return version


def _check_quota(received: Received) -> None:
    problem = quota_problem(allowance(), used_bytes=used_bytes(), more_bytes=received.size_bytes)
    if problem:
        raise Conflict(problem, code="quota", errors={"file": [problem]})


def _lock_quota() -> None:
    """From here to the end of the transaction nobody else of the agency adds to what is counted."""
    session.execute(_LOCK, {"key": tenancy.key("files", "quota")})


def _forget(*keys: str | None) -> None:
    for key in filter(None, keys):
        storage().delete(key)


def _lock(file: StoredFile) -> None:
    session.refresh(file, with_for_update={"of": StoredFile})


_LOCK = sql("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")

__all__ = ["add_version", "files_of", "link", "open_file", "store", "update_file", "used_bytes", "versions_of"]
