"""Fields of the agency's own, and their values where filters find them."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parents[1] / "sql"
HOSTS = ("clients", "staff_members", "credentials")


def upgrade() -> None:
    op.create_table(
        "custom_fields",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column(
            "subject",
            sa.Enum(
                "clients",
                "staff_members",
                "credentials",
                name="subject",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "text",
                "long_text",
                "number",
                "date",
                "choice",
                "multi_choice",
                "yes_no",
                "person",
                name="field_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("choices", postgresql.ARRAY(sa.String(length=80)), nullable=False),
        sa.Column("help", sa.String(length=300), nullable=True),
        sa.Column("section", sa.String(length=60), nullable=True),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("is_in_list", sa.Boolean(), nullable=False),
        sa.Column("role_names", postgresql.ARRAY(sa.String(length=64)), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
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
            name=op.f("fk_custom_fields_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_custom_fields_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_custom_fields")),
        sa.UniqueConstraint(
            "organization_id", "subject", "key", name=op.f("uq_custom_fields_organization_id_subject_key")
        ),
    )
    op.create_index(
        op.f("ix_custom_fields_organization_id_subject_position"),
        "custom_fields",
        ["organization_id", "subject", "position"],
    )
    op.create_table(
        "custom_values",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(collation="C"), nullable=False),
        sa.Column("number", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint(
            "organization_id", "subject", "row_id", "field", "value", name=op.f("pk_custom_values")
        ),
    )
    place = ["organization_id", "subject", "field"]
    op.create_index("ix_custom_values_value", "custom_values", [*place, "value", "row_id"])
    op.create_index("ix_custom_values_number", "custom_values", [*place, "number", "row_id"])
    op.protect_table("custom_fields")
    op.protect_table("custom_values", audited=False)
    # Processes remember an agency's fields until its version counts up.
    op.execute(
        "CREATE TRIGGER version AFTER INSERT OR UPDATE OR DELETE ON custom_fields"
        " FOR EACH ROW EXECUTE FUNCTION app.bump_version('organization_id')"
    )
    op.execute((SQL / "custom_fields.sql").read_text())
    for host in HOSTS:
        repeat = "FOR EACH ROW WHEN ({}) EXECUTE FUNCTION app.repeat_custom()"
        for event, condition in (
            ("INSERT", "NEW.custom <> '{}'"),
            ("UPDATE", "NEW.custom IS DISTINCT FROM OLD.custom"),
            ("DELETE", "OLD.custom <> '{}'"),
        ):
            name = f"repeat_custom_on_{event.lower()}"
            op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {host} {repeat.format(condition)}")


def downgrade() -> None:
    for host in HOSTS:
        for event in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER repeat_custom_on_{event} ON {host}")
    op.execute("DROP FUNCTION app.repeat_custom()")
    op.drop_table("custom_values")
    op.drop_table("custom_fields")
