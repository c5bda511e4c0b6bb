"""E-mail and password: who gets in, who waits, and what is kept of it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from starline.core import clock, db
from starline.core.audit import AuditEvent
from starline.core.errors import TooManyRequests
from starline.core.outbox import OutboxMessage
from starline.identity import attempts, passwords, roles, signin, users
from starline.identity.attempts import Origin
from starline.identity.models import SignInAttempt, SignInOutcome
from starline.identity.signin import Refused, SecondFactorRequired, SignedIn
from tests.identity.factories import OTHER_PASSWORD, PASSWORD, WEB, a_person


def outcomes() -> list[str]:
    return list(db.session.scalars(select(SignInAttempt.outcome).order_by(SignInAttempt.id)))


def elsewhere(number: int) -> Origin:
    return Origin("web", f"203.0.113.{number}", WEB.device)


def test_the_right_password_opens_a_session_and_is_recorded(harbor: Any) -> None:
    nurse = a_person()
    result = signin.authenticate("Nurse@Harbor.example ", PASSWORD, origin=WEB)
    assert isinstance(result, SignedIn) and result.user is nurse
    opened = signin.open_session(result, origin=WEB)
    assert opened.kind == "web" and opened.expires_at - clock.now() > timedelta(hours=11)
    assert outcomes() == [SignInOutcome.SUCCEEDED] and nurse.login_count == 1
    actions = set(db.session.scalars(select(AuditEvent.action)))
    assert "auth:signed_in" in actions


def test_every_refusal_says_the_same_and_is_recorded_for_what_it_was(harbor: Any) -> None:
    a_person()
    disabled = a_person("former")
    disabled.active = False
    a_person("invited", password=None)
    sentences = set()
    for number, (name, password) in enumerate(
        [("nurse", "wrong"), ("nobody", PASSWORD), ("former", PASSWORD), ("invited", PASSWORD)]
    ):
        result = signin.authenticate(f"{name}@harbor.example", password, origin=elsewhere(number))
        assert isinstance(result, Refused)
        sentences.add(result.sentence)
    assert sentences == {signin.REFUSAL}
    assert outcomes() == ["wrong_password", "unknown_user", "disabled", "wrong_password"]


def test_an_unknown_e_mail_leaves_no_trace_of_itself(harbor: Any) -> None:
    signin.authenticate("somebody.private@elsewhere.example", "x", origin=WEB)
    attempt = db.session.scalars(select(SignInAttempt)).one()
    events = db.session.scalars(select(AuditEvent)).all()
    assert attempt.user_id is None
    assert "private" not in repr([(event.changes, event.subject_id) for event in events])


def test_an_unknown_e_mail_costs_the_same_hashing(harbor: Any, monkeypatch: Any) -> None:
    a_person()
    calls: list[str] = []
    check = passwords.bcrypt.checkpw
    monkeypatch.setattr(passwords.bcrypt, "checkpw", lambda *given: calls.append("hashed") or check(*given))
    for name in ("nurse", "nobody"):
        signin.authenticate(f"{name}@harbor.example", "wrong", origin=WEB)
    assert calls == ["hashed", "hashed"]


def test_after_five_wrong_passwords_even_the_right_one_waits(harbor: Any, frozen_clock: Any) -> None:
    nurse = a_person()
    for number in range(5):
        signin.authenticate(nurse.email, "wrong", origin=elsewhere(number))
    result = signin.authenticate(nurse.email, PASSWORD, origin=WEB)
    assert isinstance(result, Refused) and result.outcome is SignInOutcome.LOCKED
    with clock.frozen(frozen_clock + timedelta(seconds=31)):
        assert isinstance(signin.authenticate(nurse.email, PASSWORD, origin=WEB), SignedIn)


def test_a_sixth_wrong_password_doubles_the_waiting(harbor: Any, frozen_clock: Any) -> None:
    nurse = a_person()
    for number in range(5):
        signin.authenticate(nurse.email, "wrong", origin=elsewhere(number))
    with clock.frozen(frozen_clock + timedelta(seconds=31)):
        signin.authenticate(nurse.email, "wrong", origin=elsewhere(9))
        assert nurse.locked_until == clock.now() + timedelta(seconds=60)


def test_getting_in_clears_the_count(harbor: Any) -> None:
    nurse = a_person()
    signin.authenticate(nurse.email, "wrong", origin=WEB)
    result = signin.authenticate(nurse.email, PASSWORD, origin=WEB)
    assert isinstance(result, SignedIn)
    signin.open_session(result, origin=WEB)
    assert nurse.fail_login_count == 0


def test_an_address_that_fails_ten_times_in_a_minute_is_told_to_wait(harbor: Any, frozen_clock: Any) -> None:
    nurse = a_person()
    for number in range(10):
        signin.authenticate(f"guess{number}@harbor.example", "x", origin=WEB)
    with pytest.raises(TooManyRequests) as refusal:
        signin.authenticate(nurse.email, PASSWORD, origin=WEB)
    assert 1 <= refusal.value.retry_after <= 60
    assert isinstance(signin.authenticate(nurse.email, PASSWORD, origin=elsewhere(1)), SignedIn)
    with clock.frozen(frozen_clock + timedelta(seconds=61)):
        assert isinstance(signin.authenticate(nurse.email, PASSWORD, origin=WEB), SignedIn)


def test_an_office_that_signs_in_at_eight_is_not_slowed(harbor: Any) -> None:
    nurse = a_person()
    for _ in range(25):
        result = signin.authenticate(nurse.email, PASSWORD, origin=WEB)
        assert isinstance(result, SignedIn)
        signin.open_session(result, origin=WEB)


def test_a_device_never_seen_before_is_told_by_mail_but_not_the_first_one(harbor: Any) -> None:
    nurse = a_person()
    for device in ("Firefox", "Firefox", "Chrome"):
        origin = Origin("web", "198.51.100.7", device)
        signin.open_session(SignedIn(nurse, has_second_factor=False), origin=origin)
    tasks = list(db.session.scalars(select(OutboxMessage.task)))
    assert tasks == ["identity.send_new_sign_in"]


def test_a_role_can_demand_a_second_factor(harbor: Any) -> None:
    nurse = a_person()
    roles.role_of(roles.BY_NAME["Nurse"]).requires_second_factor = True
    result = signin.authenticate(nurse.email, PASSWORD, origin=WEB)
    assert isinstance(result, SecondFactorRequired) and result.must_enrol


def test_the_agency_can_demand_a_second_factor_by_the_name_of_a_role(harbor: Any) -> None:
    from starline.organizations.settings import settings_row

    nurse, scheduler = a_person(), a_person("scheduler", "Scheduler")
    settings_row().security_policy = {"mfa_roles": ["Nurse"]}
    db.session.flush()
    assert isinstance(signin.authenticate(nurse.email, PASSWORD, origin=WEB), SecondFactorRequired)
    assert isinstance(signin.authenticate(scheduler.email, PASSWORD, origin=WEB), SignedIn)


def test_changing_the_password_asks_for_the_present_one_and_ends_other_sessions(harbor: Any) -> None:
    nurse = a_person()
    here = signin.open_session(SignedIn(nurse, has_second_factor=False), origin=WEB)
    there = signin.open_session(SignedIn(nurse, has_second_factor=False), origin=WEB)
    assert not passwords.change_password(nurse, "wrong", OTHER_PASSWORD, origin=WEB, session_id=here.id)
    assert nurse.fail_login_count == 1
    assert passwords.change_password(nurse, PASSWORD, OTHER_PASSWORD, origin=WEB, session_id=here.id)
    assert here.ended_at is None and there.ended_at is not None
    assert isinstance(signin.authenticate(nurse.email, OTHER_PASSWORD, origin=WEB), SignedIn)


def test_the_history_shows_the_newest_attempt_first(harbor: Any, frozen_clock: Any) -> None:
    nurse = a_person()
    signin.authenticate(nurse.email, "wrong", origin=WEB)
    with clock.frozen(frozen_clock + timedelta(seconds=5)):
        signin.authenticate(nurse.email, PASSWORD, origin=WEB)
        signin.open_session(SignedIn(nurse, has_second_factor=False), origin=WEB)
    assert [one.outcome for one in attempts.history(nurse.id)] == ["succeeded", "wrong_password"]


def test_unlocking_lets_the_person_try_at_once(harbor: Any) -> None:
    nurse = a_person()
    for number in range(5):
        signin.authenticate(nurse.email, "wrong", origin=elsewhere(number))
    users.unlock(nurse, by=None)
    assert isinstance(signin.authenticate(nurse.email, PASSWORD, origin=WEB), SignedIn)
