"""The rest of an agency's brand, the brand before it, and the domain that waits for its proof."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLE = "organization_settings"
ADDED = (
    ("email_header_file", sa.String(length=200)),
    ("theme_color", sa.String(length=7)),
    ("previous_brand", postgresql.JSONB(none_as_null=True, astext_type=sa.Text())),
    ("wanted_domain", sa.String(length=253)),
    ("domain_token", sa.String(length=64)),
    ("domain_checked_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    for name, kind in ADDED:
        op.add_column(TABLE, sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for name, _kind in reversed(ADDED):
        op.drop_column(TABLE, name)
