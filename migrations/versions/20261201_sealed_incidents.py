"""What is told of incidents is sealed: the course of events, who was involved, injuries, what was done and found."""

import sqlalchemy as sa

from migrations.sealing import open_texts, seal_texts

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

INCIDENTS = (
    "incidents",
    sa.Column("description", sa.Text(), nullable=False),
    sa.Column("involved", sa.String(length=300), nullable=True),
    sa.Column("injuries", sa.Text(), nullable=True),
    sa.Column("immediate_action", sa.Text(), nullable=True),
    sa.Column("investigation", sa.Text(), nullable=True),
    sa.Column("corrective_action", sa.Text(), nullable=True),
)


def upgrade() -> None:
    seal_texts(*INCIDENTS)


def downgrade() -> None:
    open_texts(*INCIDENTS)
