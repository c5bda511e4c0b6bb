"""Answers opened: every word that somebody who was sent the file could read in it."""

import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader

DEEPEST = 4
"""Archives within archives are followed so far."""


class Unreadable(Exception):
    """A file whose kind the walk can't open: teach it here, or it could hide anything."""


OPAQUE = ("image/", "font/")
"""Kinds of which the raw bytes are looked at alone."""
PLAIN = (
    "text/",
    "application/json",
    "application/manifest+json",
    "application/javascript",
    "application/problem+json",
    "application/x-ndjson",
)


def words_of(answer: Any) -> str:
    """The body, unpacked, and the headers of an answer."""
    body = answer.get_data()
    kind = answer.mimetype or ""
    if answer.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    return f"{answer.headers}\n" + "\n".join(texts(body, kind))


def texts(content: bytes, kind: str = "", depth: int = 0) -> Iterator[str]:
    """The texts in a file, by what its first bytes say it is. Raises `Unreadable`."""
    if content.startswith(b"PK\x03\x04") and depth < DEEPEST:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield archive.comment.decode(errors="replace")
            for member in archive.infolist():  # a workbook is such an archive too
                yield f"{member.filename} {member.comment!r}"
                yield from texts(archive.read(member), "text/plain", depth + 1)
    elif content.startswith(b"\x1f\x8b") and depth < DEEPEST:
        yield from texts(gzip.decompress(content), "text/plain", depth + 1)
    elif content.startswith(b"%PDF"):
        document = PdfReader(io.BytesIO(content))
        yield str(dict(document.metadata or {}))
        yield from (page.extract_text() for page in document.pages)
        for name, files in document.attachments.items():
            yield name
            for file in files:
                yield from texts(file, "text/plain", depth + 1)
    elif not kind or kind.startswith((*PLAIN, *OPAQUE)):
        yield content.decode(errors="replace")
        if kind.startswith("application/json") and b"\\u" in content:
            yield json.dumps(json.loads(content), ensure_ascii=False)
    else:
        raise Unreadable(f"{kind or 'a file'} that begins {content[:8]!r}")
