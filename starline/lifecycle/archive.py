"""The archive of one organisation: a ZIP of JSON lines, files, sealed keys and a manifest that vouches for them."""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from starline.core.errors import Conflict

FORMAT = 1
MANIFEST, KEYS = "manifest.json", "keys.json"
CHUNK = 1 << 20


@dataclass
class Manifest:
    """What the archive holds. `tables`: {name: {"rows", "sha256"}}; `files`: {key below the organisation's prefix:
    {"bytes", "sha256"}}; `permissions`: {number here: [action, resource]}; `months`: first days of the audit's months.
    """

    organization: dict[str, Any]
    schema_revision: str
    made_at: str
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    permissions: dict[str, list[str]] = field(default_factory=dict)
    months: list[str] = field(default_factory=list)
    keys_sha256: str = ""
    format: int = FORMAT


class ArchiveWriter:
    """Writes members one after the other, remembering what each one holds."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self._archive = archive
        self.manifest = manifest

    def add_table(self, name: str, lines: Iterable[str]) -> int:
        """One JSON line for each row; returns how many there were."""
        digest, count = hashlib.sha256(), 0
        with self._archive.open(_table_member(name), "w", force_zip64=True) as member:
            for line in lines:
                raw = line.encode() + b"\n"
                member.write(raw)
                digest.update(raw)
                count += 1
        self.manifest.tables[name] = {"rows": count, "sha256": digest.hexdigest()}
        return count

    def add_file(self, key: str, content: bytes) -> None:
        self._archive.writestr(f"files/{key}", content)
        self.manifest.files[key] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}

    def add_keys(self, sealed: dict[str, Any]) -> None:
        text = json.dumps(sealed)
        self._archive.writestr(KEYS, text)
        self.manifest.keys_sha256 = hashlib.sha256(text.encode()).hexdigest()


@contextmanager
def new_archive(path: Path, manifest: Manifest) -> Iterator[ArchiveWriter]:
    """An archive that appears at `path` whole or not at all, readable by its owner alone."""
    draft = path.with_name(f".{path.name}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with open(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                yield ArchiveWriter(archive, manifest)
                archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1, sort_keys=True))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


class Archive:
    """An archive that was written before. Raises `Conflict` where it isn't one."""

    def __init__(self, path: Path) -> None:
        try:
            self._archive = zipfile.ZipFile(path)
            self.manifest = Manifest(**json.loads(self._archive.read(MANIFEST)))
        except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
            raise Conflict(f"{path.name} is no archive of an organisation.") from error
        if self.manifest.format != FORMAT:
            raise Conflict(f"{path.name} has the format {self.manifest.format}; this release reads {FORMAT}.")

    def check(self) -> None:
        """Read everything once; `Conflict` names the first member that isn't what the manifest says."""
        expected = {_table_member(name): facts["sha256"] for name, facts in self.manifest.tables.items()}
        expected |= {f"files/{key}": facts["sha256"] for key, facts in self.manifest.files.items()}
        expected[KEYS] = self.manifest.keys_sha256
        if set(self._archive.namelist()) != {*expected, MANIFEST}:
            raise Conflict("The archive doesn't hold what its manifest lists.")
        for member, sha256 in expected.items():
            if self._digest(member) != sha256:
                raise Conflict(f"The archive is damaged: {member} is not what its manifest says.")

    def rows(self, table: str, size: int = 500) -> Iterator[str]:
        """The table's rows, several at a time, each batch the text of a JSON array."""
        batch: list[str] = []
        with self._archive.open(_table_member(table)) as member:
            for line in member:
                batch.append(line.decode().rstrip("\n"))
                if len(batch) == size:
                    yield f"[{','.join(batch)}]"
                    batch = []
        if batch:
            yield f"[{','.join(batch)}]"

    def file(self, key: str) -> bytes:
        return self._archive.read(f"files/{key}")

    def keys(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._archive.read(KEYS))
        return found

    def _digest(self, member: str) -> str:
        digest = hashlib.sha256()
        try:
            with self._archive.open(member) as opened:
                while chunk := opened.read(CHUNK):
                    digest.update(chunk)
        except (zipfile.BadZipFile, OSError, EOFError):
            return ""
        return digest.hexdigest()


def _table_member(name: str) -> str:
    return f"tables/{name}.jsonl"
