"""The judge of the fault tests must be able to say no: each way in which work can be lost makes it do so."""

from dataclasses import replace

import pytest

from tests.faults.history import Found, History, Injection, judge

WELL = Found(records={"k1": ["a"], "k2": ["b"]}, effects={"a": 1, "b": 1}, mails={"a": 1, "b": 1})


@pytest.fixture
def history() -> History:
    made = History(injections=[Injection(0.5, 1.0)])
    for key, record in (("k1", "a"), ("k2", "b")):
        made.acknowledge(key, record)
        made.answered(201, 0.1)
    return made


def test_a_run_without_losses_is_acquitted(history: History) -> None:
    history.unknown.add("k3")
    history.answered(503, 6.0)
    history.answered(409, 0.1)
    history.cut(0.1)
    assert judge(history, WELL).problems == []
    unanswered = replace(
        WELL, records={**WELL.records, "k3": ["c"]}, effects={**WELL.effects, "c": 1}, mails={**WELL.mails, "c": 1}
    )
    assert judge(history, unanswered).problems == []


@pytest.mark.parametrize(
    "found",
    [
        replace(WELL, records={"k1": ["a"]}, effects={"a": 1}, mails={"a": 1}),
        replace(WELL, records={"k1": ["a"], "k2": ["z"]}, effects={"a": 1, "z": 1}, mails={"a": 1, "z": 1}),
        replace(WELL, effects={"a": 1}),
        replace(WELL, mails={"a": 1}),
    ],
    ids=["a write", "another record in its place", "an effect", "a mail"],
)
def test_what_was_lost_is_seen(history: History, found: Found) -> None:
    assert judge(history, found).lost


@pytest.mark.parametrize(
    "found",
    [
        replace(
            WELL,
            records={"k1": ["a", "c"], "k2": ["b"]},
            effects={**WELL.effects, "c": 1},
            mails={**WELL.mails, "c": 1},
        ),
        replace(WELL, effects={"a": 2, "b": 1}),
        replace(WELL, mails={"a": 1, "b": 2}),
    ],
    ids=["a write", "an effect", "a mail"],
)
def test_what_was_doubled_is_seen(history: History, found: Found) -> None:
    assert judge(history, found).doubled


def test_two_answers_for_one_key_are_seen(history: History) -> None:
    history.acknowledge("k1", "c")
    assert judge(history, WELL).other


@pytest.mark.parametrize("never", [Injection(None, 1.0), Injection(1.0, None)])
def test_a_service_that_never_came_back_is_seen(history: History, never: Injection) -> None:
    history.injections.append(never)
    assert judge(history, WELL).other


@pytest.mark.parametrize("status", [500, 502, 404, 422, 302])
def test_an_answer_that_no_fault_excuses_is_seen(history: History, status: int) -> None:
    history.answered(status, 0.1)
    assert judge(history, WELL).other


def test_a_request_that_hangs_is_seen(history: History) -> None:
    history.cut(31.0)
    assert judge(history, WELL).other


def test_a_record_that_nobody_asked_for_is_seen(history: History) -> None:
    assert judge(history, replace(WELL, records={**WELL.records, "k9": ["c"]})).problems


def test_a_run_in_which_nothing_happened_proves_nothing() -> None:
    assert judge(History(), Found({}, {}, {})).problems
