"""What was told of a visit stays with the act that told it, sealed, whatever stands in the record afterwards."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("visit_acts", sa.Column("words_encrypted", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("visit_acts", "words_encrypted")
