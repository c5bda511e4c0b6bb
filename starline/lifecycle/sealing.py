"""The organisation's keys inside an archive: sealed by the platform's master key, or by a passphrase."""

import base64
import json
import os
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from sqlalchemy import select

from starline.core import crypto, shredding
from starline.core.crypto import OrganizationKey
from starline.core.db import session
from starline.core.errors import Conflict, Unavailable
from starline.core.master_keys import master_key

NONCE_BYTES, SALT_BYTES, KEY_BYTES = 12, 16, 32
SCRYPT = {"n": 2**15, "r": 8, "p": 1}
MASTER, PASSPHRASE = "master key", "passphrase"
SHORTEST_PASSPHRASE = 12


def sealed_keys(organization_id: UUID, passphrase: str | None, rows: list[tuple[str, int, bytes]]) -> dict[str, Any]:
    """The organisation's secret and its keys (`rows`: purpose, number, wrapped), for the archive.

    Without a passphrase only a platform with the same master key opens them.
    """
    secret = shredding.read_secret(organization_id, master_key())
    keys = [
        {
            "purpose": purpose,
            "number": number,
            "key": _text(crypto.unwrap_key(wrapped, _context(organization_id, purpose, number))),
        }
        for purpose, number, wrapped in rows
    ]
    content = json.dumps({"secret": _text(secret) if secret else None, "keys": keys}).encode()
    nonce, salt = os.urandom(NONCE_BYTES), os.urandom(SALT_BYTES)
    facts = {"nonce": _text(nonce), "salt": _text(salt)}
    if passphrase is None:
        key = os.urandom(KEY_BYTES)
        wrapped = master_key().wrap(key, _of_export(organization_id))
        facts |= {"sealed_by": MASTER, "key": _text(wrapped)}
    else:
        key = _stretched(passphrase, salt)
        facts |= {"sealed_by": PASSPHRASE}
    sealed = AESGCM(key).encrypt(nonce, content, _of_export(organization_id).encode())
    return {**facts, "sealed": _text(sealed)}


def opened_keys(organization_id: UUID, facts: dict[str, Any], passphrase: str | None) -> dict[str, Any]:
    """What was sealed: {"secret", "keys"}. Raises `Conflict` or `Unavailable` where they don't open."""
    if facts["sealed_by"] == PASSPHRASE:
        if passphrase is None:
            raise Conflict("The archive's keys are sealed by a passphrase; give it with --passphrase-file.")
        key = _stretched(passphrase, _bytes(facts["salt"]))
    else:
        key = master_key().unwrap(_bytes(facts["key"]), _of_export(organization_id))
    try:
        content = AESGCM(key).decrypt(
            _bytes(facts["nonce"]), _bytes(facts["sealed"]), _of_export(organization_id).encode()
        )
    except InvalidTag as error:
        raise Conflict("This passphrase doesn't open the archive's keys.") from error
    found: dict[str, Any] = json.loads(content)
    return found


def bring_back(organization_id: UUID, content: dict[str, Any]) -> None:
    """Give the platform the organisation's secret, and wrap the restored keys anew where its master key is another."""
    if content["secret"]:
        shredding.keep_secret(organization_id, _bytes(content["secret"]), master_key())
    known = {(one["purpose"], one["number"]): _bytes(one["key"]) for one in content["keys"]}
    for row in session.scalars(select(OrganizationKey).where(OrganizationKey.organization_id == organization_id)):
        context = _context(organization_id, row.purpose, row.number)
        if not _opens(bytes(row.key_encrypted), context):
            table = OrganizationKey.__table__
            wrapped = crypto.wrap_key(known[row.purpose, row.number], context)
            session.execute(table.update().where(table.c.id == row.id).values(key_encrypted=wrapped))


def _opens(wrapped: bytes, context: str) -> bool:
    try:
        crypto.unwrap_key(wrapped, context)
    except Unavailable:
        return False
    return True


def _stretched(passphrase: str, salt: bytes) -> bytes:
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise Conflict(f"The passphrase needs at least {SHORTEST_PASSPHRASE} characters.")
    return Scrypt(salt=salt, length=KEY_BYTES, **SCRYPT).derive(passphrase.encode())


def _context(organization_id: UUID, purpose: str, number: int) -> str:
    return f"{organization_id}|{purpose}|{number}"


def _of_export(organization_id: UUID) -> str:
    return f"{organization_id}|export|0"


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
