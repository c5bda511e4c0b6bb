"""The secret of one organisation that is kept outside the database, so that its keys can really be destroyed.

Every backup of the database holds the organisation's wrapped keys, and the master key opens those of all. So a wrapped
key is sealed once more under a secret of its organisation, kept beside the master keys or in the bucket, never in the
database. Destroy the secret, and no backup of the database opens the organisation's protected values any more. The
store of secrets is therefore not to be backed up together with the database.
"""

import os
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import text as sql

from config import settings
from starline.core.adapters.local_files import LocalFiles
from starline.core.adapters.s3 import S3Files
from starline.core.db import session
from starline.core.errors import NotFound, Unreadable
from starline.core.master_keys import MasterKey

SEALED = 2
"""First byte of a key sealed under its organisation's secret; others begin otherwise and are passed on as they are."""

NONCE_BYTES, SECRET_BYTES = 12, 32
_LOCK = sql("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


def seal(wrapped: bytes, organization_id: UUID, context: str, master: MasterKey) -> bytes:
    """A wrapped key, sealed under the organisation's secret, which is made where there is none."""
    nonce = os.urandom(NONCE_BYTES)
    secret = read_secret(organization_id, master) or _make_secret(organization_id, master)
    return bytes([SEALED]) + nonce + AESGCM(secret).encrypt(nonce, wrapped, context.encode())


def unseal(sealed: bytes, organization_id: UUID, context: str, master: MasterKey) -> bytes:
    """What `seal` was given. A key from before there were secrets is returned as it is. Raises `Unreadable`."""
    if not is_sealed(sealed):
        return sealed
    secret = read_secret(organization_id, master)
    if secret is None:
        raise Unreadable("The key of this protected value was destroyed.")
    try:
        nonce = sealed[1 : 1 + NONCE_BYTES]
        return AESGCM(secret).decrypt(nonce, sealed[1 + NONCE_BYTES :], context.encode())
    except InvalidTag as error:
        raise Unreadable("The organisation's key does not open under its secret.") from error


def is_sealed(key: bytes) -> bool:
    return key[:1] == bytes([SEALED])


def read_secret(organization_id: UUID, master: MasterKey) -> bytes | None:
    """The organisation's secret; None where there is none. Raises `Unavailable` where the store fails."""
    wrapped = wrapped_secret(organization_id)
    return None if wrapped is None else master.unwrap(wrapped, _context(organization_id))


def wrapped_secret(organization_id: UUID) -> bytes | None:
    """The secret as its store holds it; None where there is none."""
    try:
        return _store().get(_key(organization_id))
    except NotFound:
        return None


def keep_secret(organization_id: UUID, secret: bytes, master: MasterKey) -> None:
    """Write the secret, wrapped by the master key that is current."""
    wrapped = master.wrap(secret, _context(organization_id))
    _store().put(_key(organization_id), wrapped, "application/octet-stream")


def rewrap_secret(organization_id: UUID, master: MasterKey) -> None:
    """Wrap the secret anew, after the master key was replaced."""
    secret = read_secret(organization_id, master)
    if secret is not None:
        keep_secret(organization_id, secret, master)


def destroy_secret(organization_id: UUID) -> bool:
    """Destroy the secret in every version the store keeps; whether there was one. It can't be undone."""
    existed = _store().exists(_key(organization_id))
    _store().erase(_key(organization_id))
    return existed


def _make_secret(organization_id: UUID, master: MasterKey) -> bytes:
    """A new secret. Two first users at once make one: the second waits until the first one's transaction ends."""
    session.execute(_LOCK, {"name": f"secret of {organization_id}"})
    known = read_secret(organization_id, master)
    if known is not None:
        return known
    secret = os.urandom(SECRET_BYTES)
    keep_secret(organization_id, secret, master)
    return secret


@lru_cache(maxsize=1)
def _store() -> LocalFiles | S3Files:
    bucket = settings().s3_bucket
    return S3Files(bucket) if bucket else LocalFiles(settings().field_key_file.parent / "organizations")


def _key(organization_id: UUID) -> str:
    return f"organization-secrets/{organization_id}" if settings().s3_bucket else f"{organization_id}.key"


def _context(organization_id: UUID) -> str:
    return f"{organization_id}|secret|0"
