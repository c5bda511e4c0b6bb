"""Under the application the tables keep agencies apart by themselves."""

from tests.isolation.cast import Cast
from tests.isolation.roles import as_runtime
from tests.isolation.tables import tenant_tables, walk_tables
from tests.isolation.tally import Tally


def test_no_table_shows_or_takes_another_agencys_rows(cast: Cast, tally: Tally) -> None:
    with as_runtime() as cursor:
        found = walk_tables(cursor, cast, tenant_tables(cursor))
    tally.add(tables=found.tables, cases=found.cases, positive_controls=found.controls, leaks=len(found.findings))
    assert found.findings == [], "\n".join(found.findings)
    assert found.tables > 30
