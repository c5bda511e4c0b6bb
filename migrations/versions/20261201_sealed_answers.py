"""The answers that are kept for repeated requests are sealed, and what was asked is known by a keyed digest.

What is kept already is sealed under each agency's own key, so the release needs what the product needs: the key file or
KMS, and the store of the agencies' secrets. Where nothing is kept nothing of it is asked for. A request that was first
sent before the release and is sent again after it finds its answer: the new digest is made of the former one.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

from migrations.agencies import in_every_organization
from starline.core import crypto, db, tenancy
from starline.core.identifiers import uuid7

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

TABLE, SEALED, BATCH = "idempotent_requests", "body_encrypted", 500
KEPT = sa.table(
    TABLE,
    *(sa.column("organization_id", sa.Uuid()), sa.column("key", sa.String()), sa.column("user_id", sa.Integer())),
    *(sa.column("id", sa.Uuid()), sa.column("fingerprint", sa.String())),
    *(sa.column("body", sa.Text()), sa.column(SEALED, sa.LargeBinary())),
)


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("id", sa.Uuid(), nullable=True))
    op.add_column(TABLE, sa.Column(SEALED, sa.LargeBinary(), nullable=True))
    _change_each(_sealed)
    op.alter_column(TABLE, "id", nullable=False)
    op.drop_column(TABLE, "body")


def downgrade() -> None:
    """The digests stay keyed: what was asked before is refused when it is sent again, and has no second effect."""
    op.add_column(TABLE, sa.Column("body", sa.Text(), nullable=True))
    _change_each(_opened)
    op.drop_column(TABLE, SEALED)
    op.drop_column(TABLE, "id")


def _sealed(row: Any) -> dict[str, Any]:
    key = uuid7()
    sealed = crypto.encrypt(row.body, table=TABLE, column=SEALED, row_id=key) if row.body else None
    return {"id": key, SEALED: sealed, "fingerprint": crypto.blind_index(row.fingerprint)}


def _opened(row: Any) -> dict[str, Any]:
    value = row.body_encrypted
    return {"body": crypto.decrypt(value, table=TABLE, column=SEALED, row_id=row.id) if value else None}


def _change_each(change: Callable[[Any], dict[str, Any]]) -> None:
    """Change every kept answer of each organisation, in the migration's own transaction, a batch at a time."""
    in_every_organization(lambda: _change_own(change), reason="Sealing of kept answers")


def _change_own(change: Callable[[Any], dict[str, Any]]) -> None:
    own = KEPT.c.organization_id == tenancy.current_organization_id()
    after = ("", 0)
    while True:
        place = sa.tuple_(KEPT.c.key, KEPT.c.user_id)
        query = sa.select(KEPT).where(own, place > after).order_by(KEPT.c.key, KEPT.c.user_id).limit(BATCH)
        found = db.session.execute(query).all()
        for row in found:
            one = sa.and_(own, KEPT.c.key == row.key, KEPT.c.user_id == row.user_id)
            db.session.execute(sa.update(KEPT).where(one).values(change(row)))
        if len(found) < BATCH:
            return
        after = (found[-1].key, found[-1].user_id)
