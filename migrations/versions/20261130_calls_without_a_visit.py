"""Calls to the telephone line where no visit is planned, kept until somebody plans it."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unplanned_calls",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("staff_member_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("in", "out", name="clock_kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("phone", sa.String(length=30), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "visit_id IS NULL OR settled_at IS NOT NULL", name=op.f("ck_unplanned_calls_planned_is_settled")
        ),
        *(
            sa.ForeignKeyConstraint(
                ["organization_id", key],
                [f"{table}.organization_id", f"{table}.id"],
                name=op.f(f"fk_unplanned_calls_organization_id_{key}"),
                ondelete="RESTRICT",
            )
            for key, table in (
                ("changed_by_fk", "ab_user"),
                ("created_by_fk", "ab_user"),
                ("staff_member_id", "staff_members"),
                ("client_id", "clients"),
                ("visit_id", "visits"),
            )
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_unplanned_calls")),
        sa.UniqueConstraint("organization_id", "event_id", name=op.f("uq_unplanned_calls_organization_id_event_id")),
    )
    for columns in (("settled_at", "called_at"), ("staff_member_id", "called_at"), ("client_id",), ("visit_id",)):
        name = op.f("_".join(("ix_unplanned_calls_organization_id", *columns)))
        op.create_index(name, "unplanned_calls", ["organization_id", *columns])
    op.protect_table("unplanned_calls", client="client_id")


def downgrade() -> None:
    op.drop_table("unplanned_calls")
