"""Notes about clients are sealed. What a sealed text said before a change is kept sealed beside the trail, which names
the column alone.

Taken back, the notes are in the clear again, and what they said before their changes is gone.
"""

import re
from pathlib import Path

import sqlalchemy as sa
from alembic import op

from migrations.sealing import open_texts, seal_texts

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql"
NOTES = ("client_notes", sa.Column("body", sa.Text(), nullable=False))


def upgrade() -> None:
    op.create_table(
        "audit_texts",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("text_encrypted", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_audit_texts")),
    )
    op.create_index(
        op.f("ix_audit_texts_organization_id_subject_id_event_id"),
        "audit_texts",
        ["organization_id", "subject_id", "event_id"],
    )
    op.protect_table("audit_texts", audited=False)
    op.execute((SQL / "audit_texts.sql").read_text())
    seal_texts(*NOTES)


def downgrade() -> None:
    open_texts(*NOTES)
    op.execute(_trigger_of_before())
    op.drop_table("audit_texts")


def _trigger_of_before() -> str:
    found = re.search(
        r"CREATE (FUNCTION app\.record_change\(\).*?END \$\$;)", (SQL / "ground_context.sql").read_text(), re.S
    )
    assert found is not None
    return f"CREATE OR REPLACE {found[1]}"
