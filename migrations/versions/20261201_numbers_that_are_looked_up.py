"""Social security numbers and the member ids of coverages have a blind index too, by which equal ones are found.

The index of what is there already is made under each agency's own key, so the release needs the key file or KMS, and
the store of the agencies' secrets. An index leaves spaces out from now on; Medicaid ids that have some get a new one.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import insert

from migrations.agencies import in_every_organization, write
from starline.core import clock, crypto, db, tenancy
from starline.core.identifiers import uuid7

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

NEW = {"clients": "ssn", "staff_members": "ssn", "coverages": "member_id"}
LOOKED_UP = (
    *((table, f"{name}_hash") for table, name in NEW.items()),
    *(("clients", f"{name}_hash") for name in ("medicaid_id", "medicare_id")),
)


def _of_row() -> tuple[Any, ...]:
    return sa.column("id", sa.Uuid()), sa.column("organization_id", sa.Uuid())


def _numbered(table: str, *names: str, **more: Any) -> Any:
    numbers = [
        sa.column(f"{name}_{part}", kind)
        for name in names
        for part, kind in (("encrypted", sa.LargeBinary()), ("hash", sa.String()))
    ]
    return sa.table(table, *_of_row(), *numbers, *(sa.column(name, kind) for name, kind in more.items()))


CLIENTS = _numbered("clients", "ssn", "medicaid_id", "medicare_id", merged_into_id=sa.Uuid())
STAFF = _numbered("staff_members", "ssn")
COVERAGES = _numbered("coverages", "member_id", client_id=sa.Uuid())
KEYS = sa.table(
    "match_keys",
    *_of_row(),
    *(sa.column("client_id", sa.Uuid()), sa.column("key", sa.String()), sa.column("version", sa.Integer())),
    *(sa.column(name, sa.DateTime(timezone=True)) for name in ("created_on", "changed_on")),
)


def upgrade() -> None:
    for table, name in NEW.items():
        op.add_column(table, sa.Column(f"{name}_hash", sa.String(length=64), nullable=True))
    in_every_organization(_index, reason="Index of numbers")
    for table, column in LOOKED_UP:
        op.create_index(
            op.f(f"ix_{table}_organization_id_{column}"),
            table,
            ["organization_id", column],
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )


def downgrade() -> None:
    for table, column in LOOKED_UP:
        op.drop_index(op.f(f"ix_{table}_organization_id_{column}"), table_name=table)
    in_every_organization(_forget_keys, reason="Index of numbers taken back")
    for table, name in NEW.items():
        op.drop_column(table, f"{name}_hash")


def _index() -> None:
    standing = set(db.session.scalars(sa.select(CLIENTS.c.id).where(CLIENTS.c.merged_into_id.is_(None))))
    for client_id, _known, index in _indexed(CLIENTS, "ssn"):
        if client_id in standing:
            _keep_key(client_id, f"n:{index}")
    for client_id, known, index in _indexed(CLIENTS, "medicaid_id"):
        if index != known:
            mine = sa.and_(KEYS.c.client_id == client_id, KEYS.c.key == f"i:{known}")
            db.session.execute(sa.update(KEYS).where(mine).values(key=f"i:{index}"))
    _indexed(STAFF, "ssn")
    of_client = dict(db.session.execute(sa.select(COVERAGES.c.id, COVERAGES.c.client_id)).all())
    for coverage_id, _known, index in _indexed(COVERAGES, "member_id"):
        if of_client[coverage_id] in standing:
            _keep_key(of_client[coverage_id], f"i:{index}")


def _indexed(table: Any, name: str) -> list[tuple[Any, str | None, str]]:
    """Write the index of each number of the table; of each row its id, the index that it had and the one it has."""
    sealed, known = table.c[f"{name}_encrypted"], table.c[f"{name}_hash"]
    found = []
    for row_id, value, before in db.session.execute(sa.select(table.c.id, sealed, known).where(sealed.is_not(None))):
        number = crypto.decrypt(bytes(value), table=table.name, column=sealed.name, row_id=row_id)
        found.append((row_id, before, crypto.index_of(number) or ""))
    for row_id, before, index in found:
        if index and index != before:
            write(table, row_id, {known.name: index})
    return [one for one in found if one[2]]


def _keep_key(client_id: Any, key: str) -> None:
    now = clock.now()
    values = {
        "id": uuid7(),
        "organization_id": tenancy.current_organization_id(),
        "client_id": client_id,
        "key": key,
        "version": 1,
        "created_on": now,
        "changed_on": now,
    }
    db.session.execute(insert(KEYS).values(values).on_conflict_do_nothing())


def _forget_keys() -> None:
    own = [f"{name}_hash" for name in ("medicaid_id", "medicare_id")]
    is_own = sa.exists().where(
        CLIENTS.c.id == KEYS.c.client_id, sa.or_(*(KEYS.c.key == sa.func.concat("i:", CLIENTS.c[name]) for name in own))
    )
    of_coverage = sa.and_(KEYS.c.key.like("i:%"), ~is_own)
    mine = KEYS.c.organization_id == tenancy.current_organization_id()
    db.session.execute(sa.delete(KEYS).where(mine, sa.or_(KEYS.c.key.like("n:%"), of_coverage)))
