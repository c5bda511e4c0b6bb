"""The ground: organisations, identity, clients, staff, audit, outbox, and the rules that keep agencies apart."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


FAB_TABLES = (
    "ab_permission",
    "ab_view_menu",
    "ab_permission_view",
    "ab_permission_view_role",
    "ab_role",
    "ab_user_role",
    "ab_user",
)
TABLES = (
    "ab_permission",
    "ab_role",
    "ab_user",
    "ab_view_menu",
    "audit_events",
    "idempotent_requests",
    "job_runs",
    "organization_counters",
    "organization_versions",
    "organizations",
    "outbox_messages",
    "ab_permission_view",
    "ab_user_role",
    "branches",
    "credential_types",
    "organization_keys",
    "organization_settings",
    "recovery_codes",
    "remembered_devices",
    "second_factors",
    "sign_in_attempts",
    "user_sessions",
    "user_tokens",
    "ab_permission_view_role",
    "clients",
    "refresh_tokens",
    "staff_members",
    "availability_slots",
    "care_team_members",
    "client_notes",
    "client_preferences",
    "client_status_changes",
    "contacts",
    "coverages",
    "credentials",
    "pay_rates",
    "service_addresses",
    "time_off",
)
SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    op.execute((SQL / "ground_context.sql").read_text())
    op.create_table(
        "ab_permission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_permission")),
        sa.UniqueConstraint("name", name=op.f("uq_ab_permission_name")),
    )
    op.create_table(
        "ab_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column(
            "record_scope",
            sa.Enum(
                "all",
                "branch",
                "assigned",
                "own",
                name="record_scope",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("template", sa.String(length=40), nullable=True),
        sa.Column("requires_second_factor", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_role")),
        sa.UniqueConstraint("organization_id", "id", name=op.f("uq_ab_role_organization_id_id")),
        sa.UniqueConstraint("organization_id", "name", name=op.f("uq_ab_role_organization_id_name")),
    )
    op.create_table(
        "ab_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.String(length=64), nullable=False),
        sa.Column("last_name", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=128), nullable=False),
        sa.Column("password", sa.String(length=256), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("last_login", sa.DateTime(timezone=True), nullable=True),
        sa.Column("login_count", sa.Integer(), nullable=True),
        sa.Column("fail_login_count", sa.Integer(), nullable=True),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("branch_id", sa.Uuid(), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("locale", sa.String(length=10), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=True),
        sa.Column("photo_file", sa.String(length=200), nullable=True),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "branch_id"],
            ["branches.organization_id", "branches.id"],
            name=op.f("fk_ab_user_organization_id_branch_id"),
            use_alter=True,
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_ab_user_organization_id_changed_by_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_ab_user_organization_id_created_by_fk"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_user")),
        sa.UniqueConstraint("organization_id", "email", name=op.f("uq_ab_user_organization_id_email")),
        sa.UniqueConstraint("organization_id", "id", name=op.f("uq_ab_user_organization_id_id")),
        sa.UniqueConstraint("organization_id", "username", name=op.f("uq_ab_user_organization_id_username")),
    )
    op.create_table(
        "ab_view_menu",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_view_menu")),
        sa.UniqueConstraint("name", name=op.f("uq_ab_view_menu_name")),
    )
    op.create_table(
        "audit_events",
        sa.Column(
            "organization_id", sa.Uuid(), server_default=sa.text("app.current_organization_id()"), nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), server_default=sa.text("app.current_user_id()"), nullable=True),
        sa.Column(
            "request_id", sa.Text(), server_default=sa.text("current_setting('app.request_id', true)"), nullable=False
        ),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=True),
        sa.Column("client_ids", postgresql.ARRAY(sa.Uuid()), nullable=True),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "reason",
            sa.Text(),
            server_default=sa.text("nullif(current_setting('app.reason', true), '')"),
            nullable=True,
        ),
        sa.PrimaryKeyConstraint("organization_id", "at", "id", name=op.f("pk_audit_events")),
        postgresql_partition_by="RANGE (at)",
    )
    op.create_index(
        op.f("ix_audit_events_organization_id_subject_id_at"),
        "audit_events",
        ["organization_id", "subject_id", "at"],
        unique=False,
    )
    op.create_table(
        "idempotent_requests",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "key", "user_id", name=op.f("pk_idempotent_requests")),
    )
    op.create_table(
        "job_runs",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "job", "due_at", name=op.f("pk_job_runs")),
    )
    op.create_table(
        "organization_counters",
        sa.Column(
            "organization_id", sa.Uuid(), server_default=sa.text("app.current_organization_id()"), nullable=False
        ),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "name", name=op.f("pk_organization_counters")),
    )
    op.create_table(
        "organization_versions",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_organization_versions")),
    )
    op.create_table(
        "organizations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("legal_name", sa.String(length=200), nullable=True),
        sa.Column("slug", sa.String(length=63), nullable=False),
        sa.Column("custom_domain", sa.String(length=253), nullable=True),
        sa.Column("email_domain", sa.String(length=253), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "trial",
                "active",
                "suspended",
                "closed",
                name="organization_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "subscription_tier",
            sa.Enum(
                "starter",
                "standard",
                "enterprise",
                name="subscription_tier",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("npi", sa.String(length=10), nullable=True),
        sa.Column("baa_signed_on", sa.Date(), nullable=True),
        sa.Column("baa_signed_by", sa.String(length=120), nullable=True),
        sa.Column("data_retention_years", sa.Integer(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("slug ~ '^[a-z][a-z0-9-]{1,61}[a-z0-9]$'", name=op.f("ck_organizations_slug")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organizations")),
        sa.UniqueConstraint("custom_domain", name=op.f("uq_organizations_custom_domain")),
        sa.UniqueConstraint("email_domain", name=op.f("uq_organizations_email_domain")),
        sa.UniqueConstraint("slug", name=op.f("uq_organizations_slug")),
    )
    op.create_table(
        "outbox_messages",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("arguments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_outbox_messages")),
    )
    op.create_index(
        "ix_outbox_messages_due", "outbox_messages", ["due_at"], unique=False, postgresql_where="done_at IS NULL"
    )
    op.create_table(
        "ab_permission_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("permission_id", sa.Integer(), nullable=False),
        sa.Column("view_menu_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["permission_id"], ["ab_permission.id"], name=op.f("fk_ab_permission_view_permission_id")
        ),
        sa.ForeignKeyConstraint(["view_menu_id"], ["ab_view_menu.id"], name=op.f("fk_ab_permission_view_view_menu_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_permission_view")),
        sa.UniqueConstraint(
            "permission_id", "view_menu_id", name=op.f("uq_ab_permission_view_permission_id_view_menu_id")
        ),
    )
    op.create_index("idx_permission_id", "ab_permission_view", ["permission_id"], unique=False)
    op.create_index("idx_view_menu_id", "ab_permission_view", ["view_menu_id"], unique=False)
    op.create_table(
        "ab_user_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.Column(
            "organization_id", sa.Uuid(), server_default=sa.text("app.current_organization_id()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "role_id"],
            ["ab_role.organization_id", "ab_role.id"],
            name=op.f("fk_ab_user_role_organization_id_role_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_ab_user_role_organization_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_user_role")),
        sa.UniqueConstraint("user_id", "role_id", name=op.f("uq_ab_user_role_user_id_role_id")),
    )
    op.create_table(
        "branches",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=True),
        sa.Column("line1", sa.String(length=120), nullable=True),
        sa.Column("line2", sa.String(length=120), nullable=True),
        sa.Column("city", sa.String(length=80), nullable=True),
        sa.Column("state", sa.String(length=2), nullable=True),
        sa.Column("postal_code", sa.String(length=10), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("provider_number", sa.String(length=30), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_branches_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_branches_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_branches")),
        sa.UniqueConstraint("organization_id", "name", name=op.f("uq_branches_organization_id_name")),
    )
    op.create_index(op.f("ix_branches_organization_id_code"), "branches", ["organization_id", "code"], unique=False)
    op.create_table(
        "credential_types",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("required_disciplines", postgresql.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("required_payers", postgresql.ARRAY(sa.String(length=80)), nullable=False),
        sa.Column("validity_months", sa.Integer(), nullable=True),
        sa.Column("reminder_days", postgresql.ARRAY(sa.String(length=4)), nullable=False),
        sa.Column("blocks_scheduling", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("validity_months BETWEEN 1 AND 240", name=op.f("ck_credential_types_validity")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_credential_types_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_credential_types_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_credential_types")),
        sa.UniqueConstraint("organization_id", "name", name=op.f("uq_credential_types_organization_id_name")),
    )
    op.create_table(
        "organization_keys",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_organization_keys_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_organization_keys_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_organization_keys")),
        sa.UniqueConstraint(
            "organization_id", "purpose", "number", name=op.f("uq_organization_keys_organization_id_purpose_number")
        ),
    )
    op.create_table(
        "organization_settings",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("display_name", sa.String(length=120), nullable=True),
        sa.Column("logo_file", sa.String(length=200), nullable=True),
        sa.Column("favicon_file", sa.String(length=200), nullable=True),
        sa.Column("login_background_file", sa.String(length=200), nullable=True),
        sa.Column("primary_color", sa.String(length=7), nullable=False),
        sa.Column("secondary_color", sa.String(length=7), nullable=False),
        sa.Column("features", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("email_from_name", sa.String(length=120), nullable=True),
        sa.Column("email_from_address", sa.String(length=254), nullable=True),
        sa.Column("email_reply_to", sa.String(length=254), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("date_format", sa.String(length=20), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("security_policy", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("scheduling_policy", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("billing_policy", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_organization_settings_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_organization_settings_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_organization_settings")),
        sa.UniqueConstraint("organization_id", name=op.f("uq_organization_settings_organization_id")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_recovery_codes_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_recovery_codes_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_recovery_codes_organization_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint(
            "organization_id", "user_id", "code_hash", name=op.f("uq_recovery_codes_organization_id_user_id_code_hash")
        ),
    )
    op.create_table(
        "remembered_devices",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_remembered_devices_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_remembered_devices_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_remembered_devices_organization_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_remembered_devices")),
        sa.UniqueConstraint(
            "organization_id", "token_hash", name=op.f("uq_remembered_devices_organization_id_token_hash")
        ),
    )
    op.create_table(
        "second_factors",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("seed_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_second_factors_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_second_factors_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_second_factors_organization_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_second_factors")),
        sa.UniqueConstraint("organization_id", "user_id", name=op.f("uq_second_factors_organization_id_user_id")),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "succeeded",
                "wrong_password",
                "unknown_user",
                "wrong_code",
                "replayed_code",
                "locked",
                "disabled",
                "code_required",
                "reused_token",
                name="sign_in_outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("device", sa.String(length=200), nullable=True),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_sign_in_attempts_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_sign_in_attempts_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_sign_in_attempts_organization_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_sign_in_attempts")),
    )
    op.create_index(
        op.f("ix_sign_in_attempts_organization_id_address_created_on"),
        "sign_in_attempts",
        ["organization_id", "address", "created_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_sign_in_attempts_organization_id_user_id_created_on"),
        "sign_in_attempts",
        ["organization_id", "user_id", "created_on"],
        unique=False,
    )
    op.create_table(
        "user_sessions",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("device", sa.String(length=200), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=40), nullable=True),
        sa.Column("has_second_factor", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_user_sessions_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_user_sessions_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_user_sessions_organization_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_user_sessions")),
    )
    op.create_index(
        op.f("ix_user_sessions_organization_id_user_id"), "user_sessions", ["organization_id", "user_id"], unique=False
    )
    op.create_table(
        "user_tokens",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "invitation",
                "password_reset",
                "email_change",
                name="token_purpose",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_user_tokens_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_user_tokens_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_user_tokens_organization_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_user_tokens")),
        sa.UniqueConstraint("organization_id", "token_hash", name=op.f("uq_user_tokens_organization_id_token_hash")),
    )
    op.create_table(
        "ab_permission_view_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("permission_view_id", sa.Integer(), nullable=True),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.Column(
            "organization_id", sa.Uuid(), server_default=sa.text("app.current_organization_id()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "role_id"],
            ["ab_role.organization_id", "ab_role.id"],
            name=op.f("fk_ab_permission_view_role_organization_id_role_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["permission_view_id"],
            ["ab_permission_view.id"],
            name=op.f("fk_ab_permission_view_role_permission_view_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_permission_view_role")),
        sa.UniqueConstraint(
            "permission_view_id", "role_id", name=op.f("uq_ab_permission_view_role_permission_view_id_role_id")
        ),
    )
    op.create_index("idx_permission_view_id", "ab_permission_view_role", ["permission_view_id"], unique=False)
    op.create_index("idx_role_id", "ab_permission_view_role", ["role_id"], unique=False)
    op.create_table(
        "clients",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("client_number", sa.Integer(), server_default=sa.text("app.next_number('clients')"), nullable=False),
        sa.Column("first_name", sa.String(length=80), nullable=False),
        sa.Column("middle_name", sa.String(length=80), nullable=True),
        sa.Column("last_name", sa.String(length=80), nullable=False),
        sa.Column("suffix", sa.String(length=20), nullable=True),
        sa.Column("preferred_name", sa.String(length=80), nullable=True),
        sa.Column(
            "search_name",
            sa.String(collation="C"),
            sa.Computed("lower(last_name || ' ' || first_name)", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "search_first_name",
            sa.String(collation="C"),
            sa.Computed("lower(coalesce(preferred_name, first_name) || ' ' || last_name)", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "inquiry",
                "assessment",
                "active",
                "on_hold",
                "hospitalised",
                "discharged",
                "deceased",
                name="client_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column(
            "sex",
            sa.Enum("female", "male", "unknown", name="sex", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("gender_identity", sa.String(length=40), nullable=True),
        sa.Column("pronouns", sa.String(length=40), nullable=True),
        sa.Column("ssn_encrypted", sa.LargeBinary(), nullable=True),
        sa.Column("ssn_last4", sa.String(length=4), nullable=True),
        sa.Column("medicaid_id", sa.String(length=20), nullable=True),
        sa.Column("medicare_id", sa.String(length=20), nullable=True),
        sa.Column("languages", postgresql.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column(
            "marital_status",
            sa.Enum(
                "single",
                "married",
                "partnered",
                "separated",
                "divorced",
                "widowed",
                name="marital_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "veteran_status",
            sa.Enum(
                "not_veteran",
                "veteran",
                "spouse_of_veteran",
                name="veteran_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("religion", sa.String(length=60), nullable=True),
        sa.Column("branch_id", sa.Uuid(), nullable=False),
        sa.Column("care_coordinator_id", sa.Integer(), nullable=True),
        sa.Column("referral_source", sa.String(length=120), nullable=True),
        sa.Column("start_of_care_on", sa.Date(), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("mobile_phone", sa.String(length=20), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("photo_file", sa.String(length=200), nullable=True),
        sa.Column(
            "code_status",
            sa.Enum("full", "dnr", "polst", name="code_status", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column(
            "mobility",
            sa.Enum(
                "independent",
                "cane",
                "walker",
                "wheelchair",
                "transfer_assist",
                "bedbound",
                name="mobility",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("diet", sa.String(length=200), nullable=True),
        sa.Column("allergies_note", sa.String(length=300), nullable=True),
        sa.Column(
            "fall_risk",
            sa.Enum("low", "moderate", "high", name="fall_risk", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("is_elopement_risk", sa.Boolean(), nullable=False),
        sa.Column("has_pets", sa.Boolean(), nullable=False),
        sa.Column("is_smoking_home", sa.Boolean(), nullable=False),
        sa.Column("equipment", sa.String(length=300), nullable=True),
        sa.Column(
            "triage_level",
            sa.Enum(
                "immediate",
                "within_24_hours",
                "within_72_hours",
                "can_wait",
                name="triage_level",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("emergency_plan", sa.Text(), nullable=True),
        sa.Column("caregiver_notes", sa.Text(), nullable=True),
        sa.Column("custom", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("start_of_care_on >= birth_date", name=op.f("ck_clients_start_of_care_after_birth")),
        sa.ForeignKeyConstraint(
            ["organization_id", "branch_id"],
            ["branches.organization_id", "branches.id"],
            name=op.f("fk_clients_organization_id_branch_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "care_coordinator_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_clients_organization_id_care_coordinator_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_clients_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_clients_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_clients")),
        sa.UniqueConstraint("organization_id", "client_number", name=op.f("uq_clients_organization_id_client_number")),
    )
    op.create_index(
        op.f("ix_clients_organization_id_birth_date"), "clients", ["organization_id", "birth_date"], unique=False
    )
    op.create_index(
        op.f("ix_clients_organization_id_branch_id"), "clients", ["organization_id", "branch_id"], unique=False
    )
    op.create_index(
        op.f("ix_clients_organization_id_last_name_first_name"),
        "clients",
        ["organization_id", "last_name", "first_name"],
        unique=False,
    )
    op.create_index(
        op.f("ix_clients_organization_id_search_first_name"),
        "clients",
        ["organization_id", "search_first_name"],
        unique=False,
    )
    op.create_index(
        op.f("ix_clients_organization_id_search_name"), "clients", ["organization_id", "search_name"], unique=False
    )
    op.create_index(op.f("ix_clients_organization_id_status"), "clients", ["organization_id", "status"], unique=False)
    op.create_table(
        "refresh_tokens",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_refresh_tokens_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_refresh_tokens_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "session_id"],
            ["user_sessions.organization_id", "user_sessions.id"],
            name=op.f("fk_refresh_tokens_organization_id_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_refresh_tokens")),
        sa.UniqueConstraint("organization_id", "token_hash", name=op.f("uq_refresh_tokens_organization_id_token_hash")),
    )
    op.create_table(
        "staff_members",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("staff_number", sa.Integer(), server_default=sa.text("app.next_number('staff')"), nullable=False),
        sa.Column("first_name", sa.String(length=80), nullable=False),
        sa.Column("middle_name", sa.String(length=80), nullable=True),
        sa.Column("last_name", sa.String(length=80), nullable=False),
        sa.Column("preferred_name", sa.String(length=80), nullable=True),
        sa.Column(
            "search_name",
            sa.String(collation="C"),
            sa.Computed("lower(last_name || ' ' || first_name)", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "search_first_name",
            sa.String(collation="C"),
            sa.Computed("lower(coalesce(preferred_name, first_name) || ' ' || last_name)", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "leave",
                "terminated",
                name="staff_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column(
            "gender",
            sa.Enum("female", "male", "nonbinary", name="gender", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("ssn_encrypted", sa.LargeBinary(), nullable=True),
        sa.Column("ssn_last4", sa.String(length=4), nullable=True),
        sa.Column("hired_on", sa.Date(), nullable=False),
        sa.Column("terminated_on", sa.Date(), nullable=True),
        sa.Column("termination_reason", sa.String(length=300), nullable=True),
        sa.Column(
            "employment_type",
            sa.Enum(
                "w2",
                "contractor_1099",
                "agency",
                name="employment_type",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("position", sa.String(length=80), nullable=False),
        sa.Column(
            "discipline",
            sa.Enum(
                "pca",
                "hha",
                "cna",
                "lpn",
                "rn",
                "pt",
                "ot",
                "st",
                "msw",
                "companion",
                "office",
                name="discipline",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("npi", sa.String(length=10), nullable=True),
        sa.Column("branch_id", sa.Uuid(), nullable=False),
        sa.Column("supervisor_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("line1", sa.String(length=120), nullable=True),
        sa.Column("line2", sa.String(length=120), nullable=True),
        sa.Column("city", sa.String(length=80), nullable=True),
        sa.Column("state", sa.String(length=2), nullable=True),
        sa.Column("postal_code", sa.String(length=10), nullable=True),
        sa.Column("latitude", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("longitude", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column(
            "transport_mode",
            sa.Enum(
                "car",
                "public_transport",
                "bicycle",
                "walking",
                name="transport_mode",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("languages", postgresql.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("skills", postgresql.ARRAY(sa.String(length=60)), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("emergency_contact_name", sa.String(length=120), nullable=True),
        sa.Column("emergency_contact_phone", sa.String(length=20), nullable=True),
        sa.Column("emergency_contact_relationship", sa.String(length=60), nullable=True),
        sa.Column("photo_file", sa.String(length=200), nullable=True),
        sa.Column("custom", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("npi ~ '^[0-9]{10}$'", name=op.f("ck_staff_members_npi")),
        sa.CheckConstraint(
            "status <> 'terminated' OR terminated_on IS NOT NULL", name=op.f("ck_staff_members_terminated_has_date")
        ),
        sa.CheckConstraint(
            "(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_staff_members_coordinates_together")
        ),
        sa.CheckConstraint("hired_on >= birth_date", name=op.f("ck_staff_members_hired_after_birth")),
        sa.CheckConstraint(
            "latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180", name=op.f("ck_staff_members_coordinates")
        ),
        sa.CheckConstraint("supervisor_id <> id", name=op.f("ck_staff_members_not_own_supervisor")),
        sa.CheckConstraint("terminated_on >= hired_on", name=op.f("ck_staff_members_terminated_after_hired")),
        sa.ForeignKeyConstraint(
            ["organization_id", "branch_id"],
            ["branches.organization_id", "branches.id"],
            name=op.f("fk_staff_members_organization_id_branch_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_staff_members_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_staff_members_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "supervisor_id"],
            ["staff_members.organization_id", "staff_members.id"],
            name=op.f("fk_staff_members_organization_id_supervisor_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_staff_members_organization_id_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_staff_members")),
        sa.UniqueConstraint(
            "organization_id", "staff_number", name=op.f("uq_staff_members_organization_id_staff_number")
        ),
        sa.UniqueConstraint("organization_id", "user_id", name=op.f("uq_staff_members_organization_id_user_id")),
    )
    op.create_index(
        op.f("ix_staff_members_organization_id_branch_id"),
        "staff_members",
        ["organization_id", "branch_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_staff_members_organization_id_last_name_first_name"),
        "staff_members",
        ["organization_id", "last_name", "first_name"],
        unique=False,
    )
    op.create_index(
        op.f("ix_staff_members_organization_id_search_first_name"),
        "staff_members",
        ["organization_id", "search_first_name"],
        unique=False,
    )
    op.create_index(
        op.f("ix_staff_members_organization_id_search_name"),
        "staff_members",
        ["organization_id", "search_name"],
        unique=False,
    )
    op.create_index(
        op.f("ix_staff_members_organization_id_status"), "staff_members", ["organization_id", "status"], unique=False
    )
    op.create_table(
        "availability_slots",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("staff_member_id", sa.Uuid(), nullable=False),
        sa.Column(
            "weekday",
            sa.Enum(
                "monday",
                "tuesday",
                "wednesday",
                "thursday",
                "friday",
                "saturday",
                "sunday",
                name="weekday",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("on_date", sa.Date(), nullable=True),
        sa.Column("is_available", sa.Boolean(), nullable=False),
        sa.Column("starts_time", sa.Time(), nullable=True),
        sa.Column("ends_time", sa.Time(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(starts_time IS NULL) = (ends_time IS NULL)", name=op.f("ck_availability_slots_both_times")
        ),
        sa.CheckConstraint(
            "(weekday IS NULL) <> (on_date IS NULL)", name=op.f("ck_availability_slots_weekday_or_date")
        ),
        sa.CheckConstraint("starts_time <> ends_time", name=op.f("ck_availability_slots_times_differ")),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_availability_slots_dates")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_availability_slots_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_availability_slots_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "staff_member_id"],
            ["staff_members.organization_id", "staff_members.id"],
            name=op.f("fk_availability_slots_organization_id_staff_member_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_availability_slots")),
    )
    op.create_index(
        op.f("ix_availability_slots_organization_id_staff_member_id_on_date"),
        "availability_slots",
        ["organization_id", "staff_member_id", "on_date"],
        unique=False,
    )
    op.create_index(
        op.f("ix_availability_slots_organization_id_staff_member_id_weekday"),
        "availability_slots",
        ["organization_id", "staff_member_id", "weekday"],
        unique=False,
    )
    op.create_table(
        "care_team_members",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "caregiver",
                "nurse",
                "supervisor",
                "therapist",
                "coordinator",
                name="care_role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_care_team_members_dates")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_care_team_members_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "client_id"],
            ["clients.organization_id", "clients.id"],
            name=op.f("fk_care_team_members_organization_id_client_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_care_team_members_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_care_team_members_organization_id_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_care_team_members")),
        sa.UniqueConstraint(
            "organization_id",
            "client_id",
            "user_id",
            "role",
            "starts_on",
            name=op.f("uq_care_team_members_organization_id_client_id_user_id_role_starts_on"),
        ),
    )
    op.create_index(
        op.f("ix_care_team_members_organization_id_user_id_client_id"),
        "care_team_members",
        ["organization_id", "user_id", "client_id"],
        unique=False,
    )
    op.create_table(
        "client_notes",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "general",
                "phone_call",
                "coordination",
                "complaint",
                "clinical",
                "billing",
                name="note_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("is_pinned", sa.Boolean(), nullable=False),
        sa.Column(
            "visibility",
            sa.Enum(
                "office",
                "care_team",
                "family",
                name="note_visibility",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.String(length=300), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name=op.f("ck_client_notes_void_has_reason")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_client_notes_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "client_id"],
            ["clients.organization_id", "clients.id"],
            name=op.f("fk_client_notes_organization_id_client_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_client_notes_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_client_notes")),
    )
    op.create_index(
        op.f("ix_client_notes_organization_id_client_id_created_on"),
        "client_notes",
        ["organization_id", "client_id", "created_on"],
        unique=False,
    )
    op.create_table(
        "client_preferences",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "wanted_caregiver",
                "excluded_caregiver",
                "language",
                "gender",
                "skill",
                name="preference_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.String(length=120), nullable=True),
        sa.Column("caregiver_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind <> 'excluded_caregiver' OR reason IS NOT NULL",
            name=op.f("ck_client_preferences_exclusion_has_reason"),
        ),
        sa.CheckConstraint(
            "caregiver_id IS NOT NULL OR value IS NOT NULL", name=op.f("ck_client_preferences_says_something")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "caregiver_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_client_preferences_organization_id_caregiver_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_client_preferences_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "client_id"],
            ["clients.organization_id", "clients.id"],
            name=op.f("fk_client_preferences_organization_id_client_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_client_preferences_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_client_preferences")),
    )
    op.create_index(
        op.f("ix_client_preferences_organization_id_client_id_kind"),
        "client_preferences",
        ["organization_id", "client_id", "kind"],
        unique=False,
    )
    op.create_table(
        "client_status_changes",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("from_status", sa.String(length=40), nullable=True),
        sa.Column(
            "to_status",
            sa.Enum(
                "inquiry",
                "assessment",
                "active",
                "on_hold",
                "hospitalised",
                "discharged",
                "deceased",
                name="client_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("changed_status_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_client_status_changes_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "client_id"],
            ["clients.organization_id", "clients.id"],
            name=op.f("fk_client_status_changes_organization_id_client_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_client_status_changes_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_client_status_changes")),
    )
    op.create_index(
        op.f("ix_client_status_changes_organization_id_client_id_changed_status_on"),
        "client_status_changes",
        ["organization_id", "client_id", "changed_status_on"],
        unique=False,
    )
    op.create_table(
        "contacts",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("first_name", sa.String(length=80), nullable=False),
        sa.Column("last_name", sa.String(length=80), nullable=False),
        sa.Column(
            "search_name",
            sa.String(collation="C"),
            sa.Computed("lower(last_name || ' ' || first_name)", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "relationship",
            sa.Enum(
                "spouse",
                "partner",
                "daughter",
                "son",
                "parent",
                "sibling",
                "grandchild",
                "other_family",
                "friend",
                "neighbor",
                "guardian",
                "physician",
                "case_manager",
                "other",
                name="relationship",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("emergency_order", sa.Integer(), nullable=True),
        sa.Column("is_health_poa", sa.Boolean(), nullable=False),
        sa.Column("is_finance_poa", sa.Boolean(), nullable=False),
        sa.Column("is_guardian", sa.Boolean(), nullable=False),
        sa.Column("is_guarantor", sa.Boolean(), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("mobile_phone", sa.String(length=20), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("emergency_order BETWEEN 1 AND 20", name=op.f("ck_contacts_emergency_order")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_contacts_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "client_id"],
            ["clients.organization_id", "clients.id"],
            name=op.f("fk_contacts_organization_id_client_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_contacts_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_contacts_organization_id_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_contacts")),
    )
    op.create_index(
        op.f("ix_contacts_organization_id_client_id_emergency_order"),
        "contacts",
        ["organization_id", "client_id", "emergency_order"],
        unique=False,
    )
    op.create_index(
        op.f("ix_contacts_organization_id_search_name"), "contacts", ["organization_id", "search_name"], unique=False
    )
    op.create_index(
        op.f("ix_contacts_organization_id_user_id"), "contacts", ["organization_id", "user_id"], unique=False
    )
    op.create_table(
        "coverages",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("payer_name", sa.String(length=120), nullable=False),
        sa.Column(
            "priority",
            sa.Enum(
                "primary",
                "secondary",
                "tertiary",
                name="coverage_priority",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("member_id_encrypted", sa.LargeBinary(), nullable=True),
        sa.Column("member_id_last4", sa.String(length=4), nullable=True),
        sa.Column("group_number", sa.String(length=40), nullable=True),
        sa.Column(
            "subscriber",
            sa.Enum(
                "self",
                "spouse",
                "child",
                "other",
                name="subscriber",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("subscriber_name", sa.String(length=120), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_coverages_dates")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_coverages_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "client_id"],
            ["clients.organization_id", "clients.id"],
            name=op.f("fk_coverages_organization_id_client_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_coverages_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_coverages")),
    )
    op.create_index(
        op.f("ix_coverages_organization_id_client_id_priority_starts_on"),
        "coverages",
        ["organization_id", "client_id", "priority", "starts_on"],
        unique=False,
    )
    op.create_table(
        "credentials",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("staff_member_id", sa.Uuid(), nullable=False),
        sa.Column("credential_type_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("issuer", sa.String(length=120), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("file", sa.String(length=200), nullable=True),
        sa.Column("verified_by_id", sa.Integer(), nullable=True),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.String(length=300), nullable=True),
        sa.Column("custom", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(verified_on IS NULL) = (verified_by_id IS NULL)", name=op.f("ck_credentials_verified_by_somebody")
        ),
        sa.CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name=op.f("ck_credentials_void_has_reason")),
        sa.CheckConstraint("expires_on >= issued_on", name=op.f("ck_credentials_dates")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_credentials_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_credentials_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "credential_type_id"],
            ["credential_types.organization_id", "credential_types.id"],
            name=op.f("fk_credentials_organization_id_credential_type_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "staff_member_id"],
            ["staff_members.organization_id", "staff_members.id"],
            name=op.f("fk_credentials_organization_id_staff_member_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "verified_by_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_credentials_organization_id_verified_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_credentials")),
    )
    op.create_index(
        op.f("ix_credentials_organization_id_expires_on"),
        "credentials",
        ["organization_id", "expires_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_credentials_organization_id_staff_member_id_credential_type_id"),
        "credentials",
        ["organization_id", "staff_member_id", "credential_type_id"],
        unique=False,
    )
    op.create_table(
        "pay_rates",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("staff_member_id", sa.Uuid(), nullable=False),
        sa.Column("service_code", sa.String(length=40), nullable=True),
        sa.Column("rate_amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column(
            "unit",
            sa.Enum(
                "hour", "visit", "day", "mile", name="pay_unit", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_pay_rates_dates")),
        sa.CheckConstraint("rate_amount > 0", name=op.f("ck_pay_rates_positive")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_pay_rates_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_pay_rates_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "staff_member_id"],
            ["staff_members.organization_id", "staff_members.id"],
            name=op.f("fk_pay_rates_organization_id_staff_member_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_pay_rates")),
    )
    op.create_index(
        op.f("ix_pay_rates_organization_id_staff_member_id_service_code_starts_on"),
        "pay_rates",
        ["organization_id", "staff_member_id", "service_code", "starts_on"],
        unique=False,
    )
    op.create_table(
        "service_addresses",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("line1", sa.String(length=120), nullable=False),
        sa.Column("line2", sa.String(length=120), nullable=True),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=2), nullable=False),
        sa.Column("postal_code", sa.String(length=10), nullable=False),
        sa.Column("county", sa.String(length=60), nullable=True),
        sa.Column("latitude", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("longitude", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("geofence_metres", sa.Integer(), nullable=True),
        sa.Column("access_instructions", sa.Text(), nullable=True),
        sa.Column("door_code_encrypted", sa.LargeBinary(), nullable=True),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_service_addresses_coordinates_together")
        ),
        sa.CheckConstraint("geofence_metres BETWEEN 10 AND 5000", name=op.f("ck_service_addresses_geofence")),
        sa.CheckConstraint(
            "latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180",
            name=op.f("ck_service_addresses_coordinates"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_service_addresses_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "client_id"],
            ["clients.organization_id", "clients.id"],
            name=op.f("fk_service_addresses_organization_id_client_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_service_addresses_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_service_addresses")),
    )
    op.create_index(
        op.f("ix_service_addresses_organization_id_client_id"),
        "service_addresses",
        ["organization_id", "client_id"],
        unique=False,
    )
    op.create_index(
        "uq_service_addresses_primary",
        "service_addresses",
        ["organization_id", "client_id"],
        unique=True,
        postgresql_where="is_primary",
    )
    op.create_table(
        "time_off",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("staff_member_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "vacation",
                "sick",
                "family",
                "bereavement",
                "jury_duty",
                "unpaid",
                "other",
                name="time_off_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "requested",
                "approved",
                "declined",
                "cancelled",
                name="time_off_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_note", sa.String(length=300), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status NOT IN ('approved', 'declined') OR (decided_at IS NOT NULL AND decided_by_id IS NOT NULL)",
            name=op.f("ck_time_off_decided_by_somebody"),
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_time_off_dates")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_time_off_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_time_off_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "decided_by_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_time_off_organization_id_decided_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "staff_member_id"],
            ["staff_members.organization_id", "staff_members.id"],
            name=op.f("fk_time_off_organization_id_staff_member_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_time_off")),
    )
    op.create_index(
        op.f("ix_time_off_organization_id_staff_member_id_starts_on"),
        "time_off",
        ["organization_id", "staff_member_id", "starts_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_time_off_organization_id_status_starts_on"),
        "time_off",
        ["organization_id", "status", "starts_on"],
        unique=False,
    )
    op.protect_table("ab_role")
    op.protect_table("ab_user")
    op.protect_table("audit_events", audited=False)
    op.protect_table("idempotent_requests", audited=False)
    op.protect_table("job_runs", audited=False)
    op.protect_table("organization_counters", audited=False)
    op.protect_table("outbox_messages", audited=False)
    op.protect_table("ab_user_role")
    op.protect_table("branches")
    op.protect_table("credential_types")
    op.protect_table("organization_keys")
    op.protect_table("organization_settings")
    op.protect_table("recovery_codes")
    op.protect_table("remembered_devices")
    op.protect_table("second_factors")
    op.protect_table("sign_in_attempts", audited=False)
    op.protect_table("user_sessions")
    op.protect_table("user_tokens")
    op.protect_table("ab_permission_view_role")
    op.protect_table("clients", client="id")
    op.protect_table("refresh_tokens")
    op.protect_table("staff_members")
    op.protect_table("availability_slots")
    op.protect_table("care_team_members", client="client_id")
    op.protect_table("client_notes", client="client_id")
    op.protect_table("client_preferences", client="client_id")
    op.protect_table("client_status_changes", client="client_id")
    op.protect_table("contacts", client="client_id")
    op.protect_table("coverages", client="client_id")
    op.protect_table("credentials")
    op.protect_table("pay_rates")
    op.protect_table("service_addresses", client="client_id")
    op.protect_table("time_off")

    op.create_foreign_key(
        op.f("fk_ab_user_organization_id_branch_id"),
        "ab_user",
        "branches",
        ["organization_id", "branch_id"],
        ["organization_id", "id"],
    )
    for table in FAB_TABLES:
        # FAB names its sequences itself and asks them for the next id.
        op.execute(f"CREATE SEQUENCE IF NOT EXISTS {table}_id_seq OWNED BY {table}.id")
        op.execute(f"ALTER TABLE {table} ALTER COLUMN id SET DEFAULT nextval('{table}_id_seq')")
    op.execute((SQL / "ground_behaviour.sql").read_text())


def downgrade() -> None:
    op.drop_constraint("fk_ab_user_organization_id_branch_id", "ab_user")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table} CASCADE")
    op.execute("DROP SCHEMA app CASCADE")
