"""A cheaper check of the acting context, and an audit index that pages of many rows don't pay for."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql"
INDEX = "ix_audit_events_organization_id_subject_id_at"
COLUMNS = ["organization_id", "subject_id", "at"]


def upgrade() -> None:
    op.execute((SQL / "lean_context.sql").read_text())
    op.drop_index(INDEX, "audit_events")
    op.create_index(INDEX, "audit_events", COLUMNS, postgresql_where=sa.text("subject_id IS NOT NULL"))


def downgrade() -> None:
    # The earlier function accepts the same contexts; only its cost differs.
    op.drop_index(INDEX, "audit_events")
    op.create_index(INDEX, "audit_events", COLUMNS)
