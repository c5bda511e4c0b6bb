"""Cheaper functions behind the search's trigger."""

from pathlib import Path

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    op.execute((SQL / "lean_search.sql").read_text())


def downgrade() -> None:
    # The earlier functions make the same words, tokens and spellings; only their cost differs.
    pass
