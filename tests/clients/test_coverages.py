"""Who pays on which day: no two payers of one priority share a day."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from starline.clients import coverages
from starline.clients.models import Coverage
from starline.core.crypto import index_of
from starline.core.errors import Invalid
from starline.core.periods import Period
from tests.organizations.factories import a_client

MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
DAYS = some.dates(date(2020, 1, 1), date(2030, 1, 1))


def _cover(client: Any, **values: Any) -> Coverage:
    given = {"client_id": client.id, "payer_name": "Cascade Health Plan", "priority": "primary", "starts_on": MARCH}
    return coverages.add_coverage({**given, **values}, by=None)


@pytest.mark.usefixtures("harbor")
class TestCoverages:
    def test_two_primary_payers_on_one_day_are_refused_by_name(self) -> None:
        client = a_client()
        _cover(client)
        with pytest.raises(Invalid) as refused:
            _cover(client, payer_name="Oregon Medicaid", starts_on=MAY)
        assert refused.value.errors["starts_on"] == [
            "Cascade Health Plan is the primary payer 03/01/2026 onwards. End that coverage first, "
            "or choose another priority."
        ]

    def test_one_payer_follows_another_without_a_gap(self) -> None:
        client = a_client()
        first = _cover(client, ends_on=APRIL - timedelta(days=1))
        _cover(client, payer_name="Oregon Medicaid", starts_on=APRIL)
        with pytest.raises(Invalid):
            coverages.update_coverage(first, {"ends_on": APRIL}, by=None)

    def test_a_secondary_payer_stands_beside_the_primary(self) -> None:
        client = a_client()
        _cover(client)
        assert _cover(client, priority="secondary").priority == "secondary"

    def test_a_coverage_ends_after_it_starts(self) -> None:
        with pytest.raises(Invalid) as refused:
            _cover(a_client(), ends_on=MARCH - timedelta(days=1))
        assert "ends_on" in refused.value.errors

    def test_a_member_id_is_sealed_and_a_foreign_subscriber_named(self) -> None:
        coverage = _cover(a_client(), member_id="CA12345678")
        assert (coverage.member_id, coverage.member_id_last4) == ("CA12345678", "5678")
        assert coverage.member_id_hash == index_of("ca-1234 5678")
        with pytest.raises(Invalid):
            coverages.update_coverage(coverage, {"subscriber": "spouse"}, by=None)


@given(DAYS, some.integers(0, 400), DAYS, some.integers(0, 400), some.booleans())
def test_periods_overlap_exactly_when_some_day_is_in_both(
    one: date, length: int, other: date, other_length: int, is_open: bool
) -> None:
    first = Period(one, one + timedelta(days=length))
    second = Period(other, None if is_open else other + timedelta(days=other_length))
    shared = any(second.covers(one + timedelta(days=day)) for day in range(length + 1))
    assert first.overlaps(second) is second.overlaps(first) is shared
