"""API keys of an organisation's own programs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PEOPLE = ("created_by_fk", "changed_by_fk", "user_id", "revoked_by_id")


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("prefix", sa.String(length=12), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_id", sa.Integer(), nullable=True),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                ["organization_id", name],
                ["ab_user.organization_id", "ab_user.id"],
                name=op.f(f"fk_api_keys_organization_id_{name}"),
                ondelete="RESTRICT",
            )
            for name in PEOPLE
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "role_id"],
            ["ab_role.organization_id", "ab_role.id"],
            name=op.f("fk_api_keys_organization_id_role_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("organization_id", "prefix", name=op.f("uq_api_keys_organization_id_prefix")),
    )
    op.create_index(op.f("ix_api_keys_organization_id_user_id"), "api_keys", ["organization_id", "user_id"])
    op.create_index(op.f("ix_api_keys_organization_id_role_id"), "api_keys", ["organization_id", "role_id"])
    op.protect_table("api_keys")
    # Nodes keep keys in memory by this version. A new key is in no memory yet, and its use changes nothing.
    op.execute(
        "CREATE TRIGGER version AFTER DELETE OR UPDATE OF name, role_id, scopes, user_id, expires_at, revoked_at"
        " ON api_keys FOR EACH ROW EXECUTE FUNCTION app.bump_version('organization_id')"
    )


def downgrade() -> None:
    op.drop_table("api_keys")
