"""Codes serve once, wrong ones are counted, and there is a way back in."""

import math
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from sqlalchemy import select

from starline.core import clock, db
from starline.core.db import User
from starline.core.errors import Conflict
from starline.identity import rules, second_factor, signin
from starline.identity.attempts import Origin
from starline.identity.models import RecoveryCode, RememberedDevice, SecondFactor, SignInOutcome
from starline.identity.signin import Refused, SecondFactorRequired, SignedIn
from starline.organizations.settings import settings_row
from tests.identity.factories import PASSWORD, WEB, a_person


def elsewhere(number: int) -> Origin:
    return Origin("web", f"203.0.113.{number}", WEB.device)


def enrolled(person: User) -> tuple[pyotp.TOTP, list[str]]:
    """The person's authenticator app and recovery codes, confirmed a minute ago."""
    with clock.frozen(clock.now() - timedelta(minutes=2)):
        enrolment = second_factor.enrol(person)
        app = pyotp.TOTP(enrolment.secret)
        codes = second_factor.confirm(person, app.at(clock.now()))
    assert codes is not None
    return app, codes


def now_code(app: pyotp.TOTP) -> str:
    return app.at(clock.now())


def test_a_generator_counts_only_once_its_code_was_shown(harbor: Any, frozen_clock: Any) -> None:
    nurse = a_person()
    enrolment = second_factor.enrol(nurse, issuer="Harbor Care")
    assert enrolment.uri.startswith("otpauth://totp/Harbor%20Care:nurse%40harbor.example?secret=")
    assert isinstance(signin.authenticate(nurse.email, PASSWORD, origin=WEB), SignedIn)
    assert second_factor.confirm(nurse, "000000") is None
    assert second_factor.enrol(nurse).secret == enrolment.secret
    assert second_factor.confirm(nurse, now_code(pyotp.TOTP(enrolment.secret))) is not None
    assert isinstance(signin.authenticate(nurse.email, PASSWORD, origin=WEB), SecondFactorRequired)


def test_a_generator_in_use_can_not_be_replaced_unseen(harbor: Any, frozen_clock: Any) -> None:
    nurse = a_person()
    enrolled(nurse)
    with pytest.raises(Conflict):
        second_factor.enrol(nurse)


def test_the_seed_is_stored_sealed_and_the_codes_hashed(harbor: Any, frozen_clock: Any) -> None:
    nurse = a_person()
    app, codes = enrolled(nurse)
    factor = db.session.scalars(select(SecondFactor)).one()
    assert app.secret.encode() not in bytes(factor.seed_encrypted)
    stored = set(db.session.scalars(select(RecoveryCode.code_hash)))
    assert len(codes) == len(stored) == 10 and not stored & set(codes)


def test_a_right_code_lets_in_and_a_wrong_one_does_not(harbor: Any, frozen_clock: Any) -> None:
    nurse = a_person()
    app, _codes = enrolled(nurse)
    wrong = signin.verify_code(nurse.id, "000000", origin=WEB)
    assert isinstance(wrong, Refused) and wrong.outcome is SignInOutcome.WRONG_CODE
    right = signin.verify_code(nurse.id, f" {now_code(app)[:3]} {now_code(app)[3:]}", origin=WEB)
    assert isinstance(right, SignedIn) and right.has_second_factor


def test_a_code_serves_once(harbor: Any, frozen_clock: Any) -> None:
    nurse = a_person()
    app, _codes = enrolled(nurse)
    code = now_code(app)
    assert isinstance(signin.verify_code(nurse.id, code, origin=WEB), SignedIn)
    again = signin.verify_code(nurse.id, code, origin=WEB)
    assert isinstance(again, Refused) and again.outcome is SignInOutcome.REPLAYED_CODE


def test_an_earlier_code_is_no_use_once_a_later_one_was_given(harbor: Any, frozen_clock: Any) -> None:
    nurse = a_person()
    app, _codes = enrolled(nurse)
    earlier, later = app.at(clock.now() - timedelta(seconds=30)), now_code(app)
    assert isinstance(signin.verify_code(nurse.id, later, origin=WEB), SignedIn)
    assert isinstance(signin.verify_code(nurse.id, earlier, origin=WEB), Refused)


def test_the_sixth_wrong_code_locks_even_the_right_one_and_the_password(harbor: Any, frozen_clock: Any) -> None:
    nurse = a_person()
    app, _codes = enrolled(nurse)
    seen = [signin.verify_code(nurse.id, "000000", origin=elsewhere(number)) for number in range(6)]
    assert [one.outcome for one in seen if isinstance(one, Refused)] == ["wrong_code"] * 5 + ["locked"]
    assert isinstance(signin.verify_code(nurse.id, now_code(app), origin=elsewhere(7)), Refused)
    assert isinstance(signin.authenticate(nurse.email, PASSWORD, origin=elsewhere(8)), Refused)
    with clock.frozen(frozen_clock + timedelta(minutes=16)):
        assert isinstance(signin.verify_code(nurse.id, now_code(app), origin=WEB), SignedIn)


