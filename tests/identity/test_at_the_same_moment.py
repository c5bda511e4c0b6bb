"""What must happen once happens once, also when two requests arrive together."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pyotp
import pytest
from sqlalchemy import select

from starline.core import clock, crypto, db
from starline.core.db import User
from starline.identity import passwords, second_factor, signin, tokens
from starline.identity.attempts import Origin
from starline.identity.models import UserSession
from starline.identity.signin import SecondFactorRequired, SignedIn
from starline.identity.tokens import TokenPair
from tests.identity.factories import API, HARBOR, OTHER_PASSWORD, PASSWORD, a_person, committed

TOGETHER = 6


def together(work: Callable[[int], Any]) -> list[Any]:
    """What `work` returns in threads that begin at the same moment, each in a transaction of its own."""
    barrier = Barrier(TOGETHER)

    def one(number: int) -> Any:
        barrier.wait()
        with committed(HARBOR):
            return work(number)

    with ThreadPoolExecutor(TOGETHER) as pool:
        return list(pool.map(one, range(TOGETHER)))


@pytest.fixture
def nurse(people: None) -> int:
    """Somebody new with an authenticator app; returns the id."""
    with committed(HARBOR), clock.frozen(clock.now() - timedelta(minutes=2)):
        user = a_person(f"nurse-{uuid4().hex}")
        app = pyotp.TOTP(second_factor.enrol(user).secret)
        second_factor.confirm(user, app.at(clock.now()))
        return int(user.id)


def elsewhere(number: int) -> Origin:
    return Origin("web", f"192.0.2.{number}", "Firefox")


def test_a_code_lets_in_once(nurse: int) -> None:
    with committed(HARBOR):
        factor = second_factor.confirmed(nurse)
        assert factor is not None
        code = pyotp.TOTP(factor.seed or "").at(clock.now())
    found = together(lambda number: isinstance(signin.verify_code(nurse, code, origin=elsewhere(number)), SignedIn))
    assert sorted(found) == [False] * (TOGETHER - 1) + [True]


def test_a_recovery_code_lets_in_once(nurse: int) -> None:
    with committed(HARBOR):
        (code, *_others) = second_factor.renew_recovery_codes(db.session.get_one(User, nurse))
    found = together(
        lambda number: isinstance(signin.verify_recovery_code(nurse, code, origin=elsewhere(number)), SignedIn)
    )
    assert found.count(True) == 1


def test_a_refresh_token_is_exchanged_once_and_then_the_session_is_over(nurse: int) -> None:
    with committed(HARBOR):
        opened = signin.open_session(SignedIn(db.session.get_one(User, nurse), has_second_factor=True), origin=API)
        token, session_id = tokens.issue(opened).refresh_token, opened.id
    found = together(lambda _number: isinstance(tokens.refresh(token, origin=API), TokenPair))
    assert found.count(True) == 1
    with committed(HARBOR):
        assert db.session.get_one(UserSession, session_id).ended_at is not None


def test_wrong_passwords_are_counted_one_by_one(nurse: int) -> None:
    with committed(HARBOR):
        email = db.session.get_one(User, nurse).email
    together(lambda number: signin.authenticate(email, "wrong", origin=elsewhere(100 + number)))
    with committed(HARBOR):
        user = db.session.get_one(User, nurse)
        assert user.fail_login_count == 5 and user.locked_until is not None
        assert not isinstance(signin.authenticate(email, PASSWORD, origin=elsewhere(200)), SignedIn)


def meanwhile(monkeypatch: pytest.MonkeyPatch, work: Callable[[], Any]) -> list[Any]:
    """Has `work` done in a transaction of its own while the next password is compared; what it returned."""
    compare, found = passwords.bcrypt.checkpw, []

    def in_its_own() -> Any:
        with committed(HARBOR):
            return work()

    def working(*given: Any) -> bool:
        monkeypatch.setattr(passwords.bcrypt, "checkpw", compare)
        with ThreadPoolExecutor(1) as pool:
            found.append(pool.submit(in_its_own).result())
        return bool(compare(*given))

    monkeypatch.setattr(passwords.bcrypt, "checkpw", working)
    return found


def test_no_attempt_waits_while_another_one_s_password_is_compared(nurse: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting would tell that somebody has the address."""
    with committed(HARBOR):
        email = db.session.get_one(User, nurse).email
    take = select(User.id).where(User.id == nurse).with_for_update(nowait=True)
    taken = meanwhile(monkeypatch, lambda: db.session.scalars(take).one())
    with committed(HARBOR):
        assert not isinstance(signin.authenticate(email, "wrong", origin=elsewhere(1)), SignedIn)
    assert taken == [nurse]


@pytest.mark.parametrize(("typed", "is_right"), [(PASSWORD, False), (OTHER_PASSWORD, True)])
def test_a_password_changed_while_it_is_compared_is_compared_anew(
    nurse: int, monkeypatch: pytest.MonkeyPatch, typed: str, is_right: bool
) -> None:
    with committed(HARBOR):
        email = db.session.get_one(User, nurse).email
    meanwhile(monkeypatch, lambda: passwords.set_password(db.session.get_one(User, nurse), OTHER_PASSWORD))
    with committed(HARBOR):
        result = signin.authenticate(email, typed, origin=elsewhere(2))
        assert isinstance(result, SecondFactorRequired) is is_right
        assert db.session.get_one(User, nurse).fail_login_count == (not is_right)


def test_the_first_values_of_an_organisation_are_sealed_under_one_key(people: None) -> None:
    place = {"table": "clients", "column": "ssn_encrypted", "row_id": 1}
    sealed = together(lambda number: crypto.encrypt(str(number), **place))  # type: ignore[arg-type]
    with committed(HARBOR):
        opened = [crypto.decrypt(one, **place) for one in sealed]  # type: ignore[arg-type]
    assert opened == [str(number) for number in range(TOGETHER)]
