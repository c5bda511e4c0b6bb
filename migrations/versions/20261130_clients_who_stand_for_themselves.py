"""Lists of clients are counted and ordered by indexes of those who aren't kept under another's record."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

KEYS = (("last_name", "first_name"), ("search_name",), ("search_first_name",), ("status",))


def upgrade() -> None:
    _make(sa.text("merged_into_id IS NULL"))


def downgrade() -> None:
    _make(None)


def _make(condition: sa.TextClause | None) -> None:
    for columns in KEYS:
        name = op.f("_".join(("ix_clients_organization_id", *columns)))
        op.drop_index(name, table_name="clients")
        op.create_index(name, "clients", ["organization_id", *columns], postgresql_where=condition)
