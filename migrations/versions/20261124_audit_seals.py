"""Audit: sealed blocks, who saw which client, partitions."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql"
NOW = sa.text("pg_current_xact_id()::text::bigint")


def upgrade() -> None:
    # Evaluated once for the rows that are there: they count as written now, by a transaction that is then over.
    op.add_column("audit_events", sa.Column("transaction_id", sa.BigInteger(), server_default=NOW, nullable=False))
    op.create_table(
        "audit_blocks",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_transaction", sa.BigInteger(), nullable=False),
        sa.Column("first_row", sa.BigInteger(), nullable=False),
        sa.Column("last_transaction", sa.BigInteger(), nullable=False),
        sa.Column("last_row", sa.BigInteger(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("row_hashes", sa.LargeBinary(), nullable=False),
        sa.Column("horizon", sa.BigInteger(), nullable=False),
        sa.Column("newest", sa.BigInteger(), nullable=False),
        sa.Column("open_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows_hash", sa.String(length=64), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("block_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "number", name=op.f("pk_audit_blocks")),
    )
    op.create_table(
        "audit_sightings",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("audit_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "client_id", "at", "audit_id", name=op.f("pk_audit_sightings")),
    )
    op.protect_table("audit_blocks", audited=False)
    op.protect_table("audit_sightings", audited=False)
    op.execute((SQL / "audit_seals.sql").read_text())


def downgrade() -> None:
    op.execute("DROP FUNCTION app.audited_organizations()")
    op.drop_table("audit_sightings")
    op.drop_table("audit_blocks")
    op.drop_column("audit_events", "transaction_id")
