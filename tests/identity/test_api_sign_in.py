"""Signing in over REST: everything that must be refused is refused, and recorded although the request was undone."""

import base64
import json
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from sqlalchemy import select

from starline.core import clock, db
from starline.core.audit import AuditEvent
from starline.core.db import User
from starline.identity import second_factor, signing, users
from starline.identity.models import SignInAttempt
from tests.identity.conftest import Web
from tests.identity.factories import HARBOR, PASSWORD, SUMMIT, a_person, committed

LOGIN, REFRESH, VERIFY, ME = (f"/api/v1/auth/{name}" for name in ("login", "refresh", "mfa/verify", "me"))


@pytest.fixture
def harbor(web: Web) -> Any:
    """A program at Harbor's address."""
    return web.at("harbor.localhost")


def signed_in(client: Any, name: str = "nurse") -> dict[str, Any]:
    host = client.host.partition(".")[0]
    answer = client.post(LOGIN, json={"email": f"{name}@{host}.example", "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json
    return body


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def person(name: str, *, has_second_factor: bool = True) -> tuple[int, pyotp.TOTP, list[str]]:
    """A new nurse at Harbor with an authenticator app and recovery codes."""
    with committed(HARBOR), clock.frozen(clock.now() - timedelta(minutes=2)):
        user = a_person(name)
        app = pyotp.TOTP(second_factor.enrol(user).secret)
        codes = second_factor.confirm(user, app.at(clock.now()))
        assert codes is not None
        return user.id, app, codes


def last_outcome(user_id: int) -> str:
    with committed(HARBOR):
        query = select(SignInAttempt.outcome).where(SignInAttempt.user_id == user_id)
        return str(db.session.scalars(query.order_by(SignInAttempt.id.desc())).first())


def recorded(action: str, organization: Any = HARBOR) -> int:
    with committed(organization):
        return len(db.session.scalars(select(AuditEvent.id).where(AuditEvent.action == action)).all())


def id_of(email: str) -> int:
    with committed(HARBOR):
        return int(db.session.scalars(select(User.id).where(User.email == email)).one())


def test_the_right_password_gives_tokens_and_me_tells_who_it_is(harbor: Any) -> None:
    body = signed_in(harbor)
    assert set(body) == {"access_token", "refresh_token", "expires_in", "token_type"}
    assert body["expires_in"] == 900 and body["token_type"] == "Bearer"
    me = harbor.get(ME, headers=bearer(body["access_token"])).json
    assert me["user"]["email"] == "nurse@harbor.example" and me["organization_id"] == str(HARBOR)
    assert me["roles"] == ["Nurse"] and me["scope"] == "all" and ["can_read", "Clients"] in me["permissions"]


@pytest.mark.parametrize("name", ["nurse", "nobody"])
def test_a_wrong_password_and_an_unknown_e_mail_are_refused_alike_and_recorded(harbor: Any, name: str) -> None:
    before = recorded("auth:wrong_password") + recorded("auth:unknown_user")
    answer = harbor.post(LOGIN, json={"email": f"{name}@harbor.example", "password": "wrong"})
    assert answer.status_code == 401 and answer.json["code"] == "sign_in_refused"
    assert answer.json["message"].startswith("The e-mail address or the password is not right.")
    assert set(answer.json) == {"message", "errors", "code", "request_id"}
    assert recorded("auth:wrong_password") + recorded("auth:unknown_user") == before + 1


def test_the_password_of_one_agency_opens_nothing_at_the_other(web: Web) -> None:
    answer = web.at("summit.localhost").post(LOGIN, json={"email": "nurse@harbor.example", "password": PASSWORD})
    assert answer.status_code == 401


def test_a_wrong_code_is_refused_and_recorded(harbor: Any) -> None:
    user_id, _app, _codes = person("wrongcode")
    token = signed_in(harbor, "wrongcode")["mfa_token"]
    answer = harbor.post(VERIFY, json={"mfa_token": token, "code": "000000"})
    assert answer.status_code == 401 and last_outcome(user_id) == "wrong_code"


def test_a_right_code_gives_tokens_and_a_replayed_one_is_refused_and_recorded(harbor: Any) -> None:
    user_id, app, _codes = person("replayer")
    code = app.at(clock.now())
    body = signed_in(harbor, "replayer")
    assert body["mfa_required"] is True and "access_token" not in body
    assert "access_token" in harbor.post(VERIFY, json={"mfa_token": body["mfa_token"], "code": code}).json
    token = signed_in(harbor, "replayer")["mfa_token"]
    answer = harbor.post(VERIFY, json={"mfa_token": token, "code": code})
    assert answer.status_code == 401 and last_outcome(user_id) == "replayed_code"


def test_a_recovery_code_works_once_and_its_second_use_is_refused_and_recorded(harbor: Any) -> None:
    user_id, _app, codes = person("recoverer")
    token = signed_in(harbor, "recoverer")["mfa_token"]
    assert harbor.post(VERIFY, json={"mfa_token": token, "recovery_code": codes[0]}).status_code == 200
    token = signed_in(harbor, "recoverer")["mfa_token"]
    answer = harbor.post(VERIFY, json={"mfa_token": token, "recovery_code": codes[0]})
    assert answer.status_code == 401 and last_outcome(user_id) == "wrong_code"


def test_the_sixth_wrong_code_locks_although_every_request_was_refused(harbor: Any) -> None:
    user_id, app, _codes = person("guesser")
    token = signed_in(harbor, "guesser")["mfa_token"]
    for _ in range(6):
        harbor.post(VERIFY, json={"mfa_token": token, "code": "000000"})
    answer = harbor.post(VERIFY, json={"mfa_token": token, "code": app.at(clock.now())})
    assert answer.status_code == 401 and last_outcome(user_id) == "locked"


def test_five_wrong_passwords_lock_although_every_request_was_refused(harbor: Any) -> None:
    with committed(HARBOR):
        user_id = a_person("locked").id
    for _ in range(5):
        harbor.post(LOGIN, json={"email": "locked@harbor.example", "password": "wrong"})
    answer = harbor.post(LOGIN, json={"email": "locked@harbor.example", "password": PASSWORD})
    assert answer.status_code == 401 and last_outcome(user_id) == "locked"


def test_the_token_between_password_and_code_opens_nothing(harbor: Any) -> None:
    person("between")
    token = signed_in(harbor, "between")["mfa_token"]
    assert harbor.get(ME, headers=bearer(token)).status_code == 401
    assert harbor.post(VERIFY, json={"mfa_token": "rubbish", "code": "000000"}).status_code == 401


def test_a_refresh_token_rotates_and_its_second_use_ends_the_session_and_is_recorded(harbor: Any) -> None:
    first = signed_in(harbor)
    second = harbor.post(REFRESH, json={"refresh_token": first["refresh_token"]}).json
    assert harbor.get(ME, headers=bearer(second["access_token"])).status_code == 200
    answer = harbor.post(REFRESH, json={"refresh_token": first["refresh_token"]})
    assert answer.status_code == 401 and answer.json["code"] == "reused_token"
    assert harbor.get(ME, headers=bearer(second["access_token"])).status_code == 401
    assert harbor.post(REFRESH, json={"refresh_token": second["refresh_token"]}).status_code == 401
    assert last_outcome(id_of("nurse@harbor.example")) == "reused_token"


def test_a_token_of_the_other_agency_is_refused_and_recorded(web: Web, harbor: Any) -> None:
    theirs = signed_in(web.at("summit.localhost"))
    before = recorded("auth:refused_token")
    assert harbor.get(ME, headers=bearer(theirs["access_token"])).status_code in (401, 403)
    other = web.at("harbor.localhost")
    assert other.post(REFRESH, json={"refresh_token": theirs["refresh_token"]}).status_code in (401, 403)
    assert recorded("auth:refused_token") == before + 2
    mine = signed_in(harbor)
    header = {**bearer(mine["access_token"]), "X-Organization-ID": str(SUMMIT)}
    assert web.at("localhost").get(ME, headers=header).status_code in (401, 403)
    assert web.at("localhost").get(ME, headers=bearer(mine["access_token"])).status_code == 200


def test_an_expired_token_is_refused_and_recorded(harbor: Any) -> None:
    token = signed_in(harbor)["access_token"]
    before = recorded("auth:refused_token")
    with clock.frozen(clock.now() + timedelta(minutes=16)):
        answer = harbor.get(ME, headers=bearer(token))
    assert answer.status_code == 401 and answer.json["code"] == "expired_token"
    assert recorded("auth:refused_token") == before + 1


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer a.b.c", "Bearer ...", "Basic YTpi", "rubbish", "Bearer ÿ"]
)
def test_a_malformed_token_is_refused_and_recorded(harbor: Any, header: str) -> None:
    before = recorded("auth:refused_token")
    answer = harbor.get(ME, headers={"Authorization": header})
    assert answer.status_code == 401 and answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert recorded("auth:refused_token") == before + 1


def test_a_token_without_a_signature_is_refused_and_recorded(web: Web, harbor: Any) -> None:
    header, claims, _signature = signed_in(harbor)["access_token"].split(".")
    key_id = next(iter(signing.keys()))
    unsigned = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT", "kid": key_id}).encode())
    before = recorded("auth:refused_token")
    for forged in (f"{unsigned.rstrip(b'=').decode()}.{claims}.", f"{header}.{claims}."):
        assert web.at("harbor.localhost").get(ME, headers=bearer(forged)).status_code == 401
    assert recorded("auth:refused_token") == before + 2


def test_a_disabled_persons_next_request_fails(harbor: Any) -> None:
    with committed(HARBOR):
        user_id = a_person("leaver").id
    body = signed_in(harbor, "leaver")
    assert harbor.get("/api/v1/clients/", headers=bearer(body["access_token"])).status_code == 200
    with committed(HARBOR):
        users.disable(db.session.get_one(User, user_id), by=None)
    assert harbor.get("/api/v1/clients/", headers=bearer(body["access_token"])).status_code == 401
    assert harbor.get(ME, headers=bearer(body["access_token"])).status_code == 401
    assert harbor.post(REFRESH, json={"refresh_token": body["refresh_token"]}).status_code == 401
    answer = harbor.post(LOGIN, json={"email": "leaver@harbor.example", "password": PASSWORD})
    assert answer.status_code == 401 and last_outcome(user_id) == "disabled"


def test_signing_out_ends_the_session_with_its_tokens(harbor: Any) -> None:
    body = signed_in(harbor)
    assert harbor.post("/api/v1/auth/logout", headers=bearer(body["access_token"])).status_code == 200
    assert harbor.get(ME, headers=bearer(body["access_token"])).status_code == 401
    assert harbor.post(REFRESH, json={"refresh_token": body["refresh_token"]}).status_code == 401


def test_too_many_wrong_passwords_from_one_address_get_429_and_when_to_come_back(web: Web) -> None:
    client = web.at("harbor.localhost")
    for number in range(10):
        client.post(LOGIN, json={"email": f"guess{number}@harbor.example", "password": "wrong"})
    answer = client.post(LOGIN, json={"email": "nurse@harbor.example", "password": PASSWORD})
    assert answer.status_code == 429 and 1 <= int(answer.headers["Retry-After"]) <= 60


def test_on_the_plain_host_the_agency_comes_from_the_e_mail_or_its_name(web: Web) -> None:
    plain = web.at("localhost")
    by_email = plain.post(LOGIN, json={"email": "nurse@summit.example", "password": PASSWORD})
    by_name = plain.post(LOGIN, json={"email": "nurse@summit.example", "password": PASSWORD, "organization": "summit"})
    unknown = plain.post(LOGIN, json={"email": "nurse@unknown.example", "password": PASSWORD})
    assert (by_email.status_code, by_name.status_code, unknown.status_code) == (200, 200, 401)
    assert plain.post(REFRESH, json={"refresh_token": by_name.json["refresh_token"]}).status_code == 200


def test_a_body_that_names_another_agency_than_the_host_is_refused(harbor: Any) -> None:
    body = {"email": "nurse@summit.example", "password": PASSWORD, "organization": "summit"}
    assert harbor.post(LOGIN, json=body).status_code == 403


def test_whoever_must_enrol_is_sent_to_the_browser(harbor: Any) -> None:
    from starline.identity import roles

    with committed(HARBOR):
        roles.role_of(roles.BY_NAME["Biller"]).requires_second_factor = True
        a_person("biller", "Biller")
    answer = harbor.post(LOGIN, json={"email": "biller@harbor.example", "password": PASSWORD})
    assert answer.status_code == 403 and answer.json["code"] == "second_factor_enrolment_required"


@pytest.mark.parametrize("body", [{}, {"email": "x"}, {"email": 7, "password": "x"}, {"email": "x", "password": ["x"]}])
def test_a_body_that_lacks_something_gets_sentences_by_field(harbor: Any, body: dict[str, Any]) -> None:
    answer = harbor.post(LOGIN, json=body)
    assert answer.status_code == 422 and answer.json["errors"]


@pytest.mark.parametrize("body", ["", "[]", "null", '"x"', "{"])
def test_a_body_that_is_no_object_is_refused(harbor: Any, body: str) -> None:
    answer = harbor.post(LOGIN, data=body, content_type="application/json")
    assert answer.status_code in (400, 422) and answer.json["message"]
