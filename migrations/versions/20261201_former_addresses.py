"""The link that changes somebody's e-mail address keeps the address of before, which is told of it."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user_tokens", sa.Column("former_email", sa.String(length=320), nullable=True))


def downgrade() -> None:
    op.drop_column("user_tokens", "former_email")
