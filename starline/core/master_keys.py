"""The master keys, which wrap the organisations' keys: from a key file, or in AWS KMS.

One is current and wraps; the others unwrap what they wrapped, so that a platform can go from key to key, and from the
file to KMS and back. A wrapped key names what wrapped it: `kind (1 byte) | length (1) | name | the wrapped key`. What
KMS wrapped before names were kept begins otherwise, and is offered to every KMS key that the settings name.
"""

import base64
import json
import os
import stat
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from config import settings
from starline.core.adapters.kms import KmsMasterKey
from starline.core.errors import Conflict, Unavailable, Unreadable
from starline.core.language import _

FILE, KMS = 1, 3
"""First byte of a wrapped key; 2 is a key that is sealed under its organisation's secret as well."""

NONCE_BYTES = 12
KEY_BYTES = 32
UNNAMED = "KMS, unnamed"


class MasterKey(Protocol):
    """What wraps the organisations' keys. `context` (organization|purpose|number) must be the same to unwrap."""

    def wrap(self, key: bytes, context: str) -> bytes: ...

    def unwrap(self, wrapped: bytes, context: str) -> bytes: ...


class MasterKeys:
    """The current master key and the former ones. Without a KMS key the key file's current one wraps."""

    def __init__(self, path: Path, kms_key: str | None = None, former_kms_keys: tuple[str, ...] = ()) -> None:
        self._path = path
        self._kms_key = kms_key
        self._kms = {key_id: KmsMasterKey(key_id) for key_id in (kms_key, *former_kms_keys) if key_id}
        self._local = None if kms_key else LocalMasterKey(path)

    @property
    def current(self) -> str:
        """The name of the key that wraps now, as `name_of` tells it."""
        return _name(KMS, self._kms_key) if self._kms_key else _name(FILE, self._in_file().newest())

    def wrap(self, key: bytes, context: str) -> bytes:
        """`key` wrapped by the current master key. Raises `Unavailable`."""
        if self._kms_key is None:
            return self._in_file().wrap(key, context)
        return _begun(KMS, self._kms_key) + self._kms[self._kms_key].wrap(key, context)

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        """The key that any of these wrapped for the same context. Raises `Unreadable` or `Unavailable`."""
        kind, name, body = _parts(wrapped)
        if kind == FILE:
            return self._in_file().unwrap(wrapped, context)
        if kind is None:
            return self._unwrap_unnamed(body, context)
        if name not in self._kms:
            raise Unreadable(_("The KMS key %(name)s is neither the current one nor among the former ones.", name=name))
        return self._kms[name].unwrap(body, context)

    def _in_file(self) -> "LocalMasterKey":
        if self._local is None:
            if not self._path.exists():
                raise Unreadable("The master key of this organisation's keys is in a key file that is not here.")
            self._local = LocalMasterKey(self._path)
        return self._local

    def _unwrap_unnamed(self, wrapped: bytes, context: str) -> bytes:
        refused: Unavailable = Unreadable("The master key of this organisation's keys is not in the settings.")
        for key in self._kms.values():
            try:
                return key.unwrap(wrapped, context)
            except Unavailable as error:
                refused = error
        raise refused


class LocalMasterKey:
    """A file of master keys, `{"current": "1", "keys": {"1": base64}}`; older ones still unwrap.

    Made at first use outside production, with mode 0600. Read anew for every wrapping, and for a key that isn't known:
    another process may have put one in.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read()

    def newest(self) -> str:
        """The name of the key that wraps now."""
        self._read()
        return self.current

    def wrap(self, key: bytes, context: str) -> bytes:
        self._read()
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(self.keys[self.current]).encrypt(nonce, key, context.encode())
        return _begun(FILE, self.current) + nonce + sealed

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        _kind, name, body = _parts(wrapped)
        if name not in self.keys:
            self._read()
        if name not in self.keys:
            raise Unreadable("The master key of this organisation's keys is not in the key file.")
        try:
            return AESGCM(self.keys[name]).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], context.encode())
        except InvalidTag as error:
            raise Unreadable("The organisation's key does not open under the master key.") from error

    def _read(self) -> None:
        content = json.loads(_read_or_make(self._path))
        self.keys = {name: base64.b64decode(text) for name, text in content["keys"].items()}
        self.current: str = content["current"]


@lru_cache(maxsize=1)
def master_key() -> MasterKeys:
    """The master keys of this process; `master_key.cache_clear()` reads the settings again."""
    found = settings()
    return MasterKeys(found.field_key_file, found.kms_key, found.former_kms_keys)


def name_of(wrapped: bytes) -> str:
    """Which master key wrapped this: `file 1`, `KMS arn:…`."""
    kind, name, _body = _parts(wrapped)
    return UNNAMED if kind is None else _name(kind, name)


def add_to_file(path: Path) -> str:
    """Put a new key into the key file and make it the current one; its name. The file is replaced whole or not at all.

    Owner, group and mode stay, and others may never read it. Raises `Conflict` beside another run, and `OSError`.
    """
    path = path.resolve()
    _read_or_make(path)
    draft = path.with_name(f"{path.name}.new")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Conflict(
            _("Another run adds a key, or one was cut off. If none runs, remove %(file)s.", file=draft.name)
        ) from None
    try:
        with os.fdopen(descriptor, "w") as file:
            content = json.loads(path.read_text())
            name = str(1 + max(int(known) for known in content["keys"] if known.isdecimal()))
            content["keys"][name] = base64.b64encode(os.urandom(KEY_BYTES)).decode()
            json.dump({**content, "current": name}, file)
            _own_like(path, file.fileno())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    _settle(path.parent)
    return name


def _own_like(path: Path, descriptor: int) -> None:
    known, made = path.stat(), os.fstat(descriptor)
    if (known.st_uid, known.st_gid) != (made.st_uid, made.st_gid):
        os.fchown(descriptor, known.st_uid, known.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(known.st_mode) & 0o640)


def _settle(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _begun(kind: int, name: str) -> bytes:
    return bytes([kind, len(name.encode())]) + name.encode()


def _parts(wrapped: bytes) -> tuple[int | None, str, bytes]:
    """Kind, name and the rest. What KMS answers begins with no printable name, whatever its first byte."""
    if len(wrapped) > 2 and wrapped[0] in (FILE, KMS):
        end = 2 + wrapped[1]
        name = wrapped[2:end].decode("ascii", "replace")
        if name.isascii() and name.isprintable():
            return wrapped[0], name, wrapped[end:]
    return None, "", wrapped


def _name(kind: int, name: str) -> str:
    return f"file {name}" if kind == FILE else f"KMS {name}"


def _read_or_make(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        if settings().is_production:
            raise Unavailable(f"The key file {path.name} is missing: restore it, never make a new one.") from None
    path.parent.mkdir(parents=True, exist_ok=True)
    content: dict[str, Any] = {
        "current": "1",
        "keys": {"1": base64.b64encode(os.urandom(KEY_BYTES)).decode()},
    }
    descriptor, draft = tempfile.mkstemp(dir=path.parent)  # mode 0600
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file)
    try:
        os.link(draft, path)  # another process may have been first: its keys win
    except FileExistsError:
        pass
    finally:
        os.unlink(draft)
    return path.read_text()
