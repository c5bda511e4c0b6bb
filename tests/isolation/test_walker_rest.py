"""Every REST route of every resource, asked by everybody with every id that isn't theirs."""

from tests.isolation.cast import Cast
from tests.isolation.tally import Tally
from tests.isolation.walker import walk


def test_nobody_reads_or_changes_another_agencys_rows_through_rest(cast: Cast, tally: Tally) -> None:
    found = walk(cast, screens=False)
    tally.add(routes=found.routes, **found.counts)
    assert found.findings == [], "\n".join(found.findings[:200])
    assert found.controls > 300