def test_a_recovery_code_serves_once_and_works_as_printed(harbor: Any, frozen_clock: Any) -> None:
    nurse = a_person()
    _app, codes = enrolled(nurse)
    assert isinstance(signin.verify_recovery_code(nurse.id, codes[0].upper(), origin=WEB), SignedIn)
    again = signin.verify_recovery_code(nurse.id, codes[0], origin=WEB)
    assert isinstance(again, Refused) and again.outcome is SignInOutcome.WRONG_CODE
    assert second_factor.unused_recovery_codes(nurse.id) == 9


def test_recovery_codes_hold_more_chance_than_anybody_could_try(harbor: Any, frozen_clock: Any) -> None:
    _app, codes = enrolled(a_person())
    plain = [rules.plain_code(code) for code in codes]
    assert len(set(plain)) == 10 and set("".join(plain)) <= set(second_factor.ALPHABET)
    assert min(len(code) for code in plain) * math.log2(len(set(second_factor.ALPHABET))) > 40


def test_somebody_elses_recovery_code_is_no_use(harbor: Any, frozen_clock: Any) -> None:
    nurse, other = a_person(), a_person("other")
    enrolled(nurse)
    _app, codes = enrolled(other)
    assert isinstance(signin.verify_recovery_code(nurse.id, codes[0], origin=WEB), Refused)


def test_wrong_recovery_codes_lock_too(harbor: Any, frozen_clock: Any) -> None:
    nurse = a_person()
    enrolled(nurse)
    for number in range(6):
        signin.verify_recovery_code(nurse.id, "aaaaa-aaaaa", origin=elsewhere(number))
    assert nurse.locked_until is not None


def test_new_recovery_codes_make_the_old_ones_worthless(harbor: Any, frozen_clock: Any) -> None:
    nurse = a_person()
    _app, codes = enrolled(nurse)
    renewed = second_factor.renew_recovery_codes(nurse)
    assert not set(codes) & set(renewed)
    assert isinstance(signin.verify_recovery_code(nurse.id, codes[0], origin=WEB), Refused)


def test_a_code_without_a_generator_is_refused(harbor: Any) -> None:
    nurse = a_person()
    assert isinstance(signin.verify_code(nurse.id, "000000", origin=WEB), Refused)
    assert isinstance(signin.verify_recovery_code(nurse.id, "aaaaa-aaaaa", origin=WEB), Refused)


def test_a_disabled_person_is_refused_at_the_second_step_too(harbor: Any, frozen_clock: Any) -> None:
    nurse = a_person()
    app, _codes = enrolled(nurse)
    nurse.active = False
    db.session.flush()
    assert isinstance(signin.verify_code(nurse.id, now_code(app), origin=WEB), Refused)


def test_a_remembered_device_skips_the_code_until_its_days_are_over(harbor: Any, frozen_clock: Any) -> None:
    nurse = a_person()
    enrolled(nurse)
    token = second_factor.remember_device(nurse, device="Firefox")
    result = signin.authenticate(nurse.email, PASSWORD, origin=WEB, remembered=token)
    assert isinstance(result, SignedIn) and result.has_second_factor
    stored = db.session.scalars(select(RememberedDevice.token_hash)).one()
    assert token is not None and token not in stored
    with clock.frozen(frozen_clock + timedelta(days=31)):
        result = signin.authenticate(nurse.email, PASSWORD, origin=WEB, remembered=token)
        assert isinstance(result, SecondFactorRequired)


def test_a_device_remembered_for_one_person_is_no_use_to_another(harbor: Any, frozen_clock: Any) -> None:
    nurse, other = a_person(), a_person("other")
    enrolled(nurse)
    enrolled(other)
    token = second_factor.remember_device(nurse, device="Firefox")
    result = signin.authenticate(other.email, PASSWORD, origin=WEB, remembered=token)
    assert isinstance(result, SecondFactorRequired)


def test_an_agency_can_forbid_remembering_devices(harbor: Any) -> None:
    settings_row().security_policy = {"remember_days": 0}
    db.session.flush()
    assert second_factor.remember_device(a_person(), device="Firefox") is None


def test_removing_the_second_factor_takes_codes_and_devices_along(harbor: Any, frozen_clock: Any) -> None:
    nurse = a_person()
    enrolled(nurse)
    token = second_factor.remember_device(nurse, device="Firefox")
    second_factor.remove(nurse, by=None)
    assert isinstance(signin.authenticate(nurse.email, PASSWORD, origin=WEB), SignedIn)
    assert not second_factor.is_remembered(nurse, token) and second_factor.unused_recovery_codes(nurse.id) == 0
