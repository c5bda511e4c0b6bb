"""Service types, care tasks, and service plans with what they provide."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "care_tasks",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "personal_care",
                "mobility",
                "nutrition",
                "health",
                "household",
                "companionship",
                "community",
                name="task_category",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("instructions", sa.Text(), nullable=True),
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
            name=op.f("fk_care_tasks_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_care_tasks_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_care_tasks")),
        sa.UniqueConstraint("organization_id", "name", name=op.f("uq_care_tasks_organization_id_name")),
    )
    op.create_table(
        "service_types",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("hcpcs", sa.String(length=5), nullable=True),
        sa.Column("modifiers", postgresql.ARRAY(sa.String(length=2)), nullable=False),
        sa.Column(
            "unit",
            sa.Enum(
                "quarter_hour",
                "hour",
                "visit",
                "day",
                name="service_unit",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
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
        sa.Column("requires_evv", sa.Boolean(), nullable=False),
        sa.Column("is_billable", sa.Boolean(), nullable=False),
        sa.Column("color", sa.String(length=7), nullable=False),
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
            name=op.f("fk_service_types_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_service_types_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_service_types")),
        sa.UniqueConstraint("organization_id", "name", name=op.f("uq_service_types_organization_id_name")),
    )
    op.create_table(
        "service_plans",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "pending_approval",
                "active",
                "expired",
                "superseded",
                name="plan_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("authorised_by", sa.String(length=120), nullable=True),
        sa.Column("review_due_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=300), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status NOT IN ('active', 'superseded', 'expired') OR approved_at IS NOT NULL",
            name=op.f("ck_service_plans_approved_by_somebody"),
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_service_plans_dates")),
        sa.ForeignKeyConstraint(
            ["organization_id", "approved_by_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_service_plans_organization_id_approved_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "asked_by_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_service_plans_organization_id_asked_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_service_plans_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "client_id"],
            ["clients.organization_id", "clients.id"],
            name=op.f("fk_service_plans_organization_id_client_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_service_plans_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "replaces_id"],
            ["service_plans.organization_id", "service_plans.id"],
            name=op.f("fk_service_plans_organization_id_replaces_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_service_plans")),
    )
    op.create_index(
        op.f("ix_service_plans_organization_id_client_id_starts_on"),
        "service_plans",
        ["organization_id", "client_id", "starts_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_service_plans_organization_id_status_review_due_on"),
        "service_plans",
        ["organization_id", "status", "review_due_on"],
        unique=False,
    )
    op.create_table(
        "plan_services",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("service_type_id", sa.Uuid(), nullable=False),
        sa.Column("visits_per_week", sa.Integer(), nullable=True),
        sa.Column("hours_per_week", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("hours_per_week > 0 AND hours_per_week <= 168", name=op.f("ck_plan_services_hours")),
        sa.CheckConstraint("visits_per_week BETWEEN 1 AND 99", name=op.f("ck_plan_services_visits")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_plan_services_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_plan_services_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "plan_id"],
            ["service_plans.organization_id", "service_plans.id"],
            name=op.f("fk_plan_services_organization_id_plan_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "service_type_id"],
            ["service_types.organization_id", "service_types.id"],
            name=op.f("fk_plan_services_organization_id_service_type_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_plan_services")),
        sa.UniqueConstraint(
            "organization_id",
            "plan_id",
            "service_type_id",
            name=op.f("uq_plan_services_organization_id_plan_id_service_type_id"),
        ),
    )
    op.create_table(
        "plan_tasks",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("care_task_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("service_type_id", sa.Uuid(), nullable=True),
        sa.Column("instructions", sa.Text(), nullable=True),
        sa.Column("weekdays", postgresql.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column(
            "time_of_day",
            sa.Enum(
                "any",
                "morning",
                "midday",
                "afternoon",
                "evening",
                "night",
                name="time_of_day",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("position BETWEEN 1 AND 999", name=op.f("ck_plan_tasks_position")),
        sa.ForeignKeyConstraint(
            ["organization_id", "care_task_id"],
            ["care_tasks.organization_id", "care_tasks.id"],
            name=op.f("fk_plan_tasks_organization_id_care_task_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_plan_tasks_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_plan_tasks_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "plan_id"],
            ["service_plans.organization_id", "service_plans.id"],
            name=op.f("fk_plan_tasks_organization_id_plan_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "service_type_id"],
            ["service_types.organization_id", "service_types.id"],
            name=op.f("fk_plan_tasks_organization_id_service_type_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_plan_tasks")),
    )
    op.create_index(
        op.f("ix_plan_tasks_organization_id_plan_id_position"),
        "plan_tasks",
        ["organization_id", "plan_id", "position"],
        unique=False,
    )
    op.protect_table("care_tasks")
    op.protect_table("service_types")
    op.protect_table("service_plans", client="client_id")
    op.protect_table("plan_services")
    op.protect_table("plan_tasks")


def downgrade() -> None:
    op.drop_table("plan_tasks")
    op.drop_table("plan_services")
    op.drop_table("service_plans")
    op.drop_table("service_types")
    op.drop_table("care_tasks")
