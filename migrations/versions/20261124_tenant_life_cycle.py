"""Export, restore, deletion with certificate and tombstone."""

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parents[1] / "sql"


def upgrade() -> None:
    op.execute((SQL / "tenant_life_cycle.sql").read_text())


def downgrade() -> None:
    op.execute("DROP TRIGGER leave_out ON audit_events")
    op.execute("DROP FUNCTION app.leave_out()")
    op.execute("DROP TABLE tenant_tombstones")
