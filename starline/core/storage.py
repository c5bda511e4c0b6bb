"""Files of organisations: on this machine's disk or in S3, behind one interface and one rule of keys.

Every key starts `organizations/<id>/`, and a key of another organisation is refused like one that doesn't exist.
Keys come from the database, never from a user.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import BinaryIO, Protocol
from uuid import UUID

from config import settings
from starline.core import clock, tenancy
from starline.core.adapters.local_files import LocalFiles
from starline.core.adapters.s3 import S3Files
from starline.core.errors import NotFound
from starline.core.identifiers import uuid7

LONGEST_URL_SECONDS = 300
LONGEST_KEY = 400

_MADE = re.compile(r"/([0-9a-f]{32})\.[a-z0-9]+$")
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


class FileStore(Protocol):
    """Where the bytes are; knows nothing of organisations. `get` raises `NotFound`; a failing store, `Unavailable`."""

    def put(self, key: str, content: bytes, content_type: str) -> None: ...
    def put_stream(self, key: str, content: BinaryIO, content_type: str) -> None: ...
    def get(self, key: str) -> bytes: ...
    def open(self, key: str) -> BinaryIO: ...
    def delete(self, key: str) -> None: ...
    def erase(self, key: str) -> None: ...
    def list_keys(self, prefix: str) -> Iterator[str]: ...
    def exists(self, key: str) -> bool: ...
    def signed_url(self, key: str, seconds: int) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a signed address of our own grants: one file to one user of one organisation, until `expires_at`
    (Unix seconds)."""

    key: str
    organization_id: UUID
    user_id: int
    expires_at: int


class Storage:
    """The acting organisation's files."""

    def __init__(self, files: FileStore) -> None:
        self._files = files

    def put(self, key: str, content: bytes, content_type: str) -> str:
        """Keep `content`, replacing what was there; returns the key, to be written to the database."""
        self._files.put(checked(key), content, content_type)
        return key

    def put_stream(self, key: str, content: BinaryIO, content_type: str) -> str:
        """`put` for what is too large to be held in memory; reads `content` from where it stands."""
        self._files.put_stream(checked(key), content, content_type)
        return key

    def get(self, key: str) -> bytes:
        """The content. Raises `NotFound`."""
        return self._files.get(checked(key))

    def open(self, key: str) -> BinaryIO:
        """The content as a stream, to be closed by the reader. Raises `NotFound`."""
        return self._files.open(checked(key))

    def delete(self, key: str) -> None:
        """Remove the file; nothing happens where there is none."""
        self._files.delete(checked(key))

    def erase(self, key: str) -> None:
        """Remove the file in every version the store keeps: for an organisation that leaves."""
        self._files.erase(checked(key))

    def list_keys(self, area: str = "") -> Iterator[str]:
        """Every key of the acting organisation, or of one area of it, in order."""
        return self._files.list_keys(prefix() + area)

    def keys_made_before(self, area: str, before: datetime) -> Iterator[str]:
        """The keys of an area that `key_for` made before; a name is a UUIDv7 and begins with its instant."""
        for key in self.list_keys(f"{area}/"):
            found = _MADE.search(key)
            if found and datetime.fromtimestamp(int(found.group(1)[:12], 16) / 1000, UTC) < before:
                yield key

    def exists(self, key: str) -> bool:
        return self._files.exists(checked(key))

    def signed_url(self, key: str, seconds: int = LONGEST_URL_SECONDS) -> str:
        """An address that opens the file for the acting user during `seconds` (five minutes at most).

        Whoever asks for it has checked that this user may see the file. Raises `NotFound` without a user.
        """
        seconds = min(seconds, LONGEST_URL_SECONDS)
        return self._files.signed_url(checked(key), seconds) or f"/files/{sign(checked(key), seconds)}"


@lru_cache(maxsize=1)
def storage() -> Storage:
    """This process's storage, chosen by the settings."""
    bucket = settings().s3_bucket
    return Storage(S3Files(bucket) if bucket else LocalFiles(settings().files_dir))


def key_for(area: str, suffix: str) -> str:
    """A new key: `organizations/<id>/<area>/<random>.<suffix>`; the suffix is of the sniffed type, not of the name."""
    return checked(f"{prefix()}{area}/{uuid7().hex}.{suffix}")


def prefix() -> str:
    """What every key of the acting organisation starts with."""
    return f"organizations/{tenancy.current_organization_id()}/"


def checked(key: str) -> str:
    """The key itself if it is well formed and the acting organisation's; `NotFound` otherwise."""
    parts = key.split("/")
    is_plain = len(key) <= LONGEST_KEY and len(parts) >= 3 and all(map(_PART.fullmatch, parts))
    if not is_plain or not key.startswith(prefix()):
        raise NotFound("There is no such file.")
    return key


def sign(key: str, seconds: int) -> str:
    """A ticket for the acting user, as text for an address."""
    context = tenancy.current()
    if context.user_id is None:
        raise NotFound("There is no such file.")
    expires_at = int(clock.now().timestamp()) + seconds
    facts = json.dumps([key, str(tenancy.current_organization_id()), context.user_id, expires_at])
    return f"{_encode(facts.encode())}.{_encode(_signature(facts.encode()))}"


def read_ticket(token: str) -> Ticket:
    """The ticket that `token` spells. `NotFound` where it is forged, expired, another user's or another tenant's."""
    try:
        facts, signature = map(_decode, token.split(".", 1))
    except (ValueError, binascii.Error):
        raise NotFound("There is no such file.") from None
    if not hmac.compare_digest(signature, _signature(facts)):
        raise NotFound("There is no such file.")
    key, organization_id, user_id, expires_at = json.loads(facts)
    ticket = Ticket(key, UUID(organization_id), user_id, expires_at)
    context = tenancy.current()
    is_holder = (context.organization_id, context.user_id) == (
        ticket.organization_id,
        ticket.user_id,
    )
    if not is_holder or ticket.expires_at <= clock.now().timestamp():
        raise NotFound("There is no such file.")
    return ticket


def _signature(facts: bytes) -> bytes:
    purpose = hmac.new(settings().secret_key.encode(), b"file tickets", hashlib.sha256).digest()
    return hmac.new(purpose, facts, hashlib.sha256).digest()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


__all__ = [
    "FileStore",
    "Storage",
    "Ticket",
    "checked",
    "key_for",
    "prefix",
    "read_ticket",
    "sign",
    "storage",
]
