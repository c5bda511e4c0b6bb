"""Files on this machine's disk: the embedded set-up's storage, and its own stand-in in tests."""

import io
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from starline.core.errors import NotFound, Unavailable
from starline.core.identifiers import uuid7


class LocalFiles:
    """A directory. A file appears whole or not at all, also after a power cut."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory.resolve()

    def put(self, key: str, content: bytes, content_type: str) -> None:
        """Raises `Unavailable` where the disk is full or fails."""
        self.put_stream(key, io.BytesIO(content), content_type)

    def put_stream(self, key: str, content: BinaryIO, content_type: str) -> None:
        """Raises `Unavailable` where the disk is full or fails."""
        path = self._path(key)
        try:
            self._write(path, content)
        except OSError:
            raise Unavailable("The file couldn't be kept; please try again later.") from None

    def _write(self, path: Path, content: BinaryIO) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{uuid7().hex}")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                shutil.copyfileobj(content, file)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)

    def get(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except (FileNotFoundError, IsADirectoryError):
            raise NotFound("There is no such file.") from None

    def open(self, key: str) -> BinaryIO:
        try:
            return self._path(key).open("rb")
        except (FileNotFoundError, IsADirectoryError):
            raise NotFound("There is no such file.") from None

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def erase(self, key: str) -> None:
        """Remove the file for good; a disk keeps no older versions."""
        self.delete(key)

    def list_keys(self, prefix: str) -> Iterator[str]:
        """Every key that starts with `prefix`, in order; drafts are left out."""
        folder = self._path(f"{prefix}x").parent
        found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
        yield from sorted(path.relative_to(self._directory).as_posix() for path in found)

    def exists(self, key: str) -> bool:
        return self._path(key).is_file()

    def signed_url(self, key: str, seconds: int) -> None:
        """A disk has no address; the web serves the file."""

    def _path(self, key: str) -> Path:
        path = (self._directory / key).resolve()
        if not path.is_relative_to(self._directory) or path == self._directory:
            raise NotFound("There is no such file.")
        return path
