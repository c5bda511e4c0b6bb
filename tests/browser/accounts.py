"""People who come in at /login: with a password, and with an authenticator app where they have set one up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import pyotp

from starline.core import clock, db, tenancy
from starline.core.db import Role, User
from starline.identity import passwords, roles, second_factor, users
from tests.identity.factories import PASSWORD
from tests.isolation.cast import Cast

_numbers = count()


@dataclass(frozen=True)
class Account:
    """Somebody of Harbor's, whose password is `PASSWORD`; `secret` is what their authenticator app knows."""

    user_id: int
    email: str
    secret: str = ""
    recovery_codes: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """What the authenticator app shows."""
        return pyotp.TOTP(self.secret).at(clock.now())


def of_template(name: str) -> Role:
    """Harbor's role made from the template; call it while acting for Harbor."""
    return roles.role_of(roles.BY_NAME[name])


def an_account(cast: Cast, role: Callable[[], Role], *, has_app: bool = False) -> Account:
    """A new person with the role, who set up an authenticator app a moment ago if they have one."""
    with tenancy.acting(cast.harbor.id), db.transaction(), clock.frozen(clock.now() - timedelta(minutes=2)):
        name = f"keeper{next(_numbers)}"
        values = {"email": f"{name}@harbor.example", "first_name": name.title(), "last_name": "Person"}
        user = users.create_user({**values, "roles": [role()]}, by=None)
        user.password = passwords.hashed(PASSWORD)
        db.session.flush()
        return _with_app(user) if has_app else Account(user.id, user.email)


def _with_app(user: User) -> Account:
    secret = second_factor.enrol(user).secret
    codes = second_factor.confirm(user, pyotp.TOTP(secret).at(clock.now()))
    assert codes is not None
    return Account(user.id, user.email, secret, tuple(codes))
