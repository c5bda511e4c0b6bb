"""Which passwords are good, and what a wrong one costs."""

from datetime import timedelta

import pytest

from starline.identity import passwords, rules
from starline.identity.rules import SecurityPolicy

MARIA = ["Maria", "Okafor", "maria.okafor@harbor.example"]


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("short", "12 characters"),
        ("elevenchars", "12 characters"),
        ("x" * 129, "128 characters"),
        ("aaaaaaaaaaaaaa", "easy to guess"),
        ("password12345", "easy to guess"),
        ("qwertyuiop1234", "easy to guess"),
        ("starline-2026", "easy to guess"),
        ("Maria has seven lanterns", "name or e-mail"),
        ("lanterns of okafor street", "name or e-mail"),
    ],
)
def test_a_weak_password_gets_a_sentence(password: str, word: str) -> None:
    (sentence,) = rules.password_problems(password, personal=MARIA)
    assert word in sentence and sentence.endswith(".")


@pytest.mark.parametrize(
    "password",
    [
        "seven lanterns over quiet water",
        "Tr9!vq-Lm2#zw8",
        "ß" * 3 + "lantern water Rain 7",
        "p" * 20 + "kQ7 xw lantern " * 7,
    ],
)
def test_a_long_unrelated_password_is_good(password: str) -> None:
    assert rules.password_problems(password, personal=MARIA) == []


def test_short_parts_of_a_name_are_no_reason_to_refuse() -> None:
    assert rules.password_problems("seven lanterns over quiet water", personal=["Li", "Ng", "li@harbor.example"]) == []


def test_an_agency_may_ask_for_longer_passwords() -> None:
    (sentence,) = rules.password_problems("Tr9!vq-Lm2#zw8", personal=[], shortest=20)
    assert "20 characters" in sentence


def test_two_passwords_that_agree_in_72_bytes_are_told_apart() -> None:
    hashed = passwords.hashed("x" * 72 + "a")
    user = type("Person", (), {"password": hashed})()
    assert passwords.is_password_of(user, "x" * 72 + "a")
    assert not passwords.is_password_of(user, "x" * 72 + "b")


def test_a_password_with_a_nul_byte_is_compared_whole() -> None:
    user = type("Person", (), {"password": passwords.hashed("lantern\x00water")})()
    assert passwords.is_password_of(user, "lantern\x00water")
    assert not passwords.is_password_of(user, "lantern\x00rain")


def test_nobody_and_somebody_without_a_password_have_none_that_fits() -> None:
    assert not passwords.is_password_of(None, "nobody")
    assert not passwords.is_password_of(type("Person", (), {"password": None})(), "nobody")


def test_waiting_begins_with_the_fifth_wrong_password_and_doubles_to_an_hour() -> None:
    waits = [rules.password_lock(failures, SecurityPolicy.of(None)) for failures in (4, 5, 6, 7, 12, 500)]
    seconds = [wait.total_seconds() if wait else None for wait in waits]
    assert seconds == [None, 30, 60, 120, 3600, 3600]


def test_the_agency_decides_when_waiting_begins_and_how_long_it_gets() -> None:
    policy = SecurityPolicy.of({"lockout_attempts": 3, "lockout_minutes": 5})
    assert rules.password_lock(2, policy) is None
    assert rules.password_lock(3, policy) == timedelta(seconds=30)
    assert rules.password_lock(99, policy) == timedelta(minutes=5)


def test_a_policy_out_of_bounds_is_brought_back_into_them() -> None:
    policy = SecurityPolicy.of({"idle_minutes": 0, "absolute_hours": 9999, "remember_days": "soon", "mfa_roles": "x"})
    assert (policy.idle_minutes, policy.absolute_hours, policy.remember_days) == (5, 72, 30)
    assert policy.mfa_roles == () and not policy.requires_second_factor


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge on Windows",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("agency-script/1.0", "agency-script"),
        (None, "Unknown device"),
    ],
)
def test_a_device_is_called_what_people_call_it(agent: str | None, label: str) -> None:
    assert rules.device_label(agent) == label
