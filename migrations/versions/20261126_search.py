"""Words, numbers and spellings by which clients and staff are found, kept by triggers."""

from pathlib import Path

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parents[1] / "sql"
SEARCHED = {
    "clients": "'first_name middle_name last_name suffix preferred_name', 'client_number', 'phone mobile_phone', 'birth_date'",
    "staff_members": "'first_name middle_name last_name suffix preferred_name', 'staff_number', 'phone', 'birth_date'",
}
FUNCTIONS = (
    "tidy_spellings()",
    "rebuild_search()",
    "index_for_search()",
    "learn_spellings(uuid, text[])",
    "search_tokens_of(jsonb, text, text, text, text)",
    "search_spellings_of(text)",
    "search_words(text)",
    "search_fold(text)",
)


def upgrade() -> None:
    op.execute((SQL / "search.sql").read_text())
    for table, arguments in SEARCHED.items():
        # The rows of all agencies, which the owner's own policy would hide.
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(
            f"INSERT INTO search_tokens (organization_id, subject, token, record_id)"
            f" SELECT r.organization_id, '{table}', token, r.id FROM {table} AS r,"
            f" app.search_tokens_of(to_jsonb(r), {arguments}) AS token"
        )
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        "SELECT app.learn_spellings(organization_id, array_agg(DISTINCT token)) FROM search_tokens GROUP BY organization_id"
    )
    op.protect_table("search_tokens", audited=False)
    op.protect_table("search_spellings", audited=False)


def downgrade() -> None:
    for table in SEARCHED:
        op.execute(f"DROP TRIGGER search ON {table}")
    op.drop_table("search_spellings")
    op.drop_table("search_tokens")
    for signature in FUNCTIONS:
        op.execute(f"DROP FUNCTION app.{signature}")
