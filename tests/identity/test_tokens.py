"""Access tokens that can't be forged, refresh tokens that serve once."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from config import settings
from starline.core import clock, db, tenancy
from starline.core.audit import AuditEvent
from starline.core.errors import Unauthenticated
from starline.identity import attempts, sessions, signin, signing, tokens, users
from starline.identity.models import RefreshToken, UserSession
from starline.identity.signin import SignedIn
from starline.identity.tokens import RefusedToken, TokenPair
from tests.identity.factories import API, HARBOR, SUMMIT, a_person, an_agency


def opened_for(person: Any) -> UserSession:
    return signin.open_session(SignedIn(person, has_second_factor=False), origin=API)


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def signed(claims: dict[str, Any], *, key: str | None = None, **headers: str) -> str:
    key_id = next(iter(signing.keys()))
    return jwt.encode(claims, key or settings().jwt_key, "HS256", headers={"kid": key_id, **headers})


def by_hand(header: dict[str, Any], claims: dict[str, Any], signature: str = "") -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims)]
    return ".".join([*parts, signature])


def test_an_access_token_says_who_where_and_for_how_long(harbor: Any, frozen_clock: Any) -> None:
    nurse = a_person()
    opened = opened_for(nurse)
    token = tokens.issue(opened).access_token
    claims = tokens.read_access_token(token)
    assert (claims.user_id, claims.organization_id, claims.session_id) == (nurse.id, HARBOR, opened.id)
    assert claims.expires_at == frozen_clock + timedelta(minutes=15)
    assert set(claims_of(token)) == {"sub", "sid", "organization_id", "aud", "iss", "exp", "iat", "jti"}
    assert signing.keys().get(jwt.get_unverified_header(token)["kid"])


def test_an_expired_token_is_refused(harbor: Any, frozen_clock: Any) -> None:
    token = tokens.issue(opened_for(a_person())).access_token
    with clock.frozen(frozen_clock + timedelta(minutes=15)), pytest.raises(Unauthenticated) as refusal:
        tokens.read_access_token(token)
    assert refusal.value.code == "expired_token"


@pytest.mark.parametrize("missing", ["sub", "sid", "organization_id", "aud", "iss", "exp", "iat", "jti"])
def test_a_token_that_lacks_a_claim_is_refused(harbor: Any, missing: str) -> None:
    claims = claims_of(tokens.issue(opened_for(a_person())).access_token)
    tokens.read_access_token(signed(claims))
    claims.pop(missing)
    with pytest.raises(Unauthenticated):
        tokens.read_access_token(signed(claims))


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "starline-second-step"},
        {"aud": ["somebody-else"]},
        {"iss": "somebody-else"},
        {"sub": "1 OR 1=1"},
        {"sub": "-1"},
        {"sub": "²"},
        {"sid": "nothing"},
        {"organization_id": "harbor"},
        {"organization_id": 7},
        {"exp": "tomorrow"},
        {"exp": None},
        {"iat": 99999999999},
    ],
)
def test_a_token_whose_claims_are_not_ours_is_refused(harbor: Any, change: dict[str, Any]) -> None:
    claims = claims_of(tokens.issue(opened_for(a_person())).access_token)
    with pytest.raises(Unauthenticated):
        tokens.read_access_token(signed({**claims, **change}))


def test_a_token_signed_by_another_key_or_in_another_way_is_refused(harbor: Any) -> None:
    token = tokens.issue(opened_for(a_person())).access_token
    claims = claims_of(token)
    key_id = next(iter(signing.keys()))
    forged = [
        signed(claims, key="x" * 64),
        jwt.encode(claims, "k" * 64, "HS512", headers={"kid": key_id}),
        by_hand({"alg": "HS512", "kid": key_id}, claims, token.split(".")[2]),
        signed(claims, kid="unknown"),
        jwt.encode(claims, settings().jwt_key, "HS256"),
        by_hand({"alg": "none", "typ": "JWT", "kid": key_id}, claims),
        by_hand({"alg": "None", "typ": "JWT", "kid": key_id}, claims, token.split(".")[2]),
        by_hand({"alg": "HS256", "kid": [key_id]}, claims, token.split(".")[2]),
        token[:-2],
        token + "x",
        token.replace(".", "..", 1),
    ]
    for one in forged:
        with pytest.raises(Unauthenticated):
            tokens.read_access_token(one)


@given(st.text(max_size=200) | st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode() + "..x"))
def test_rubbish_is_refused_and_never_crashes(rubbish: str) -> None:
    with pytest.raises(Unauthenticated):
        tokens.read_access_token(rubbish)


def test_the_token_between_password_and_code_opens_nothing_else(harbor: Any, frozen_clock: Any) -> None:
    nurse = a_person()
    token = tokens.second_step_token(nurse)
    assert tokens.read_second_step_token(token).user_id == nurse.id
    with pytest.raises(Unauthenticated):
        tokens.read_access_token(token)
    with clock.frozen(frozen_clock + timedelta(minutes=5)), pytest.raises(Unauthenticated):
        tokens.read_second_step_token(token)


def test_an_access_token_is_no_proof_of_a_password(harbor: Any) -> None:
    with pytest.raises(Unauthenticated):
        tokens.read_second_step_token(tokens.issue(opened_for(a_person())).access_token)


def test_a_new_signing_key_signs_and_the_old_one_still_verifies(harbor: Any, monkeypatch: Any) -> None:
    old = tokens.issue(opened_for(a_person())).access_token
    both = replace(settings(), jwt_key="||".join(("n" * 48, *settings().jwt_keys)))
    monkeypatch.setattr(signing, "settings", lambda: both)
    new = tokens.issue(opened_for(a_person("other"))).access_token
    assert tokens.read_access_token(old) and tokens.read_access_token(new)
    monkeypatch.setattr(signing, "settings", lambda: replace(both, jwt_key="n" * 48))
    with pytest.raises(Unauthenticated):
        tokens.read_access_token(old)


def refreshed(token: str) -> TokenPair:
    result = tokens.refresh(token, origin=API)
    assert isinstance(result, TokenPair), result
    return result


def test_a_refresh_token_serves_once_and_its_successor_goes_on(harbor: Any) -> None:
    first = tokens.issue(opened_for(a_person()))
    second = refreshed(first.refresh_token)
    third = refreshed(second.refresh_token)
    assert len({first.refresh_token, second.refresh_token, third.refresh_token}) == 3
    assert tokens.read_access_token(third.access_token)


def test_a_refresh_token_is_stored_hashed_and_names_its_organisation(harbor: Any) -> None:
    pair = tokens.issue(opened_for(a_person()))
    stored = db.session.scalars(select(RefreshToken.token_hash)).one()
    assert stored not in pair.refresh_token and len(stored) == 64
    assert tokens.organization_of_refresh_token(pair.refresh_token) == HARBOR
    assert tokens.organization_of_refresh_token("rubbish") is None


def test_using_a_refresh_token_twice_ends_the_whole_session(harbor: Any) -> None:
    nurse = a_person()
    opened = opened_for(nurse)
    first = tokens.issue(opened)
    second = refreshed(first.refresh_token)
    result = tokens.refresh(first.refresh_token, origin=API)
    assert isinstance(result, RefusedToken) and result.reason == "reused_token"
    assert opened.ended_at is not None and opened.end_reason == sessions.REUSED
    assert isinstance(tokens.refresh(second.refresh_token, origin=API), RefusedToken)
    assert next(one.outcome for one in attempts.history(nurse.id)) == "reused_token"
    assert "auth:reused_token" in set(db.session.scalars(select(AuditEvent.action)))


def test_an_unknown_refresh_token_is_refused_and_recorded(harbor: Any) -> None:
    result = tokens.refresh(f"{HARBOR.hex}.made-up", origin=API)
    assert isinstance(result, RefusedToken)
    assert "auth:refused_token" in set(db.session.scalars(select(AuditEvent.action)))


def test_a_refresh_token_of_another_agency_is_unknown_here(harbor: Any) -> None:
    with tenancy.acting(SUMMIT):
        an_agency(SUMMIT, "summit")
        theirs = tokens.issue(opened_for(a_person()))
    result = tokens.refresh(theirs.refresh_token, origin=API)
    assert isinstance(result, RefusedToken) and result.reason == "unknown_token"


def test_a_refresh_token_lasts_thirty_days(harbor: Any, frozen_clock: Any) -> None:
    pair = tokens.issue(opened_for(a_person()))
    with clock.frozen(frozen_clock + timedelta(days=29)):
        pair = refreshed(pair.refresh_token)
    with clock.frozen(frozen_clock + timedelta(days=29 + 30)):
        result = tokens.refresh(pair.refresh_token, origin=API)
    assert isinstance(result, RefusedToken) and result.reason == "expired_token"


def test_a_disabled_person_can_not_refresh(harbor: Any) -> None:
    nurse = a_person()
    pair = tokens.issue(opened_for(nurse))
    users.disable(nurse, by=None)
    assert isinstance(tokens.refresh(pair.refresh_token, origin=API), RefusedToken)


def test_the_expiry_is_told_in_whole_seconds_of_utc(harbor: Any) -> None:
    instant = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    with clock.frozen(instant):
        token = tokens.issue(opened_for(a_person())).access_token
    assert claims_of(token)["exp"] == int(instant.timestamp()) + 900
