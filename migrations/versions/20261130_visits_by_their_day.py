"""Visits are found by their day, which Today counts them by."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_visits_organization_id_occurs_on"), "visits", ["organization_id", "occurs_on"])


def downgrade() -> None:
    op.drop_index(op.f("ix_visits_organization_id_occurs_on"), table_name="visits")
