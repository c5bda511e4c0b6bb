"""Support access, break-glass, reviews, alerts."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_reviews",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role_name", sa.String(length=64), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "still_needed",
                "not_needed",
                name="review_decision",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_access_reviews_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_access_reviews_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_access_reviews_organization_id_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_access_reviews")),
    )
    op.create_index(
        op.f("ix_access_reviews_organization_id_user_id_created_on"),
        "access_reviews",
        ["organization_id", "user_id", "created_on"],
        unique=False,
    )
    op.create_table(
        "security_alerts",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("mass_export", "denials", name="alert_kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "severity",
            sa.Enum("warning", "critical", name="alert_severity", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "acknowledged_by_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_security_alerts_organization_id_acknowledged_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_security_alerts_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_security_alerts_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_security_alerts_organization_id_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_security_alerts")),
    )
    op.create_index(
        op.f("ix_security_alerts_organization_id_created_on"),
        "security_alerts",
        ["organization_id", "created_on"],
        unique=False,
    )
    op.create_table(
        "support_accesses",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("operator_number", sa.Integer(), nullable=False),
        sa.Column("operator_name", sa.String(length=130), nullable=False),
        sa.Column("operator_email", sa.String(length=320), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "running",
                "refused",
                "ended",
                name="support_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("hand_over_hash", sa.String(length=64), nullable=True),
        sa.Column("hand_over_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("hours BETWEEN 1 AND 4", name=op.f("ck_support_accesses_hours")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_support_accesses_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_support_accesses_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "decided_by_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_support_accesses_organization_id_decided_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_support_accesses_organization_id_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_support_accesses")),
        sa.UniqueConstraint(
            "organization_id", "hand_over_hash", name=op.f("uq_support_accesses_organization_id_hand_over_hash")
        ),
    )
    op.create_index(
        op.f("ix_support_accesses_organization_id_user_id"),
        "support_accesses",
        ["organization_id", "user_id"],
        unique=False,
    )
    op.create_table(
        "break_glass_accesses",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_break_glass_accesses_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "client_id"],
            ["clients.organization_id", "clients.id"],
            name=op.f("fk_break_glass_accesses_organization_id_client_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_break_glass_accesses_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "reviewed_by_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_break_glass_accesses_organization_id_reviewed_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_break_glass_accesses_organization_id_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_break_glass_accesses")),
    )
    op.create_index(
        op.f("ix_break_glass_accesses_organization_id_user_id_expires_at"),
        "break_glass_accesses",
        ["organization_id", "user_id", "expires_at"],
        unique=False,
    )
    op.protect_table("access_reviews")
    op.protect_table("security_alerts")
    op.protect_table("support_accesses")
    op.protect_table("break_glass_accesses", client="client_id")


def downgrade() -> None:
    op.drop_table("break_glass_accesses")
    op.drop_table("support_accesses")
    op.drop_table("security_alerts")
    op.drop_table("access_reviews")
