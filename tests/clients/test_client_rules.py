"""Age and steps of status, as tables and as properties."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from starline.clients import rules
from starline.clients.vocabulary import ClientStatus, PreferenceKind

DAYS = some.dates(date(1905, 1, 1), date(2100, 12, 31))
STATUSES = some.sampled_from(list(ClientStatus))


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(1941, 5, 2), date(2026, 5, 1), 84),
        (date(1941, 5, 2), date(2026, 5, 2), 85),
        (date(1940, 2, 29), date(2026, 2, 28), 85),
        (date(1940, 2, 29), date(2026, 3, 1), 86),
        (date(1940, 2, 29), date(2028, 2, 29), 88),
        (date(2026, 1, 1), date(2026, 1, 1), 0),
    ],
)
def test_age_is_in_completed_years(born: date, on: date, years: int) -> None:
    assert rules.age(born, on) == years


@given(DAYS, some.integers(0, 60_000))
def test_nobody_gets_younger_and_a_year_never_adds_two(born: date, passed: int) -> None:
    on = min(born + timedelta(days=passed), date(2200, 1, 1))
    assert 0 <= rules.age(born, on + timedelta(days=1)) - rules.age(born, on) <= 1


@pytest.mark.parametrize(
    ("present", "to", "allowed"),
    [
        ("inquiry", "assessment", True),
        ("inquiry", "active", False),
        ("assessment", "active", True),
        ("active", "inquiry", False),
        ("active", "on_hold", True),
        ("on_hold", "active", True),
        ("on_hold", "hospitalised", True),
        ("hospitalised", "deceased", True),
        ("discharged", "active", True),
        ("deceased", "on_hold", False),
    ],
)
def test_status_moves_along_the_known_steps_only(present: str, to: str, allowed: bool) -> None:
    assert rules.may_step(ClientStatus(present), ClientStatus(to)) is allowed


@given(STATUSES)
def test_a_step_always_leads_elsewhere_and_out_again(status: ClientStatus) -> None:
    assert status not in rules.STEPS[status]
    assert rules.STEPS[status]


@given(STATUSES, STATUSES)
def test_leaving_care_or_taking_an_end_back_always_needs_a_reason(present: ClientStatus, to: ClientStatus) -> None:
    if to not in (ClientStatus.INQUIRY, ClientStatus.ASSESSMENT, ClientStatus.ACTIVE) or present in rules.ENDED:
        assert rules.needs_reason(present, to)
    else:
        assert not rules.needs_reason(present, to)


def test_a_caregiver_is_wanted_or_excluded_not_both() -> None:
    wanted, excluded = PreferenceKind.WANTED_CAREGIVER, PreferenceKind.EXCLUDED_CAREGIVER
    assert rules.contradicts(wanted, excluded)
    assert not rules.contradicts(PreferenceKind.SKILL, PreferenceKind.SKILL)
