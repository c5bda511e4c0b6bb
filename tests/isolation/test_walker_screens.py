"""Every screen of every resource, asked by everybody with every id that isn't theirs."""

import pytest

from tests.isolation.cast import Cast
from tests.isolation.tally import Tally
from tests.isolation.walker import walk


@pytest.mark.parametrize("thorough", [False, pytest.param(True, marks=pytest.mark.trust)])
def test_nobody_reads_or_changes_another_agencys_rows_through_screens(cast: Cast, tally: Tally, thorough: bool) -> None:
    found = walk(cast, screens=True, thorough=thorough)
    tally.add(routes=found.routes, **found.counts)
    assert found.findings == [], "\n".join(found.findings[:200])
    assert found.controls > 300
