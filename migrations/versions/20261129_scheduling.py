"""Visits, their series, and holidays. No caregiver is in two places at once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")  # trusted: the owner of a database may
    op.create_table(
        "holidays",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("pay_factor", sa.Numeric(precision=3, scale=2), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("pay_factor BETWEEN 1 AND 5", name=op.f("ck_holidays_pay_factor")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_holidays_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_holidays_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_holidays")),
        sa.UniqueConstraint(
            "organization_id", "held_on", "name", name=op.f("uq_holidays_organization_id_held_on_name")
        ),
    )
    op.create_table(
        "visit_series",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("service_type_id", sa.Uuid(), nullable=False),
        sa.Column("service_address_id", sa.Uuid(), nullable=True),
        sa.Column("staff_member_id", sa.Uuid(), nullable=True),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("starts_time", sa.Time(), nullable=False),
        sa.Column("ends_time", sa.Time(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column(
            "on_holidays",
            sa.Enum("visit", "skip", name="on_holidays", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("made_until", sa.Date(), nullable=False),
        sa.Column("follows_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_visit_series_dates")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_visit_series_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "client_id"],
            ["clients.organization_id", "clients.id"],
            name=op.f("fk_visit_series_organization_id_client_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_visit_series_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "follows_id"],
            ["visit_series.organization_id", "visit_series.id"],
            name=op.f("fk_visit_series_organization_id_follows_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "service_address_id"],
            ["service_addresses.organization_id", "service_addresses.id"],
            name=op.f("fk_visit_series_organization_id_service_address_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "service_type_id"],
            ["service_types.organization_id", "service_types.id"],
            name=op.f("fk_visit_series_organization_id_service_type_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "staff_member_id"],
            ["staff_members.organization_id", "staff_members.id"],
            name=op.f("fk_visit_series_organization_id_staff_member_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_visit_series")),
    )
    op.create_index(
        op.f("ix_visit_series_organization_id_client_id_starts_on"),
        "visit_series",
        ["organization_id", "client_id", "starts_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_visit_series_organization_id_made_until"),
        "visit_series",
        ["organization_id", "made_until"],
        unique=False,
    )
    op.create_index(
        op.f("ix_visit_series_organization_id_staff_member_id"),
        "visit_series",
        ["organization_id", "staff_member_id"],
        unique=False,
    )
    op.create_table(
        "visits",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("service_type_id", sa.Uuid(), nullable=False),
        sa.Column("service_address_id", sa.Uuid(), nullable=True),
        sa.Column("staff_member_id", sa.Uuid(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "scheduled",
                "confirmed",
                "in_progress",
                "completed",
                "verified",
                "billed",
                "cancelled",
                "missed",
                name="visit_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("series_id", sa.Uuid(), nullable=True),
        sa.Column("occurs_on", sa.Date(), nullable=False),
        sa.Column("is_changed", sa.Boolean(), nullable=False),
        sa.Column(
            "open_reason",
            sa.Enum(
                "elsewhere",
                "called_out",
                "taken_off",
                "caregiver_left",
                name="open_reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "void_reason",
            sa.Enum(
                "client_request",
                "client_in_hospital",
                "client_not_home",
                "caregiver_called_out",
                "caregiver_did_not_come",
                "no_caregiver_found",
                "weather",
                "client_left",
                "plan_changed",
                "entered_in_error",
                "other",
                name="void_reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("void_note", sa.String(length=300), nullable=True),
        sa.Column("override_reason", sa.String(length=300), nullable=True),
        sa.Column("overridden", postgresql.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("organization_id"), "="),
            (sa.column("staff_member_id"), "="),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text("staff_member_id IS NOT NULL AND status NOT IN ('cancelled', 'missed')"),
            using="gist",
            name="ex_visits_one_place_at_a_time",
            deferrable=True,
            initially="IMMEDIATE",
        ),
        sa.CheckConstraint(
            "(status IN ('cancelled', 'missed')) = (void_reason IS NOT NULL)", name=op.f("ck_visits_void_has_reason")
        ),
        sa.CheckConstraint(
            "ends_at > starts_at AND ends_at <= starts_at + interval '26 hours'", name=op.f("ck_visits_length")
        ),
        sa.CheckConstraint("open_reason IS NULL OR staff_member_id IS NULL", name=op.f("ck_visits_open_has_nobody")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_visits_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "client_id"],
            ["clients.organization_id", "clients.id"],
            name=op.f("fk_visits_organization_id_client_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_visits_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "series_id"],
            ["visit_series.organization_id", "visit_series.id"],
            name=op.f("fk_visits_organization_id_series_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "service_address_id"],
            ["service_addresses.organization_id", "service_addresses.id"],
            name=op.f("fk_visits_organization_id_service_address_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "service_type_id"],
            ["service_types.organization_id", "service_types.id"],
            name=op.f("fk_visits_organization_id_service_type_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "staff_member_id"],
            ["staff_members.organization_id", "staff_members.id"],
            name=op.f("fk_visits_organization_id_staff_member_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_visits")),
        sa.UniqueConstraint(
            "organization_id", "series_id", "occurs_on", name=op.f("uq_visits_organization_id_series_id_occurs_on")
        ),
    )
    op.create_index(
        op.f("ix_visits_organization_id_client_id_starts_at"),
        "visits",
        ["organization_id", "client_id", "starts_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_visits_organization_id_staff_member_id_starts_at"),
        "visits",
        ["organization_id", "staff_member_id", "starts_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_visits_organization_id_starts_at"), "visits", ["organization_id", "starts_at"], unique=False
    )
    op.create_index(
        op.f("ix_visits_organization_id_status_starts_at"),
        "visits",
        ["organization_id", "status", "starts_at"],
        unique=False,
    )
    op.protect_table("holidays")
    op.protect_table("visit_series", client="client_id")
    op.protect_table("visits", client="client_id")


def downgrade() -> None:
    op.drop_table("visits")
    op.drop_table("visit_series")
    op.drop_table("holidays")
