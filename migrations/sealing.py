"""Sealing what a text column holds, each row under its agency's own key, and opening it again.

It needs what the product needs: the key file or KMS, and the store of the agencies' secrets; an agency without a data
key gets one. Where there is no text nothing of it is asked for. Rows are taken in batches, all in the migration's own
transaction: a release that is cut off leaves nothing half sealed.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from migrations.agencies import in_every_organization
from migrations.protection import audit_trigger
from starline.core import crypto, db, tenancy

BATCH = 500
REASON = "Sealing of texts"
CLIENT = "client_id"
NO_ID = UUID(int=0)


def seal_columns(table: str, *columns: sa.Column[Any]) -> None:
    """Let encrypted columns take the place of `columns`, with all that they hold."""
    for one in columns:
        op.add_column(table, sa.Column(sealed_name(one), sa.LargeBinary(), nullable=True))
    in_every_organization(lambda: _seal(table, columns), reason=REASON)
    for one in columns:
        op.drop_column(table, one.name)
        op.alter_column(table, sealed_name(one), nullable=one.nullable)


def open_columns(table: str, *columns: sa.Column[Any]) -> None:
    """The way back."""
    for one in columns:
        op.add_column(table, sa.Column(one.name, one.type, nullable=True))
    in_every_organization(lambda: _open(table, columns), reason=REASON)
    for one in columns:
        op.drop_column(table, sealed_name(one))
        op.alter_column(table, one.name, nullable=one.nullable)


def seal_texts(table: str, *columns: sa.Column[Any], client: str = CLIENT) -> None:
    """The same of texts that people read; what these said before a change is kept from now on."""
    seal_columns(table, *columns)
    op.execute(audit_trigger(table, client, *(sealed_name(one) for one in columns)))


def open_texts(table: str, *columns: sa.Column[Any], client: str = CLIENT) -> None:
    """The way back. From here on the trail itself tells what a text said; of the time between it no longer does."""
    open_columns(table, *columns)
    op.execute(audit_trigger(table, client))


def sealed_name(column: sa.Column[Any]) -> str:
    return f"{column.name}_encrypted"


def batches(table: str, names: Sequence[str]) -> Iterator[Sequence[Any]]:
    """The acting agency's rows that have something in one of the columns: the id, then these. The context is signed
    anew for each batch, because a large agency takes longer than a signature lasts.
    """
    columns = [sa.column(name) for name in names]
    known = sa.table(table, sa.column("id", sa.Uuid()), sa.column("organization_id", sa.Uuid()), *columns)
    own = known.c.organization_id == tenancy.current_organization_id()
    query = sa.select(known.c.id, *columns).where(own, sa.or_(*(one.is_not(None) for one in columns)))
    last = NO_ID
    while True:
        db.apply_context()
        rows = db.session.execute(query.where(known.c.id > last).order_by(known.c.id).limit(BATCH)).all()
        if not rows:
            return
        yield rows
        last = rows[-1].id


def write(table: str, name: str, kind: str, values: dict[UUID, Any]) -> None:
    """Set the column of the acting agency's rows, by their ids. `kind` is its type in PostgreSQL."""
    statement = (
        f"UPDATE {table} AS t SET {name} = given.value"
        f" FROM unnest(CAST(:ids AS uuid[]), CAST(:given AS {kind}[])) AS given (id, value)"
        " WHERE t.organization_id = :organization_id AND t.id = given.id"
    )
    parameters = {"ids": [str(one) for one in values], "given": list(values.values())}
    db.session.execute(sa.text(statement), {**parameters, "organization_id": tenancy.current_organization_id()})


def _seal(table: str, columns: Sequence[sa.Column[Any]]) -> None:
    for rows in batches(table, [one.name for one in columns]):
        for place, column in enumerate(columns, start=1):
            bound = {"table": table, "column": sealed_name(column)}
            texts = {row.id: row[place] for row in rows if row[place] is not None}
            sealed = {key: crypto.encrypt(text, **bound, row_id=key) for key, text in texts.items()}
            write(table, bound["column"], "bytea", sealed)


def _open(table: str, columns: Sequence[sa.Column[Any]]) -> None:
    for rows in batches(table, [sealed_name(one) for one in columns]):
        for place, column in enumerate(columns, start=1):
            bound = {"table": table, "column": sealed_name(column)}
            sealed = {row.id: bytes(row[place]) for row in rows if row[place] is not None}
            write(
                table,
                column.name,
                "text",
                {key: crypto.decrypt(one, **bound, row_id=key) for key, one in sealed.items()},
            )
