"""Replacing an organisation's data key: everything sealed is sealed anew, in batches, while people go on working.

A run that is cut off is taken up by the next. The old key stays until nothing is sealed under it and long enough has
passed for every transaction that still knew it as the newest to end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.sql.elements import ColumnElement

from starline.core import clock, crypto, tenancy
from starline.core.crypto import DATA, Encrypted, OrganizationKey, encrypted_parts
from starline.core.db import Model, session, transaction

BATCH = 200
KEPT_AT_LEAST = timedelta(hours=1)
"""How long a replaced key is kept after its successor was made: longer than any transaction."""


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """One encrypted column of one table."""

    model: Any
    part: Encrypted

    @property
    def name(self) -> str:
        return self.part.attribute

    @property
    def column(self) -> Any:
        return self.model.__table__.c[self.name]

    @property
    def key_number(self) -> ColumnElement[bytes]:
        """The number of the key that a value is sealed under, as its four bytes."""
        return func.substring(self.column, 2, 4)


def sealed_columns() -> list[SealedColumn]:
    """Every encrypted column of every table, in a steady order."""
    found = {
        (mapper.class_.__tablename__, part.attribute): SealedColumn(mapper.class_, part)
        for mapper in Model.registry.mappers
        for part in encrypted_parts(mapper.class_)
    }
    return [found[place] for place in sorted(found)]


def begin() -> int:
    """The number of the key to seal under: a new one, or the newest where values are left under an older one."""
    newest = max(_numbers(), default=0)
    is_cut_off = any(_left(one, newest) for one in sealed_columns())
    return newest if newest and is_cut_off else crypto.add_data_key().number


def batches(number: int) -> Iterator[int]:
    """Seal batch after batch under key `number`, each in a transaction of its own; the size of each."""
    while True:
        with transaction():
            size = reseal_batch(number)
        if not size:
            return
        yield size


def reseal_batch(number: int) -> int:
    """Seal up to `BATCH` values under key `number` that are under another; how many. The caller commits each batch."""
    for one in sealed_columns():
        rows = session.execute(_older(one, number).limit(BATCH).with_for_update(skip_locked=True)).all()
        for key, value, *place in rows:
            _reseal(one, key, value, dict(zip(("table", "column", "row_id"), place, strict=True)))
        if rows:
            return len(rows)
    return 0


def usage() -> dict[int, int]:
    """How many values are sealed under each of the organisation's data keys, by number."""
    counts = dict.fromkeys(_numbers(), 0)
    for one in sealed_columns():
        query = select(one.key_number, func.count()).where(_own(one), one.column.is_not(None))
        for number, count in session.execute(query.group_by(one.key_number)):
            counts[int.from_bytes(number, "big")] = counts.get(int.from_bytes(number, "big"), 0) + count
    return counts


def retire() -> list[int]:
    """Destroy the replaced keys that nothing is sealed under any more; their numbers."""
    counts, newest = usage(), max(_numbers(), default=0)
    made = session.scalar(_keys().where(OrganizationKey.number == newest).with_only_columns(OrganizationKey.created_on))
    if made is None or made > clock.now() - KEPT_AT_LEAST:
        return []
    gone = [number for number, count in sorted(counts.items()) if number < newest and count == 0]
    table = OrganizationKey.__table__
    session.execute(
        delete(table).where(
            table.c.organization_id == tenancy.current_organization_id(),
            table.c.purpose == DATA,
            table.c.number.in_(gone),
        )
    )
    return gone


def _reseal(one: SealedColumn, key: Any, value: bytes, place: dict[str, Any]) -> None:
    sealed = crypto.encrypt(crypto.decrypt(bytes(value), **place), **place)
    table = one.model.__table__
    # Not through the mapper: nobody has changed the record, so its version and its last change stay as they are.
    kept = {name: table.c[name] for name in ("changed_on", "changed_by_fk") if name in table.c}
    session.execute(update(table).where(_own(one), _id(one) == key).values({**kept, one.name: sealed}))


def _left(one: SealedColumn, number: int) -> bool:
    return session.execute(_older(one, number).limit(1)).first() is not None


def _older(one: SealedColumn, number: int) -> Any:
    place = one.part.place_in(one.model.__table__)
    query = select(_id(one), one.column, *place).where(_own(one), one.column.is_not(None))
    return query.where(one.key_number != number.to_bytes(4, "big")).order_by(_id(one))


def _id(one: SealedColumn) -> Any:
    return one.model.__table__.c.id


def _own(one: SealedColumn) -> ColumnElement[bool]:
    table = one.model.__table__
    column = table.c.organization_id if "organization_id" in table.c else table.c.id
    own: ColumnElement[bool] = column == tenancy.current_organization_id()
    return own


def _numbers() -> list[int]:
    return list(session.scalars(_keys().with_only_columns(OrganizationKey.number)))


def _keys() -> Any:
    return select(OrganizationKey).where(
        OrganizationKey.organization_id == tenancy.current_organization_id(), OrganizationKey.purpose == DATA
    )
