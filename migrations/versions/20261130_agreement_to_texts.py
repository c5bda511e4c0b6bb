"""Whether somebody agreed to be texted, and when."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff_members", sa.Column("texts_agreed_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("staff_members", "texts_agreed_on")
