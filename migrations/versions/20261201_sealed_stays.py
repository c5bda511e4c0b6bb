"""Why a client went to hospital is sealed, with the note of the stay; so is why a client's status changed, where the same
reason stands.
"""

import sqlalchemy as sa

from migrations.sealing import open_texts, seal_texts

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

REASON = sa.Column("reason", sa.String(length=300), nullable=False)
STAYS = ("hospitalisations", REASON, sa.Column("note", sa.Text(), nullable=True))
STEPS = ("client_status_changes", sa.Column("reason", sa.String(length=300), nullable=True))


def upgrade() -> None:
    seal_texts(*STAYS)
    seal_texts(*STEPS)


def downgrade() -> None:
    open_texts(*STEPS)
    open_texts(*STAYS)
