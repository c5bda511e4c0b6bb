"""Imports and their rows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def _bookkeeping() -> list[sa.Column]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
    ]


def _people(table: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            ["organization_id", name],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f(f"fk_{table}_organization_id_{name}"),
            ondelete="RESTRICT",
        )
        for name in ("changed_by_fk", "created_by_fk")
    ]


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("list_name", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            _choice("import_state", "mapping", "checking", "checked", "running", "done", "undoing", "undone"),
            nullable=False,
        ),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("headers", postgresql.JSONB(), nullable=False),
        sa.Column("mapping", postgresql.JSONB(), nullable=False),
        sa.Column("duplicates", _choice("duplicates", "skip", "update", "create"), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("worked_count", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        *_bookkeeping(),
        *_people("imports"),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_imports_organization_id_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_imports")),
    )
    op.create_index(
        op.f("ix_imports_organization_id_list_name_created_on"),
        "imports",
        ["organization_id", "list_name", "created_on"],
    )
    op.create_table(
        "import_rows",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cells_encrypted", sa.LargeBinary(), nullable=True),
        sa.Column("former_encrypted", sa.LargeBinary(), nullable=True),
        sa.Column(
            "state",
            _choice(
                "row_state",
                "new",
                "ready",
                "faulty",
                "duplicate",
                "created",
                "updated",
                "skipped",
                "undone",
                "kept",
            ),
            nullable=False,
        ),
        sa.Column("is_left_out", sa.Boolean(), nullable=False),
        sa.Column("match_hash", sa.String(length=64), nullable=True),
        sa.Column("twin_id", sa.Uuid(), nullable=True),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("record_version", sa.Integer(), nullable=True),
        sa.Column("errors", postgresql.JSONB(), nullable=False),
        *_bookkeeping(),
        *_people("import_rows"),
        sa.ForeignKeyConstraint(
            ["organization_id", "import_id"],
            ["imports.organization_id", "imports.id"],
            name=op.f("fk_import_rows_organization_id_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_import_rows")),
        sa.UniqueConstraint(
            "organization_id", "import_id", "number", name=op.f("uq_import_rows_organization_id_import_id_number")
        ),
    )
    for names in (["state", "number"], ["match_hash"]):
        op.create_index(
            op.f(f"ix_import_rows_organization_id_import_id_{'_'.join(names)}"),
            "import_rows",
            ["organization_id", "import_id", *names],
        )
    op.protect_table("imports")
    op.protect_table("import_rows", audited=False)


def downgrade() -> None:
    op.drop_table("import_rows")
    op.drop_table("imports")
