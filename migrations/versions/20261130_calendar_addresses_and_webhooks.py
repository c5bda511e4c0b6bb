"""Calendar addresses of people, and webhooks with what is sent to them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("events", postgresql.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("secret_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("cardinality(events) > 0", name=op.f("ck_webhook_endpoints_wants_something")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_webhook_endpoints_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_webhook_endpoints_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_webhook_endpoints")),
        sa.UniqueConstraint("organization_id", "name", name=op.f("uq_webhook_endpoints_organization_id_name")),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "delivered",
                "failed",
                "stopped",
                name="delivery_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column(
            "failure",
            sa.Enum(
                "refused",
                "unreachable",
                "not_allowed",
                name="delivery_failure",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("response_status", sa.Integer(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_webhook_deliveries_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_webhook_deliveries_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "endpoint_id"],
            ["webhook_endpoints.organization_id", "webhook_endpoints.id"],
            name=op.f("fk_webhook_deliveries_organization_id_endpoint_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_webhook_deliveries")),
    )
    op.create_index(
        op.f("ix_webhook_deliveries_organization_id_created_on"),
        "webhook_deliveries",
        ["organization_id", "created_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_webhook_deliveries_organization_id_endpoint_id_created_on"),
        "webhook_deliveries",
        ["organization_id", "endpoint_id", "created_on"],
        unique=False,
    )
    op.create_table(
        "calendar_feeds",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("staff_member_id", sa.Uuid(), nullable=True),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("ending", sa.String(length=4), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(staff_member_id IS NULL) <> (client_id IS NULL)", name=op.f("ck_calendar_feeds_of_one_person")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_calendar_feeds_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "client_id"],
            ["clients.organization_id", "clients.id"],
            name=op.f("fk_calendar_feeds_organization_id_client_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_calendar_feeds_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "revoked_by_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_calendar_feeds_organization_id_revoked_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "staff_member_id"],
            ["staff_members.organization_id", "staff_members.id"],
            name=op.f("fk_calendar_feeds_organization_id_staff_member_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint(
            "organization_id", "secret_hash", name=op.f("uq_calendar_feeds_organization_id_secret_hash")
        ),
    )
    op.create_index(
        op.f("ix_calendar_feeds_organization_id_client_id"),
        "calendar_feeds",
        ["organization_id", "client_id"],
        unique=True,
        postgresql_where="revoked_at IS NULL",
    )
    op.create_index(
        op.f("ix_calendar_feeds_organization_id_staff_member_id"),
        "calendar_feeds",
        ["organization_id", "staff_member_id"],
        unique=True,
        postgresql_where="revoked_at IS NULL",
    )
    op.protect_table("webhook_endpoints")
    op.protect_table("webhook_deliveries")
    op.protect_table("calendar_feeds", client="client_id")


def downgrade() -> None:
    op.drop_table("calendar_feeds")
    op.drop_table("webhook_deliveries")
    op.drop_table("webhook_endpoints")
