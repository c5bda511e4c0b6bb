"""Electronic visit verification: clock events, exceptions, tolerances, the visit's tasks and record, telephony."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "telephony_lines",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("secret_encrypted", sa.LargeBinary(), nullable=True),
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
            name=op.f("fk_telephony_lines_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_telephony_lines_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_telephony_lines")),
        sa.UniqueConstraint("organization_id", "name", name=op.f("uq_telephony_lines_organization_id_name")),
    )
    op.create_table(
        "evv_tolerances",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("branch_id", sa.Uuid(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("geofence_metres", sa.Integer(), nullable=False),
        sa.Column("early_minutes", sa.Integer(), nullable=False),
        sa.Column("late_minutes", sa.Integer(), nullable=False),
        sa.Column("manual_needs_approval", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "early_minutes BETWEEN 0 AND 240 AND late_minutes BETWEEN 0 AND 240", name=op.f("ck_evv_tolerances_minutes")
        ),
        sa.CheckConstraint("geofence_metres BETWEEN 10 AND 5000", name=op.f("ck_evv_tolerances_geofence")),
        sa.ForeignKeyConstraint(
            ["organization_id", "branch_id"],
            ["branches.organization_id", "branches.id"],
            name=op.f("fk_evv_tolerances_organization_id_branch_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_evv_tolerances_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_evv_tolerances_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_evv_tolerances")),
    )
    op.create_index(
        op.f("ix_evv_tolerances_organization_id_branch_id_valid_from"),
        "evv_tolerances",
        ["organization_id", "branch_id", "valid_from"],
        unique=False,
    )
    op.create_table(
        "telephony_pins",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("staff_member_id", sa.Uuid(), nullable=False),
        sa.Column("pin_hash", sa.String(length=64), nullable=False),
        sa.Column("failed_tries", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("failed_tries >= 0", name=op.f("ck_telephony_pins_tries")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_telephony_pins_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_telephony_pins_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "staff_member_id"],
            ["staff_members.organization_id", "staff_members.id"],
            name=op.f("fk_telephony_pins_organization_id_staff_member_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_telephony_pins")),
        sa.UniqueConstraint(
            "organization_id", "staff_member_id", name=op.f("uq_telephony_pins_organization_id_staff_member_id")
        ),
    )
    op.create_table(
        "clock_events",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("staff_member_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("in", "out", name="clock_kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "mobile",
                "telephony",
                "manual",
                name="clock_method",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "standing",
            sa.Enum(
                "counts", "corrected", "beside", name="standing", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "clash",
            sa.Enum(
                "called_off",
                "reassigned",
                "moved",
                "clocked_already",
                "out_of_order",
                "billed",
                "clock_ahead",
                name="clash",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("latitude", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("longitude", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("accuracy_metres", sa.Integer(), nullable=True),
        sa.Column("distance_metres", sa.Integer(), nullable=True),
        sa.Column("is_inside", sa.Boolean(), nullable=True),
        sa.Column("phone", sa.String(length=30), nullable=True),
        sa.Column("device", sa.String(length=120), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column(
            "reason_code",
            sa.Enum(
                "forgot",
                "no_signal",
                "device_failed",
                "phone_unavailable",
                "wrong_time",
                "service_elsewhere",
                "client_asked",
                "client_need",
                "traffic_or_weather",
                "previous_visit_ran_over",
                "wrong_address",
                "other",
                name="reason_code",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "method <> 'manual' OR reason_code IS NOT NULL", name=op.f("ck_clock_events_manual_has_reason")
        ),
        sa.CheckConstraint(
            "(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_clock_events_coordinates_together")
        ),
        sa.CheckConstraint("accuracy_metres >= 0 AND distance_metres >= 0", name=op.f("ck_clock_events_metres")),
        sa.CheckConstraint(
            "latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180", name=op.f("ck_clock_events_coordinates")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_clock_events_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "client_id"],
            ["clients.organization_id", "clients.id"],
            name=op.f("fk_clock_events_organization_id_client_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_clock_events_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "replaces_id"],
            ["clock_events.organization_id", "clock_events.id"],
            name=op.f("fk_clock_events_organization_id_replaces_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "staff_member_id"],
            ["staff_members.organization_id", "staff_members.id"],
            name=op.f("fk_clock_events_organization_id_staff_member_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "visit_id"],
            ["visits.organization_id", "visits.id"],
            name=op.f("fk_clock_events_organization_id_visit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_clock_events")),
        sa.UniqueConstraint("organization_id", "event_id", name=op.f("uq_clock_events_organization_id_event_id")),
    )
    op.create_index(
        op.f("ix_clock_events_organization_id_staff_member_id_happened_at"),
        "clock_events",
        ["organization_id", "staff_member_id", "happened_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_clock_events_organization_id_visit_id_happened_at"),
        "clock_events",
        ["organization_id", "visit_id", "happened_at"],
        unique=False,
    )
    op.create_index(
        "uq_clock_events_counts",
        "clock_events",
        ["organization_id", "visit_id", "kind"],
        unique=True,
        postgresql_where="standing = 'counts'",
    )
    op.create_table(
        "visit_acts",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("staff_member_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "task",
                "note",
                "mileage",
                "signature",
                "photo",
                name="act_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column(
            "clash",
            sa.Enum(
                "called_off",
                "reassigned",
                "moved",
                "clocked_already",
                "out_of_order",
                "billed",
                "clock_ahead",
                name="clash",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_visit_acts_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "client_id"],
            ["clients.organization_id", "clients.id"],
            name=op.f("fk_visit_acts_organization_id_client_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_visit_acts_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "staff_member_id"],
            ["staff_members.organization_id", "staff_members.id"],
            name=op.f("fk_visit_acts_organization_id_staff_member_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "visit_id"],
            ["visits.organization_id", "visits.id"],
            name=op.f("fk_visit_acts_organization_id_visit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_visit_acts")),
        sa.UniqueConstraint("organization_id", "event_id", name=op.f("uq_visit_acts_organization_id_event_id")),
    )
    op.create_index(
        op.f("ix_visit_acts_organization_id_visit_id_happened_at"),
        "visit_acts",
        ["organization_id", "visit_id", "happened_at"],
        unique=False,
    )
    op.create_table(
        "visit_records",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("note_encrypted", sa.LargeBinary(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("miles", sa.Numeric(precision=6, scale=1), nullable=True),
        sa.Column("driven_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by_name", sa.String(length=120), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signature_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(signed_at IS NULL) = (signed_by_name IS NULL)", name=op.f("ck_visit_records_signed_by_somebody")
        ),
        sa.CheckConstraint("miles BETWEEN 0 AND 1000", name=op.f("ck_visit_records_miles")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_visit_records_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "client_id"],
            ["clients.organization_id", "clients.id"],
            name=op.f("fk_visit_records_organization_id_client_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_visit_records_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "signature_id"],
            ["stored_files.organization_id", "stored_files.id"],
            name=op.f("fk_visit_records_organization_id_signature_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "visit_id"],
            ["visits.organization_id", "visits.id"],
            name=op.f("fk_visit_records_organization_id_visit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_visit_records")),
        sa.UniqueConstraint("organization_id", "visit_id", name=op.f("uq_visit_records_organization_id_visit_id")),
    )
    op.create_table(
        "visit_tasks",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("plan_task_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("instructions", sa.Text(), nullable=True),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "open",
                "done",
                "refused",
                "not_needed",
                name="task_outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(outcome = 'open') = (settled_at IS NULL)", name=op.f("ck_visit_tasks_settled_when")),
        sa.CheckConstraint("outcome <> 'refused' OR reason IS NOT NULL", name=op.f("ck_visit_tasks_refused_because")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_visit_tasks_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "client_id"],
            ["clients.organization_id", "clients.id"],
            name=op.f("fk_visit_tasks_organization_id_client_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_visit_tasks_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "plan_task_id"],
            ["plan_tasks.organization_id", "plan_tasks.id"],
            name=op.f("fk_visit_tasks_organization_id_plan_task_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "visit_id"],
            ["visits.organization_id", "visits.id"],
            name=op.f("fk_visit_tasks_organization_id_visit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_visit_tasks")),
        sa.UniqueConstraint(
            "organization_id",
            "visit_id",
            "plan_task_id",
            name=op.f("uq_visit_tasks_organization_id_visit_id_plan_task_id"),
        ),
    )
    op.create_index(
        op.f("ix_visit_tasks_organization_id_visit_id_position"),
        "visit_tasks",
        ["organization_id", "visit_id", "position"],
        unique=False,
    )
    op.create_table(
        "visit_exceptions",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("staff_member_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "late_in",
                "early_in",
                "late_out",
                "early_out",
                "outside",
                "no_position",
                "unscheduled",
                "manual",
                "task_undone",
                "missing_in",
                "missing_out",
                "missing",
                "conflict",
                name="exception_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "clash",
            sa.Enum(
                "called_off",
                "reassigned",
                "moved",
                "clocked_already",
                "out_of_order",
                "billed",
                "clock_ahead",
                name="clash",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("clock_event_id", sa.Uuid(), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "returned",
                "approved",
                "settled",
                name="exception_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "reason_code",
            sa.Enum(
                "forgot",
                "no_signal",
                "device_failed",
                "phone_unavailable",
                "wrong_time",
                "service_elsewhere",
                "client_asked",
                "client_need",
                "traffic_or_weather",
                "previous_visit_ran_over",
                "wrong_address",
                "other",
                name="reason_code",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'conflict') = (clash IS NOT NULL)", name=op.f("ck_visit_exceptions_conflict_says_with_what")
        ),
        sa.CheckConstraint(
            "status NOT IN ('approved', 'returned') OR decided_at IS NOT NULL", name=op.f("ck_visit_exceptions_decided")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_visit_exceptions_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "client_id"],
            ["clients.organization_id", "clients.id"],
            name=op.f("fk_visit_exceptions_organization_id_client_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "clock_event_id"],
            ["clock_events.organization_id", "clock_events.id"],
            name=op.f("fk_visit_exceptions_organization_id_clock_event_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_visit_exceptions_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "decided_by_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_visit_exceptions_organization_id_decided_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "staff_member_id"],
            ["staff_members.organization_id", "staff_members.id"],
            name=op.f("fk_visit_exceptions_organization_id_staff_member_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "visit_id"],
            ["visits.organization_id", "visits.id"],
            name=op.f("fk_visit_exceptions_organization_id_visit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_visit_exceptions")),
    )
    op.create_index(
        op.f("ix_visit_exceptions_organization_id_status_raised_at"),
        "visit_exceptions",
        ["organization_id", "status", "raised_at"],
        unique=False,
    )
    op.create_index(
        "uq_visit_exceptions_once",
        "visit_exceptions",
        ["organization_id", "visit_id", "kind", "clash", "clock_event_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.add_column("visits", sa.Column("clocked_in_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("visits", sa.Column("clocked_out_at", sa.DateTime(timezone=True), nullable=True))
    op.protect_table("telephony_lines")
    op.protect_table("evv_tolerances")
    op.protect_table("telephony_pins")
    op.protect_table("clock_events", client="client_id")
    op.protect_table("visit_acts", client="client_id")
    op.protect_table("visit_records", client="client_id")
    op.protect_table("visit_tasks", client="client_id")
    op.protect_table("visit_exceptions", client="client_id")


def downgrade() -> None:
    op.drop_column("visits", "clocked_out_at")
    op.drop_column("visits", "clocked_in_at")
    for table in (
        "visit_exceptions",
        "visit_tasks",
        "visit_records",
        "visit_acts",
        "clock_events",
        "telephony_pins",
        "evv_tolerances",
        "telephony_lines",
    ):
        op.drop_table(table)
