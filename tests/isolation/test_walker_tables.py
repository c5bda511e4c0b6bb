"""Under the application the tables keep agencies apart by themselves."""

from tests.isolation.cast import Cast
from tests.isolation.roles import as_runtime
from tests.isolation.tables import tenant_tables, walk_tables


def test_no_table_shows_or_takes_another_agencys_rows(cast: Cast) -> None:
    with as_runtime() as cursor:
        found = walk_tables(cursor, cast, tenant_tables(cursor))
    print(f"\nWalked tables: {found}")
    assert found.findings == [], "\n".join(found.findings)
    assert found.tables > 30
