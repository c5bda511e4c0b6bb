"""Requests about accounts: signing in, links that were mailed, passwords, profiles, emergency access, the platform."""

from itertools import count
from typing import Any
from uuid import UUID

import pyotp

from starline.clients.models import Client
from starline.core import clock, db, tenancy
from starline.core.db import User
from starline.identity import links, passwords, second_factor, sessions, support, tokens
from starline.identity.attempts import Origin
from starline.identity.models import TokenPurpose
from starline.identity.reviews import ReviewDecision
from tests.isolation.cast import Agency, Person
from tests.isolation.honest import Honest, Request
from tests.organizations.factories import a_client, a_user

PASSWORD = "seven lanterns over quiet water"
NEW = "nine kites above the old harbour"
HERE = Origin("api", "127.0.0.1", "walk")
ELSEWHERE: Any = {"address": "10.9.8.7"}
"""An address of its own for who signs in: many have tried from the usual one."""
numbers = count(1)


def _with_password(person: Person) -> User:
    user = db.session.get_one(User, person.user_id)
    user.password = passwords.hashed(PASSWORD)
    db.session.flush()
    return user


def _sign_in(agency: Agency, person: Person) -> Request:
    with tenancy.acting(agency.id), db.transaction():
        return Request(body={"email": _with_password(person).email, "password": PASSWORD}, **ELSEWHERE)


def _verify(agency: Agency, person: Person) -> Request:
    """Somebody with an authenticator app whose password was right."""
    with tenancy.acting(agency.id), db.transaction():
        user = _with_password(person)
        codes = second_factor.confirm(user, _code(user))
        assert codes is not None
        return Request(body={"mfa_token": tokens.second_step_token(user), "recovery_code": codes[0]}, **ELSEWHERE)


def _enrol(agency: Agency, person: Person) -> Request:
    with tenancy.acting(agency.id), db.transaction():
        return Request(body={"code": _code(db.session.get_one(User, person.user_id))})


def _code(user: User) -> str:
    return pyotp.TOTP(second_factor.enrol(user).secret).at(clock.now())


def _protected(agency: Agency, person: Person) -> Request:
    """Somebody with an authenticator app, who gives their password."""
    with tenancy.acting(agency.id), db.transaction():
        user = _with_password(person)
        second_factor.confirm(user, _code(user))
        return Request(body={"current_password": PASSWORD})


def _refresh(agency: Agency, person: Person) -> Request:
    with tenancy.acting(agency.id), db.transaction():
        user = db.session.get_one(User, person.user_id)
        opened = sessions.start(user, origin=HERE, has_second_factor=True)
        return Request(body={"refresh_token": tokens.issue(opened).refresh_token})


def _link(purpose: TokenPurpose, **body: str) -> Any:
    """A link that was mailed to somebody new."""

    def make(agency: Agency, person: Person) -> Request:
        with tenancy.acting(agency.id), db.transaction():
            name = f"linked{next(numbers)}"
            link = links.send_link(a_user(name), purpose, email=f"{name}@elsewhere.example")
            return Request({"token": links.secret_of(link)}, body)

    return make


def _password(agency: Agency, person: Person) -> Request:
    with tenancy.acting(agency.id), db.transaction():
        _with_password(person)
    return Request(body={"current_password": PASSWORD, "password": NEW, "password_again": NEW})


def _profile(agency: Agency, person: Person) -> Request:
    with tenancy.acting(agency.id), db.transaction():
        email = db.session.get_one(User, person.user_id).email
    names = {"first_name": "Robin", "last_name": "Walker", "email": email, "phone": ""}
    return Request(body={**names, "locale": "", "time_zone": "", "theme": "auto"})


def _client(agency: Agency) -> Client:
    return a_client(first_name="Opal", last_name=f"Walker{next(numbers)}")


def _described(client: Client) -> dict[str, str]:
    return {"client_number": str(client.client_number)}


def _look_for(agency: Agency, person: Person) -> Request:
    with tenancy.acting(agency.id), db.transaction():
        return Request(body=_described(_client(agency)))


