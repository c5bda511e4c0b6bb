"""How to get into a client's home is sealed, like the door code: it tells where the key lies."""

import sqlalchemy as sa

from migrations.sealing import open_texts, seal_texts

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

HOMES = ("service_addresses", sa.Column("access_instructions", sa.Text(), nullable=True))


def upgrade() -> None:
    seal_texts(*HOMES)


def downgrade() -> None:
    open_texts(*HOMES)
