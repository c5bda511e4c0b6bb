"""Hiring, onboarding, trainings, reviews, exclusion checks, and what a lapse of a credential does."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "in_service_rules",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
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
        sa.Column("hours", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column(
            "year",
            sa.Enum(
                "calendar", "employment", name="in_service_year", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("hours > 0 AND hours <= 200", name=op.f("ck_in_service_rules_hours")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_in_service_rules_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_in_service_rules_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_in_service_rules")),
    )
    op.create_index(
        op.f("ix_in_service_rules_organization_id_discipline_starts_on"),
        "in_service_rules",
        ["organization_id", "discipline", "starts_on"],
    )
    op.create_table(
        "onboarding_checklists",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("disciplines", postgresql.ARRAY(sa.String(length=40)), nullable=False),
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
            name=op.f("fk_onboarding_checklists_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_onboarding_checklists_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_onboarding_checklists")),
        sa.UniqueConstraint("organization_id", "name", name=op.f("uq_onboarding_checklists_organization_id_name")),
    )
    op.create_table(
        "training_courses",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("hours", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("validity_months", sa.Integer(), nullable=True),
        sa.Column("pass_score", sa.Integer(), nullable=True),
        sa.Column("required_disciplines", postgresql.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("is_in_service", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("hours > 0 AND hours <= 200", name=op.f("ck_training_courses_hours")),
        sa.CheckConstraint("pass_score BETWEEN 1 AND 100", name=op.f("ck_training_courses_pass_score")),
        sa.CheckConstraint("validity_months BETWEEN 1 AND 240", name=op.f("ck_training_courses_validity")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_training_courses_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_training_courses_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_training_courses")),
        sa.UniqueConstraint("organization_id", "name", name=op.f("uq_training_courses_organization_id_name")),
    )
    op.create_table(
        "onboarding_steps",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("checklist_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column(
            "responsible",
            sa.Enum(
                "human_resources",
                "supervisor",
                "new_colleague",
                name="responsible",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("due_days", sa.Integer(), nullable=False),
        sa.Column("credential_type_id", sa.Uuid(), nullable=True),
        sa.Column("course_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("due_days BETWEEN -60 AND 365", name=op.f("ck_onboarding_steps_due_days")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_onboarding_steps_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "checklist_id"],
            ["onboarding_checklists.organization_id", "onboarding_checklists.id"],
            name=op.f("fk_onboarding_steps_organization_id_checklist_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "course_id"],
            ["training_courses.organization_id", "training_courses.id"],
            name=op.f("fk_onboarding_steps_organization_id_course_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_onboarding_steps_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "credential_type_id"],
            ["credential_types.organization_id", "credential_types.id"],
            name=op.f("fk_onboarding_steps_organization_id_credential_type_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_onboarding_steps")),
    )
    op.create_index(
        op.f("ix_onboarding_steps_organization_id_checklist_id_due_days"),
        "onboarding_steps",
        ["organization_id", "checklist_id", "due_days"],
        unique=False,
    )
    op.create_table(
        "applicants",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("first_name", sa.String(length=80), nullable=False),
        sa.Column("last_name", sa.String(length=80), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
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
        sa.Column("position", sa.String(length=80), nullable=False),
        sa.Column("branch_id", sa.Uuid(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "website",
                "colleague",
                "job_board",
                "school",
                "walk_in",
                "other",
                name="applicant_source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("referred_by", sa.String(length=120), nullable=True),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("available_from", sa.Date(), nullable=True),
        sa.Column("recruiter_id", sa.Integer(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column(
            "stage",
            sa.Enum(
                "applied",
                "screening",
                "interview",
                "offer",
                "hired",
                "rejected",
                name="applicant_stage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("stage_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "rejection_reason",
            sa.Enum(
                "withdrew",
                "no_answer",
                "not_qualified",
                "background",
                "availability",
                "pay",
                "other",
                name="rejection_reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("rejection_note", sa.String(length=300), nullable=True),
        sa.Column("rejected_from", sa.String(length=20), nullable=True),
        sa.Column("staff_member_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(stage = 'hired') = (staff_member_id IS NOT NULL)", name=op.f("ck_applicants_hired_is_on_staff")
        ),
        sa.CheckConstraint(
            "(stage = 'rejected') = (rejection_reason IS NOT NULL)", name=op.f("ck_applicants_rejected_has_reason")
        ),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_applicants_rating")),
        sa.ForeignKeyConstraint(
            ["organization_id", "branch_id"],
            ["branches.organization_id", "branches.id"],
            name=op.f("fk_applicants_organization_id_branch_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_applicants_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_applicants_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "recruiter_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_applicants_organization_id_recruiter_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "staff_member_id"],
            ["staff_members.organization_id", "staff_members.id"],
            name=op.f("fk_applicants_organization_id_staff_member_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_applicants")),
    )
    op.create_index(
        op.f("ix_applicants_organization_id_last_name_first_name"),
        "applicants",
        ["organization_id", "last_name", "first_name"],
        unique=False,
    )
    op.create_index(
        op.f("ix_applicants_organization_id_stage_stage_since"),
        "applicants",
        ["organization_id", "stage", "stage_since"],
        unique=False,
    )
    op.create_table(
        "exclusion_checks",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("staff_member_id", sa.Uuid(), nullable=False),
        sa.Column(
            "source",
            sa.Enum("oig", "sam", "state", name="exclusion_list", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column(
            "result",
            sa.Enum(
                "clear",
                "possible_match",
                "excluded",
                name="exclusion_result",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("next_due_on", sa.Date(), nullable=False),
        sa.Column("checked_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("next_due_on > checked_on", name=op.f("ck_exclusion_checks_dates")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_exclusion_checks_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "checked_by_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_exclusion_checks_organization_id_checked_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_exclusion_checks_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "staff_member_id"],
            ["staff_members.organization_id", "staff_members.id"],
            name=op.f("fk_exclusion_checks_organization_id_staff_member_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_exclusion_checks")),
    )
    op.create_index(
        op.f("ix_exclusion_checks_organization_id_staff_member_id_checked_on"),
        "exclusion_checks",
        ["organization_id", "staff_member_id", "checked_on"],
        unique=False,
    )
    op.create_table(
        "onboarding_items",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("staff_member_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column(
            "responsible",
            sa.Enum(
                "human_resources",
                "supervisor",
                "new_colleague",
                name="responsible",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open", "done", "waived", name="onboarding_status", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("step_id", sa.Uuid(), nullable=True),
        sa.Column("credential_type_id", sa.Uuid(), nullable=True),
        sa.Column("course_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(status = 'open') = (done_on IS NULL)", name=op.f("ck_onboarding_items_done_has_date")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_onboarding_items_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "course_id"],
            ["training_courses.organization_id", "training_courses.id"],
            name=op.f("fk_onboarding_items_organization_id_course_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_onboarding_items_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "credential_type_id"],
            ["credential_types.organization_id", "credential_types.id"],
            name=op.f("fk_onboarding_items_organization_id_credential_type_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "done_by_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_onboarding_items_organization_id_done_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "staff_member_id"],
            ["staff_members.organization_id", "staff_members.id"],
            name=op.f("fk_onboarding_items_organization_id_staff_member_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "step_id"],
            ["onboarding_steps.organization_id", "onboarding_steps.id"],
            name=op.f("fk_onboarding_items_organization_id_step_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_onboarding_items")),
    )
    op.create_index(
        op.f("ix_onboarding_items_organization_id_staff_member_id_due_on"),
        "onboarding_items",
        ["organization_id", "staff_member_id", "due_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_onboarding_items_organization_id_status_due_on"),
        "onboarding_items",
        ["organization_id", "status", "due_on"],
        unique=False,
    )
    op.create_table(
        "performance_reviews",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("staff_member_id", sa.Uuid(), nullable=False),
        sa.Column("period_starts_on", sa.Date(), nullable=False),
        sa.Column("period_ends_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum("open", "signed", name="review_status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("strengths", sa.Text(), nullable=True),
        sa.Column("improvements", sa.Text(), nullable=True),
        sa.Column("goals", sa.Text(), nullable=True),
        sa.Column("signed_by_id", sa.Integer(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'signed') = (signed_at IS NOT NULL AND signed_by_id IS NOT NULL AND rating IS NOT NULL)",
            name=op.f("ck_performance_reviews_signed"),
        ),
        sa.CheckConstraint("period_ends_on >= period_starts_on", name=op.f("ck_performance_reviews_dates")),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_performance_reviews_rating")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_performance_reviews_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_performance_reviews_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "reviewer_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_performance_reviews_organization_id_reviewer_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "signed_by_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_performance_reviews_organization_id_signed_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "staff_member_id"],
            ["staff_members.organization_id", "staff_members.id"],
            name=op.f("fk_performance_reviews_organization_id_staff_member_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_performance_reviews")),
    )
    op.create_index(
        op.f("ix_performance_reviews_organization_id_staff_member_id_due_on"),
        "performance_reviews",
        ["organization_id", "staff_member_id", "due_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_performance_reviews_organization_id_status_due_on"),
        "performance_reviews",
        ["organization_id", "status", "due_on"],
        unique=False,
    )
    op.create_table(
        "training_records",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("staff_member_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("hours", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("instructor", sa.String(length=120), nullable=True),
        sa.Column("file", sa.String(length=200), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.String(length=300), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(voided_at IS NULL) = (void_reason IS NULL)", name=op.f("ck_training_records_void_has_reason")
        ),
        sa.CheckConstraint("expires_on >= completed_on", name=op.f("ck_training_records_dates")),
        sa.CheckConstraint("hours > 0 AND hours <= 200", name=op.f("ck_training_records_hours")),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_training_records_score")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_training_records_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "course_id"],
            ["training_courses.organization_id", "training_courses.id"],
            name=op.f("fk_training_records_organization_id_course_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_training_records_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "staff_member_id"],
            ["staff_members.organization_id", "staff_members.id"],
            name=op.f("fk_training_records_organization_id_staff_member_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_training_records")),
    )
    op.create_index(
        op.f("ix_training_records_organization_id_course_id"),
        "training_records",
        ["organization_id", "course_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_training_records_organization_id_staff_member_id"),
        "training_records",
        ["organization_id", "staff_member_id"],
        unique=False,
    )
    op.create_table(
        "credential_reminders",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_credential_reminders_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_credential_reminders_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "credential_id"],
            ["credentials.organization_id", "credentials.id"],
            name=op.f("fk_credential_reminders_organization_id_credential_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_credential_reminders")),
        sa.UniqueConstraint(
            "organization_id",
            "credential_id",
            "days",
            name=op.f("uq_credential_reminders_organization_id_credential_id_days"),
        ),
    )
    # A default fills the rows of every organisation; an UPDATE by the owner would see none of them.
    positions = sa.Column(
        "required_positions", postgresql.ARRAY(sa.String(length=80)), server_default="{}", nullable=False
    )
    op.add_column("credential_types", positions)
    op.alter_column("credential_types", "required_positions", server_default=None)
    op.execute(
        "ALTER TABLE credential_types ALTER COLUMN blocks_scheduling TYPE varchar(40)"
        " USING CASE WHEN blocks_scheduling THEN 'block' ELSE 'nothing' END"
    )
    op.alter_column("credential_types", "blocks_scheduling", new_column_name="on_lapse")
    op.create_check_constraint(
        op.f("ck_credential_types_lapse_effect"), "credential_types", "on_lapse IN ('nothing', 'warn', 'block')"
    )
    op.protect_table("in_service_rules")
    op.protect_table("onboarding_checklists")
    op.protect_table("training_courses")
    op.protect_table("onboarding_steps")
    op.protect_table("applicants")
    op.protect_table("exclusion_checks")
    op.protect_table("onboarding_items")
    op.protect_table("performance_reviews")
    op.protect_table("training_records")
    op.protect_table("credential_reminders")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_credential_types_lapse_effect"), "credential_types")
    op.alter_column("credential_types", "on_lapse", new_column_name="blocks_scheduling")
    op.execute(
        "ALTER TABLE credential_types ALTER COLUMN blocks_scheduling TYPE boolean USING blocks_scheduling = 'block'"
    )
    op.drop_column("credential_types", "required_positions")
    op.drop_index(op.f("ix_training_records_organization_id_staff_member_id"), table_name="training_records")
    op.drop_index(op.f("ix_training_records_organization_id_course_id"), table_name="training_records")
    op.drop_index(op.f("ix_performance_reviews_organization_id_status_due_on"), table_name="performance_reviews")
    op.drop_index(
        op.f("ix_performance_reviews_organization_id_staff_member_id_due_on"), table_name="performance_reviews"
    )
    op.drop_index(op.f("ix_onboarding_items_organization_id_status_due_on"), table_name="onboarding_items")
    op.drop_index(op.f("ix_onboarding_items_organization_id_staff_member_id_due_on"), table_name="onboarding_items")
    op.drop_index(op.f("ix_exclusion_checks_organization_id_staff_member_id_checked_on"), table_name="exclusion_checks")
    op.drop_index(op.f("ix_applicants_organization_id_stage_stage_since"), table_name="applicants")
    op.drop_index(op.f("ix_applicants_organization_id_last_name_first_name"), table_name="applicants")
    op.drop_index(op.f("ix_onboarding_steps_organization_id_checklist_id_due_days"), table_name="onboarding_steps")
    op.drop_table("credential_reminders")
    op.drop_table("training_records")
    op.drop_table("performance_reviews")
    op.drop_table("onboarding_items")
    op.drop_table("exclusion_checks")
    op.drop_table("applicants")
    op.drop_table("onboarding_steps")
    op.drop_table("training_courses")
    op.drop_table("onboarding_checklists")
    op.drop_table("in_service_rules")
