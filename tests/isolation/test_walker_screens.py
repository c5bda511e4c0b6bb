"""Every screen of every resource, asked by everybody with every id that isn't theirs."""

from tests.isolation.cast import Cast
from tests.isolation.walker import walk


def test_nobody_reads_or_changes_another_agencys_rows_through_screens(cast: Cast) -> None:
    found = walk(cast, screens=True)
    print(f"\nWalked screens: {found}")
    assert found.findings == [], "\n".join(found.findings[:200])
    assert found.controls > 300
