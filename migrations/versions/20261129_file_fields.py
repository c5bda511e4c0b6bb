"""Own fields may hold a document."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

KINDS = ("text", "long_text", "number", "date", "choice", "multi_choice", "yes_no", "person")


def _allow(*kinds: str) -> None:
    op.drop_constraint(op.f("ck_custom_fields_field_kind"), "custom_fields", type_="check")
    named = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(op.f("ck_custom_fields_field_kind"), "custom_fields", f"kind IN ({named})")


def upgrade() -> None:
    _allow(*KINDS, "file")


def downgrade() -> None:
    # Those of all agencies, which the owner's own policy would hide.
    op.execute("ALTER TABLE custom_fields NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM custom_fields WHERE kind = 'file'")
    op.execute("ALTER TABLE custom_fields FORCE ROW LEVEL SECURITY")
    _allow(*KINDS)
