"""Heads of sealed audit blocks in files that are only ever appended to: the embedded set-up's keeper."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

from starline.core.audit.rules import Head
from starline.core.errors import Unavailable
from starline.core.identifiers import parse_uuid

BLOCKS_IN_FILE = 10_000


class HeadFiles:
    """A directory for each organisation, a JSON line for each head, readable by this user alone."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def append(self, head: Head) -> None:
        path = self._path(head.organization_id, head.number)
        facts = [head.number, head.first_row, head.last_row, head.row_count, head.block_hash]
        line = json.dumps([*facts, head.sealed_at.isoformat()]) + "\n"
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.write(line if _ends_whole(path) else f"\n{line}")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise Unavailable("The heads of the audit can't be written.") from error

    def heads(self, organization_id: UUID, after: int = 0) -> list[Head]:
        first = self._path(organization_id, after + 1).name
        files = sorted((self._directory / str(organization_id)).glob("*.jsonl"))
        return [head for file in files if file.name >= first for head in _read(organization_id, file, after)]

    def organizations(self) -> list[UUID]:
        found = self._directory.iterdir() if self._directory.is_dir() else ()
        return sorted(name for name in (parse_uuid(path.name) for path in found) if name is not None)

    def _path(self, organization_id: UUID, number: int) -> Path:
        return self._directory / str(organization_id) / f"{number // BLOCKS_IN_FILE:08d}.jsonl"


def _ends_whole(path: Path) -> bool:
    """Whether the next line begins at a line's beginning: a power cut may have left half of one."""
    with path.open("rb") as file:
        if not file.seek(0, os.SEEK_END):
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _read(organization_id: UUID, file: Path, after: int) -> Iterator[Head]:
    for line in file.read_text().splitlines():
        try:
            number, first_row, last_row, row_count, block_hash, sealed_at = json.loads(line)
            moment = datetime.fromisoformat(sealed_at)
        except (ValueError, TypeError):
            continue  # a line that a power cut left half written, which is written again, or one that was spoilt
        if number > after:
            yield Head(organization_id, number, first_row, last_row, row_count, block_hash, moment)
