"""The keys that access tokens are signed with and checked against, by their id; and the public ones, for others.

RS256 where a file of RSA keys is named, HS256 otherwise. Each id stands for one key and one algorithm: what the token's
own header says of its algorithm is never believed, or a public key would pass for a shared secret.
"""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from jwt.algorithms import RSAAlgorithm

from config import ConfigurationError, settings

SHARED, PUBLIC = "HS256", "RS256"
SHORTEST_RSA = 3072
PEM = re.compile(rb"-----BEGIN ([A-Z ]+)-----.+?-----END \1-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key. Where `signing` is None it only verifies tokens that were signed before."""

    id: str
    algorithm: str
    verifying: Any
    signing: Any


def keys() -> dict[str, SigningKey]:
    """Every key by its id, the signing one first. Raises `ConfigurationError` where the file holds no usable keys."""
    return _keys(settings().jwt_keys, settings().jwt_private_key_file)


def signing_key() -> SigningKey:
    """The first key that can sign."""
    return next(key for key in keys().values() if key.signing is not None)


def public_keys() -> dict[str, Any]:
    """The public keys as a JSON Web Key Set (RFC 7517); shared secrets are nobody's to see."""
    published = [key for key in keys().values() if key.algorithm == PUBLIC]
    return {
        "keys": [
            {**_jwk(key.verifying), "use": "sig", "alg": PUBLIC, "kid": key.id, "key_ops": ["verify"]}
            for key in published
        ]
    }


@lru_cache(maxsize=8)
def _keys(shared: tuple[str, ...], file: Path | None) -> dict[str, SigningKey]:
    found = [*(_rsa_keys(file) if file is not None else ()), *(_shared_key(text) for text in shared)]
    return {key.id: key for key in found}


def _shared_key(text: str) -> SigningKey:
    return SigningKey(hashlib.sha256(text.encode()).hexdigest()[:12], SHARED, text, text)


def _rsa_keys(file: Path) -> list[SigningKey]:
    """The keys of a PEM file in their order: private ones sign and verify, public ones verify."""
    try:
        found = [_rsa_key(block.group(0), block.group(1)) for block in PEM.finditer(file.read_bytes())]
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        raise ConfigurationError([f"{file}: must hold RSA keys as PEM, without a passphrase."]) from None
    if any(key.verifying.key_size < SHORTEST_RSA for key in found):
        raise ConfigurationError([f"{file}: an RSA key must have at least {SHORTEST_RSA} bits."])
    if not any(key.signing is not None for key in found):
        raise ConfigurationError([f"{file}: holds no private key to sign with."])
    return sorted(found, key=lambda key: key.signing is None)


def _rsa_key(block: bytes, kind: bytes) -> SigningKey:
    private = load_pem_private_key(block, None) if kind.endswith(b"PRIVATE KEY") else None
    public = private.public_key() if private is not None else load_pem_public_key(block)
    if not isinstance(public, RSAPublicKey) or not isinstance(private, RSAPrivateKey | None):
        raise ValueError
    return SigningKey(_thumbprint(public), PUBLIC, public, private)


def _thumbprint(public: RSAPublicKey) -> str:
    """The key's id by RFC 7638, the same on every machine."""
    members = json.dumps({name: _jwk(public)[name] for name in ("e", "kty", "n")}, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(members.encode()).digest()).decode().rstrip("=")


def _jwk(public: RSAPublicKey) -> dict[str, Any]:
    whole = RSAAlgorithm.to_jwk(public, as_dict=True)
    return {name: whole[name] for name in ("kty", "n", "e")}
