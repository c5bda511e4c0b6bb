"""Saved views of lists, and which of them a list opens in for whom."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_views",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("list_name", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_saved_views_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_saved_views_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_saved_views_organization_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_saved_views")),
    )
    op.create_index(
        op.f("ix_saved_views_organization_id_user_id_list_name"),
        "saved_views",
        ["organization_id", "user_id", "list_name"],
    )
    op.create_table(
        "default_views",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("list_name", sa.String(length=64), nullable=False),
        sa.Column("view_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_default_views_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_default_views_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_default_views_organization_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "view_id"],
            ["saved_views.organization_id", "saved_views.id"],
            name=op.f("fk_default_views_organization_id_view_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_default_views")),
        sa.UniqueConstraint(
            "organization_id", "user_id", "list_name", name=op.f("uq_default_views_organization_id_user_id_list_name")
        ),
    )
    op.create_index(
        op.f("ix_default_views_organization_id_view_id"), "default_views", ["organization_id", "view_id"], unique=False
    )
    op.protect_table("saved_views")
    op.protect_table("default_views")
    # Processes remember each person's views until the organisation's version counts up.
    for table in ("saved_views", "default_views"):
        op.execute(
            f"CREATE TRIGGER version AFTER INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION app.bump_version('organization_id')"
        )


def downgrade() -> None:
    op.drop_index(op.f("ix_default_views_organization_id_view_id"), table_name="default_views")
    op.drop_table("default_views")
    op.drop_table("saved_views")
