"""Visits, service plans and incidents have own fields too."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

FORMER = ("clients", "staff_members", "credentials")
HOSTS = ("visits", "service_plans", "incidents")
NONE = sa.text("'{}'::jsonb")


def upgrade() -> None:
    for host in HOSTS:
        # A constant default is stored once and no row is written again; new rows bring their own value.
        column = sa.Column("custom", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default=NONE)
        op.add_column(host, column)
        op.alter_column(host, "custom", server_default=None)
        repeat = "FOR EACH ROW WHEN ({}) EXECUTE FUNCTION app.repeat_custom()"
        for event, condition in (
            ("INSERT", "NEW.custom <> '{}'"),
            ("UPDATE", "NEW.custom IS DISTINCT FROM OLD.custom"),
            ("DELETE", "OLD.custom <> '{}'"),
        ):
            name = f"repeat_custom_on_{event.lower()}"
            op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {host} {repeat.format(condition)}")
    _allow(*FORMER, *HOSTS)


def downgrade() -> None:
    named = ", ".join(f"'{host}'" for host in HOSTS)
    for table in ("custom_fields", "custom_values"):
        # Those of all agencies, which the owner's own policy would hide.
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"DELETE FROM {table} WHERE subject IN ({named})")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    _allow(*FORMER)
    for host in HOSTS:
        for event in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER repeat_custom_on_{event} ON {host}")
        op.drop_column(host, "custom")


def _allow(*subjects: str) -> None:
    op.drop_constraint(op.f("ck_custom_fields_subject"), "custom_fields", type_="check")
    named = ", ".join(f"'{subject}'" for subject in subjects)
    op.create_check_constraint(op.f("ck_custom_fields_subject"), "custom_fields", f"subject IN ({named})")
