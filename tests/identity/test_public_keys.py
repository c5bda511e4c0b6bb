"""Access tokens under RSA keys: changed without signing anybody out, checked by others, confused with nothing."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from config import ConfigurationError, settings
from starline.core.errors import Unauthenticated
from starline.identity import signin, signing, tokens
from starline.identity.signin import SignedIn
from tests.identity.conftest import Web
from tests.identity.factories import API, PASSWORD, a_person

JWKS = "/.well-known/jwks.json"
Use = Callable[..., None]


def made(bits: int = 3072) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


FIRST, SECOND, STRANGER = made(), made(), made()


def private(key: Any) -> bytes:
    written: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return written


def public(key: Any) -> bytes:
    written: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return written


@pytest.fixture
def use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Use]:
    """Lets the process have these keys, as a file, and these shared ones."""

    def point(*pems: bytes, shared: str = settings().jwt_key) -> None:
        file = tmp_path / f"keys-{len(list(tmp_path.iterdir()))}.pem"
        file.write_bytes(b"A note of the operators'.\n" + b"\n".join(pems))
        changed = replace(settings(), jwt_private_key_file=file, jwt_key=shared)
        monkeypatch.setattr(signing, "settings", lambda: changed)

    yield point
    signing._keys.cache_clear()


@pytest.fixture
def token(harbor: Any) -> Callable[[], str]:
    opened = signin.open_session(SignedIn(a_person(), has_second_factor=False), origin=API)
    return lambda: tokens.access_token(opened)


def by_hand(header: dict[str, Any], claims: dict[str, Any], signature: str = "") -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims)]
    return ".".join([*parts, signature])


def header_of(one: str) -> dict[str, Any]:
    return jwt.get_unverified_header(one)


def test_from_shared_to_public_keys_and_on_to_the_next_nobody_is_signed_out(token: Callable[[], str], use: Use) -> None:
    shared = token()
    use(private(FIRST))
    first = token()
    assert (header_of(shared)["alg"], header_of(first)["alg"]) == ("HS256", "RS256")
    use(private(SECOND), private(FIRST))
    second = token()
    assert header_of(second)["kid"] != header_of(first)["kid"]
    assert all(tokens.read_access_token(one) for one in (shared, first, second))
    use(public(FIRST), private(SECOND))  # the public half goes on verifying, wherever it stands
    assert tokens.read_access_token(first) and header_of(token())["kid"] == header_of(second)["kid"]
    use(private(SECOND), shared="")
    assert tokens.read_access_token(second)
    for gone in (shared, first):
        with pytest.raises(Unauthenticated):
            tokens.read_access_token(gone)


def test_each_id_has_one_algorithm_whatever_the_header_says(token: Callable[[], str], use: Use) -> None:
    shared = token()
    use(private(FIRST))
    right = token()
    claims = jwt.decode(right, options={"verify_signature": False})
    rsa_id, shared_id = header_of(right)["kid"], header_of(shared)["kid"]
    secret, signature = settings().jwt_key, right.split(".")[2]
    forged = [
        _signed_by_public_key(claims, rsa_id),
        jwt.encode(claims, secret, "HS256", headers={"kid": rsa_id}),
        jwt.encode(claims, FIRST, "RS256", headers={"kid": shared_id}),
        jwt.encode(claims, STRANGER, "RS256", headers={"kid": rsa_id}),
        jwt.encode(claims, FIRST, "RS512", headers={"kid": rsa_id}),
        jwt.encode(claims, FIRST, "PS256", headers={"kid": rsa_id}),
        jwt.encode(claims, FIRST, "RS256", headers={"kid": "unknown"}),
        jwt.encode(claims, FIRST, "RS256"),
        by_hand({"alg": "none", "kid": rsa_id}, claims),
        by_hand({"alg": "None", "kid": rsa_id}, claims, signature),
        by_hand({"alg": "HS256", "kid": rsa_id}, claims, signature),
    ]
    assert tokens.read_access_token(right)
    for one in forged:
        with pytest.raises(Unauthenticated):
            tokens.read_access_token(one)


def _signed_by_public_key(claims: dict[str, Any], key_id: str) -> str:
    """HS256 with the public key as its secret, made by hand because the library won't."""
    unsigned = by_hand({"alg": "HS256", "typ": "JWT", "kid": key_id}, claims)[:-1]
    digest = hmac.new(public(FIRST), unsigned.encode(), hashlib.sha256).digest()
    return f"{unsigned}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def test_others_check_our_tokens_by_the_published_keys(web: Web, use: Use) -> None:
    use(private(SECOND), public(FIRST))
    script = web.at("harbor.localhost")
    given = {"email": "nurse@harbor.example", "password": PASSWORD}
    signed = script.post("/api/v1/auth/login", json=given).json["access_token"]
    answer = script.get(JWKS)
    published = jwt.PyJWKSet.from_dict(answer.json)
    assert {key.key_id for key in published.keys} == set(signing.keys()) - {next(reversed(signing.keys()))}
    key = published[header_of(signed)["kid"]]
    claims = jwt.decode(signed, key.key, ["RS256"], audience=tokens.ACCESS, issuer=tokens.ISSUER)
    assert claims["sub"].isdigit()
    assert all({"d", "p", "q", "k"}.isdisjoint(one) for one in answer.json["keys"])
    assert settings().jwt_key not in answer.get_data(as_text=True)
    assert script.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {signed}"}).status_code == 200


def test_shared_keys_are_published_to_nobody(web: Web) -> None:
    answer = web.at("localhost").get(JWKS)
    assert (answer.status_code, answer.json) == (200, {"keys": []})
    assert "max-age" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----",
        public(FIRST),
        private(rsa.generate_private_key(public_exponent=65537, key_size=2048)),
        private(ec.generate_private_key(ec.SECP256R1())),
    ],
)
def test_keys_that_can_not_be_used_stop_the_start(use: Use, content: bytes) -> None:
    use(content)
    with pytest.raises(ConfigurationError):
        signing.keys()
