"""Whether somebody may be sent: a table of cases, and what holds whatever the facts are."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from starline.staff.rules import Proof, ServiceFacts, StaffFacts, is_cleared
from starline.staff.rules.clearance import Clearance, Demand, Holding, Screening, screening_state
from starline.staff.vocabulary import Answer, ExclusionList, ExclusionResult, LapseEffect, StaffStatus

TODAY = date(2026, 6, 1)
CPR = Demand("CPR", disciplines=frozenset({"hha", "cna"}))
WAIVER = Demand("Waiver course", payers=frozenset({"Medicaid"}), effect=LapseEffect.WARN)
LICENSE = Demand("Driver's license", positions=frozenset({"Driver"}), effect=LapseEffect.NOTHING)
GOOD = Proof(date(2026, 1, 1), date(2026, 12, 31), True)
LOOKED = Screening(ExclusionList.OIG, date(2026, 5, 20), ExclusionResult.CLEAR, date(2026, 6, 20))


def _person(**values: Any) -> StaffFacts:
    given = {
        "name": "Imani Okafor",
        "discipline": "hha",
        "position": "Home health aide",
        "hired_on": date(2024, 1, 1),
        "holdings": (Holding(CPR, (GOOD,)), Holding(WAIVER), Holding(LICENSE)),
        "screenings": (LOOKED,),
    }
    return StaffFacts(**{**given, **values})


def _with(*proofs: Proof) -> StaffFacts:
    return _person(holdings=(Holding(CPR, proofs),))


@pytest.mark.parametrize(
    ("staff", "service", "answer", "words"),
    [
        (_person(), ServiceFacts(), "yes", ""),
        (_person(), ServiceFacts(payer="Medicaid"), "warn", "Waiver course of Imani Okafor is missing."),
        (_person(), ServiceFacts("Nursing", frozenset({"rn", "lpn"})), "no", "Nursing is done by LPN, RN only."),
        (_person(position="Driver"), ServiceFacts(), "yes", ""),
        (_person(discipline="office", holdings=(Holding(CPR),)), ServiceFacts(), "yes", ""),
        (_with(), ServiceFacts(), "no", "CPR of Imani Okafor is missing."),
        (_with(replace(GOOD, expires_on=date(2026, 5, 31))), ServiceFacts(), "no", "expired on 05/31/2026"),
        (_with(replace(GOOD, expires_on=TODAY)), ServiceFacts(), "yes", ""),
        (_with(replace(GOOD, is_verified=False)), ServiceFacts(), "no", "waits to be verified"),
        (_with(replace(GOOD, expires_on=date(2026, 5, 1)), GOOD), ServiceFacts(), "yes", ""),
        (_person(status=StaffStatus.LEAVE), ServiceFacts(), "no", "is on leave"),
        (_person(hired_on=date(2026, 6, 2)), ServiceFacts(), "no", "starts on 06/02/2026"),
        (_person(status=StaffStatus.TERMINATED, terminated_on=date(2026, 5, 31)), ServiceFacts(), "no", "left on"),
        (_person(status=StaffStatus.TERMINATED, terminated_on=TODAY), ServiceFacts(), "yes", ""),
        (_person(screenings=()), ServiceFacts(), "warn", "never checked"),
        (_person(screenings=(), overdue_screening=LapseEffect.BLOCK), ServiceFacts(), "no", "never checked"),
        (_person(screenings=(), overdue_screening=LapseEffect.NOTHING), ServiceFacts(), "yes", ""),
        (_person(screenings=(replace(LOOKED, next_due_on=date(2026, 5, 31)),)), ServiceFacts(), "warn", "was due on"),
        (
            _person(screenings=(replace(LOOKED, result=ExclusionResult.POSSIBLE_MATCH),)),
            ServiceFacts(),
            "warn",
            "possible match",
        ),
        (
            _person(screenings=(replace(LOOKED, result=ExclusionResult.EXCLUDED),), overdue_screening="nothing"),
            ServiceFacts(),
            "no",
            "exclusion list of OIG",
        ),
    ],
)
def test_the_answer_and_its_first_sentence(staff: StaffFacts, service: ServiceFacts, answer: str, words: str) -> None:
    found = is_cleared(staff, service, TODAY)
    assert found.answer == answer
    assert words in found.sentence if words else found.reasons == ()


def test_every_reason_is_told_and_the_worst_comes_first() -> None:
    staff = _person(screenings=(), holdings=(Holding(CPR), Holding(replace(CPR, name="TB", effect=LapseEffect.WARN))))
    found = is_cleared(staff, ServiceFacts(), TODAY)
    assert [one.answer for one in found.reasons] == ["no", "warn", "warn"]
    assert found.is_blocked and found.sentence == "CPR of Imani Okafor is missing."


DAYS = some.dates(date(2020, 1, 1), date(2030, 12, 31))
PROOFS = some.builds(Proof, issued_on=DAYS, expires_on=some.none() | DAYS, is_verified=some.booleans())
DEMANDS = some.builds(
    Demand,
    name=some.sampled_from(["CPR", "TB", "License"]),
    disciplines=some.frozensets(some.sampled_from(["hha", "rn", "pca"])),
    payers=some.frozensets(some.sampled_from(["Medicaid", "VA"])),
    effect=some.sampled_from(list(LapseEffect)),
)
HOLDINGS = some.builds(Holding, demand=DEMANDS, proofs=some.lists(PROOFS, max_size=3).map(tuple))
SCREENINGS = some.builds(
    Screening,
    source=some.sampled_from(list(ExclusionList)),
    checked_on=DAYS,
    result=some.sampled_from(list(ExclusionResult)),
    next_due_on=DAYS,
)
STAFF = some.builds(
    StaffFacts,
    name=some.just("Imani"),
    discipline=some.sampled_from(["hha", "rn"]),
    status=some.sampled_from(list(StaffStatus)),
    hired_on=DAYS,
    terminated_on=some.none() | DAYS,
    holdings=some.lists(HOLDINGS, max_size=4).map(tuple),
    screenings=some.lists(SCREENINGS, max_size=2).map(tuple),
    overdue_screening=some.sampled_from(list(LapseEffect)),
)
SERVICES = some.builds(
    ServiceFacts,
    disciplines=some.frozensets(some.sampled_from(["hha", "rn"])),
    payer=some.none() | some.sampled_from(["Medicaid", "VA"]),
)
ORDER = {Answer.YES: 0, Answer.WARN: 1, Answer.NO: 2}


def _severity(found: Clearance) -> int:
    return ORDER[found.answer]


@given(STAFF, SERVICES, DAYS)
def test_the_answer_is_the_worst_of_its_reasons_and_each_has_a_sentence(
    staff: StaffFacts, service: ServiceFacts, on: date
) -> None:
    found = is_cleared(staff, service, on)
    assert _severity(found) == max((ORDER[one.answer] for one in found.reasons), default=0)
    assert all(one.sentence and one.answer != Answer.YES for one in found.reasons)


@given(STAFF, SERVICES, DAYS, PROOFS)
def test_one_more_proof_never_makes_it_worse(staff: StaffFacts, service: ServiceFacts, on: date, proof: Proof) -> None:
    more = replace(staff, holdings=tuple(replace(one, proofs=(*one.proofs, proof)) for one in staff.holdings))
    assert _severity(is_cleared(more, service, on)) <= _severity(is_cleared(staff, service, on))


@given(STAFF, SERVICES, DAYS, HOLDINGS)
def test_one_more_demand_never_makes_it_better(
    staff: StaffFacts, service: ServiceFacts, on: date, holding: Holding
) -> None:
    more = replace(staff, holdings=(*staff.holdings, holding))
    assert _severity(is_cleared(more, service, on)) >= _severity(is_cleared(staff, service, on))


@given(STAFF, SERVICES, DAYS)
def test_whoever_is_excluded_is_never_sent(staff: StaffFacts, service: ServiceFacts, on: date) -> None:
    excluded = Screening(ExclusionList.SAM, on, ExclusionResult.EXCLUDED, on + timedelta(days=31))
    assert is_cleared(replace(staff, screenings=(*staff.screenings, excluded)), service, on).is_blocked


@given(STAFF, SERVICES, DAYS)
def test_nobody_is_sent_before_the_first_day_or_after_the_last(
    staff: StaffFacts, service: ServiceFacts, on: date
) -> None:
    if on < staff.hired_on or (staff.terminated_on is not None and on > staff.terminated_on):
        assert is_cleared(staff, service, on).is_blocked


@given(some.lists(SCREENINGS, max_size=3), DAYS)
def test_a_screening_that_lies_in_the_future_is_none_yet(screenings: list[Screening], on: date) -> None:
    known = [one for one in screenings if one.checked_on <= on]
    assert screening_state(screenings, on) == screening_state(known, on)
