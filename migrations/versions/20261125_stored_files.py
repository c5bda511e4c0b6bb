"""Stored files, their versions, and what an agency decides about files."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stored_files",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "identification",
                "insurance",
                "consent",
                "advance_directive",
                "physician_order",
                "assessment",
                "care_plan",
                "contract",
                "credential",
                "training",
                "correspondence",
                "incident",
                "other",
                name="file_category",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("description", sa.String(length=300), nullable=True),
        sa.Column("owner_table", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("staff_member_id", sa.Uuid(), nullable=True),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("newest_version", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "scanning",
                "clean",
                "quarantined",
                "not_scanned",
                name="file_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("retain_until", sa.Date(), nullable=True),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_by_id", sa.Integer(), nullable=True),
        sa.Column("hold_reason", sa.String(length=300), nullable=True),
        sa.Column("trashed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trashed_by_id", sa.Integer(), nullable=True),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "CASE owner_table WHEN 'clients' THEN client_id IS NOT NULL AND record_id IS NULL WHEN 'staff_members' THEN staff_member_id IS NOT NULL AND record_id IS NULL ELSE record_id IS NOT NULL END",
            name=op.f("ck_stored_files_has_owner"),
        ),
        sa.CheckConstraint("owner_table ~ '^[a-z_]{1,40}$'", name=op.f("ck_stored_files_owner_table")),
        sa.CheckConstraint("(held_at IS NULL) = (hold_reason IS NULL)", name=op.f("ck_stored_files_hold_has_reason")),
        sa.CheckConstraint("held_at IS NULL OR trashed_at IS NULL", name=op.f("ck_stored_files_held_is_kept")),
        sa.CheckConstraint("size_bytes >= 0", name=op.f("ck_stored_files_size")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_stored_files_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "client_id"],
            ["clients.organization_id", "clients.id"],
            name=op.f("fk_stored_files_organization_id_client_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_stored_files_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "held_by_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_stored_files_organization_id_held_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "staff_member_id"],
            ["staff_members.organization_id", "staff_members.id"],
            name=op.f("fk_stored_files_organization_id_staff_member_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "trashed_by_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_stored_files_organization_id_trashed_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_stored_files")),
    )
    op.create_index(
        op.f("ix_stored_files_organization_id_client_id_created_on"),
        "stored_files",
        ["organization_id", "client_id", "created_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_stored_files_organization_id_expires_on"),
        "stored_files",
        ["organization_id", "expires_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_stored_files_organization_id_owner_table_record_id"),
        "stored_files",
        ["organization_id", "owner_table", "record_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_stored_files_organization_id_staff_member_id_created_on"),
        "stored_files",
        ["organization_id", "staff_member_id", "created_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_stored_files_organization_id_trashed_at"),
        "stored_files",
        ["organization_id", "trashed_at"],
        unique=False,
    )
    op.create_table(
        "file_versions",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("storage_key", sa.String(length=200), nullable=False),
        sa.Column("thumbnail_key", sa.String(length=200), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "scanning",
                "clean",
                "quarantined",
                "not_scanned",
                name="file_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("finding", sa.String(length=200), nullable=True),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_file_versions_number")),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_file_versions_size")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_file_versions_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_file_versions_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "file_id"],
            ["stored_files.organization_id", "stored_files.id"],
            name=op.f("fk_file_versions_organization_id_file_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_file_versions")),
        sa.UniqueConstraint(
            "organization_id", "file_id", "number", name=op.f("uq_file_versions_organization_id_file_id_number")
        ),
        sa.UniqueConstraint(
            "organization_id", "storage_key", name=op.f("uq_file_versions_organization_id_storage_key")
        ),
    )
    op.create_index(
        op.f("ix_file_versions_organization_id_thumbnail_key"),
        "file_versions",
        ["organization_id", "thumbnail_key"],
        unique=False,
    )
    op.create_index(
        "ix_file_versions_waiting",
        "file_versions",
        ["organization_id", "status"],
        unique=False,
        postgresql_where="status <> 'clean'",
    )
    op.add_column(
        "organization_settings",
        sa.Column("file_policy", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default="{}"),
    )
    op.alter_column("organization_settings", "file_policy", server_default=None)
    op.protect_table("stored_files", client="client_id")
    op.protect_table("file_versions")


def downgrade() -> None:
    op.drop_column("organization_settings", "file_policy")
    op.drop_index("ix_file_versions_waiting", table_name="file_versions", postgresql_where="status <> 'clean'")
    op.drop_index(op.f("ix_file_versions_organization_id_thumbnail_key"), table_name="file_versions")
    op.drop_index(op.f("ix_stored_files_organization_id_trashed_at"), table_name="stored_files")
    op.drop_index(op.f("ix_stored_files_organization_id_staff_member_id_created_on"), table_name="stored_files")
    op.drop_index(op.f("ix_stored_files_organization_id_owner_table_record_id"), table_name="stored_files")
    op.drop_index(op.f("ix_stored_files_organization_id_expires_on"), table_name="stored_files")
    op.drop_index(op.f("ix_stored_files_organization_id_client_id_created_on"), table_name="stored_files")
    op.drop_table("file_versions")
    op.drop_table("stored_files")
