"""Field encryption: AES-256-GCM under a data key per organisation, itself wrapped by a master key.

A value is kept as `version (1 byte) | key number (4) | nonce (12) | ciphertext and tag`, bound to its place by the
associated data `organization|table|column|row`: a ciphertext copied to another row, column or organisation doesn't
open. Destroying an organisation's secret (`shredding`) makes its values unreadable in every backup too.
"""

import hashlib
import hmac
import os
from collections import Counter
from functools import lru_cache
from typing import Any, Self, overload
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Integer, LargeBinary, String, UniqueConstraint, event, literal_column, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session

from starline.core import shredding, tenancy
from starline.core.db import TenantModel, column, session
from starline.core.errors import Unreadable
from starline.core.identifiers import uuid7
from starline.core.master_keys import KEY_BYTES, NONCE_BYTES, master_key, name_of

VERSION = 1
HEADER_BYTES = 1 + 4
DATA, INDEX = "data", "index"


class OrganizationKey(TenantModel):
    """One wrapped key of the organisation. `purpose`: data (encrypts) or index (equality look-ups)."""

    __tablename__ = "organization_keys"
    __table_args__ = (UniqueConstraint("organization_id", "purpose", "number"),)

    purpose: Mapped[str] = column("Purpose", String(10))
    number: Mapped[int] = column("Number", Integer, help="The highest number encrypts; the others still decrypt.")
    key_encrypted: Mapped[bytes] = column("Wrapped key", LargeBinary)

    def __str__(self) -> str:
        return f"{self.purpose} {self.number}"


class Encrypted:
    """A text attribute kept encrypted in another column: `ssn = Encrypted("ssn_encrypted")`.

    Set the row's `id` first where it isn't generated; the ciphertext is bound to it.
    """

    name: str

    def __init__(self, attribute: str) -> None:
        self.attribute = attribute

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, row: None, owner: type) -> Self: ...

    @overload
    def __get__(self, row: Any, owner: type) -> str | None: ...

    def __get__(self, row: Any, owner: type) -> Any:
        if row is None:
            return self
        value = getattr(row, self.attribute)
        return None if value is None else decrypt(value, **self._place(row))

    def __set__(self, row: Any, value: str | None) -> None:
        if row.id is None:
            row.id = uuid7()
        setattr(row, self.attribute, encrypt(value, **self._place(row)) if value else None)

    def place_in(self, table: Any) -> tuple[Any, Any, Any]:
        """The SQL of the table, column and row that the values in rows of `table` are bound to."""
        return literal_column(f"'{table.name}'"), literal_column(f"'{self.attribute}'"), table.c.id

    def _place(self, row: Any) -> dict[str, Any]:
        return {"table": row.__tablename__, "column": self.attribute, "row_id": row.id}


class SealedText(Encrypted):
    """Words that whoever may see the row reads like any other field of it: `body = SealedText("body_encrypted")`.

    Lists can't sort or search by them. What they said before a change is kept beside the trail (`audit.texts`).
    """

    def __init__(self, attribute: str, max_length: int | None = None) -> None:
        super().__init__(attribute)
        self.max_length = max_length


class FormerText(Encrypted):
    """What a sealed text said before, still bound to where it stood: `subject`, `field` and `subject_id` name that."""

    def place_in(self, table: Any) -> tuple[Any, Any, Any]:
        return table.c.subject, table.c.field, table.c.subject_id

    def _place(self, row: Any) -> dict[str, Any]:
        return {"table": row.subject, "column": row.field, "row_id": row.subject_id}


def encrypted_parts(model: type) -> list[Encrypted]:
    """The encrypted attributes of `model`."""
    return [part for ancestor in model.__mro__ for part in vars(ancestor).values() if isinstance(part, Encrypted)]


def sealed_texts(model: type) -> list[SealedText]:
    """Those of them that are read like other fields."""
    return [part for part in encrypted_parts(model) if isinstance(part, SealedText)]


def encrypt(value: str, *, table: str, column: str, row_id: object) -> bytes:
    """`value` sealed for one place of the acting organisation."""
    number, key = _newest_key(DATA)
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, value.encode(), _associated(table, column, row_id))
    return bytes([VERSION]) + number.to_bytes(4, "big") + nonce + sealed


def decrypt(value: bytes, *, table: str, column: str, row_id: object) -> str:
    """The text that `encrypt` sealed for the same place. Raises `Unreadable`."""
    value = bytes(value)
    if len(value) <= HEADER_BYTES + NONCE_BYTES or value[0] != VERSION:
        raise Unreadable("This protected value can't be read.")
    nonce = value[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES]
    key = _keys(DATA).get(int.from_bytes(value[1:HEADER_BYTES], "big"))
    if key is None:
        raise Unreadable("The key of this protected value was destroyed.")
    try:
        opened = AESGCM(key).decrypt(
            nonce,
            value[HEADER_BYTES + NONCE_BYTES :],
            _associated(table, column, row_id),
        )
    except InvalidTag as error:
        raise Unreadable("This protected value can't be read.") from error
    return opened.decode()


def blind_index(value: str) -> str:
    """64 hexadecimal digits that are equal for equal values of one organisation and tell nothing else.

    The caller normalises first (an SSN to its nine digits).
    """
    return hmac.new(_newest_key(INDEX)[1], value.encode(), hashlib.sha256).hexdigest()


