"""Files that are sent to a browser, however large they are."""

from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import quote

from flask import Response

CHUNK = 256 * 1024


def in_pieces(
    content: BinaryIO, name: str, media_type: str, *, size_bytes: int | None, inline: bool = False
) -> Response:
    """The content, closed once it is sent, which no cache may keep."""
    answer = Response(_pieces(content), mimetype=media_type)
    answer.call_on_close(content.close)
    if size_bytes is not None:
        answer.content_length = size_bytes
    answer.headers["Content-Disposition"] = attachment(name, inline=inline)
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def attachment(name: str, *, inline: bool) -> str:
    """The header that tells a browser what to do with a file of this name (RFC 6266)."""
    plain = name.encode("ascii", "replace").decode().replace('"', "'").replace("\\", "_")
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"


def _pieces(content: BinaryIO) -> Iterator[bytes]:
    with content:
        while piece := content.read(CHUNK):
            yield piece