def _emergency(agency: Agency, person: Person) -> Request:
    """A client of another branch than the person's."""
    with tenancy.acting(agency.id), db.transaction():
        db.session.get_one(User, person.user_id).branch_id = UUID(agency.own["branches"]["id"])
        client = a_client(last_name=f"Walker{next(numbers)}", branch_id=UUID(agency.outside["branches"]["id"]))
        return Request(body={**_described(client), "reason": "Fell at the neighbour's"})


def _handed_over(agency: Agency, person: Person) -> Request:
    with tenancy.acting(agency.id), db.transaction():
        operator = support.Operator(7, "Odile Operator", "odile@platform.example")
        asked = support.request_access(operator, reason="A report shows no rows", hours=1)
        return Request({"token": support.hand_over(support.approve(asked, by=None))})


def _access(agency: Agency, person: Person) -> Request:
    """An agency that the operator hasn't asked yet."""
    with tenancy.acting(agency.id), db.transaction():
        for one in support.accesses_of(person.user_id):
            if one.possible_actions:
                support.end(one, by=None)
    return Request({"pk": str(agency.id)}, {"reason": "A walk of routes", "hours": "1"})


def _review(agency: Agency, person: Person) -> Request:
    with tenancy.acting(agency.id), db.transaction():
        (role,) = db.session.get_one(User, person.user_id).roles
        decision = next(iter(ReviewDecision)).value
        return Request(body={"user_id": str(person.user_id), "role_id": str(role.id), "decision": decision})


def _new_agency(agency: Agency, person: Person) -> Request:
    name = f"walked{next(numbers)}"
    administrator = {"administrator_first_name": "Ada", "administrator_last_name": "Walker"}
    email = {"administrator_email": f"{name}@walked.example"}
    return Request(body={"name": f"Walked {name}", "slug": name, **administrator, **email})


HONEST: dict[tuple[str, str], Honest] = {
    ("AuthApi.login", "POST"): Honest(_sign_in),
    ("AuthView.login", "POST"): Honest(_sign_in),
    ("AuthApi.verify", "POST"): Honest(_verify),
    ("EnrolmentView.enrol", "POST"): Honest(_enrol),
    ("EnrolmentView.settings", "GET"): Honest(_protected),
    ("EnrolmentView.recovery_codes", "POST"): Honest(_protected),
    ("EnrolmentView.remove", "POST"): Honest(_protected, "Family"),
    ("AccessReviewView.decide", "POST"): Honest(_review),
    ("PlatformSupportView.request", "POST"): Honest(_access),
    ("AuthApi.refresh", "POST"): Honest(_refresh),
    ("AccountView.password", "POST"): Honest(_password),
    ("AccountView.profile", "POST"): Honest(_profile),
    ("LinkView.email", "GET"): Honest(_link(TokenPurpose.EMAIL_CHANGE)),
    ("LinkView.email", "POST"): Honest(_link(TokenPurpose.EMAIL_CHANGE)),
    ("LinkView.invitation", "GET"): Honest(_link(TokenPurpose.INVITATION)),
    ("LinkView.invitation", "POST"): Honest(_link(TokenPurpose.INVITATION, password=NEW, password_again=NEW)),
    ("LinkView.reset", "GET"): Honest(_link(TokenPurpose.PASSWORD_RESET)),
    ("LinkView.reset", "POST"): Honest(_link(TokenPurpose.PASSWORD_RESET, password=NEW, password_again=NEW)),
    ("SupportView.enter", "GET"): Honest(_handed_over),
    ("BreakGlassApi.find", "POST"): Honest(_look_for),
    ("BreakGlassView.ask", "POST"): Honest(_look_for),
    ("BreakGlassApi.open", "POST"): Honest(_emergency, "Branch office"),
    ("BreakGlassView.open", "POST"): Honest(_emergency, "Branch office"),
    ("OrganizationsApi.setup", "POST"): Honest(_new_agency),
    ("PlatformView.add", "POST"): Honest(_new_agency),
}