def index_of(number: str | None) -> str | None:
    """The blind index that records with this number share, however it is spelled: without hyphens, spaces and case."""
    plain = "".join((number or "").replace("-", "").upper().split())
    return blind_index(plain) if plain else None


def mask(text: str | None, keep: int = 4) -> str:
    """The last `keep` characters after dots; a text too short to hide anything is hidden whole."""
    if not text:
        return ""
    return "•" * len(text) if len(text) <= keep else "•" * (len(text) - keep) + text[-keep:]


def add_data_key() -> OrganizationKey:
    """Begin a new data key; what was sealed before stays readable. Re-encrypting is the caller's."""
    return _add_key(DATA, max(_keys(DATA), default=0) + 1)


def rewrap_keys() -> int:
    """Wrap the acting organisation's keys anew under the master key that is current; how many."""
    rows = list(session.scalars(select(OrganizationKey)))
    shredding.rewrap_secret(tenancy.current_organization_id(), master_key())
    for row in rows:
        context = _context(row.organization_id, row.purpose, row.number)
        row.key_encrypted = wrap_key(unwrap_key(bytes(row.key_encrypted), context), context)
    session.flush()
    return len(rows)


def wrapped_by() -> Counter[str]:
    """How many of the acting organisation's keys, its secret among them, stand under each master key, by its name.

    Raises `Unavailable` where the secret doesn't open: it hides which master key the others stand under.
    """
    organization_id = tenancy.current_organization_id()
    secret = shredding.wrapped_secret(organization_id)
    found = Counter([name_of(secret)] if secret else [])
    for row in session.scalars(select(OrganizationKey)):
        context = _context(organization_id, row.purpose, row.number)
        found[name_of(_unsealed(bytes(row.key_encrypted), context))] += 1
    return found


def has_keys() -> bool:
    """Whether the acting organisation has any."""
    return session.scalars(select(OrganizationKey.id).limit(1)).first() is not None


def wrap_key(key: bytes, context: str) -> bytes:
    """`key` wrapped by the master key, then sealed under its organisation's secret.

    `context`: organization|purpose|number.
    """
    return shredding.seal(master_key().wrap(key, context), _organization_of(context), context, master_key())


def unwrap_key(wrapped: bytes, context: str) -> bytes:
    """The key that `wrap_key` was given for the same context. Raises `Unreadable`."""
    return master_key().unwrap(_unsealed(wrapped, context), context)


def _associated(table: str, column: str, row_id: object) -> bytes:
    return f"{tenancy.current_organization_id()}|{table}|{column}|{row_id}".encode()


def _context(organization_id: UUID, purpose: str, number: int) -> str:
    return f"{organization_id}|{purpose}|{number}"


def _unsealed(wrapped: bytes, context: str) -> bytes:
    return shredding.unseal(wrapped, _organization_of(context), context, master_key())


def _organization_of(context: str) -> UUID:
    return UUID(context.split("|")[0])


_KEPT = "organization_keys"


def _keys(purpose: str) -> dict[int, bytes]:
    """The organisation's keys of `purpose` by number, read with those of the other purpose. Kept for the session's life
    and forgotten on rollback: a key that was never committed must not seal anything.
    """
    organization_id = tenancy.current_organization_id()
    kept: dict[UUID, dict[str, dict[int, bytes]]] = session.info.setdefault(_KEPT, {})
    if organization_id not in kept:
        table = OrganizationKey.__table__
        query = select(table.c.purpose, table.c.number, table.c.key_encrypted)
        with session.no_autoflush:  # a half-filled row may be waiting for this very value
            rows = session.execute(query.where(table.c.organization_id == organization_id)).all()
        known: dict[str, dict[int, bytes]] = {DATA: {}, INDEX: {}}
        for of, number, key in rows:
            known[of][number] = _unwrap(bytes(key), _context(organization_id, of, number))
        kept[organization_id] = known
    return kept[organization_id][purpose]


def _newest_key(purpose: str) -> tuple[int, bytes]:
    if not _keys(purpose):
        _add_key(purpose, 1)
    known = _keys(purpose)
    number = max(known)
    return number, known[number]


def _add_key(purpose: str, number: int) -> OrganizationKey:
    organization_id = tenancy.current_organization_id()
    with session.no_autoflush:  # it may ask for the organisation's secret
        wrapped = wrap_key(os.urandom(KEY_BYTES), _context(organization_id, purpose, number))
    values = {
        "purpose": purpose,
        "number": number,
        "key_encrypted": wrapped,
        "version": 1,
    }
    # Two first users at once: the second waits for the first one's commit, then takes its key.
    query = select(OrganizationKey).where(
        OrganizationKey.organization_id == organization_id,
        OrganizationKey.purpose == purpose,
        OrganizationKey.number == number,
    )
    with session.no_autoflush:
        session.execute(insert(OrganizationKey.__table__).values(**values).on_conflict_do_nothing())
        session.info.get(_KEPT, {}).pop(organization_id, None)
        return session.scalars(query).one()


@lru_cache(maxsize=4096)
def _unwrap(wrapped: bytes, context: str) -> bytes:
    return unwrap_key(wrapped, context)


@event.listens_for(Session, "after_soft_rollback")
def _forget_keys(rolled_back: Session, previous: object) -> None:
    rolled_back.info.pop(_KEPT, None)
